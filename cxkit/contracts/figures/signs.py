"""Losses that vanish: periods in which no company loses money though in all others some do."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from cxkit.contracts.cells import Mask
from cxkit.contracts.figures.ledger import Floats, Ints, Ledger
from cxkit.contracts.figures.marks import Marks, words

LINES = ("operating_income", "net_income")
SURE, DOUBTFUL = 5e-4, 2e-3  # chance of so many results without a loss, if signs are right
LEAST_VARIATION = 0.5  # of loss shares between periods (relative): good years are no proof
FEWEST = 5  # losses in the other periods, in at least so many of them
AGAINST = 2  # periods with losses for each without, where these stand at an end
PERIODS, MOST = 3, 0.6  # and that part of them
WAY_OUT = "compare with the source, and write losses with a minus sign"
NEVER = 200  # results without any loss at all that are worth a question


@dataclass(frozen=True)
class Lost:
    """Consecutive periods without a loss; chance is how likely that is if signs are right.

    sure is false where the times may have changed once: a stretch at either end of the data that
    few periods with losses stand against.
    """

    periods: Ints
    chance: float
    sure: bool


def check_lost_signs(marks: Marks) -> None:
    """Stretches of periods without any loss, more of them than chance explains."""
    for line in LINES:
        values = _values(marks, line)
        for lost in lost_signs(marks.ledger.period, values):
            _report(marks, line, values, lost)
        _report_none(marks, line, values)


def _values(marks: Marks, line: str) -> Floats:
    return np.where(marks.cells(line), np.nan, marks.ledger.amounts[line])


def lost_signs(period: Ints, values: Floats) -> list[Lost]:
    """Stretches of periods (n,) in which no value is negative, improbable by the others' share.

    The share of losses varies between periods; it is taken as beta distributed, with the mean
    and at least the variation of the periods outside the stretch, and as one share over the
    stretch: good years come together.
    """
    known = np.isfinite(values)
    periods, at = np.unique(period[known], return_inverse=True)
    count = np.bincount(at, minlength=len(periods))
    losses = np.bincount(at, values[known] < 0, minlength=len(periods))
    found = []
    for stretch in _stretches(losses == 0):
        rest = np.setdiff1d(np.arange(len(periods)), stretch)
        if losses[rest].sum() >= FEWEST and _common(losses[rest]):
            chance = _chance(count[stretch], losses[rest], count[rest])
            if chance < DOUBTFUL:
                inside = stretch[0] > 0 and stretch[-1] < len(periods) - 1
                against = (losses[rest] > 0).sum() >= AGAINST * len(stretch)
                sure = chance < SURE and bool(inside or against)
                found.append(Lost(periods[stretch], chance, sure))
    return found


def _stretches(empty: Mask) -> list[Ints]:
    """Positions of each run of true."""
    at = np.flatnonzero(empty)
    return [] if not len(at) else np.split(at, np.flatnonzero(np.diff(at) > 1) + 1)


def _common(losses: Ints) -> bool:
    """Whether losses are of every kind of year: one crisis says nothing about the years before."""
    return bool((losses > 0).sum() >= PERIODS and (losses > 0).mean() >= MOST)


def _chance(empty: Ints, losses: Ints, count: Ints) -> float:
    """Probability of no loss among (k,) results, by the losses (m,) of other periods' results."""
    mean = min(losses.sum() / count.sum(), 0.99)
    shares = losses / count
    noise = mean * (1 - mean) * np.mean(1 / count)
    between = max(float(np.var(shares)) - noise, (LEAST_VARIATION * mean) ** 2)
    size = max(mean * (1 - mean) / between - 1, 1e-6)  # of the beta distribution, a + b
    a, b = mean * size, (1 - mean) * size
    n = int(empty.sum())
    return math.exp(
        math.lgamma(b + n) + math.lgamma(a + b) - math.lgamma(a + b + n) - math.lgamma(b)
    )


def _report(marks: Marks, line: str, values: Floats, lost: Lost) -> None:
    """Every result of the periods; those of companies with losses beside them come first."""
    ledger = marks.ledger
    inside = np.isin(ledger.period, lost.periods) & (values > 0)
    outside = np.isfinite(values) & ~np.isin(ledger.period, lost.periods)
    share = 100 * (values[outside] < 0).mean()
    at = np.flatnonzero(inside)
    first, last = ledger.label(int(lost.periods[0])), ledger.label(int(lost.periods[-1]))
    when = first if first == last else f"{first} to {last}"
    says = f"none of {len(at):,} results in {when} is a loss, {share:.0f} % of the others are"
    if not lost.sure:
        _ask(marks, line, says)
        return
    near, ever = _own_losses(ledger, values, lost.periods)
    rank = np.where(near[at], 0, np.where(ever[at], 1, 2))
    at, rank = at[np.argsort(rank, kind="stable")], np.sort(rank, kind="stable")
    own = (
        "; this company lost money in the periods beside",
        "; this company lost money in other periods",
        "",
    )
    marks.report(
        at,
        "lost_signs",
        line,
        [f"{words(line)}: {says}{own[r]}: minus signs are lost" for r in rank.tolist()],
        WAY_OUT,
        "values of periods without any loss",
    )


def _own_losses(ledger: Ledger, values: Floats, periods: Ints) -> tuple[Mask, Mask]:
    """Rows whose company lost money just before or after the periods, or ever."""
    loss = values < 0
    beside = np.isin(ledger.period, [periods[0] - 1, periods[-1] + 1])
    companies = int(ledger.company[-1]) + 1
    near = np.bincount(ledger.company, loss & beside, minlength=companies) > 0
    ever = np.bincount(ledger.company, loss, minlength=companies) > 0
    return near[ledger.company], ever[ledger.company]


def _report_none(marks: Marks, line: str, values: Floats) -> None:
    known = values[np.isfinite(values)]
    if len(known) < NEVER or (known < 0).any():
        return
    _ask(marks, line, f"none of {len(known):,} values is a loss")


def _ask(marks: Marks, line: str, says: str) -> None:
    marks.intake.findings.add(
        marks.intake.file["pnl"],
        "few_losses",
        f"{words(line)}: {says}: are minus signs lost?",
        WAY_OUT,
        column=line,
    )
