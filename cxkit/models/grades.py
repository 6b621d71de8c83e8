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
