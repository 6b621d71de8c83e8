"""Growth and margins from fiscal periods, each missing value with its reason.

Growth is taken only between adjacent periods of equal length in one currency; over a gap, from
zero, or where a merger, disposal or change of method breaks the series it is missing. An event
breaks the period it falls in and the next one, whose base is still partial.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxkit.contracts import Client
from cxkit.display import Shown

OUTCOMES = (
    "revenue_growth",
    "log_revenue_growth",
    "gross_margin",
    "operating_margin",
    "net_margin",
)
BREAKS = ("merger", "disposal", "method")
ADJACENT_DAYS = 15  # a 52- or 53-week year ends on another day than the calendar's


@dataclass(frozen=True, eq=False)
class Accounts(Shown):
    """One row per company and fiscal period, in order.

    table: company_id, period_start (the day before the first), period_end, fiscal_year (the
    calendar year of the period's midpoint), previous (row number of the adjacent period before,
    -1 where there is none), revenue in currency, log_revenue, and the outcomes: growth as a
    fraction of the previous period's revenue, margins as fractions of revenue.
    reasons has the same rows and one column per outcome: why it is missing, "" where it is not.
    """

    table: pd.DataFrame
    reasons: pd.DataFrame

    @property
    def summary(self) -> str:
        companies = self.table["company_id"].nunique()
        return f"{len(self.table):,} fiscal periods of {companies:,} companies."


def accounts(client: Client) -> Accounts:
    """Growth and margins of every fiscal period a client sent."""
    pnl = client.table("pnl").sort_values(["company_id", "period_end"], ignore_index=True)
    table = pnl[["company_id", "period_end", "period_months", "currency"]].copy()
    for column in (
        "revenue",
        "cost_of_revenue",
        "gross_profit",
        "operating_income",
        "net_income",
    ):
        table[column] = pnl[column] * pnl["unit"]
    _add_periods(table)
    _add_margins(table)
    why = _growth_reasons(table, _broken(table, client.table("events")))
    base = table["revenue"].to_numpy()[table["previous"].to_numpy()]
    ratio = np.where(why == "", table["revenue"], np.nan) / np.where(why == "", base, 1.0)
    table["revenue_growth"] = ratio - 1
    positive = ratio > 0
    table["log_revenue_growth"] = np.log(np.where(positive, ratio, 1.0))
    table.loc[~positive, "log_revenue_growth"] = np.nan
    return Accounts(table, _reasons(table, why))


def _add_periods(table: pd.DataFrame) -> None:
    """Start, fiscal year and the adjacent period before, in place."""
    end = table["period_end"]
    months = table["period_months"].to_numpy()
    first = (end + pd.Timedelta(days=1)).dt
    ordinal = first.year * 12 + first.month - 1 - months
    start = pd.to_datetime(
        pd.DataFrame({"year": ordinal // 12, "month": ordinal % 12 + 1, "day": 1})
    ) + pd.to_timedelta(first.day - 1, unit="D")
    start = start - pd.Timedelta(days=1)
    same = (table["company_id"] == table["company_id"].shift()).to_numpy()
    gap = (start - end.shift()).dt.days.abs().to_numpy()
    adjacent = same & (gap <= ADJACENT_DAYS)
    table["period_start"] = start.where(~adjacent, end.shift())
    middle = table["period_start"] + (end - table["period_start"]) / 2
    table["fiscal_year"] = middle.dt.year
    table["previous"] = np.where(adjacent, np.arange(len(table)) - 1, -1)


def _add_margins(table: pd.DataFrame) -> None:
    """Margins as fractions of revenue, missing where revenue is not above zero."""
    revenue = table["revenue"].where(table["revenue"] > 0)
    gross = table["gross_profit"].fillna(table["revenue"] - table["cost_of_revenue"])
    table["gross_margin"] = gross / revenue
    table["operating_margin"] = table["operating_income"] / revenue
    table["net_margin"] = table["net_income"] / revenue
    table["log_revenue"] = np.log(revenue)


def _broken(table: pd.DataFrame, events: pd.DataFrame) -> np.ndarray:
    """True for the period an event falls in and for the next one of the company."""
    broken = np.zeros(len(table), bool)
    events = events[events["kind"].isin(BREAKS)]
    if events.empty:
        return broken
    starts, ends = table["period_start"].to_numpy(), table["period_end"].to_numpy()
    rows = table.groupby("company_id").indices
    for company, date in zip(events["company_id"], events["date"].to_numpy(), strict=True):
        at = rows.get(company, np.empty(0, int))
        broken[at[(starts[at] < date) & (date <= ends[at])]] = True
    after = table["previous"].to_numpy()
    return broken | np.where(after >= 0, broken[after], False)


def _growth_reasons(table: pd.DataFrame, broken: np.ndarray) -> np.ndarray:
    """Why growth is missing, row by row; the first reason that holds."""
    previous = table["previous"].to_numpy()
    has = previous >= 0
    new = (table["company_id"] != table["company_id"].shift()).to_numpy()

    def before(column: str) -> np.ndarray:
        return table[column].to_numpy()[previous]

    revenue, base = table["revenue"].to_numpy(), before("revenue")
    tests = [
        (np.isnan(revenue), "revenue missing"),
        (new, "no earlier period"),
        (~has, "growth over a gap"),
        (
            table["period_months"].to_numpy() != before("period_months"),
            "periods of unequal length",
        ),
        (table["currency"].to_numpy() != before("currency"), "currency changed"),
        (np.isnan(base), "revenue of the earlier period missing"),
        (base <= 0, "growth from zero"),
        (broken, "merger, disposal or change of method"),
    ]
    return np.select([t[0] for t in tests], [t[1] for t in tests], default="")


def _reasons(table: pd.DataFrame, growth: np.ndarray) -> pd.DataFrame:
    """One column of reasons per outcome."""
    no_log = (growth == "") & table["log_revenue_growth"].isna().to_numpy()
    reasons = {
        "revenue_growth": growth,
        "log_revenue_growth": np.where(no_log, "revenue not above zero", growth),
    }
    flat = ~(table["revenue"].to_numpy() > 0)
    for outcome in ("gross_margin", "operating_margin", "net_margin"):
        missing = table[outcome].isna().to_numpy()
        line = outcome.replace("gross_margin", "gross profit").replace("_margin", " income")
        reasons[outcome] = np.where(
            flat,
            "revenue missing or not above zero",
            np.where(missing, f"{line} missing", ""),
        )
    return pd.DataFrame(reasons, index=table.index)
