"""A check that could have overturned an estimate, as an object with a verdict.

The rule (one for all checks): False where the check finds what would overturn the estimate; True
where it finds nothing and the least effect it would have found in 80 % of samples is no larger
than the estimate; None, with the reason, in every other case.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from cxkit.display import Shown, message, text
from cxkit.errors import SampleError


@dataclass(frozen=True, eq=False, repr=False)
class Check(Shown):
    """One check: passed is True, False, or None where it could not have failed or not be run.

    reason says the verdict and why in one sentence, as a text; table holds what was computed.
    applicable is False where the question does not arise for this estimate, so that no grade
    waits for it. mde is the least effect the check would have found, in the estimate's unit;
    None where nothing was computed.
    """

    id: str
    passed: bool | None
    reason: Mapping[str, Any]
    table: pd.DataFrame = field(default_factory=pd.DataFrame)
    applicable: bool = True
    mde: float | None = None

    @property
    def summary(self) -> str:
        return text(self.reason)

    def as_row(self) -> dict[str, object]:
        """The check as one entry of `checks` in results.json."""
        return {"id": self.id, "passed": self.passed, "summary": self.summary,
                "message": dict(self.reason), "applicable": self.applicable,
                "mde": known(self.mde)}  # fmt: skip


def no_verdict(id: str, reason: Mapping[str, Any], table: pd.DataFrame | None = None) -> Check:
    """A check that could not be run, with the reason."""
    return Check(id, None, reason, pd.DataFrame() if table is None else table)


def not_applicable(id: str, reason: Mapping[str, Any]) -> Check:
    """A check whose question does not arise for this estimate."""
    return Check(id, None, reason, applicable=False)


def judged(
    id: str,
    failed: bool,
    mde: float,
    estimate: float,
    table: pd.DataFrame,
    **values: Any,
) -> Check:
    """The rule. mde and estimate in the same unit; the texts are check.<id>_failed, _passed and
    _weak, filled with values, mde and estimate."""
    passed = False if failed else (True if mde <= abs(estimate) else None)
    ending = {False: "failed", True: "passed", None: "weak"}[passed]
    filled = {k: known(v) for k, v in values.items()}
    reason = message(f"check.{id}_{ending}", **filled, mde=known(mde), estimate=known(estimate))
    return Check(id, passed, reason, table, mde=known(mde))


def known(value: Any) -> Any:
    """A plain number, None for one that is not finite; texts and counts as they are."""
    if value is None or isinstance(value, (str, bool, int, Mapping)):
        return value
    number = float(value)
    return number if math.isfinite(number) else None


def why(error: SampleError) -> Mapping[str, Any] | str:
    """The reason of a sample error as a text."""
    return error.reason or str(error)
