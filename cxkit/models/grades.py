"""Claim grades: what a design lets a sentence say. The rule is printed in every report.

A: the change was assigned, not chosen, with ten companies or more on each side, a flat run before
it and an interval that survives the trend the test before it could have missed. B: within
company, lagged, the score's error dealt with, every applicable check passed with the power to
have failed. C: between companies, adjusted for industry, size and year; or within companies with
something of B missing. D: raw comparison, or a comparison between companies that leaves industry
or size open.
"""

from __future__ import annotations

from collections.abc import Iterable

from cxkit.models.specifications import Specification

ASSIGNED = ("randomised", "scheduled")
LEAST_EACH = 10  # companies with the change, and without


def grade(spec: Specification, lag: int, *, corrected: bool, checks: Iterable[bool | None]) -> str:
    """The grade of one estimate of the score.

    checks holds each applicable check's verdict: True, False, or None where it could not have
    failed; no check at all counts as one that could not have failed.
    """
    if spec.level == "within":
        verdicts = list(checks)
        sound = bool(verdicts) and all(v is True for v in verdicts)
        return "B" if lag >= 1 and corrected and sound else "C"
    return "C" if {"industry", "size", "year"} <= set(spec.adjusts) else "D"


def grade_of_change(
    assignment: str | None, changed: int, others: int, *, flat: bool | None, survives: bool | None
) -> str:
    """The grade of a change that some companies went through and others did not.

    assignment is that of the events (`chosen` or unknown otherwise); flat says whether the test
    of the years before passed, survives whether the interval leaves zero out after a linear trend
    of the size that test could have missed; None counts as no.
    """
    assigned = assignment in ASSIGNED and min(changed, others) >= LEAST_EACH
    return "A" if assigned and flat is True and survives is True else "C"
