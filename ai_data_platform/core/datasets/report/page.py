"""The quality report as one page: no network, no script, plots inside, light and dark."""

from html import escape

from ai_data_platform.core.datasets.report.glossary import BIAS, TERMS
from ai_data_platform.core.datasets.report.page_parts import (
    definitions,
    html_page,
    marked,
    plot_grid,
    section,
)
from ai_data_platform.core.datasets.report.quality import QualityReport
from ai_data_platform.core.datasets.report.sections import (
    category_plots,
    drift_plot,
    funnel_plot,
    token_plots,
    turns_plot,
    word_plots,
)

__all__ = ["quality_page"]


def quality_page(report: QualityReport) -> bytes:
    """HTML in UTF-8, whole in itself; the same report gives the same bytes."""
    sections = [
        _head(report),
        _tiles(report),
        _rules(report),
        _findings(report),
        _funnel(report),
        _lengths(report),
        _bias(report),
        _shape(report),
        _drift(report),
        _remarks(report),
        _words(report),
    ]
    return html_page(f"Quality: {report.title}", sections)


def _head(report: QualityReport) -> str:
    passed = report.verdict.passed
    kind, said = ("good", "every rule holds") if passed else ("bad", "a rule is broken")
    broken = "".join(f"<p>{escape(reason)}</p>" for reason in report.verdict.reasons)
    return (
        f'<h1>{escape(report.title)}</h1><p class="quiet">{marked(report.summary)}</p>'
        f'<p><span class="pill {kind}">{said}</span></p>{broken}'
    )


def _tiles(report: QualityReport) -> str:
    """The figures that somebody asks for first."""
    figures = report.verdict.figures
    tiles = [("rows", f"{report.profile.rows:,}")]
    if report.funnel and report.funnel[0].rows_in:
        came = report.funnel[0].rows_in
        tiles.append(
            (f"of {came:,} {report.unit} kept", f"{report.funnel[-1].rows_out / came:.1%}")
        )
    for name, said, shape in _TILES:
        value = figures.get(name)
        if value is not None:
            tiles.append((said, shape.format(value)))
    body = "".join(
        f'<div class="tile"><b>{escape(value)}</b><span>{escape(said)}</span></div>'
        for said, value in tiles
    )
    return f'<div class="tiles">{body}</div>'


_TILES = (
    ("response_words_p50", "words in the middle answer", "{:,.0f}"),
    ("row_tokens_p95", "tokens: 95 % of rows have no more", "{:,.0f}"),
    ("share_over_max_tokens", "of rows longer than the trainer keeps", "{:.2%}"),
    ("duplicate_rate", "of rows repeat another", "{:.2%}"),
    ("drift_psi", "largest drift from what is published (PSI)", "{:.2f}"),
)


def _rules(report: QualityReport) -> str:
    rows = []
    for rule in report.verdict.rules:
        seen = report.verdict.figures.get(rule.figure)
        held = rule.failure(report.verdict.figures) is None
        mark = '<td class="yes">✓</td>' if held else '<td class="no">✗</td>'
        rows.append(
            f'<tr><td>{escape(_plain(rule.figure))}</td><td class="n">{_number(seen)}</td>'
            f'<td class="n">{escape(rule.comparison)}&nbsp;{rule.threshold:g}</td>{mark}'
            f"<td>{escape(rule.reason)}</td></tr>"
        )
    head = (
        '<th>figure</th><th class="n">measured</th><th class="n">wanted</th><th></th><th>why</th>'
    )
    return section(
        "What was asked of it",
        "Each of these must hold before anybody is given this dataset.",
        f'<div class="wide"><table><tr>{head}</tr>{"".join(rows)}</table></div>',
    )


def _findings(report: QualityReport) -> str:
    """The first rows that break a rule, by rule."""
    rows = [
        f"<tr><td>{escape(_plain(figure))}</td><td><code>{escape(one.place)}</code></td>"
        f'<td>{escape(one.reason)}<br><span class="quiet">{escape(one.seen)}</span></td></tr>'
        for figure, found in report.findings.items()
        for one in found
    ]
    if not rows:
        return ""
    head = "<th>figure</th><th>row</th><th>what was seen</th>"
    return section(
        "Rows to look at",
        "The first rows behind a figure, with file and line, whether its rule holds or not.",
        f'<div class="wide"><table><tr>{head}</tr>{"".join(rows)}</table></div>',
    )


def _funnel(report: QualityReport) -> str:
    plot = funnel_plot(report)
    if plot is None:
        return ""
    said = (
        "From what came in to what can be trained on. Orange bars left, each for one reason."
        if report.funnel
        else "Each bar is one reason."
    )
    rate = report.raw_duplicate_rate
    repeated = ""
    if rate is not None and report.duplicates:
        parts = ", ".join(f"{n:,} {_plain(name)}" for name, n in report.duplicates.items())
        repeated = f" Of all that came in, {rate:.1%} repeated something else: {parts}."
    return section(
        "What was left out, and why",
        f"{said}{repeated}",
        plot_grid([plot]),
    )


def _lengths(report: QualityReport) -> str:
    before = " The dashed outline is the published version." if report.published else ""
    words = section(
        "Lengths in words",
        f"How long messages are; p95 is the length that 95 % do not exceed.{before}",
        plot_grid(word_plots(report.profile, report.published)),
    )
    tokens = report.profile.tokens
    plots = token_plots(report.profile, report.published)
    if tokens is None or not plots:
        return words
    whose = (
        f"Counted by {tokens.tokenizer}, a stand-in: set AIDP_TOKENIZER to your model's tokenizer."
        if tokens.stand_in
        else f"Counted by {tokens.tokenizer}."
    )
    sampled = (
        "all rows"
        if tokens.sampled == report.profile.rows
        else f"a fixed sample of {tokens.sampled:,} of {report.profile.rows:,} rows"
    )
    said = (
        f"{whose} Over {sampled}: {_percent(tokens.over_max, tokens.sampled)} are longer than the "
        f"{tokens.max_tokens:,} tokens that the trainer keeps, and lose their end; "
        f"{_percent(tokens.untrainable, tokens.sampled)} have nothing left to learn from."
    )
    return words + section("Lengths in tokens", said, plot_grid(plots))


def _shape(report: QualityReport) -> str:
    plots = [*category_plots(report.profile), turns_plot(report.profile)]
    return section("What it is made of", "Counted over all rows.", plot_grid(plots))


def _bias(report: QualityReport) -> str:
    """What may be learnt instead of what people like; nothing for a dataset without likes."""
    figures = report.verdict.figures
    if figures.get("length_bias_auc") is None:
        return ""
    rows = "".join(
        f'<tr><td>{escape(said)}</td><td class="n">{shape.format(figures[name])}</td></tr>'
        for name, said, shape in BIAS
        if figures.get(name) is not None
    )
    return section(
        "What could be learnt instead",
        "A model may learn that long answers win, or the first of two, or what one person likes.",
        f'<div class="wide"><table>{rows}</table></div>',
    )


def _drift(report: QualityReport) -> str:
    plot = drift_plot(report)
    if plot is None:
        return section(
            "Drift", "Nothing was published before, so there is nothing to compare with.", ""
        )
    rows = "".join(
        f'<tr><td>{escape(drift.variable)}</td><td class="n">{drift.psi:.3f}</td>'
        f'<td class="n">{drift.chance:.3f}</td><td>{drift.band}</td></tr>'
        for drift in report.drift
    )
    head = '<th>variable</th><th class="n">PSI</th><th class="n">by chance</th><th>drift</th>'
    version = f" {report.published_version}" if report.published_version else ""
    return section(
        "Drift",
        f"How far each variable moved from the published version{version}. Below 0.1 is none, from 0.25 "
        "large; a PSI that chance alone gives at these sizes counts as none.",
        f'{plot_grid([plot])}<div class="wide"><table><tr>{head}</tr>{rows}</table></div>',
    )


def _remarks(report: QualityReport) -> str:
    if not report.remarks:
        return ""
    rows = "".join(
        f"<tr><td>{escape(name)}</td><td>{marked(said)}</td></tr>"
        for name, said in report.remarks.items()
    )
    return section(
        "Evaluation sets and splits",
        "Whether it holds what models are tested on, and whether its splits share rows.",
        f'<div class="wide"><table>{rows}</table></div>',
    )


def _words(report: QualityReport) -> str:
    return section("Words on this page", "", definitions(TERMS))


def _number(value: float | None) -> str:
    return "not measured" if value is None else f"{value:,.4f}".rstrip("0").rstrip(".")


def _percent(part: int, whole: int) -> str:
    return f"{part / whole:.2%}" if whole else "0 %"


def _plain(name: str) -> str:
    return name.replace("_", " ")
