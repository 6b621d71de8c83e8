"""A company that is all the others added up: a total that was given an id of its own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxkit.contracts.intake import Intake
from cxkit.contracts.strict import quoted
from cxkit.contracts.totals import is_total_word

PERIOD = ["period_end", "period_months", "currency"]
ADDED = (
    "revenue",
    "cost_of_revenue",
    "gross_profit",
    "operating_income",
    "net_income",
    "total_assets",
    "employees",
)
PLAIN = ("employees",)  # counted, not in the unit of the accounts
CELLS = 3  # that have to be sums, of a company whose name says nothing
WORDED = 1  # of one that calls itself a total
ROUNDING = 0.51  # units of the accounts that each company's rounding may add
EXACT = 1e-6  # and part of the sum that the computer's may


@dataclass(frozen=True, eq=False)
class _Sums:
    """Each row's amounts and those of the others in its period: (n, lines), NaN where unknown.

    others counts the other companies of the period, slack is what rounding may come to.
    """

    own: np.ndarray
    rest: np.ndarray
    others: np.ndarray
    slack: np.ndarray


def check_group_totals(intake: Intake) -> None:
    """Set aside the accounts of companies that are sums, and their rows among the companies."""
    if "pnl" not in intake.frames:
        return
    frame = intake.frames["pnl"]
    known = frame[["company_id", "unit", "revenue", *PERIOD]].notna().all(axis=1).to_numpy()
    if frame.loc[known, "company_id"].nunique() < 3:
        return
    sums = _sums(frame[known])
    ids = frame.loc[known, "company_id"].to_numpy(dtype=object)
    for company in dict.fromkeys(ids.tolist()):
        count = _agreeing(sums, ids == company, company)
        if count:
            _report(intake, company, count)
    intake.drop_aside("pnl")
    intake.drop_aside("companies")


def _sums(frame: pd.DataFrame) -> _Sums:
    unit = frame["unit"].to_numpy(float)
    scale = np.column_stack([np.ones_like(unit) if name in PLAIN else unit for name in ADDED])
    amounts = pd.DataFrame(frame[list(ADDED)].to_numpy(float) * scale, columns=list(ADDED))
    period = frame.groupby(PERIOD, sort=False).ngroup().to_numpy()
    groups = amounts.groupby(period)
    total, given = groups.transform("sum").to_numpy(), groups.transform("count").to_numpy()
    own = amounts.to_numpy()
    here = np.bincount(period)[period]
    largest = pd.DataFrame(scale).groupby(period).transform("max").to_numpy()
    rest = np.where((given == here[:, None]) & np.isfinite(own), total - own, np.nan)
    slack = ROUNDING * here[:, None] * largest + EXACT * np.abs(own)
    return _Sums(own, rest, here - 1, np.minimum(slack, 1e-3 * np.abs(own)))


def _agreeing(sums: _Sums, rows: np.ndarray, company: str) -> int:
    """How many of a company's cells are sums of the others'; 0 unless it is a total."""
    if (sums.others[rows] < 2).any():
        return 0
    away = np.abs(sums.own[rows] - sums.rest[rows])
    with np.errstate(invalid="ignore"):
        agree = (away <= sums.slack[rows]) & (sums.own[rows] != 0)
    tried = np.isfinite(away)
    if not agree[:, 0].all() or agree.sum() < 0.8 * tried.sum():
        return 0
    needed = WORDED if is_total_word(company) else CELLS
    return int(agree.sum()) if agree.sum() >= needed else 0


def _report(intake: Intake, company: str, count: int) -> None:
    """Each row of the accounts, and the company's own unless it is the reader's."""
    why = (
        f"{quoted(company)} is the sum of the other companies in every period it has "
        f"({count:,} amounts): a total, counted twice if it stayed in"
    )
    way_out = (
        "delete these rows; if it is a company of its own that holds the others, say by "
        "severity: {totals_row: warn} that it stays"
    )
    own = (intake.frames["pnl"]["company_id"] == company).to_numpy()
    intake.report("pnl", own, "totals_row", "company_id", why, way_out, "rows of totals")
    if "companies" in intake.frames and company != intake.config.company:
        listed = (intake.frames["companies"]["company_id"] == company).to_numpy()
        intake.report(
            "companies", listed, "totals_row", "company_id", why, way_out, "rows of totals"
        )
