"""What a gate asks of agreement, and the sentence that says what to do when it is not there."""

from collections.abc import Sequence

from ai_data_platform.core.agreement.study import DEFAULT_FLOOR, Study
from ai_data_platform.core.gates import Rule

__all__ = ["advice", "agreement_figures", "agreement_rules", "pulled_down_by"]

_NAMED = 3


def agreement_figures(studies: Sequence[Study]) -> dict[str, float | None]:
    """Alpha of each task, its bounds, and how many items, labels and raters stand behind it."""
    found: dict[str, float | None] = {}
    for study in studies:
        own = study.agreement
        found |= {
            f"{study.task}_agreement": own.alpha.value,
            f"{study.task}_agreement_lower": own.alpha.lower,
            f"{study.task}_agreement_upper": own.alpha.upper,
            f"{study.task}_agreement_items": own.items,
            f"{study.task}_agreement_raters": own.raters,
            f"{study.task}_fleiss_kappa": own.fleiss.value,
        }
    return found


def agreement_rules(studies: Sequence[Study]) -> tuple[Rule, ...]:
    """Enough items, and agreement above the floor at its lower bound, for each of these tasks.

    A floor of None leaves one rule that always holds, so that every record of the verdict says that
    nothing was asked. A rule that is broken says what would help.
    """
    rules: list[Rule] = []
    for study in studies:
        items, lower = (f"{study.task}_agreement_{name}" for name in ("items", "lower"))
        floor = study.demand.floor
        if floor is None:
            rules.append(Rule(items, ">=", 0, "shown only: the floor of agreement is switched off"))
            continue
        enough = "fewer items that two people judged say little"
        agree = "people who judge the same must agree, beyond chance"
        if floor != DEFAULT_FLOOR:
            agree += f"; the team's own floor, {DEFAULT_FLOOR:g} by default"
        if not study.enough:
            enough += f": {advice(study)}"
        elif not study.passes:
            agree += f": {advice(study)}"
        least = study.demand.min_items
        rules.append(Rule(items, ">=", least, enough, breach="INSUFFICIENT_EVIDENCE"))
        rules.append(Rule(lower, ">", floor, agree))
    return tuple(rules)


def advice(study: Study) -> str:
    """What to collect, or who and what pulls the agreement down and which filter would pass."""
    if study.passes:
        return "nothing has to be done"
    if not study.enough:
        missing = study.demand.min_items - study.agreement.items
        more = f"have {missing:,} more items judged by two people or more"
        if study.single:
            return f"{more}; {study.single:,} were judged by one person only"
        return more
    said = []
    if wanted := study.items_wanted:
        more_items = wanted - study.agreement.items
        said.append(f"about {more_items:,} more items would do if agreement stays as it is")
    if names := pulled_down_by(study):
        said.append(f"pulled down by {', '.join(names)}")
    best = study.best_filter
    if best is not None:
        kept = best.items / study.agreement.items
        said.append(f"it would pass {best.said}, which keeps {kept:.0%} of the items")
    elif study.filters:
        said.append("no filter that was tried would pass on labels that it was not chosen by")
    return "; ".join(said) or "say in writing what makes an answer better, and label again"


def pulled_down_by(study: Study) -> tuple[str, ...]:
    """Up to three raters and three slices that are below the floor and lower the whole."""
    floor = DEFAULT_FLOOR if study.demand.floor is None else study.demand.floor
    raters = [
        f"rater {one.rater} ({one.with_rest.value:.2f})"
        for one in study.raters
        if (one.pull or 0) > 0 and one.with_rest.value is not None and one.with_rest.value < floor
    ]
    slices = [
        (one.pull, f"{column} {one.name} ({one.agreement.alpha.value:.2f})")
        for column, found in study.slices.items()
        for one in found
        if (one.pull or 0) > 0
        and one.agreement.alpha.value is not None
        and one.agreement.alpha.value < floor
    ]
    slices.sort(key=lambda found: (-(found[0] or 0), found[1]))
    return (*raters[:_NAMED], *(said for _, said in slices[:_NAMED]))
