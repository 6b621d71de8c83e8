"""Companies whose amounts of all years are in another unit than they say, or everybody's.

A company's own series gives no clue then. Its revenue per employee does, beside that of the
other companies; without employees its revenue itself, where the others' lie close together, and
its revenue's proportion to its total assets. All of it is a question, never a proof.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxkit.contracts.ecb import ecb_rates
from cxkit.contracts.figures.ledger import Floats
from cxkit.contracts.figures.marks import Marks, mend
from cxkit.contracts.figures.ties import company_medians, logs
from cxkit.contracts.intake import Intake
from cxkit.contracts.rates import period_rates
from cxkit.contracts.tables import TABLES
from cxkit.contracts.typed import empty_table
from cxkit.errors import ConfigError

POWERS = (-6, -3, 3, 6)  # of ten: thousands for ones, millions for thousands, and so on
WINDOW = 0.75  # log10 around a company in which the most others make it the middle
NEAR_MIDDLE = 1.5  # log10 around the middle that says how much the companies differ
LEAST_SPREAD = 0.3  # of companies in revenue per employee (log10, standard deviation)
WIDEST = 0.55  # of companies that differ more, one a thousand times as large may just be large
SIGMAS = 5.0  # of that spread: how far a company must lie from the middle
FITS, FITS_AT_MOST = 2.0, 0.8  # of it, and in log10: how near it must come when mended
FEWEST = {"employees": 4, "total_assets": 6, "": 8}  # other companies, by what revenue is held to
# The median company's revenue per employee in euro: from 2,000, less than a garment worker sews
# in a year, to 20 million, more than oil traders turn over. Services in the poorest countries
# and refiners in the richest lie inside; most businesses lie between 20,000 and 2 million, and
# leave the range when their unit is off by a thousand.
PLAUSIBLE = (2e3, 2e7)
ALIKE = ("EUR", "USD", "GBP", "CHF", "CAD", "AUD", "NZD", "SGD", "KYD")  # worth about a euro


@dataclass(frozen=True, eq=False)
class Measure:
    """Each company's median log10 of revenue against something; missing where there is none."""

    against: str
    level: Floats


def check_company_units(marks: Marks) -> None:
    """Companies whose revenue is a power of a thousand off the others', and a file that is."""
    ledger = marks.ledger
    revenue = logs(ledger.amounts["revenue"])
    revenue[marks.cells("revenue") | marks.cells_divided("revenue")] = np.nan
    revenue += np.log10(_rates(marks))
    per_head = company_medians(ledger, revenue - logs(_employees(marks)))
    if _all_implausible(marks.intake, per_head):
        return
    assets = logs(ledger.amounts["total_assets"])
    assets[marks.cells("total_assets") | marks.cells_divided("total_assets")] = np.nan
    assets += np.log10(_rates(marks))
    measures = (
        Measure("employees", per_head),
        Measure("total_assets", company_medians(ledger, revenue - assets)),
        Measure("", company_medians(ledger, revenue)),
    )
    known = np.zeros(len(per_head), bool)
    for measure in measures:
        if measure.against == "":
            known |= np.isfinite(per_head)  # employees say it better
        power, middle = off_middle(measure.level, FEWEST[measure.against])
        power[known] = 0
        _report(marks, measure, power, middle)
        known |= power != 0


def _rates(marks: Marks) -> Floats:
    """Units of the client's currency for one unit of each row's; missing where none is known."""
    intake, ledger = marks.intake, marks.ledger
    own = intake.config.currency
    if (ledger.currency == own).all():
        return np.ones(len(ledger))
    rows = intake.frames["pnl"].iloc[ledger.position]
    table = intake.frames.get("rates", empty_table(TABLES["rates"]))
    rates = period_rates(rows, table, own, ecb=intake.config.rates == "ecb")["rate"].to_numpy(float)
    return np.where(rates > 0, rates, np.nan)


def _employees(marks: Marks) -> Floats:
    """Each row's employees, or those that the table of companies has."""
    ledger = marks.ledger
    heads = np.where(marks.cells("employees"), np.nan, ledger.amounts["employees"])
    companies = marks.intake.frames.get("companies")
    if companies is None or "employees" not in companies:
        return heads
    listed = companies.drop_duplicates("company_id").set_index("company_id")["employees"]
    other = pd.Series(ledger.names).map(listed).to_numpy(dtype=float)
    return np.where(np.isnan(heads), other, heads)


def off_middle(level: Floats, fewest: int) -> tuple[Floats, float]:
    """The power of ten (n,) by which each level is off the middle of most; and that middle.

    The middle is where most levels lie together, so that half of them may be off. A level is off
    where it lies far outside the others' spread, and inside it once mended.
    """
    power = np.zeros(len(level))
    known = level[np.isfinite(level)]
    if len(known) <= fewest:
        return power, np.nan
    middle = _middle(known)
    near = known[np.abs(known - middle) <= NEAR_MIDDLE]
    if len(near) < fewest:
        return power, middle
    spread = max(1.4826 * float(np.median(np.abs(near - middle))), LEAST_SPREAD)
    if spread > WIDEST:
        return power, middle
    for one in POWERS:
        fits = np.abs(level - middle - one) <= min(FITS * spread, FITS_AT_MOST)
        power[fits & (np.abs(level - middle) >= SIGMAS * spread)] = one
    return power, middle


def _middle(known: Floats) -> float:
    """The median of the levels around the one that has the most of them beside it."""
    ordered = np.sort(known)
    first = np.searchsorted(ordered, ordered - WINDOW, "left")
    last = np.searchsorted(ordered, ordered + WINDOW, "right")
    count = last - first
    best = np.flatnonzero(count == count.max())
    at = best[len(best) // 2]
    return float(np.median(ordered[first[at] : last[at]]))


ASKS = {
    "employees": ("revenue per employee", "are its amounts in another unit, or its employees"),
    "total_assets": ("revenue against total assets", "is its revenue in another unit, or assets"),
    "": ("revenue", "are its amounts in another unit"),
}


def _report(marks: Marks, measure: Measure, power: Floats, middle: float) -> None:
    """Every row of the companies that are off, with by how much."""
    ledger = marks.ledger
    name, question = ASKS[measure.against]
    sent = np.isfinite(ledger.amounts["revenue"])
    for one in np.unique(power[power != 0]).tolist():
        at = np.flatnonzero((power == one)[ledger.company] & sent)
        far = (measure.level - middle)[ledger.company[at]]
        marks.report(
            at, "unit_slip_company", "unit",
            [
                f"in all years {name} is {_ratio(own)} that of most companies: {question} than "
                "they say?"
                for own in far.tolist()
            ],
            f"nothing to do if the source has it so; else {mend(int(one))}, or correct the unit",
            "rows of companies whose amounts are all in another unit", (),
        )  # fmt: skip


def _ratio(far: float) -> str:
    return f"{10**far:,.0f} times" if far > 0 else f"1/{10**-far:,.0f} of"


def _all_implausible(intake: Intake, per_head: Floats) -> bool:
    """Whether the median company's revenue per employee is none that a business has; says so."""
    known = per_head[np.isfinite(per_head)]
    worth = _worth(intake)
    if not len(known) or not np.isfinite(worth):
        return False
    middle = 10 ** float(np.median(known))
    low, high = (bound * worth for bound in PLAUSIBLE)
    if low <= middle <= high:
        return False
    intake.findings.add(
        intake.file["pnl"],
        "units_implausible",
        f"the median company's revenue per employee is {middle:,.3g} {intake.config.currency}, "
        f"where {low:,.3g} to {high:,.3g} is plausible: are all amounts in another unit?",
        "correct the unit, the amounts or the employees, wherever they are wrong",
        column="unit",
    )
    return True


def _worth(intake: Intake) -> float:
    """About how many units of the client's currency a euro is; missing where nobody says."""
    own = intake.config.currency
    if own in ALIKE:
        return 1.0
    try:
        quoted = ecb_rates().daily.get(own, np.empty(0))
    except ConfigError:
        return np.nan
    quoted = quoted[np.isfinite(quoted)]
    return float(np.median(quoted)) if len(quoted) else np.nan
