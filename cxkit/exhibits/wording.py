"""Chooses the sentence from the numbers, so that a headline cannot outlive its data.

An interval that holds zero never reads as a difference; a clear one is said with the verb its
grade allows. A clear estimate beyond what published research makes plausible, or from a sample
that could hardly have seen a plausible one, is called so; one that does not hold once industries'
own years are held fixed is not told as a difference.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cxkit.display import message
from cxkit.measures import Panel
from cxkit.models.checks import Check
from cxkit.models.linkage import LinkageResult
from cxkit.models.linkage_result import known
from cxkit.models.power import EXAGGERATED_R, EXPECTED_R, PLAUSIBLE_R
from cxkit.models.specifications import SPECIFICATIONS

TIMING = ("placebo_lead", "reverse_regression")  # whose failure says the estimate may be too large
GRADE_VERB = {"A": "raised", "B": "goes_with", "C": "associated", "D": "seen_together"}


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
    row, spec, shared = result.score, result.spec, result.shared
    level = SPECIFICATIONS[spec.specification].level
    return {
        "outcome": spec.outcome,
        "lag": f"lag{spec.lag}",
        "when": f"when.lag{spec.lag}",
        "specification": spec.specification,
        "correction": spec.correction,
        "level": f"level.{level}" if spec.correction == "none" else f"level.{level}_corrected",
        "estimate": float(row.estimate),
        "conf_low": float(row.conf_low),
        "conf_high": float(row.conf_high),
        "p_value": float(row.p_value),
        "mde": result.mde,
        "mde_r": result.mde_r,
        "r": result.r,
        "expected": EXPECTED_R,
        "plausible": PLAUSIBLE_R,
        "per_tenth": result.per_tenth_of_scale,
        "per_sd": known(result.per_sd_within),
        "companies": result.entities,
        "rows": result.nobs,
        "shared": shared.share if shared else None,
        "shared_low": shared.conf_low if shared else None,
        "shared_high": shared.conf_high if shared else None,
    }


def linkage_message(result: LinkageResult) -> dict[str, Any]:
    """The headline of one estimate, by its interval, its power, its size and its grade."""
    values = linkage_values(result)
    if not result.bounded:
        return message("linkage.unbounded", **values)
    if not result.clear:
        missed = result.mde_r > EXPECTED_R
        return message("linkage.undetectable" if missed else "linkage.unclear", **values)
    if not result.holds:
        return message(_unheld(result), **values)
    if abs(result.r) > PLAUSIBLE_R:
        return message("linkage.implausible", **values)
    if result.mde_r > EXAGGERATED_R:
        return message("linkage.exaggerated", **values)
    return message("linkage.clear", verb=f"verb.{GRADE_VERB[result.grade]}", **values)


def _unheld(result: LinkageResult) -> str:
    """Why a clear estimate is not told: what it is with industries' years held fixed."""
    low, high = (getattr(result.shared, name, None) for name in ("conf_low", "conf_high"))
    if low is None or high is None:
        return "linkage.shared_alone"
    return "linkage.shared" if low <= 0 <= high else "linkage.shared_turned"


def sure_messages(
    result: LinkageResult,
    truth: dict[str, Any] | None,
    reason: Mapping[str, Any] | None = None,
    checks: Sequence[Check] = (),
) -> list[dict[str, Any]]:
    """How sure the answer is: interval, sample, what could have been seen, grade, error."""
    values = linkage_values(result)
    size = "sure_tenth" if values["per_sd"] is None else "sure_size"
    return [
        message("linkage.sure_interval" if result.bounded else "linkage.sure_unbounded", **values),
        message("linkage.sure_mde" if result.bounded else "linkage.sure_mde_none", **values),
        *([message(f"linkage.{size}", **values)] if result.clear else []),
        message(f"grade.{result.grade}"),
        *_short_of(result, checks),
        *_failed(checks),
        *caution(result, truth, reason, checks),
    ]


def _short_of(result: LinkageResult, checks: Sequence[Check]) -> list[dict[str, Any]]:
    """What keeps an estimate within companies from grade B."""
    within = SPECIFICATIONS[result.spec.specification].level == "within"
    asked = [c for c in checks if c.applicable]
    if not within or result.grade != "C" or not asked:
        return []
    failed, none = (tuple(c for c in asked if c.passed is v) for v in (False, None))
    values = {"of": len(asked), "passed": len(asked) - len(failed) - len(none),
              "failed": len(failed), "none": len(none)}  # fmt: skip
    corrected = result.spec.correction != "none"
    return [message("linkage.short_of" if corrected else "linkage.short_of_raw", **values)]


def _failed(checks: Sequence[Check]) -> list[dict[str, Any]]:
    """Each check that failed, with what it found: a reason to doubt belongs on the first page."""
    return [
        message("linkage.failed_check", check=message(f"check.{c.id}"), why=c.reason)
        for c in checks
        if c.applicable and c.passed is False
    ]


def caution(
    result: LinkageResult | None,
    truth: dict[str, Any] | None = None,
    reason: Mapping[str, Any] | None = None,
    checks: Sequence[Check] = (),
) -> list[dict[str, Any]]:
    """What pulls the estimate one way: error in the score, industries' shared years; and the
    truth where it is known. reason says why error was dealt with as it was; checks are those of
    the primary estimate."""
    if result is None:
        return []
    return [*_error(result, reason, checks), *_shared(result), *_truth(result, truth or {})]


def _error(
    result: LinkageResult, reason: Mapping[str, Any] | None, checks: Sequence[Check]
) -> list[dict[str, Any]]:
    level = SPECIFICATIONS[result.spec.specification].level
    dealt = result.corrected
    if dealt is None:
        if reason and level == "within":
            return [dict(reason), message("linkage.attenuated_rest")]
        return [message(f"linkage.attenuated_{level}")]
    ending = result.spec.correction.replace("-", "_")
    values = {"within": dealt.reliability_within, "splits": dealt.splits,
              "lost": round(dealt.rows_lost)}  # fmt: skip
    if result.spec.specification == "forward-deviations":
        return [message("linkage.corrected_forward", **values)]
    if ending == "split_halves" and any(c.id in TIMING and c.passed is False for c in checks):
        ending = "split_halves_either_way"
    return [message(f"linkage.corrected_{ending}", **values)]


def _shared(result: LinkageResult) -> list[dict[str, Any]]:
    """That industries share their years, and what the estimate is with those held fixed."""
    shared = result.shared
    if shared is None or not shared.found or shared.conf_low is None:
        return []
    return [message("linkage.shared_note", estimate=shared.estimate, **_only(result))]


def _only(result: LinkageResult) -> dict[str, Any]:
    values = linkage_values(result)
    return {k: values[k] for k in ("shared", "shared_low", "shared_high")}


def _truth(result: LinkageResult, truth: dict[str, Any]) -> list[dict[str, Any]]:
    planted = truth.get(result.spec.outcome)
    if planted is None or result.spec.lag != 1 or result.spec.measure != "index":
        return []
    row, level = result.score, SPECIFICATIONS[result.spec.specification].level
    estimate = float(row.estimate)
    values = {"planted": planted, "estimate": estimate, "specification": result.spec.specification}
    if level == "within" and result.corrected is not None:
        inside = bool(row.conf_low <= planted <= row.conf_high)
        return [message(f"linkage.truth_{'inside' if inside else 'outside'}", **values)]
    if level == "within" and 0 < estimate < planted:
        return [message("linkage.truth_below", **values)]
    return [message(f"linkage.truth_{level}", **values)]
