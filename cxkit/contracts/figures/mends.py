"""Rows whose sums are broken: by a cell that would mend them, by a swap, or by what is missing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cxkit.contracts.cells import Mask
from cxkit.contracts.figures.identities import MOST, Sum
from cxkit.contracts.figures.ledger import MEASURED, Ints, Ledger
from cxkit.contracts.figures.marks import POWERS, Marks, words
from cxkit.contracts.figures.signs import LINES
from cxkit.contracts.figures.unit_slips import report_cells

FLIP = 0  # instead of a power: the sign
LARGE = 0.02  # of revenue: a gap that makes a row's margins wrong
SEVERAL = 3  # lost signs of a line that are no slip of the pen


@dataclass(frozen=True, eq=False)
class Cure:
    """Rows (k,) that one cell of `line`, off by a power of ten or in its sign, would mend."""

    line: str
    rows: Ints
    powers: Ints


def check_sums(marks: Marks, found: list[Sum]) -> None:
    """Totals that do not follow from their parts, each with what would mend it."""
    for one in found:
        _report_unusual(marks, one)
    for cure in cures(marks.ledger, found, marks.rows()):
        _report_cure(marks, cure)
    _check_swaps(marks, found)
    for one in found:
        _report_broken(marks, one)


def cures(ledger: Ledger, found: list[Sum], spared: Mask) -> list[Cure]:
    """Per line the rows with broken sums that exactly one change of one cell would mend."""
    broken = np.any([one.broken for one in found], axis=0) if found else spared
    rows = np.flatnonzero(broken & ~spared)
    if not len(rows):
        return []
    lines = sorted({line for one in found for line in one.parts})
    actions = (FLIP, *POWERS, *(-power for power in POWERS))
    options = [(line, action) for line in lines for action in actions]
    heals = np.array([_heals(ledger, found, rows, *option) for option in options])
    single = heals.sum(axis=0) == 1
    chosen = np.argmax(heals, axis=0)
    result = []
    for line in lines:
        own = single & np.isin(chosen, [i for i, (name, _) in enumerate(options) if name == line])
        if own.any():
            power = np.array([options[i][1] for i in chosen[own]], dtype=np.int64)
            result.append(Cure(line, rows[own], power))
    return result


def _heals(ledger: Ledger, found: list[Sum], rows: Ints, line: str, action: int) -> Mask:
    """Whether undoing the slip in that cell mends every broken sum and breaks no sound one."""
    value = ledger.sent[line][rows]
    right = -value if action == FLIP else value * 10.0**-action
    good = np.isfinite(value) & (value != 0)
    for one in found:
        gap, slack = one.gap[rows], one.slack[rows]
        if line in one.parts:
            gap = gap + one.parts[line][rows] * (right - value)
        good &= ~one.applies[rows] | (np.abs(gap) <= slack)
    return np.asarray(good)


def _report_cure(marks: Marks, cure: Cure) -> None:
    slips = cure.powers != FLIP
    report_cells(
        marks, cure.line, cure.rows[slips], cure.powers[slips],
        "with that its sums add up",
    )  # fmt: skip
    flips = cure.rows[~slips]
    many = cure.line in LINES and len(flips) >= SEVERAL
    kind = "lost_signs" if many else "lost_sign" if cure.line in MEASURED else "identity_gap"
    marks.report(
        flips,
        kind,
        cure.line,
        [f"{words(cure.line)} adds up with the row's other lines only with the other sign"]
        * len(flips),
        "write losses with a minus sign and costs without",
        "values with the wrong sign",
    )


def _check_swaps(marks: Marks, found: list[Sum]) -> None:
    """Two rows of a period, each of which lacks just what the other has."""
    for one in found:
        rows = np.flatnonzero(one.broken & ~marks.rows())
        for line in one.parts:
            _swapped(marks, one, line, rows)


def _swapped(marks: Marks, one: Sum, line: str, rows: Ints) -> None:
    ledger = marks.ledger
    rows = rows[one.parts[line][rows] != 0]
    value = ledger.sent[line][rows]
    needed = value - one.gap[rows] / one.parts[line][rows]
    pairs = []
    for period in np.unique(ledger.period[rows]).tolist():
        at = np.flatnonzero(ledger.period[rows] == period)
        fits = np.abs(needed[at][:, None] - value[at]) <= one.slack[rows][at][:, None]
        pairs += [(rows[at[i]], rows[at[j]]) for i, j in np.argwhere(fits & fits.T) if i < j]
    report_swaps(marks, line, pairs, (line,))


def report_swaps(
    marks: Marks, column: str, pairs: list[tuple[int, int]], lines: tuple[str, ...]
) -> None:
    """Pairs of rows with each other's values, one finding per row."""
    frame = marks.intake.frames["pnl"]
    number = frame["_row"].to_numpy()[marks.ledger.position]
    at = [int(one) for pair in pairs for one in pair]
    other = [int(one) for first, second in pairs for one in (second, first)]
    names = " and ".join(words(line) for line in lines)
    marks.report(
        np.array(at, dtype=np.int64),
        "values_swapped",
        column,
        [
            f"{names} fits {marks.ledger.names[o]}, whose own (row {number[o]}) fits this "
            "company: the two are swapped"
            for o in other
        ],
        "put each value into its company's row",
        "values swapped with another company's",
        lines,
    )


def _report_broken(marks: Marks, one: Sum) -> None:
    """What nothing mends: large gaps in gross profit cost the row, others may have a cause."""
    ledger = marks.ledger
    members = [line for line in one.parts if (one.parts[line] != 0).any()]
    known = np.any([marks.cells(line) for line in members], axis=0)
    rows = np.flatnonzero(one.broken & ~known)
    part = np.abs(one.gap[rows]) / np.maximum(np.abs(ledger.sent["revenue"][rows]), 1e-300)
    sure = (part > LARGE) & (one.total == "gross_profit")
    parts = ", ".join(words(line) for line in members if line != one.total)
    for kind, own in (("identity_broken", sure), ("identity_gap", ~sure)):
        gaps = one.gap[rows][own]
        marks.report(
            rows[own],
            kind,
            one.total,
            [
                f"{words(one.total)} is {abs(gap):,.6g} {'more' if gap > 0 else 'less'} than "
                f"follows from {parts}"
                for gap in gaps.tolist()
            ],
            "correct the line that is wrong, or leave the total as it is if a line between is "
            "not asked for",
            "totals that do not follow from their parts",
            (),
        )


def _report_unusual(marks: Marks, one: Sum) -> None:
    if one.share >= MOST or not np.isfinite(one.share):
        return
    names = ", ".join(words(line) for line in list(one.parts)[1:])
    marks.intake.findings.add(
        marks.intake.file["pnl"],
        "identity_not_usual",
        f"{words(one.total)} follows from {names} in {100 * one.share:.0f} % of the rows only: "
        "other lines lie between, and a wrong one shows less",
        "nothing to do, or send accounts whose lines add up",
        column=one.total,
    )
