"""Outcomes beside growth and margins: cost lines as shares, changes, variability.

Each value is a company's fiscal period's; where it is missing there is a reason.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

COSTS = (
    "cost_of_revenue",
    "selling_general_administrative",
    "research_development",
    "depreciation_amortisation",
)
SHARES = tuple(f"{line}_share" for line in COSTS)
MARGINS = ("gross_margin", "operating_margin", "net_margin")
CHANGES = tuple(f"{level}_change" for level in (*MARGINS, *SHARES))
VARIABILITY = {"growth_variability": "revenue_growth", "margin_variability": "operating_margin"}
YEARS = 3  # periods behind a standard deviation
BROKEN = "merger, disposal or change of method"
NO_EVENTS = "no merger or disposal was sent, so organic growth is not known"

_WORDS = {
    "gross_margin": "gross profit",
    "operating_margin": "operating income",
    "net_margin": "net income",
    "cost_of_revenue_share": "cost of revenue",
    "selling_general_administrative_share": "selling, general and administrative cost",
    "research_development_share": "research and development cost",
    "depreciation_amortisation_share": "depreciation and amortisation",
}


def add_levels(table: pd.DataFrame) -> None:
    """Margins and cost lines as fractions of revenue, missing where that is not above zero.

    In place; a gross profit that was not sent is revenue less its cost.
    """
    revenue = table["revenue"].where(table["revenue"] > 0)
    gross = table["gross_profit"].fillna(table["revenue"] - table["cost_of_revenue"])
    table["gross_margin"] = gross / revenue
    table["operating_margin"] = table["operating_income"] / revenue
    table["net_margin"] = table["net_income"] / revenue
    for line, share in zip(COSTS, SHARES, strict=True):
        table[share] = table[line] / revenue


def level_reasons(table: pd.DataFrame) -> dict[str, np.ndarray]:
    """Why a margin or share is missing, "" where it is not."""
    flat = ~(table["own_revenue"].to_numpy() > 0)
    found = {}
    for level, words in _WORDS.items():
        missing = np.where(table[level].isna().to_numpy(), f"{words} missing", "")
        found[level] = np.where(flat, "revenue missing or not above zero", missing)
    return found


def add_changes(
    table: pd.DataFrame, levels: dict[str, np.ndarray], growth: np.ndarray
) -> dict[str, np.ndarray]:
    """Each margin and share less that of the adjacent period before, in place; returns why not.

    growth holds why growth is missing: what makes two periods' revenue incomparable (a gap, a
    period of another length, a merger, disposal or change of method) does so for their margins.
    A change of currency does not, since a margin has none.
    """
    previous = table["previous"].to_numpy()
    apart = np.isin(growth, ("no earlier period", "growth over a gap", "periods of unequal length"))
    link = np.where(growth == "growth over a gap", "change over a gap", growth)
    unlinked = np.where(apart, link, "no earlier period")
    found = {}
    for level, why in levels.items():
        before = np.where(previous >= 0, why[previous], "")
        value = table[level].to_numpy(float)
        found[f"{level}_change"] = reason = np.select(
            [why != "", previous < 0, before != "", growth == BROKEN],
            [why, unlinked, f"{_WORDS[level]} of the earlier period missing", BROKEN],
            default="",
        )
        table[f"{level}_change"] = np.where(reason == "", value - value[previous], np.nan)
    return found


def add_variability(table: pd.DataFrame, reasons: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Standard deviation of growth and of operating margin over three periods, in place.

    The three are the period itself and the two adjacent ones after it, so that with lag 1 they
    are the three years after the score's. Neighbouring rows of a company share two of their three
    years: their errors are correlated by construction (5/9 and 2/9 one and two rows apart, for
    the variance of independent normal years), and a standard error that counts them as
    independent is too small by up to a factor of 1.6, where the score stays. Clusters by company,
    which every estimate here has, allow for any correlation inside a company, and so for this
    one; they do not make the rows worth more than the years behind them.
    """
    after = following(table)
    second = np.where(after >= 0, after[after], -1)
    found = {}
    for name, level in VARIABILITY.items():
        rows = np.column_stack([np.arange(len(table)), after, second])
        why = np.asarray(reasons[level], dtype=object)[rows]
        why = np.where(rows >= 0, why, "")
        first = np.argmax(why != "", axis=1)
        known = why[np.arange(len(table)), first]
        partly = np.array([f"one of three years: {w}" if w else "" for w in known], dtype=object)
        short = (rows < 0).any(axis=1)
        found[name] = reason = np.where(short, "fewer than three adjacent periods", partly)
        spread = table[level].to_numpy(float)[rows].std(axis=1, ddof=1)
        table[name] = np.where(reason == "", spread, np.nan)
    return found


def following(table: pd.DataFrame) -> np.ndarray:
    """Row number of the adjacent period of equal length after each period, -1 without one."""
    out = np.full(len(table), -1)
    previous = table["previous"].to_numpy()
    out[previous[previous >= 0]] = np.flatnonzero(previous >= 0)
    return out


def events_within(
    table: pd.DataFrame, events: pd.DataFrame, kinds: tuple[str, ...]
) -> list[tuple[int, np.datetime64]]:
    """Each event of these kinds with the row of a period that holds its day."""
    events = events[events["kind"].isin(kinds)]
    if events.empty or table.empty:
        return []
    starts, ends = table["period_start"].to_numpy(), table["period_end"].to_numpy()
    rows, found = table.groupby("company_id").indices, []
    for company, day in zip(events["company_id"], events["date"].to_numpy(), strict=True):
        at = rows.get(company, np.empty(0, int))
        found += [(int(row), day) for row in at[(starts[at] < day) & (day <= ends[at])]]
    return found
