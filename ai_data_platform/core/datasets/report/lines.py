"""The quality report in a few lines of Markdown, for a dataset card, and in words."""

from collections.abc import Mapping

from ai_data_platform.core.datasets.report.glossary import BIAS
from ai_data_platform.core.datasets.report.quality import QualityReport

__all__ = ["certificate_remarks", "quality_lines"]

_FIGURES = (
    ("response_words_p5", "words of the shortest twentieth of answers, at most", "{:,.0f}"),
    ("response_words_p50", "words of the middle answer", "{:,.0f}"),
    ("response_words_p95", "words that 95 % of answers do not exceed", "{:,.0f}"),
    ("row_tokens_p50", "tokens of the middle row", "{:,.0f}"),
    ("row_tokens_p99", "tokens that 99 % of rows do not exceed", "{:,.0f}"),
    ("share_over_max_tokens", "rows longer than the trainer keeps", "{:.2%}"),
    ("untrainable_share", "rows with nothing left to learn from once cut", "{:.2%}"),
    ("duplicate_rate", "rows that repeat another", "{:.2%}"),
    *BIAS,
    ("raw_duplicate_rate", "the same of all that came in", "{:.2%}"),
    ("drift_psi", "largest drift from the version published before (PSI)", "{:.3f}"),
)
_BESIDE = (
    "`quality.html` has every plot, the drift by variable, and what words mean. TRL reads this folder as "
    "it is, LLaMA-Factory by `dataset_info.json`, Axolotl by `axolotl.yml`.",
)
_REMARKS = (
    ("evaluation_items", "evaluation items that it was compared with"),
    ("contaminated_rows", "rows that hold an evaluation item"),
    ("leaked_pairs", "pairs of rows that resemble each other across splits"),
    ("leaked_prompts", "pairs of rows whose prompts resemble each other across splits"),
    ("shared_users", "users with rows in two splits"),
    ("shared_conversations", "conversations with rows in two splits"),
    (
        "conversations_in_another_sft_split",
        "conversations that the published SFT dataset has in another split",
    ),
)


def quality_lines(report: QualityReport) -> list[str]:
    """A section of a card: figures, counts as bars, the picture, and where the whole report is."""
    lines = ["## Quality", "", "![Quality of this version](quality.svg)", ""]
    lines += ["| measured | |", "|---|---:|"]
    for name, said, shape in _FIGURES:
        value = report.verdict.figures.get(name)
        if value is not None:
            lines.append(f"| {said} | {shape.format(value)} |")
    tokens = report.profile.tokens
    if tokens is not None:
        whose = f"`{tokens.tokenizer}`{', a stand-in,' if tokens.stand_in else ''}"
        lines += [
            "",
            f"Tokens were counted by {whose} in {tokens.sampled:,} of {report.profile.rows:,} rows; "
            f"the trainer is taken to keep {tokens.max_tokens:,}.",
        ]
    for name, counts in report.profile.categories.items():
        if name != "split":
            lines += ["", f"| {name} | | |", "|---|---:|---|", *_bars(counts)]
    return [*lines, "", *_BESIDE, ""]


def certificate_remarks(figures: Mapping[str, float | None]) -> dict[str, str]:
    """What the leakage certificate found, in words; nothing without one."""
    found = {said: figures[name] for name, said in _REMARKS if figures.get(name) is not None}
    remarks = {said: f"{value:,.0f}" for said, value in found.items()}
    if "leaked_pairs" in figures:
        remarks["proof"] = "certificate.json; `aidp verify-certificate` checks it again"
    return remarks


def _bars(counts: Mapping[str, int]) -> list[str]:
    top = max(counts.values(), default=1)
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:10]
    return [f"| {name} | {n:,} | {'█' * max(round(20 * n / top), 1)} |" for name, n in ordered]
