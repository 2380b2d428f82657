"""A Hugging Face dataset card: what a version holds, what was left out, what its gate said."""

import json
from collections.abc import Mapping, Sequence

from ai_data_platform.core.gates import Verdict

__all__ = ["card"]


def card(
    title: str,
    summary: str,
    splits: Mapping[str, int],
    dropped: Mapping[str, int],
    verdict: Verdict,
    task: str,
    quality: Sequence[str] = (),
) -> bytes:
    """A Hugging Face dataset card: how to load it, what is in it, what was left out, what the gate said.

    `quality` are lines of Markdown about the rows.
    """
    present = [split for split, rows in splits.items() if rows]
    # One config: all configs of a folder are read in one format, so JSONL is loaded from its own folder.
    front = ["---", "configs:", "- config_name: default", "  data_files:"]
    for split in present:
        front += [f"  - split: {split}", f"    path: data/{split}.parquet"]
    front += ["task_categories:", f"- {task}", "---", ""]
    body = [
        f"# {title}",
        "",
        summary,
        "",
        "`datasets.load_dataset` on this folder reads the Parquet files in `data/`, on the folder `jsonl/` "
        "the same rows as JSONL.",
        "",
        "| split | rows |",
        "|---|---:|",
        *(f"| {split} | {rows:,} |" for split, rows in splits.items()),
        "",
        "## Left out",
        "",
        *_bars(dropped),
        "",
        *quality,
        "## Gate",
        "",
        f"Gate verdict: {verdict.summary}.",
        "",
        "| figure | value | wanted | why |",
        "|---|---:|---|---|",
        *(
            f"| {rule.figure} | {_number(verdict.figures.get(rule.figure))} | "
            f"{rule.comparison} {rule.threshold:g} | {rule.reason} |"
            for rule in verdict.rules
        ),
        "",
    ]
    return "\n".join([*front, *body]).encode()


def _bars(counts: Mapping[str, int]) -> list[str]:
    """A bar chart in text, the most frequent reason first."""
    if not counts:
        return ["Nothing was left out."]
    top = max(counts.values())
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    rows = [f"| {name} | {n:,} | {'█' * max(round(20 * n / top), 1)} |" for name, n in ordered]
    return ["| reason | rows | |", "|---|---:|---|", *rows]


def _number(value: float | None) -> str:
    return "not measured" if value is None else json.dumps(round(value, 4))
