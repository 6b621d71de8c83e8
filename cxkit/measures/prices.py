"""Real growth: what is left of growth in revenue when prices in the company's country are level."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxkit.contracts.periods import SLACK_DAYS
from cxkit.measures.countries import is_foreign

NO_COUNTRY = "the company's country is not known"
NO_INDEX = "no price index for the company's country and years"
FOREIGN = "accounts in another currency than the country's"


def price_levels(table: pd.DataFrame, prices: pd.DataFrame) -> NDArray[np.float64]:
    """The price level of each fiscal period: its country's index, weighted by days of each year.

    table has country, period_start (the day before the first) and period_end; prices country,
    year and index, a year's average. A year that holds 15 days of the period or fewer does not
    count; a period with a year that has no index is NaN.
    """
    index = prices.dropna().drop_duplicates(["country", "year"]).set_index(["country", "year"])
    start, end = table["period_start"], table["period_end"]
    total, weight = np.zeros(len(table)), np.zeros(len(table))
    for step in range(3):  # periods have 24 months at most
        year = (start + pd.Timedelta(days=1)).dt.year + step
        days = _days_in(year, start, end)
        days = np.where(days > SLACK_DAYS, days, 0.0)
        keys = pd.MultiIndex.from_arrays([table["country"], year.astype(float)])
        level = index["index"].reindex(keys).to_numpy(float)
        total += np.where(days > 0, level * days, 0.0)
        weight += days
    with np.errstate(invalid="ignore"):
        return np.where(weight > 0, total / np.where(weight > 0, weight, 1.0), np.nan)


def _days_in(year: pd.Series, start: pd.Series, end: pd.Series) -> NDArray[np.float64]:
    """Days of each period that lie in a calendar year; `start` is the day before the first."""
    before = pd.to_datetime(pd.DataFrame({"year": year - 1, "month": 12, "day": 31}))
    last = pd.to_datetime(pd.DataFrame({"year": year, "month": 12, "day": 31}))
    inside = end.where(end < last, last) - start.where(start > before, before)
    return np.asarray(inside.dt.days, dtype=float).clip(0)


def real_growth(
    table: pd.DataFrame, why: NDArray[np.str_], companies: pd.DataFrame, prices: pd.DataFrame
) -> tuple[NDArray[np.float64], NDArray[np.str_]]:
    """Growth over the rise in prices, as a fraction, and why it is missing ("" where it is not).

    table holds accounts with revenue_growth and previous; why is the reason that has no value
    already. Growth is in the company's own currency, and so must its country's prices be.
    """
    if table.empty:
        return np.empty(0), why
    country = companies.drop_duplicates("company_id").set_index("company_id")["country"]
    placed = table[["company_id", "period_start", "period_end", "currency"]].assign(
        country=table["company_id"].map(country).to_numpy()
    )
    level = price_levels(placed, prices)
    rise = level / level[table["previous"].to_numpy()]
    pairs = zip(placed["country"].fillna(""), placed["currency"], strict=True)
    tests: list[tuple[NDArray[np.bool_], Any]] = [
        (why != "", why),
        (placed["country"].isna().to_numpy(), NO_COUNTRY),
        (np.array([is_foreign(*pair) for pair in pairs], dtype=bool), FOREIGN),
        (np.isnan(rise), NO_INDEX),
    ]
    reason = np.asarray(np.select([t[0] for t in tests], [t[1] for t in tests], default=""))
    growth = (1 + table["revenue_growth"].to_numpy()) / rise - 1
    return np.where(reason == "", growth, np.nan), reason
