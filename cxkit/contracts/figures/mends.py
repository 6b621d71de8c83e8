"""Rows whose sums are broken: by a cell that would mend them, by a swap, or by what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from cxkit.contracts.cells import Mask
from cxkit.contracts.figures.columns import check_columns
from cxkit.contracts.figures.identities import MOST, Sum, confirmed
from cxkit.contracts.figures.ledger import MEASURED, Ints, Ledger
from cxkit.contracts.figures.marks import POWERS, Marks, words
from cxkit.contracts.figures.signs import LINES
from cxkit.contracts.figures.swaps import report_swap
from cxkit.contracts.figures.unit_slips import report_cells

FLIP = 0  # instead of a power: the sign
RESULTS = ("gross_profit", "operating_income", "net_income")
INTEREST = "interest_expense"
WITH_THEM = ("income_tax", INTEREST)  # what may change its sign with them
PAID = 2  # sound rows that show that a company pays interest, and never earns it
LARGE = 0.02  # of revenue: a gap that makes a row's margins wrong
SEVERAL = 3  # lost signs of a line that are no slip of the pen


@dataclass(frozen=True, eq=False)
class Cure:
    """Rows (k,) that changing their cells of `lines` would mend.

    One line may be off by a power of ten or in its sign; several only in their signs.
    """

    lines: tuple[str, ...]
    rows: Ints
    powers: Ints


def check_sums(marks: Marks, found: list[Sum]) -> None:
    """Totals that do not follow from their parts, each with what would mend it."""
    if not check_columns(marks, found):
        for one in found:
            _report_unusual(marks, one)
    _report_cures(marks, cures(marks.ledger, found, marks.rows()))
    _check_swaps(marks, found)
    for one in found:
        _report_broken(marks, one)


def cures(ledger: Ledger, found: list[Sum], spared: Mask) -> list[Cure]:
    """The rows with broken sums that exactly one change of one cell would mend.

    Where no cell alone does, the one smallest set of results, with tax and interest, whose
    signs do: a loss is often written as a profit in all its lines.
    """
    broken = np.any([one.broken for one in found], axis=0) if found else spared
    rows = np.flatnonzero(broken & ~spared)
    if not len(rows):
        return []
    lines = sorted({line for one in found for line in one.parts})
    actions = (FLIP, *POWERS, *(-power for power in POWERS))
    options = [(line, action) for line in lines for action in actions]
    heals = np.array([_heals(ledger, found, rows, (line,), action) for line, action in options])
    single, chosen = heals.sum(axis=0) == 1, np.argmax(heals, axis=0)
    result = _losses_rather(ledger, found, rows[single], lines)
    single &= ~np.isin(rows, [row for cure in result for row in cure.rows.tolist()])
    for line in lines:
        own = single & np.isin(chosen, [i for i, (name, _) in enumerate(options) if name == line])
        power = np.array([options[i][1] for i in chosen[own]], dtype=np.int64)
        result.append(Cure((line,), rows[own], power))
    joint = _joint_cures(ledger, found, rows[~heals.any(axis=0)], lines, WITH_THEM)
    return [cure for cure in (*result, *joint) if len(cure.rows)]


def _losses_rather(ledger: Ledger, found: list[Sum], rows: Ints, lines: list[str]) -> list[Cure]:
    """Rows that either interest earned or a loss in all results would mend, of companies that pay.

    Without tax and without gross profit the sums cannot tell the two; the other years can.
    """
    if INTEREST not in lines:
        return []
    sound = confirmed(ledger, found, INTEREST)
    paid = np.bincount(ledger.company, sound & (ledger.sent[INTEREST] > 0)) >= PAID
    earned = np.bincount(ledger.company, sound & (ledger.sent[INTEREST] < 0)) > 0
    pays = (paid & ~earned)[ledger.company[rows]]
    either = pays & _heals(ledger, found, rows, (INTEREST,), FLIP)
    return _joint_cures(ledger, found, rows[either], lines, ())


def _joint_cures(
    ledger: Ledger, found: list[Sum], rows: Ints, lines: list[str], with_them: tuple[str, ...]
) -> list[Cure]:
    """Signs of several lines at once; of a row's cures the smallest, if there is but one."""
    sets = [
        results + others
        for results in _subsets(tuple(line for line in RESULTS if line in lines))
        for others in ((), *_subsets(tuple(line for line in with_them if line in lines)))
        if results and len(results + others) > 1
    ]
    if not len(rows) or not sets:
        return []
    heals = np.array([_heals(ledger, found, rows, one, FLIP) for one in sets])
    size = np.where(heals, np.array([[len(one)] for one in sets]), len(lines) + 1)
    smallest = heals & (size == size.min(axis=0))
    chosen = np.where(smallest.sum(axis=0) == 1, np.argmax(smallest, axis=0), -1)
    return [
        Cure(one, rows[chosen == at], np.full((chosen == at).sum(), FLIP))
        for at, one in enumerate(sets)
    ]


def _subsets(lines: tuple[str, ...]) -> list[tuple[str, ...]]:
    return [part for size in range(1, len(lines) + 1) for part in combinations(lines, size)]


def _heals(
    ledger: Ledger, found: list[Sum], rows: Ints, lines: tuple[str, ...], action: int
) -> Mask:
    """Whether undoing the slip in these cells mends every broken sum and breaks no sound one."""
    change, good = {}, np.ones(len(rows), bool)
    for line in lines:
        value = ledger.sent[line][rows]
        change[line] = (-value if action == FLIP else value * 10.0**-action) - value
        good &= np.isfinite(value) & (value != 0)
    for one in found:
        gap, slack = one.gap[rows], one.slack[rows]
        for line in lines:
            if line in one.parts:
                gap = gap + one.parts[line][rows] * change[line]
                if len(lines) > 1:  # a sign that the rounding hides says nothing
                    good &= (np.abs(change[line]) > slack) | ~one.applies[rows]
        good &= ~one.applies[rows] | (np.abs(gap) <= slack)
    return np.asarray(good)


def _report_cures(marks: Marks, found: list[Cure]) -> None:
    for cure in found:
        slips = cure.powers != FLIP
        report_cells(
            marks, cure.lines[0], cure.rows[slips], cure.powers[slips], "with that its sums add up"
        )
    flips = [(cure.lines, cure.rows[cure.powers == FLIP]) for cure in found]
    for line in dict.fromkeys(line for lines, _ in flips for line in lines):
        own = [(lines, rows) for lines, rows in flips if line in lines]
        _report_flips(marks, line, own, sum(len(rows) for _, rows in own))


def _report_flips(
    marks: Marks, line: str, flips: list[tuple[tuple[str, ...], Ints]], count: int
) -> None:
    """Cells of a line with the wrong sign, with the lines that are wrong together with it."""
    many = line in LINES and count >= SEVERAL
    kind = "lost_signs" if many else "lost_sign" if line in MEASURED else "identity_gap"
    for lines, rows in flips:
        others = " and ".join(words(one) for one in lines if one != line)
        alone = f"{words(line)} adds up with the row's other lines only with the other sign"
        both = f"{words(line)} and {others} add up with the row's other lines only with other signs"
        marks.report(
            rows,
            kind,
            line,
            [both if others else alone] * len(rows),
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
        both = np.argwhere(fits & fits.T)
        pairs += [(int(rows[at[i]]), int(rows[at[j]])) for i, j in both if i < j]
    for pair in pairs:
        report_swap(marks, pair, [line])


def _report_broken(marks: Marks, one: Sum) -> None:
    """What nothing mends: large gaps in gross profit cost the row, others may have a cause.

    So may those of a company of which no row adds up. Values that are mended already are spared.
    """
    ledger = marks.ledger
    members = [line for line in one.parts if (one.parts[line] != 0).any()]
    known = np.any([marks.cells(line) for line in members], axis=0)
    rows = np.flatnonzero(one.broken & ~known & ~marks.rows_mended())
    part = np.abs(one.gap[rows]) / np.maximum(np.abs(ledger.sent["revenue"][rows]), 1e-300)
    sure = (part > LARGE) & (one.total == "gross_profit") & ~one.odd[rows]
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
