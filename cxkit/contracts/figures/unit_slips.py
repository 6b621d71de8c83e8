"""Unit slips of a company: one cell, or all amounts of one of its periods."""

from __future__ import annotations

import numpy as np

from cxkit.contracts.cells import Mask
from cxkit.contracts.figures.identities import Sum, confirmed
from cxkit.contracts.figures.ledger import (
    MEASURED,
    MONEY,
    RESULTS,
    STEADY,
    Floats,
    Ints,
    Ledger,
    Series,
)
from cxkit.contracts.figures.levels import FEWEST, around, beside, off_level
from cxkit.contracts.figures.marks import Marks, mend, times, words
from cxkit.contracts.figures.period_slips import SHARE, Slip, report
from cxkit.contracts.figures.ties import Tie, settle

# A result is told from a slip by its share of revenue against the company's own usual share.
UNUSUAL = 0.7  # log10 above it, and
SIGMAS = 3.0  # of the company's own spread: worth a look
IMPOSSIBLE, SIGMAS_SURE, PART = 1.75, 4.0, 0.5  # and at least that part of revenue: set aside
VANISHED = -1.8  # log10 below it: worth a look; results near zero are common
SHRUNK = -0.6  # log10 below it, where the value is written in more decimals than those beside
LEAST_SPREAD = 0.12
AGREES = {True: 0.35, False: 0.5}  # how near (log10) other lines must come to a row's power


def check_unit_slips(marks: Marks, found: list[Sum]) -> list[Tie]:
    """Cells and whole rows of the accounts that are off by a power of ten.

    Returns the values that lie so far apart without a hint at which of them are wrong.
    """
    ledger = marks.ledger
    off, level = {}, {}
    for line in STEADY:
        power, far = _steady(marks, line)
        off[line], level[line] = power, far
    for line in RESULTS:
        level[line] = _beside(ledger, marks, line)
    unclear = settle(ledger, found, {line: _open(marks, line) for line in STEADY}, off)
    rows, power = _whole_rows(marks, off, level)
    _report_rows(marks, rows, power[rows])
    for line in STEADY:
        taken = marks.cells(line) | marks.cells_divided(line)
        sure = (off[line] != 0) & ~taken & ~confirmed(ledger, found, line)
        _report_cells(marks, line, sure, off[line])
    return unclear


def check_results(marks: Marks, found: list[Sum]) -> None:
    """Results out of all proportion to the company's own, in their size only."""
    for line in RESULTS:
        _check_result(marks, found, line)


def _open(marks: Marks, line: str) -> Series:
    """The line's values that no rule has found wrong yet."""
    run = marks.ledger.run(line)
    keep = ~marks.cells(line)[run.at]
    return Series(run.at[keep], run.series[keep])


def _level(ledger: Ledger, line: str, at: Ints) -> Floats:
    return np.asarray(np.log10(np.abs(ledger.amounts[line][at])))


def _steady(marks: Marks, line: str) -> tuple[Ints, Floats]:
    """For each row of the ledger the power a value is off, and its log10 against its neighbours."""
    ledger = marks.ledger
    run = _open(marks, line)
    level = _level(ledger, line, run.at)
    witness = "revenue" if line == "employees" else "employees"
    spared = ledger.event[run.at] | _grown(ledger.amounts[witness][run.at], run, level)
    power, far = np.zeros(len(ledger), np.int64), np.full(len(ledger), np.nan)
    power[run.at] = off_level(run, level, spared)
    far[run.at] = level - beside(run, level)
    return power, far


def _grown(witness: Floats, run: Series, level: Floats) -> Mask:
    """Steps that the witness took too: the company itself grew or shrank.

    It is the employees, who have no unit, for amounts; for employees it is revenue.
    """
    known = np.where(witness > 0, witness, np.nan)
    own, other = run.step(level), run.step(np.log10(known))
    return np.asarray(np.abs(other) >= 0.5) & (np.sign(own) == np.sign(other))


def _beside(ledger: Ledger, marks: Marks, line: str) -> Floats:
    run = _open(marks, line)
    level = _level(ledger, line, run.at)
    far = np.full(len(ledger), np.nan)
    far[run.at] = level - beside(run, level)
    return far


def _whole_rows(marks: Marks, off: dict[str, Ints], level: dict[str, Floats]) -> tuple[Ints, Ints]:
    """Rows of which every amount is off by the same power, and the power of each row."""
    ledger = marks.ledger
    lines = [line for line in MONEY if line in level]
    powers = np.array([off.get(line, np.zeros(len(ledger), np.int64)) for line in lines])
    first = np.argmax(powers != 0, axis=0)
    power = powers[first, np.arange(len(ledger))]
    far = np.array([level[line] for line in lines])
    known = np.isfinite(far).sum(axis=0)
    near = np.array([[AGREES[line in STEADY]] for line in lines])
    agree = (np.abs(far - power) <= near).sum(axis=0)
    whole = (power != 0) & (known >= 2) & (agree >= 2) & (agree >= 0.75 * known)
    whole &= ~np.any([marks.cells_divided(line) for line in lines], axis=0)
    return np.flatnonzero(whole), power


def _report_rows(marks: Marks, rows: Ints, power: Ints) -> None:
    ledger = marks.ledger
    filled = np.sum([np.isfinite(ledger.amounts[line]) for line in MONEY], axis=0)
    messages = [
        f"all {filled[at]} amounts of {ledger.label(ledger.period[at])} are about {times(k)} those "
        "of the company's periods beside it: this row's unit slipped"
        for at, k in zip(rows.tolist(), power.tolist(), strict=True)
    ]
    marks.report(
        rows, "unit_slip_period", "unit", messages,
        "correct the row's unit, or its amounts", "rows whose amounts are all off by a unit", MONEY,
    )  # fmt: skip
    for line in MONEY:
        marks.slipped(line, rows, power)


def _report_cells(marks: Marks, line: str, cells: Mask, power: Ints) -> None:
    """Single cells; where they are a good part of a period's companies, the period's fault."""
    ledger = marks.ledger
    at = np.flatnonzero(cells)
    for period in np.unique(ledger.period[at]).tolist():
        own = at[ledger.period[at] == period]
        filled = np.isfinite(ledger.amounts[line]) & (ledger.period == period)
        if len(own) >= 5 and len(own) >= SHARE * filled.sum():
            usual = int(np.median(power[own]))
            report(marks, Slip(line, period, usual, own, int(filled.sum())))
            at = at[ledger.period[at] != period]
    why = "the unit slipped" if line in MONEY else "a digit or the point slipped"
    report_cells(marks, line, at, power[at], why)
    marks.slipped(line, at, power[at])


def report_cells(marks: Marks, line: str, at: Ints, power: Ints, why: str) -> None:
    """Single cells that are off by a power of ten, each with its own factor."""
    messages = [
        f"{words(line)} is about {times(k)} what the company's other figures say: {why}"
        for k in power.tolist()
    ]
    for way_out in sorted({mend(k) for k in power.tolist()}):
        own = np.array([mend(k) == way_out for k in power.tolist()])
        marks.report(
            at[own],
            "unit_slip" if line in MEASURED else "unit_slip_unmeasured",
            line,
            [message for message, here in zip(messages, own, strict=True) if here],
            f"{way_out} where the source agrees",
            "values off by a power of ten",
        )


def _check_result(marks: Marks, found: list[Sum], line: str) -> None:
    """Results out of all proportion to the company's own; what adds up is as it should be."""
    ledger = marks.ledger
    revenue = np.where(marks.cells("revenue"), np.nan, np.abs(ledger.amounts["revenue"]))
    open_ = _open(marks, line)
    keep = np.isfinite(revenue[open_.at]) & (revenue[open_.at] > 0)
    run = Series(open_.at[keep], open_.series[keep])
    share = _level(ledger, line, run.at) - np.log10(revenue[run.at])
    middle, spread, count = around(run, share)
    far = share - middle
    open_now = ~marks.rows_mended()[run.at]
    sigmas = far / np.maximum(1.4826 * spread, LEAST_SPREAD)
    free = ~confirmed(ledger, found, line)[run.at] & (count >= FEWEST)
    finer = _finer(run, ledger.sent[line][run.at])
    # Only upward: a result of next to nothing is often right, however it is written.
    sure = free & (far >= IMPOSSIBLE) & (sigmas >= SIGMAS_SURE) & (share >= np.log10(PART))
    report_cells(marks, line, run.at[sure], np.rint(far[sure]).astype(np.int64), "the unit slipped")
    look = (far >= UNUSUAL) & (sigmas >= SIGMAS)
    look |= (far <= VANISHED) & (sigmas <= -SIGMAS) | finer & (far <= SHRUNK)
    look &= free & ~sure & open_now
    _report_unusual(marks, line, run.at[look], far[look])


def _finer(run: Series, sent: Floats) -> Mask:
    """Values written in more decimals than any of their neighbours: a point that moved left."""
    places = np.zeros(len(sent))
    for decimals in range(6):
        places[np.abs(sent - np.round(sent, decimals)) > 1e-9 * np.abs(sent)] = decimals + 1
    other = np.array([run.shifted(places, by) for by in (-2, -1, 1, 2)])
    return np.asarray((places > np.nan_to_num(other, nan=-1).max(axis=0)) & (places > 0))


def _report_unusual(marks: Marks, line: str, at: Ints, far: Floats) -> None:
    factors = np.rint(10 ** np.minimum(np.abs(far), 9))
    messages = [
        f"{words(line)} is {factor:,.0f} times {'larger' if f > 0 else 'smaller'}, as a share of "
        "revenue, than is usual for the company: a one-off, or a slip of the unit"
        for f, factor in zip(far.tolist(), factors.tolist(), strict=True)
    ]
    marks.report(
        at, "unusual_result", line, messages,
        "compare with the source; nothing to do if it is right", "values unusual for the company",
        (),
    )  # fmt: skip
