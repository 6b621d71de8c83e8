"""Cells of the accounts that a rule has found wrong, so that no later rule accuses them again.

What a slip or a swap hides shows when it is undone: rules look again at the mended values, and
name the cells in which those were sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cxkit.contracts.cells import Mask
from cxkit.contracts.figures.ledger import STOCKS, Floats, Ints, Ledger
from cxkit.contracts.intake import Intake, value_texts

MOST_DIGITS = 9  # a factor beyond that is written as a power
POWERS = (1, 2, 3, 6)  # of ten: a digit, cents, thousands, millions


@dataclass(eq=False)
class Marks:
    """Where findings about the accounts go; `taken` are the cells that have one, by line.

    The ledger's values may be mended ones: `divided` are the cells whose slip was undone, by
    line, and `home` says in which of the ledger's rows each value of a line was sent.
    """

    intake: Intake
    ledger: Ledger
    taken: dict[str, Mask] = field(default_factory=dict)
    divided: dict[str, Mask] = field(default_factory=dict)
    home: dict[str, Ints] = field(default_factory=dict)
    _slips: list[tuple[str, Ints, Ints]] = field(default_factory=list)
    _swaps: list[tuple[str, int, int]] = field(default_factory=list)

    def cells(self, line: str) -> Mask:
        """The ledger's rows whose cell in this line is known to be wrong."""
        if line not in self.taken:
            self.taken[line] = np.zeros(len(self.ledger), bool)
        return self.taken[line]

    def rows(self) -> Mask:
        """The ledger's rows with any cell known to be wrong."""
        return self._any(self.taken)

    def cells_divided(self, line: str) -> Mask:
        """The ledger's rows whose value in this line was a slip that is undone."""
        return self.divided.get(line, np.zeros(len(self.ledger), bool))

    def rows_mended(self) -> Mask:
        """The ledger's rows with any mended value."""
        marked = self._any(self.divided)
        for sent in self.home.values():
            marked |= sent != np.arange(len(sent))
        return marked

    def _any(self, by_line: dict[str, Mask]) -> Mask:
        marked = np.zeros(len(self.ledger), bool)
        for cells in by_line.values():
            marked |= cells
        return marked

    def slipped(self, line: str, at: Ints, power: Ints) -> None:
        """Have these cells divided by their powers of ten when rules look again."""
        if len(at):
            self._slips.append((line, at, power))

    def swapped(self, line: str, first: int, second: int) -> None:
        """Have these two rows' values exchanged when rules look again."""
        self._swaps.append((line, first, second))

    @property
    def looks_again(self) -> bool:
        """Whether any slip or swap was found since the values were mended."""
        return bool(self._slips or self._swaps)

    def undone(self) -> Marks:
        """The same with slips and swaps undone: what they hid may show now."""
        none = np.zeros(len(self.ledger), bool)
        sent, amounts = dict(self.ledger.sent), dict(self.ledger.amounts)
        taken, divided = dict(self.taken), dict(self.divided)
        home = dict(self.home)
        for line, at, power in self._slips:
            sent[line] = _divided(sent[line], at, power)
            amounts[line] = _divided(amounts[line], at, power)
            divided[line] = _with(divided.get(line, none), at, True)
            taken[line] = _with(taken.get(line, none), at, False)
        for line, first, second in self._swaps:
            pair = np.array([first, second])
            if line in sent:
                sent[line] = _exchanged(self.ledger, line, sent[line], pair)
                amounts[line] = _with(amounts[line], pair, amounts[line][pair[::-1]])
            rows = home.get(line, np.arange(len(self.ledger)))
            home[line] = _with(rows, pair, rows[pair[::-1]])
            if line in divided:
                divided[line] = _with(divided[line], pair, divided[line][pair[::-1]])
            taken[line] = _with(taken.get(line, none), pair, False)
        ledger = replace(self.ledger, sent=sent, amounts=amounts)
        return Marks(self.intake, ledger, taken, divided, home)

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
        sent = self.home[column][at] if column in self.home else at
        frame = self.intake.frames["pnl"].iloc[self.ledger.position[sent]]
        messages = [
            text if here == there else f"{text}; it belongs to {self.where(there)}"
            for text, there, here in zip(messages, at, sent, strict=True)
        ]
        self.intake.findings.add_rows(
            self.intake.file["pnl"],
            kind,
            column,
            frame["_row"].to_numpy(),
            value_texts(frame[column]),
            messages,
            way_out,
            what,
        )

    def number(self, at: int) -> int:
        """The number that a ledger's row has in the file."""
        return int(self.intake.frames["pnl"]["_row"].iloc[int(self.ledger.position[at])])

    def where(self, at: int) -> str:
        """A ledger's row in a message: its company and its number in the file."""
        return f"{self.ledger.names[at]} in row {self.number(at)}"


def _with(values: NDArray[Any], at: Ints, new: Any) -> NDArray[Any]:
    """A copy of an array with other values at some places."""
    changed = values.copy()
    changed[at] = new
    return changed


def _divided(values: Floats, at: Ints, power: Ints) -> Floats:
    with np.errstate(over="ignore", under="ignore"):
        mended = values[at] * 10.0 ** -power.astype(float)
    return _with(values, at, np.where(np.isfinite(mended), mended, np.nan))


def _exchanged(ledger: Ledger, line: str, sent: Floats, pair: Ints) -> Floats:
    """Amounts as sent with those of two rows exchanged, each in the unit of its new row."""
    scale = np.ones(2)
    if line != "employees":
        scale = ledger.unit[pair] / (1.0 if line in STOCKS else ledger.months[pair])
    return _with(sent, pair, sent[pair[::-1]] * (scale[::-1] / scale))


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
