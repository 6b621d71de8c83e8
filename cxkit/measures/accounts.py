"""Growth and margins from fiscal periods, each missing value with its reason.

Growth is taken only between adjacent periods of equal length; over a gap, from zero, or where a
merger, disposal or change of method breaks the series it is missing. An event breaks the period
it falls in and the next one, whose base is still partial.

Amounts are in the client's currency, each period at its average rate, so that companies compare
in size. Growth is in the company's own currency and holds no movement of exchange rates: what a
report calls growth at constant currency. Where a company changes its currency, the period before
is restated in the new one at that period's own average rates, as IAS 21 asks of comparatives.
Margins are the same in any currency.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from cxkit.contracts import Client
from cxkit.contracts.config import OUTCOMES
from cxkit.contracts.periods import SLACK_DAYS as ADJACENT_DAYS
from cxkit.contracts.periods import first_days
from cxkit.contracts.rates import OWN, period_rates
from cxkit.display import Shown
from cxkit.measures.prices import real_growth

BREAKS = ("merger", "disposal", "method")
PERIOD = ["company_id", "period_end", "period_months"]
WEEK = pd.Timedelta(days=7)
LINES = ("revenue", "cost_of_revenue", "gross_profit", "operating_income", "net_income")


@dataclass(frozen=True, eq=False, repr=False)
class Accounts(Shown):
    """One row per company and fiscal period, in order.

    table: company_id, period_start (the day before the first), period_end, fiscal_year (the
    calendar year of the period's midpoint, a week allowed for years of 52 or 53 weeks), previous
    (row number of the adjacent period of equal length before, -1 where there is none), revenue,
    cost_of_revenue, gross_profit, operating_income, net_income and log_revenue in the client's
    currency (missing where there is no rate), currency (in which the accounts were sent),
    own_revenue (in it), rate (client's currency for one unit of it), and
    the outcomes: growth as a fraction of the previous period's revenue, nominal in own currency
    or real; margins as fractions of revenue.
    reasons has the same rows and one column per outcome: why it is missing, "" where it is not.
    rates has one row per exchange rate used: currency, period_start, period_end, rate, source
    (`table`, `ecb`), n (how many rates it averages), row (in the client's table), periods.
    restated is the number of periods whose growth crosses a change of the company's currency.
    """

    table: pd.DataFrame
    reasons: pd.DataFrame
    rates: pd.DataFrame = field(default_factory=pd.DataFrame)
    restated: int = 0

    @property
    def summary(self) -> str:
        companies = self.table["company_id"].nunique()
        return f"{len(self.table):,} fiscal periods of {companies:,} companies."


def accounts(client: Client) -> Accounts:
    """Growth and margins of every fiscal period a client sent."""
    pnl = client.table("pnl").sort_values(PERIOD, ignore_index=True)
    table = pnl[["company_id", "period_end", "period_months", "currency"]].copy()
    for column in LINES:
        table[column] = pnl[column] * pnl["unit"]
    table["own_revenue"] = table["revenue"]
    _add_periods(table)
    _add_margins(table)
    found = _rates(client, table)
    table["rate"] = found["rate"]
    restate = _restating(client, table)
    why = _growth_reasons(table, restate, _broken(table, client.table("events")))
    _add_growth(table, restate, why)
    real, no_real = real_growth(table, why, client.table("companies"), client.table("prices"))
    table["real_revenue_growth"] = real
    for column in LINES:
        table[column] = table[column] * table["rate"]
    table["log_revenue"] = np.log(table["revenue"].where(table["revenue"] > 0))
    restated = int(((why == "") & (restate != 1)).sum())
    return Accounts(table, _reasons(table, why, no_real), _used(table, found), restated)


def _rates(client: Client, periods: pd.DataFrame) -> pd.DataFrame:
    config = client.config
    ecb = config.rates == "ecb"
    return period_rates(periods, client.table("rates"), config.currency, ecb=ecb)


def _restating(client: Client, table: pd.DataFrame) -> np.ndarray:
    """What one unit of the previous period's currency was in this one's, on average then."""
    at = table["previous"].to_numpy()
    before = table.iloc[at].reset_index(drop=True)
    changed = (at >= 0) & (before["currency"] != table["currency"]).to_numpy()
    factor = np.ones(len(table))
    if changed.any():
        then = before[changed].assign(currency=table.loc[changed, "currency"])
        rate = _rates(client, then)["rate"]
        factor[changed] = (before.loc[changed, "rate"] / rate).to_numpy()
    return factor


def _used(table: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    """The exchange rates behind the amounts, each once."""
    rows = table[["currency", "period_start", "period_end"]].join(found)
    rows = rows[rows["rate"].notna() & (rows["source"] != OWN)]
    first = first_days(table["period_end"], table["period_months"]).loc[rows.index]
    rows["period_start"] = first - pd.Timedelta(days=1)
    key = ["currency", "period_end", "period_start", "rate", "source", "n", "row"]
    return rows.groupby(key).size().rename("periods").reset_index()


def _add_periods(table: pd.DataFrame) -> None:
    """Start, fiscal year and the adjacent period before, in place."""
    end = table["period_end"]
    start = first_days(end, table["period_months"]) - pd.Timedelta(days=1)
    series = [table["company_id"], table["period_months"]]
    before = pd.Series(np.arange(len(table)), table.index).groupby(series).shift()
    earlier = end.groupby(series).shift()
    adjacent = ((start - earlier).dt.days.abs() <= ADJACENT_DAYS).to_numpy()
    table["period_start"] = start.where(~adjacent, earlier)
    middle = table["period_start"] + (end - WEEK - table["period_start"]) / 2
    table["fiscal_year"] = middle.dt.year
    table["previous"] = before.where(adjacent, -1).astype(int)


def _follows_another_length(table: pd.DataFrame) -> np.ndarray:
    """True where a period of another length of the company ends where this one begins."""
    ends = table[["company_id", "period_end", "period_months"]]
    starts = ends.assign(start=table["period_start"], row=np.arange(len(table)))
    pairs = starts.merge(ends, on="company_id", suffixes=("", "_other"))
    near = (pairs["period_end_other"] - pairs["start"]).dt.days.abs() <= ADJACENT_DAYS
    other = pairs["period_months_other"] != pairs["period_months"]
    return np.isin(np.arange(len(table)), pairs.loc[near & other, "row"])


def _add_margins(table: pd.DataFrame) -> None:
    """Margins as fractions of revenue, missing where revenue is not above zero."""
    revenue = table["revenue"].where(table["revenue"] > 0)
    gross = table["gross_profit"].fillna(table["revenue"] - table["cost_of_revenue"])
    table["gross_margin"] = gross / revenue
    table["operating_margin"] = table["operating_income"] / revenue
    table["net_margin"] = table["net_income"] / revenue


def _add_growth(table: pd.DataFrame, restate: np.ndarray, why: np.ndarray) -> None:
    """Nominal growth in the company's own currency, in place."""
    base = table["own_revenue"].to_numpy()[table["previous"].to_numpy()] * restate
    known = why == ""
    ratio = np.where(known, table["own_revenue"], np.nan) / np.where(known, base, 1.0)
    table["revenue_growth"] = ratio - 1
    positive = ratio > 0
    table["log_revenue_growth"] = np.log(np.where(positive, ratio, 1.0))
    table.loc[~positive, "log_revenue_growth"] = np.nan


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


def _growth_reasons(table: pd.DataFrame, restate: np.ndarray, broken: np.ndarray) -> np.ndarray:
    """Why growth is missing, row by row; the first reason that holds."""
    previous = table["previous"].to_numpy()
    has = previous >= 0
    new = (table["company_id"] != table["company_id"].shift()).to_numpy()

    def before(column: str) -> np.ndarray:
        return table[column].to_numpy()[previous]

    revenue, base = table["own_revenue"].to_numpy(), before("own_revenue")
    tests = [
        (np.isnan(revenue), "revenue missing"),
        (revenue < 0, "revenue below zero"),
        (~has & _follows_another_length(table), "periods of unequal length"),
        (new, "no earlier period"),
        (~has, "growth over a gap"),
        (np.isnan(restate), "currency changed"),
        (np.isnan(base), "revenue of the earlier period missing"),
        (base <= 0, "growth from zero"),
        (broken, "merger, disposal or change of method"),
    ]
    return np.select([t[0] for t in tests], [t[1] for t in tests], default="")


def _reasons(table: pd.DataFrame, growth: np.ndarray, real: np.ndarray) -> pd.DataFrame:
    """One column of reasons per outcome."""
    no_log = (growth == "") & table["log_revenue_growth"].isna().to_numpy()
    reasons = {
        "revenue_growth": growth,
        "log_revenue_growth": np.where(no_log, "revenue not above zero", growth),
        "real_revenue_growth": real,
    }
    flat = ~(table["own_revenue"].to_numpy() > 0)
    for outcome in ("gross_margin", "operating_margin", "net_margin"):
        missing = table[outcome].isna().to_numpy()
        line = outcome.replace("gross_margin", "gross profit").replace("_margin", " income")
        reasons[outcome] = np.where(
            flat,
            "revenue missing or not above zero",
            np.where(missing, f"{line} missing", ""),
        )
    return pd.DataFrame(reasons, index=table.index)


__all__ = ["OUTCOMES", "Accounts", "accounts"]
