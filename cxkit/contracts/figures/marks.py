"""Cells of the accounts that a rule has found wrong, so that no later rule accuses them again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from cxkit.contracts.cells import Mask
from cxkit.contracts.figures.ledger import Ledger
from cxkit.contracts.intake import Intake, value_texts

MOST_DIGITS = 9  # a factor beyond that is written as a power
POWERS = (1, 2, 3, 6)  # of ten: a digit, cents, thousands, millions


@dataclass(eq=False)
class Marks:
    """Where findings about the accounts go; `taken` are the cells that have one, by line."""

    intake: Intake
    ledger: Ledger
    taken: dict[str, Mask] = field(default_factory=dict)

    def cells(self, line: str) -> Mask:
        """The ledger's rows whose cell in this line is known to be wrong."""
        if line not in self.taken:
            self.taken[line] = np.zeros(len(self.ledger), bool)
        return self.taken[line]

    def rows(self) -> Mask:
        """The ledger's rows with any cell known to be wrong."""
        marked = np.zeros(len(self.ledger), bool)
        for cells in self.taken.values():
            marked |= cells
        return marked

    def report(
        self,
        at: np.ndarray,
        kind: str,
        column: str,
        messages: Sequence[str],
        way_out: str,
        what: str,
        lines: Sequence[str] | None = None,
    ) -> None:
        """Findings at the ledger's rows `at`, in that order; marks their cells in `lines`."""
        if len(at) == 0:
            return
        for line in (column,) if lines is None else lines:
            self.cells(line)[at] = True
        frame = self.intake.frames["pnl"].iloc[self.ledger.position[at]]
        self.intake.findings.add_rows(
            self.intake.file["pnl"],
            kind,
            column,
            frame["_row"].to_numpy(),
            value_texts(frame[column]),
            list(messages),
            way_out,
            what,
        )


def words(line: str) -> str:
    """A line's name in a sentence."""
    return line.replace("_", " ")


def times(power: int) -> str:
    """`1,000 times` or `a 1,000th of`, for a power of ten."""
    factor = _factor(power)
    return f"{factor} times" if power > 0 else f"a {factor}th of"


def _factor(power: int) -> str:
    size = abs(power)
    return f"{10**size:,}" if size <= MOST_DIGITS else f"10^{size}"


def mend(power: int) -> str:
    """What undoes a slip of that power of ten."""
    return f"{'divide' if power > 0 else 'multiply'} by {_factor(power)}"
