"""Checks that could have overturned an estimate, as objects with a verdict."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from cxkit.display import Shown, text
from cxkit.errors import SampleError
from cxkit.measures import Panel
from cxkit.measures.disclosure import MIN_CELL
from cxkit.models.linkage import LinkageFamily, LinkageResult, fit_linkage


@dataclass(frozen=True, eq=False, repr=False)
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
    conf_high; industries of fewer than five companies are left out together, as "". Failed
    when leaving one out turns the sign. Passed only when no sign turns and every refit's
    minimum detectable effect is no larger than the estimate. None where the estimate does not
    differ clearly from zero, whose sign is chance, or where the sample is too small.
    """
    groups = _industries(panel.table)
    if not result.clear:
        return _none(
            "The estimate is not clearly different from zero, so there is no sign to turn."
        )
    if groups.nunique() < 3:
        few = groups.nunique()
        return _none(f"{few} industries of five companies or more; at least three are needed.")
    rows: list[dict[str, Any]] = []
    mdes: list[float] = []
    for industry in sorted(groups.dropna().unique()):
        kept = panel.table[groups != industry]
        try:
            refit = fit_linkage(
                replace(panel, table=kept), result.spec.specification, result.spec.clip
            )
        except SampleError as error:
            reason = text(error.reason) if error.reason else str(error)
            return _none(f"Without {industry or 'the small industries'}: {reason}")
        mdes.append(refit.mde)
        rows.append(
            {"industry": industry, "rows": refit.nobs, "entities": refit.entities}
            | {k: float(refit.score[k]) for k in ("estimate", "conf_low", "conf_high")}
        )
    return _verdict(pd.DataFrame(rows), mdes, float(result.score.estimate))


def _industries(table: pd.DataFrame) -> pd.Series:
    """Each row's industry; "" for the industries too small to be told apart, if not all too few."""
    companies = table.groupby("industry")["company_id"].transform("nunique")
    small = companies < MIN_CELL
    enough = table.loc[small, "company_id"].nunique() >= MIN_CELL
    return table["industry"].mask(small, "" if enough else np.nan)


def _none(why: str) -> Check:
    return Check("leave_one_industry_out", None, why, pd.DataFrame())


def _verdict(table: pd.DataFrame, mdes: list[float], estimate: float) -> Check:
    turned = table[np.sign(table["estimate"]) != np.sign(estimate)]
    low, high = 100 * table["estimate"].min(), 100 * table["estimate"].max()
    span = f"the estimate runs from {low:+.2f} to {high:+.2f} percentage points per score point"
    name = "leave_one_industry_out"
    if len(turned):
        which = ", ".join(str(i) or "the small industries" for i in turned["industry"])
        return Check(name, False, f"Without {which} the sign turns; {span}.", table)
    if max(mdes) > abs(estimate):
        why = f"No industry turns the sign ({span}), but the sample is too small to have shown it."
        return Check(name, None, why, table)
    return Check(name, True, f"No single industry carries the estimate: {span}.", table)


def check_linkage(panel: Panel, family: LinkageFamily) -> list[Check]:
    """Every check of the primary estimate, on the panel it was fitted to; none without one."""
    return [leave_one_industry_out(panel, family.main)] if family.main else []
