"""Growth and margins from fiscal periods, each missing value with its reason.

Growth is taken only between adjacent periods of equal length; over a gap, from zero, or where a
merger, disposal or change of method breaks the series it is missing. An event breaks the period
it it falls in and the next one, whose base is still partial. Organic growth is told apart from it
by one period: after a merger or disposal on the first day of a period the base of the next one is
whole, and its growth counts. It is known only where the client sent a merger or disposal of any
company; growth of a client who sent none may hold what was bought, and is not called organic.

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
from cxkit.measures.outcomes import (
    BROKEN,
    COSTS,
    NO_EVENTS,
    add_changes,
    add_levels,
    add_variability,
    events_within,
    level_reasons,
)
from cxkit.measures.prices import real_growth

BOUGHT = ("merger", "disposal")
BREAKS = (*BOUGHT, "method")
PERIOD = ["company_id", "period_end", "period_months"]
WEEK = pd.Timedelta(days=7)
DAY = pd.Timedelta(days=1)
LINES = ("revenue", "gross_profit", *COSTS, "operating_income", "net_income")


@dataclass(frozen=True, eq=False, repr=False)
class Accounts(Shown):
    """One row per company and fiscal period, in order.

    table: company_id, period_start (the day before the first), period_end, fiscal_year (the
    calendar year of the period's midpoint, a week allowed for years of 52 or 53 weeks), previous
    (row number of the adjacent period of equal length before, -1 where there is none), revenue,
    gross_profit, the cost lines, operating_income, net_income and log_revenue in the client's
    currency (missing where there is no rate), employees (count), currency (in which the accounts
    were sent), own_revenue (in it), rate (client's currency for one unit of it), and
    the outcomes: growth as a fraction of the previous period's revenue, nominal in own currency,
    organic or real; margins and cost lines as fractions of revenue (`_share`); their changes since
    the period before (`_change`); standard deviations over this period and the two after it
    (`_variability`).
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
    table["employees"] = pnl["employees"]
    table["own_revenue"] = table["revenue"]
    _add_periods(table)
    add_levels(table)
    found = _rates(client, table)
    table["rate"] = found["rate"]
    restate, events = _restating(client, table), client.table("events")
    why = _growth_reasons(table, restate, _broken(table, events))
    reasons = {"revenue_growth": why} | _add_growth(table, restate, why)
    reasons["organic_growth"] = _add_organic(table, restate, events)
    real, no_real = real_growth(table, why, client.table("companies"), client.table("prices"))
    table["real_revenue_growth"], reasons["real_revenue_growth"] = real, no_real
    reasons |= (levels := level_reasons(table))
    reasons |= add_changes(table, levels, why)
    reasons |= add_variability(table, reasons)
    for column in LINES:
        table[column] = table[column] * table["rate"]
    table["log_revenue"] = np.log(table["revenue"].where(table["revenue"] > 0))
    restated = int(((why == "") & (restate != 1)).sum())
    columns = pd.DataFrame({name: reasons[name] for name in OUTCOMES}, index=table.index)
    return Accounts(table, columns, _used(table, found), restated)


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


def _grown(table: pd.DataFrame, restate: np.ndarray, why: np.ndarray) -> np.ndarray:
    """Revenue over that of the period before, in the company's own currency; NaN with a reason."""
    base = table["own_revenue"].to_numpy()[table["previous"].to_numpy()] * restate
    known = why == ""
    return np.asarray(np.where(known, table["own_revenue"], np.nan) / np.where(known, base, 1.0))


def _add_growth(table: pd.DataFrame, restate: np.ndarray, why: np.ndarray) -> dict[str, np.ndarray]:
    """Nominal growth in the company's own currency, in place; why its logarithm is missing."""
    ratio = _grown(table, restate, why)
    table["revenue_growth"] = ratio - 1
    positive = ratio > 0
    table["log_revenue_growth"] = np.log(np.where(positive, ratio, 1.0))
    table.loc[~positive, "log_revenue_growth"] = np.nan
    no_log = (why == "") & ~positive
    return {"log_revenue_growth": np.where(no_log, "revenue not above zero", why)}


def _add_organic(table: pd.DataFrame, restate: np.ndarray, events: pd.DataFrame) -> np.ndarray:
    """Growth without what was bought or sold, in place; why it is missing."""
    if not events["kind"].isin(BOUGHT).any():
        table["organic_growth"] = np.nan
        return np.full(len(table), NO_EVENTS, dtype=object)
    why = _growth_reasons(table, restate, _bought_or_sold(table, events))
    table["organic_growth"] = _grown(table, restate, why) - 1
    return why


def _broken(table: pd.DataFrame, events: pd.DataFrame) -> np.ndarray:
    """True for the period an event falls in and for the next one of the company."""
    broken = np.zeros(len(table), bool)
    broken[[row for row, _ in events_within(table, events, BREAKS)]] = True
    return broken | _after(table, broken)


def _bought_or_sold(table: pd.DataFrame, events: pd.DataFrame) -> np.ndarray:
    """The same, but for the period after an event on the first day of its own."""
    own, partial = np.zeros(len(table), bool), np.zeros(len(table), bool)
    starts = table["period_start"].to_numpy()
    for row, day in events_within(table, events, BREAKS):
        own[row] = True
        partial[row] |= day > starts[row] + DAY
    return own | _after(table, partial)


def _after(table: pd.DataFrame, rows: np.ndarray) -> np.ndarray:
    """True for the period after each of these."""
    previous = table["previous"].to_numpy()
    return np.asarray(np.where(previous >= 0, rows[previous], False))


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
        (broken, BROKEN),
    ]
    return np.select([t[0] for t in tests], [t[1] for t in tests], default="")


__all__ = ["OUTCOMES", "Accounts", "accounts"]
