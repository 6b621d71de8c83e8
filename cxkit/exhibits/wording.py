"""Chooses the sentence from the numbers, so that a headline cannot outlive its data.

An interval that holds zero never reads as a difference; a clear one is said with the verb its
grade allows. A clear estimate beyond what published research makes plausible, or from a sample
that could hardly have seen a plausible one, is called so.
"""

from __future__ import annotations

from typing import Any

from cxkit.display import message
from cxkit.measures import Panel
from cxkit.models.linkage import LinkageResult
from cxkit.models.power import PLAUSIBLE_R
from cxkit.models.specifications import SPECIFICATIONS

_GRADE_VERB = {"B": "goes_with", "C": "associated", "D": "seen_together"}


def panel_values(panel: Panel) -> dict[str, Any]:
    """What texts about a panel are filled with."""
    years = panel.table["fiscal_year"]
    return {
        "kept": len(panel.table),
        "scores": panel.scores,
        "outcome": panel.outcome,
        "companies": panel.companies,
        "first": int(years.min()) if len(years) else None,
        "last": int(years.max()) if len(years) else None,
        "lag": f"lag{panel.lag}",
    }


def linkage_values(result: LinkageResult) -> dict[str, Any]:
    """What texts about an estimate are filled with, at full precision."""
    row, spec = result.score, result.spec
    return {
        "outcome": spec.outcome,
        "lag": f"lag{spec.lag}",
        "when": f"when.lag{spec.lag}",
        "specification": spec.specification,
        "level": f"level.{SPECIFICATIONS[spec.specification].level}",
        "estimate": float(row.estimate),
        "conf_low": float(row.conf_low),
        "conf_high": float(row.conf_high),
        "p_value": float(row.p_value),
        "mde": result.mde,
        "mde_r": result.mde_r,
        "r": result.r,
        "plausible": PLAUSIBLE_R,
        "companies": result.entities,
        "rows": result.nobs,
    }


def linkage_message(result: LinkageResult) -> dict[str, Any]:
    """The headline of one estimate, by its interval, its power, its size and its grade."""
    values = linkage_values(result)
    if not result.clear:
        return message("linkage.unclear", **values)
    if abs(result.r) > PLAUSIBLE_R:
        return message("linkage.implausible", **values)
    if result.mde_r > PLAUSIBLE_R:
        return message("linkage.exaggerated", **values)
    return message("linkage.clear", verb=f"verb.{_GRADE_VERB[result.grade]}", **values)


def sure_messages(result: LinkageResult, truth: dict[str, Any] | None) -> list[dict[str, Any]]:
    """How sure the answer is: interval, sample, what could have been seen, grade, error."""
    values = linkage_values(result)
    return [
        message("linkage.sure_interval", **values),
        message("linkage.sure_mde", **values),
        message(f"grade.{result.grade}"),
        *caution(result, truth),
    ]


def caution(
    result: LinkageResult | None, truth: dict[str, Any] | None = None
) -> list[dict[str, Any]]:
    """What pulls the estimate one way: error in the score; and the truth where it is known."""
    if result is None:
        return []
    level = SPECIFICATIONS[result.spec.specification].level
    notes = [message(f"linkage.attenuated_{level}")]
    planted = (truth or {}).get(result.spec.outcome)
    if planted is None or result.spec.lag != 1:
        return notes
    estimate = float(result.score.estimate)
    values = {"planted": planted, "estimate": estimate, "specification": result.spec.specification}
    if level == "within" and 0 < estimate < planted:
        return [*notes, message("linkage.truth_below", **values)]
    return [*notes, message(f"linkage.truth_{level}", **values)]
