"""Amounts with a minus that should have none: revenue, and costs, which are positive amounts."""

from __future__ import annotations

import numpy as np

from cxkit.contracts.cells import Mask
from cxkit.contracts.figures.identities import Sum, confirmed
from cxkit.contracts.figures.ledger import Ints
from cxkit.contracts.figures.marks import Marks, words

COSTS = (
    "cost_of_revenue",
    "selling_general_administrative",
    "research_development",
    "depreciation_amortisation",
    "interest_expense",
)
MOST = 0.5  # of a company's values, or of all: no slip of the pen but a way of writing
FEWEST = 2  # of them


def check_negative_revenue(marks: Marks) -> None:
    """Revenue below zero: returns hardly exceed sales, and no growth is taken from it."""
    values = marks.ledger.sent["revenue"]
    negative = np.flatnonzero(values < 0)
    known = int((np.isfinite(values) & (values != 0)).sum())
    many = len(negative) >= FEWEST and len(negative) >= MOST * known
    marks.report(
        negative,
        "negative_revenues" if many else "negative_revenue",
        "revenue",
        ["revenue is below zero: returns that exceed sales are rare, a ledger's sign is not"]
        * len(negative),
        "write revenue as a positive amount; where returns did exceed sales, say so by severity",
        "values of revenue below zero",
    )


def check_negative_costs(marks: Marks, found: list[Sum]) -> None:
    """Costs that a company, or everybody, writes with a minus: they would be added.

    Interest may be net of what was earned: where the sums hold with its minus it is right, and
    without a sum that says otherwise only a minus in most rows of the file is taken for wrong.
    """
    for line in COSTS:
        values = marks.ledger.sent[line]
        known = np.isfinite(values) & (values != 0)
        negative = known & (values < 0)
        often = _in_company(marks.ledger.company, negative, known)
        if line == "interest_expense":
            said = np.any([one.broken for one in found if line in one.parts] or [~known], axis=0)
            often &= said & ~confirmed(marks.ledger, found, line)
        if negative.sum() >= FEWEST and negative.sum() >= MOST * known.sum():
            often = negative
        _report_costs(marks, line, often, "negative_costs")


def check_single_costs(marks: Marks, found: list[Sum]) -> None:
    """Single costs with a minus that no other rule has named."""
    for line in COSTS[:-1]:
        negative = (marks.ledger.sent[line] < 0) & ~marks.cells(line)
        _report_costs(
            marks, line, negative & ~confirmed(marks.ledger, found, line), "negative_cost"
        )


def _in_company(company: Ints, negative: Mask, known: Mask) -> Mask:
    """Negative values of companies that have mostly such values."""
    count, all_ = np.bincount(company, negative), np.bincount(company, known)
    return negative & ((count >= FEWEST) & (count >= MOST * all_))[company]


def _report_costs(marks: Marks, line: str, cells: Mask, kind: str) -> None:
    marks.report(
        np.flatnonzero(cells),
        kind,
        line,
        [f"{words(line)} is written with a minus; costs are positive amounts"] * int(cells.sum()),
        "write costs as positive amounts",
        "costs with a minus sign",
    )
