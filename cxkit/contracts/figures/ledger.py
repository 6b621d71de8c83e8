"""The accounts as arrays, in order of company and period: what the rules about figures look at."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxkit.contracts.cells import Mask
from cxkit.contracts.intake import Intake

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# Lines that hardly change their size from year to year, and lines that may be of any sign and size.
STEADY = (
    "revenue",
    "cost_of_revenue",
    "gross_profit",
    "selling_general_administrative",
    "research_development",
    "depreciation_amortisation",
    "interest_expense",
    "total_assets",
    "employees",
)
RESULTS = ("operating_income", "income_tax", "net_income")
MONEY = tuple(line for line in (*STEADY, *RESULTS) if line != "employees")
STOCKS = ("total_assets", "employees")  # at a date, not over a period
# The lines outcomes are made of; a fault elsewhere costs no row of good accounts.
MEASURED = ("revenue", "cost_of_revenue", "gross_profit", "operating_income", "net_income")
LONGEST_GAP = 30  # months between neighbours; over a longer gap a company may have become another
BREAKS = ("merger", "disposal", "method", "acquired")


@dataclass(frozen=True, eq=False)
class Series:
    """A line's values that are not missing or zero, in order of company and period.

    at is their position in the ledger; series numbers runs of one company without a long gap.
    """

    at: Ints
    series: Ints

    @cached_property
    def first(self) -> Mask:
        """True where a run begins."""
        return np.diff(self.series, prepend=-1) != 0

    def step(self, values: Floats) -> Floats:
        """Change of (n,) values from the one before in the run; missing at its first."""
        change = np.diff(values, prepend=np.nan)
        return np.where(self.first, np.nan, change)

    def shifted(self, values: Floats, by: int) -> Floats:
        """The value `by` places before (after, if negative) in the same run; missing elsewhere."""
        other = np.full(len(values), np.nan)
        if by > 0:
            other[by:] = np.where(self.series[by:] == self.series[:-by], values[:-by], np.nan)
        else:
            other[:by] = np.where(self.series[:by] == self.series[-by:], values[-by:], np.nan)
        return other


@dataclass(frozen=True, eq=False)
class Ledger:
    """Rows of `pnl` whose key is complete, by company and period.

    position is each row's place in the table; company and period are codes (period counts
    periods of that length since the year 0, by the middle of the period); end counts months.
    sent holds each line as written, amounts in currency and per twelve months.
    """

    position: Ints
    company: Ints
    period: Ints
    end: Ints
    months: Floats
    unit: Floats
    currency: NDArray[np.object_]
    names: NDArray[np.object_]
    sent: dict[str, Floats]
    amounts: dict[str, Floats]
    event: Mask

    def __len__(self) -> int:
        return len(self.position)

    def run(self, line: str) -> Series:
        """The line's values that are neither missing nor zero; a long gap or another currency
        begins a new run."""
        values = self.amounts[line]
        at = np.flatnonzero(np.isfinite(values) & (values != 0))
        money = pd.factorize(self.currency[at])[0]
        new = (np.diff(self.company[at], prepend=-1) != 0) | (np.diff(money, prepend=-1) != 0)
        gap = np.diff(self.end[at], prepend=0) > LONGEST_GAP
        return Series(at, np.cumsum(new | gap))

    def label(self, period: int) -> str:
        """A period's name for a message: its year, or the month it ends in."""
        rows = np.flatnonzero(self.period == period)
        if (self.months[rows] == 12).all():
            return str(period)
        month = int(np.median(self.end[rows])) - 1
        return f"the period to {month // 12}-{month % 12 + 1:02d}"


def read_ledger(intake: Intake) -> Ledger:
    """The accounts a client sent; events mark the periods in which a series may break."""
    frame = intake.frames["pnl"].reset_index(drop=True)
    key = ["company_id", "period_end", "period_months", "unit", "currency"]
    # Versions of one period that contradict one another are refused before; one is enough here.
    whole = frame[key].notna().all(axis=1) & ~frame.duplicated(key[:3], keep="last")
    frame = frame[whole]
    order = frame[["company_id", "period_end", "period_months"]].sort_values(
        ["company_id", "period_end", "period_months"], kind="stable"
    )
    frame = frame.loc[order.index]
    names = frame["company_id"].to_numpy(dtype=object)
    company = pd.factorize(names)[0].astype(np.int64)
    # A year that ends in the first days of a month belongs to the month before.
    closing = frame["period_end"] - pd.Timedelta(days=7)
    end = _months(closing)
    months, unit = frame["period_months"].to_numpy(float), frame["unit"].to_numpy(float)
    safe = np.where(months > 0, months, 1.0)
    period = np.floor((end - (safe + 1) / 2) / safe).astype(np.int64)
    sent = {line: frame[line].to_numpy(float) for line in (*STEADY, *RESULTS)}
    yearly = 12 / safe
    with np.errstate(over="ignore"):  # what is beyond all numbers is not finite, and left alone
        amounts = {
            line: values * (1.0 if line == "employees" else unit)
            * (1.0 if line in STOCKS else yearly)
            for line, values in sent.items()
        }  # fmt: skip
    event = _events(intake, names, end, safe)
    return Ledger(
        order.index.to_numpy(), company, period, end, months, unit,
        frame["currency"].to_numpy(dtype=object), names, sent, amounts, event,
    )  # fmt: skip


def _months(dates: pd.Series) -> Ints:
    """Dates as months since the year 0."""
    return np.asarray(dates.dt.year * 12 + dates.dt.month, dtype=np.int64)


def _events(intake: Intake, names: NDArray[np.object_], end: Ints, months: Floats) -> Mask:
    """Whether a merger, disposal or change of method falls into the period or the one before."""
    broken = np.zeros(len(names), bool)
    events = intake.frames.get("events")
    if events is None or events.empty:
        return broken
    events = events[events["kind"].isin(BREAKS) & events["date"].notna()]
    dates = _months(events["date"])
    rows = {name: np.flatnonzero(names == name) for name in set(events["company_id"].dropna())}
    for name, date in zip(events["company_id"], dates, strict=True):
        at = rows.get(name, np.empty(0, np.int64))
        broken[at[(end[at] >= date) & (date > end[at] - 2 * months[at])]] = True
    return broken
