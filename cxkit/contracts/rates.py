"""Which exchange rate each fiscal period has, and where it comes from.

A rate is the units of the client's currency for one unit of the accounts' currency, averaged
over the fiscal period. The client's table `rates` comes first; where it has none and client.yml
says `rates: ecb`, the European Central Bank's averages over the days of that very period.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxkit.contracts.ecb import ecb_rates
from cxkit.contracts.periods import SLACK_DAYS, first_days

OWN, TABLE, ECB, NONE, UNCLEAR = "own", "table", "ecb", "none", "unclear"
KEY = ["currency", "period_end", "period_months"]
SLACK = pd.Timedelta(days=SLACK_DAYS)


@dataclass(frozen=True)
class Period:
    """A fiscal period in a currency: its first and last day and its length in months."""

    currency: str
    first: pd.Timestamp
    end: pd.Timestamp
    months: float


@dataclass(frozen=True)
class _Found:
    rate: float = np.nan
    source: str = NONE
    n: int = 0
    row: int = 0


def period_rates(
    periods: pd.DataFrame, table: pd.DataFrame, own: str, *, ecb: bool
) -> pd.DataFrame:
    """The rate of each fiscal period in `periods` (currency, period_end, period_months).

    One row per period, same index: rate (NaN where there is none); source `own` (the client's
    currency), `table`, `ecb`, `none`, or `unclear` (the table's rates do not say what they
    average); n, how many rates are behind it (days, for the bank's); row, the table's last one.

    A rate in the table averages the period that ends nearest to it, at most 15 days away. With
    `period_months` it averages that many months; shorter ones that fill a period, such as twelve
    of a month, are averaged. Without it, a rate is unclear where periods of several lengths end
    at its date, or where the table has further rates inside the period that end with no period.
    """
    other = (periods["currency"] != own).to_numpy()
    found = pd.DataFrame(
        {
            "rate": np.where(other, np.nan, 1.0),
            "source": np.where(other, NONE, OWN),
            "n": 0,
            "row": 0,
        },
        index=periods.index,
    )
    foreign = periods.loc[other & periods[KEY].notna().all(axis=1), KEY]
    if foreign.empty:
        return found
    groups = foreign.groupby(KEY, sort=False).ngroup()
    distinct = list(_distinct(foreign[~groups.duplicated()]))
    ends = {p.currency: [q for q in distinct if q.currency == p.currency] for p in distinct}
    each = [_rate_of(period, table, ends[period.currency], own, ecb) for period in distinct]
    rows = pd.DataFrame([(f.rate, f.source, f.n, f.row) for f in each], columns=found.columns)
    found.loc[foreign.index] = rows.iloc[groups.to_numpy()].set_axis(foreign.index)
    return found


def _distinct(keys: pd.DataFrame) -> Iterable[Period]:
    first = first_days(keys["period_end"], keys["period_months"])
    columns = keys["currency"], first, keys["period_end"], keys["period_months"]
    return (Period(*one) for one in zip(*columns, strict=True))


def _rate_of(
    period: Period, table: pd.DataFrame, others: list[Period], own: str, ecb: bool
) -> _Found:
    sent = _from_table(period, table[table["currency"] == period.currency], others)
    if sent.source == TABLE or not ecb:
        return sent
    bank = ecb_rates()
    rate = bank.cross(period.currency, own, period.first, period.end)
    if np.isnan(rate):
        return sent
    return _Found(rate, ECB, bank.publication_days(period.first, period.end))


def _from_table(period: Period, rates: pd.DataFrame, others: list[Period]) -> _Found:
    """The table's rate of a period, from the rates of its currency."""
    rates = rates[rates["rate"].notna() & rates["period_end"].notna()]
    near = _nearest(rates[rates["period_months"] == period.months], period.end)
    if near is not None:
        return _Found(float(near["rate"]), TABLE, 1, int(near["_row"]))
    parts = _parts(period, rates)
    if parts is not None:
        return parts
    plain = rates[rates["period_months"].isna()]
    near = _nearest(plain, period.end)
    if near is None:
        return _Found()
    if _is_unclear(period, plain, others):
        return _Found(source=UNCLEAR)
    return _Found(float(near["rate"]), TABLE, 1, int(near["_row"]))


def _nearest(rates: pd.DataFrame, end: pd.Timestamp) -> pd.Series | None:
    away = (rates["period_end"] - end).abs()
    near = rates.assign(away=away)[away <= SLACK]
    return None if near.empty else near.sort_values(["away", "_row"]).iloc[0]


def _parts(period: Period, rates: pd.DataFrame) -> _Found | None:
    """The mean of shorter averages that fill the period, the longest that do."""
    lengths = rates["period_months"].dropna().unique()
    for length in sorted((n for n in lengths if n < period.months), reverse=True):
        count, rest = divmod(period.months, length)
        if rest:
            continue
        parts = rates[rates["period_months"] == length]
        back = [pd.DateOffset(months=int(length) * k) for k in range(int(count))]
        found = [_nearest(parts, period.end - offset) for offset in back]
        if all(part is not None for part in found):
            values = [float(part["rate"]) for part in found if part is not None]
            last = found[0]
            return _Found(
                float(np.mean(values)), TABLE, int(count), 0 if last is None else int(last["_row"])
            )
    return None


def _is_unclear(period: Period, plain: pd.DataFrame, others: list[Period]) -> bool:
    """Whether rates without a length may average something else than this period."""
    if len({o.months for o in others if abs(o.end - period.end) <= SLACK}) > 1:
        return True
    dates = plain["period_end"]
    inside = dates[(dates > period.first + SLACK) & (dates < period.end - SLACK)]
    return any(all(abs(date - o.end) > SLACK for o in others) for date in inside)
