"""Checks that could have overturned an estimate, as objects with a verdict."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from cxkit.display import Shown
from cxkit.errors import SampleError
from cxkit.measures import Panel
from cxkit.models.linkage import MIN_COMPANIES, LinkageFamily, LinkageResult, fit_linkage


@dataclass(frozen=True, eq=False)
class Check(Shown):
    """One check: passed is True, False, or None where it could not have failed or not be run.

    table holds what was computed; summary says the verdict and its reason in one sentence.
    """

    id: str
    passed: bool | None
    summary: str
    table: pd.DataFrame

    def as_row(self) -> dict[str, object]:
        return {"id": self.id, "passed": self.passed, "summary": self.summary}


def leave_one_industry_out(panel: Panel, result: LinkageResult) -> Check:
    """Refit without each industry in turn: does one industry carry the estimate?

    table has one row per industry left out: industry, rows, entities, estimate, conf_low,
    conf_high. Failed when leaving one out turns the sign. Passed only when no sign turns and
    every refit's minimum detectable effect is no larger than the estimate; else None.
    """
    industries = sorted(panel.table["industry"].dropna().unique())
    if len(industries) < 3:
        why = f"{len(industries)} industries: at least three are needed to leave one out."
        return Check("leave_one_industry_out", None, why, pd.DataFrame())
    rows: list[dict[str, Any]] = []
    mdes: list[float] = []
    for industry in industries:
        kept = panel.table[panel.table["industry"] != industry]
        try:
            refit = fit_linkage(
                replace(panel, table=kept), result.spec.specification, result.spec.clip
            )
        except SampleError:
            left = kept["company_id"].nunique()
            why = f"Without {industry} {left} companies are left; {MIN_COMPANIES} are needed."
            return Check("leave_one_industry_out", None, why, pd.DataFrame(rows))
        mdes.append(refit.mde)
        rows.append(
            {"industry": industry, "rows": refit.nobs, "entities": refit.entities}
            | {k: float(refit.score[k]) for k in ("estimate", "conf_low", "conf_high")}
        )
    return _verdict(pd.DataFrame(rows), mdes, float(result.score.estimate))


def _verdict(table: pd.DataFrame, mdes: list[float], estimate: float) -> Check:
    turned = table[np.sign(table["estimate"]) != np.sign(estimate)]
    low, high = 100 * table["estimate"].min(), 100 * table["estimate"].max()
    span = f"the estimate runs from {low:+.2f} to {high:+.2f} percentage points per score point"
    name = "leave_one_industry_out"
    if len(turned):
        which = ", ".join(str(i) for i in turned["industry"])
        return Check(name, False, f"Without {which} the sign turns; {span}.", table)
    if max(mdes) > abs(estimate):
        why = f"No industry turns the sign ({span}), but the sample is too small to have shown it."
        return Check(name, None, why, table)
    return Check(name, True, f"No single industry carries the estimate: {span}.", table)


def check_linkage(panel: Panel, family: LinkageFamily) -> list[Check]:
    """Every check of the primary estimate, on the panel it was fitted to; none without one."""
    return [leave_one_industry_out(panel, family.main)] if family.main else []
