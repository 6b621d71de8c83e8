"""Two lines of the accounts in one another's column, in the whole file."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

from cxkit.contracts.figures.identities import MOST, Sum, sums
from cxkit.contracts.figures.ledger import Ledger
from cxkit.contracts.figures.marks import Marks, words

FEWEST = 8  # rows that must add up
ADDS_UP = 0.9  # of the rows, in every sum, once two columns are exchanged


def check_columns(marks: Marks, found: list[Sum]) -> bool:
    """Report the one pair of columns that must be exchanged for all sums to add up."""
    if all(one.share >= MOST for one in found):
        return False
    lines = sorted({line for one in found for line in one.parts})
    pairs = [pair for pair in combinations(lines, 2) if _adds_up(marks.ledger, found, *pair)]
    if len(pairs) != 1:
        return False
    first, second = pairs[0]
    for line in pairs[0]:  # what other rules would say of them follows from this
        marks.cells(line)[:] = True
    broken = " and ".join(words(one.total) for one in found if one.share < MOST)
    verb = "follow" if " and " in broken else "follows"
    marks.intake.findings.add(
        marks.intake.file["pnl"],
        "columns_swapped",
        f"{broken} {verb} from the other lines only if {words(first)} and {words(second)} are "
        "exchanged: each stands in the other's column",
        "put each line into its own column; if the columns are right, say so by severity: "
        "{columns_swapped: warn}",
        column=first,
    )
    return True


def _adds_up(ledger: Ledger, found: list[Sum], first: str, second: str) -> bool:
    """Whether all sums hold in nearly all rows with two lines exchanged."""
    sent = {**ledger.sent, first: ledger.sent[second], second: ledger.sent[first]}
    after = sums(replace(ledger, sent=sent))
    enough = all(one.holds.sum() >= FEWEST for one in after)
    return len(after) == len(found) and enough and all(one.share >= ADDS_UP for one in after)
