import gzip
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ai_data_platform.core.datasets.near_duplicates import (
    Match,
    NearDuplicateOptions,
    NearDuplicates,
    Text,
    clusters,
    find_near_duplicates,
    set_kernels,
    survivors,
)
from ai_data_platform.core.datasets.near_duplicates.prefixes import rare_shingles
from ai_data_platform.core.datasets.near_duplicates.sketches import Sketches, sketch
from ai_data_platform_tests.core.datasets.near_duplicates.oracle import (
    EVERY_PAIR,
    VOCABULARY,
    found_in,
    jaccard,
    naive_clusters,
    naive_dropped,
    texts_of,
)
from ai_data_platform_tests.planted_texts import planted_texts

QUESTION = "please tell me how I can return the blue jacket that I ordered last week"


def test_a_copy_is_dropped_for_the_best_one_and_names_it() -> None:
    found = find_near_duplicates(
        [
            Text("a", QUESTION.upper() + "?!"),
            Text("b", QUESTION.replace("blue", "green")),
            Text("c", QUESTION),
            Text("d", "something else that nobody has asked before in any of these rows"),
        ],
        ranks={"a": (1,), "b": (2,), "c": (0,), "d": (0,)},
    )
    assert found == NearDuplicates(
        dropped=(
            Match("a", "c", 1.0, "exact_duplicate"),
            Match("b", "c", 25 / 31, "near_duplicate"),
        ),
        variants=(),
        clusters={"a": "c", "b": "c", "c": "c", "d": "d"},
    )
    assert found.figures == {
        "rows": 4,
        "exact_duplicate": 1,
        "near_duplicate": 1,
        "number_variant": 0,
        "clusters": 1,
        "largest_cluster": 3,
    }


def test_texts_that_differ_in_their_numbers_are_variants_in_one_cluster_and_all_kept() -> None:
    order = "order {} has not arrived and I would like to know where it is"
    texts = [Text(f"t{i}", order.format(100 + i)) for i in range(3)]
    found = find_near_duplicates(texts)
    assert found.dropped == ()
    assert found.variants == (
        Match("t1", "t0", 24 / 30, "number_variant"),
        Match("t2", "t0", 24 / 30, "number_variant"),
    )
    assert set(found.clusters.values()) == {"t0"}


def test_numbers_may_be_told_to_count_like_any_word() -> None:
    order = "order {} has not arrived and I would like to know where it is"
    texts = [Text(f"t{i}", order.format(100 + i)) for i in range(2)]
    found = find_near_duplicates(texts, NearDuplicateOptions(numbers_are_variants=False))
    assert found.dropped == (Match("t1", "t0", 24 / 30, "near_duplicate"),)
    assert found.variants == ()


def test_a_table_of_numbers_is_a_variant_below_the_threshold_too() -> None:
    texts = [
        Text("a", "rows 1 and 2 or 3 or 4 then 5 but 6"),
        Text("b", "rows 7 and 8 or 9 or 10 then 11 but 12"),
    ]
    found = find_near_duplicates(texts)
    assert found.variants == (Match("b", "a", 5 / 39, "number_variant"),)
    assert found.clusters == {"a": "a", "b": "a"}


def test_a_chain_keeps_both_ends_in_one_cluster_and_drops_the_middle() -> None:
    words = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
    first, middle, last = words, [*words[2:], "x", "y"], [*words[4:], "x", "y", "z", "w"]
    texts = [
        Text(name, " ".join(text)) for name, text in (("a", first), ("b", middle), ("c", last))
    ]
    assert jaccard(texts[0].text, texts[2].text) < 0.5 < jaccard(texts[0].text, texts[1].text)
    found = find_near_duplicates(texts)
    assert [(match.id, match.kept_id) for match in found.dropped] == [("b", "a")]
    assert found.clusters == {"a": "a", "b": "a", "c": "a"}


def test_a_dropped_row_names_the_nearest_kept_row_that_is_better() -> None:
    words = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
    texts = [
        Text("a", " ".join(words)),
        Text("b", " ".join([*words[4:], "x", "y", "z", "w"])),
        Text("c", " ".join([*words[3:], "x", "y", "z"])),
    ]
    found = find_near_duplicates(texts, ranks={"a": (0,), "b": (1,), "c": (2,)})
    assert [(match.id, match.kept_id) for match in found.dropped] == [("c", "b")]
    turned = find_near_duplicates(texts, ranks={"a": (0,), "b": (3,), "c": (2,)})
    assert [(match.id, match.kept_id) for match in turned.dropped] == [("c", "a")]


def test_short_texts_match_only_when_they_are_equal() -> None:
    short = ["", "  ", "yes", "Yes!", "yes please", "no yes", "yes no", "can I go", "can I sit"]
    found = find_near_duplicates([Text(f"t{i}", text) for i, text in enumerate(short)])
    assert [(match.id, match.kept_id, match.reason) for match in found.dropped] == [
        ("t1", "t0", "exact_duplicate"),
        ("t3", "t2", "exact_duplicate"),
    ]
    assert found.variants == ()


def test_an_equal_copy_of_a_dropped_row_names_the_kept_row() -> None:
    near = QUESTION.replace("blue", "green")
    found = find_near_duplicates([Text("a", QUESTION), Text("b", near), Text("c", near + ".")])
    assert [(match.id, match.kept_id, match.reason) for match in found.dropped] == [
        ("b", "a", "near_duplicate"),
        ("c", "a", "near_duplicate"),
    ]


def test_nothing_comes_of_no_texts() -> None:
    assert find_near_duplicates([]) == NearDuplicates((), (), {})


def test_an_id_that_comes_twice_and_a_rank_that_cannot_be_ordered_are_refused() -> None:
    with pytest.raises(ValueError, match="the id 'a' comes more than once"):
        find_near_duplicates([Text("a", "x"), Text("a", "y")])
    with pytest.raises(ValueError, match="a rank is not a finite number"):
        find_near_duplicates([Text("a", "x")], ranks={"a": (float("nan"),)})


@pytest.mark.parametrize("numbers_are_variants", [True, False])
@pytest.mark.parametrize("seed", range(6))
def test_the_outcome_is_that_of_comparing_every_two_texts(
    seed: int, numbers_are_variants: bool
) -> None:
    texts = texts_of(seed, 70)
    options = NearDuplicateOptions(
        rows_per_band=1, min_words=3, numbers_are_variants=numbers_are_variants
    )
    found = found_in(texts, options)
    assert found.clusters == naive_clusters(texts, options)
    assert {match.id: match.kept_id for match in found.dropped} == naive_dropped(texts, options)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.randoms(use_true_random=False))
def test_the_order_of_the_texts_does_not_count(seed: int, random: Random) -> None:
    texts = texts_of(seed, 25)
    found = found_in(texts, EVERY_PAIR)
    random.shuffle(texts)
    again = found_in(texts, EVERY_PAIR)
    assert again == found
    assert list(again.clusters) == list(found.clusters)


@pytest.mark.parametrize("seed", range(3))
def test_large_buckets_and_large_components_lose_no_pair(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = texts_of(seed, 80)
    wanted = found_in(texts, EVERY_PAIR)
    monkeypatch.setattr(clusters, "_MANY_PAIRS", 0)
    monkeypatch.setattr(clusters, "_LARGE", 0)
    monkeypatch.setattr(survivors, "_MANY", 0)
    assert found_in(texts, EVERY_PAIR) == wanted


@pytest.mark.parametrize("threshold", [0.4, 0.5, 0.8])
def test_rare_shingles_meet_for_every_pair_at_the_threshold(threshold: float) -> None:
    written = sorted({text.text for text in texts_of(4, 120, 20)})
    parts = (written[:40], written[40:50], written[50:])
    sketches = Sketches(tuple(sketch(some, some, EVERY_PAIR) for some in parts))
    texts = np.random.default_rng(1).permutation(np.flatnonzero(sketches.sets.sizes))
    rare = rare_shingles(sketches, texts, texts, threshold)
    met = {
        frozenset(pair)
        for left, right in rare.meetings.pairs()
        for pair in zip(texts[rare.texts[left]], texts[rare.texts[right]], strict=True)
    }
    sets = {text: set(sketches.shingles(np.array([text])).tolist()) for text in texts.tolist()}
    near = {
        frozenset((a, b))
        for a in sets
        for b in sets
        if a < b and len(sets[a] & sets[b]) >= threshold * len(sets[a] | sets[b])
    }
    assert near <= met
    assert len(near) >= 30


def _filled(random: Random) -> str:
    return f"dear {random.choice(VOCABULARY)} your order {{}} has left our house in " + " ".join(
        random.choices(VOCABULARY, k=2)
    )


def _passage(random: Random) -> str:
    return "a long passage that opens all of these texts in the same words as ever before " + (
        " ".join(f"{random.choice(VOCABULARY)}{random.choice(VOCABULARY)}" for _ in range(16))
    )


@pytest.mark.parametrize(
    "write",
    [
        lambda random: QUESTION,
        lambda random: _filled(random).format("now"),
        lambda random: _filled(random).format(random.randint(1, 10**9)),
        _passage,
    ],
    ids=["identical", "names", "numbers", "common passage"],
)
def test_thousands_of_look_alikes_cost_a_small_part_of_all_comparisons(
    write: Callable[[Random], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    random, compared = Random(1), []
    join_near = set_kernels.join_near

    def counted(above: Any, left: Any, *others: Any) -> None:
        compared.append(len(left))
        join_near(above, left, *others)

    monkeypatch.setattr(set_kernels, "join_near", counted)
    find_near_duplicates([Text(f"{i:05}", write(random)) for i in range(5000)])
    assert sum(compared) < 0.1 * 5000 * 5000 / 2


def test_planted_copies_are_found_and_look_alikes_stay() -> None:
    random = Random(2)
    vocabulary = [a + b for a in VOCABULARY for b in VOCABULARY]
    sample = [" ".join(random.choices(vocabulary, k=25)) for _ in range(400)]
    planted = planted_texts(sample, 3000)
    found = find_near_duplicates(
        [Text(text.id, text.text) for text in planted],
        ranks={text.id: (text.source is not None,) for text in planted},
    )
    sources = {text.id: text.source for text in planted if text.source}
    right = [match for match in found.dropped if sources.get(match.id) == match.kept_id]
    assert len(right) >= 0.98 * len(sources)
    assert len(right) >= 0.99 * len(found.dropped)


def test_revisions_of_one_page_are_told_from_other_pages(shared_data: Path) -> None:
    folder = shared_data / "near_duplicates"
    pages = {row["doc_id"]: row["text"] for row in _lines(folder / "rust_book_revisions.docs")}
    pairs = _lines(folder / "rust_book_revisions.pairs")
    found = find_near_duplicates(
        [Text(name, text) for name, text in pages.items()],
        NearDuplicateOptions(numbers_are_variants=False),
    )
    page = {name: name.split("@")[0] for name in pages}
    other = [match for match in found.dropped if page[match.id] != page[match.kept_id]]
    assert {(page[match.id], page[match.kept_id]) for match in other} == {
        ("src/ch10-01-syntax.md", "src/ch10-00-generics.md"),  # renumbered
        (
            "src/ch17-03-more-futures.md",
            "src/ch17-02-concurrency-with-async.md",
        ),  # half of it moved
    }
    close = [pair for pair in pairs if pair["same_document"] and pair["jaccard_5word"] >= 0.6]
    assert all(found.clusters[pair["a"]] == found.clusters[pair["b"]] for pair in close)


def _lines(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path.with_name(f"{path.name}.jsonl.gz")) as file:
        return [orjson.loads(line) for line in file]
