"""The agreement of raters as one page: no network, no script, plots inside, light and dark."""

from collections.abc import Sequence
from html import escape

from ai_data_platform.core.agreement.gate import advice
from ai_data_platform.core.agreement.page_sections import (
    filter_section,
    made_of,
    rater_section,
    slice_sections,
    span_of,
)
from ai_data_platform.core.agreement.study import Study
from ai_data_platform.core.datasets.report.interval_chart import INTERVAL_STYLE, interval_chart
from ai_data_platform.core.datasets.report.page_parts import (
    definitions,
    html_page,
    plot_grid,
    section,
)

__all__ = ["agreement_page"]

_TERMS = (
    (
        "Item",
        "What several people judge: two answers to one prompt, or one answer. Only items with labels of two "
        "people or more tell of agreement.",
    ),
    (
        "Alpha",
        "Krippendorff's alpha: 1 − observed ∕ expected disagreement. 1 is perfect agreement, 0 what chance "
        "gives, and below 0 people disagree more than by chance. It takes any number of raters, and items "
        "that some did not label.",
    ),
    (
        "Lower bound",
        "In 95 % of resamples of the items alpha is above it. The gate asks it of the bound, not of alpha: "
        "few items must not pass by luck.",
    ),
    (
        "Kappa",
        "Cohen's kappa compares two people, Fleiss' kappa several with as many labels for every item. On "
        "nominal labels alpha is about the same.",
    ),
    (
        "Pull",
        "What alpha would rise by without this rater or slice: above 0 they pull it down.",
    ),
    (
        "Circular",
        "A filter chosen on the labels by which it is then judged looks better than it is. On unseen labels "
        "it is judged by others: raters and slices are chosen on four fifths of the items and judged on the "
        "fifth; of a majority, each label is compared with the others of its item.",
    ),
)


def agreement_page(title: str, studies: Sequence[Study], judged: Sequence[str]) -> bytes:
    """HTML in UTF-8, whole in itself; the same studies give the same bytes.

    `judged` are the tasks that a gate asks for; the others are shown and block nothing.
    """
    asked = [study for study in studies if study.task in judged]
    sections = [_head(title, asked), _overview(studies)]
    for study in studies:
        if study.agreement.items:
            sections += [_task(study, judged=study in asked)]
    sections.append(section("Words on this page", "", definitions(_TERMS)))
    return html_page(title, sections, INTERVAL_STYLE)


def _head(title: str, asked: Sequence[Study]) -> str:
    passed = all(study.passes for study in asked)
    if all(study.demand.floor is None for study in asked):
        pill = '<span class="pill bad">shown only: no floor is asked for</span>'
    elif passed:
        pill = '<span class="pill good">people agree</span>'
    else:
        pill = '<span class="pill bad">people do not agree enough, or too few were asked</span>'
    said = "".join(
        f"<p><b>{escape(study.task)}</b>: {escape(advice(study))}.</p>"
        for study in asked
        if not study.passes
    )
    return f"<h1>{escape(title)}</h1><p>{pill}</p>{said}"


def _overview(studies: Sequence[Study]) -> str:
    floors = [study.demand.floor for study in studies if study.demand.floor is not None]
    spans = [
        found
        for study in studies
        if (found := span_of(study.task, study.agreement, study.demand.floor)) is not None
    ]
    silent = [study.task for study in studies if not study.agreement.items]
    text = f" Nobody judged the same item of: {', '.join(silent)}." if silent else ""
    floor = floors[0] if floors else None
    plot = interval_chart("Alpha by task", spans, floor=floor, ends=(-0.25, 1.0))
    return section(
        "How far people agree",
        f"Alpha of each task with its bounds; the dashed line is the floor.{text}",
        plot_grid([plot]) if spans else "",
    )


def _task(study: Study, *, judged: bool) -> str:
    own, floor = study.agreement, study.demand.floor
    shown = "judged by the gate" if judged else "shown, and blocks nothing"
    tiles = [
        ("alpha", _figure(own.alpha.value)),
        (
            "lower bound" + (f", asked > {floor:g}" if judged and floor else ""),
            _figure(own.alpha.lower),
        ),
        ("Fleiss' kappa", _figure(own.fleiss.value)),
        (f"items with two labels or more, {study.single:,} with one", f"{own.items:,}"),
        ("labels", f"{own.labels:,}"),
        ("people", f"{own.raters:,}"),
    ]
    body = "".join(
        f'<div class="tile"><b>{escape(value)}</b><span>{escape(said)}</span></div>'
        for said, value in tiles
    )
    return "".join(
        [
            section(
                f"Task: {study.task}",
                f"{study.level} labels; {shown}.",
                f'<div class="tiles">{body}</div>',
            ),
            made_of(study),
            rater_section(study),
            *slice_sections(study),
            filter_section(study),
        ]
    )


def _figure(value: float | None) -> str:
    return "not defined" if value is None else f"{value:.3f}"
