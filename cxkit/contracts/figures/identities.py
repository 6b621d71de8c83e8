"""Gross profit, operating income and net income as sums of their parts: where they hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cxkit.contracts.cells import Mask
from cxkit.contracts.figures.ledger import Floats, Ledger

# Total, what it starts from, what always comes off, what comes off where it is not within another.
SUMS = (
    ("gross_profit", "revenue", ("cost_of_revenue",), ()),
    (
        "operating_income",
        "gross_profit",
        ("selling_general_administrative",),
        ("research_development", "depreciation_amortisation"),
    ),
    ("net_income", "operating_income", ("interest_expense", "income_tax"), ()),
)
MOST = 0.6  # of the rows for which a sum must hold before a row that breaks it is accused
OTHERS, NEARLY_ALL = 4, 0.9  # other companies, and which part of them must mostly add up
LOOSE = 0.005  # of the largest part: rounding, where the sums are not exact
MAX_DECIMALS = 4


@dataclass(frozen=True, eq=False)
class Sum:
    """A total against its parts, row by row of the ledger.

    parts has each member's coefficient (n,) in `total - parts = 0`; gap is what is left over, in
    the unit sent; applies is true in complete rows where the company's rows add up, or those of
    nearly all other companies. odd is true in rows of companies whose own mostly do not.
    """

    total: str
    parts: Mapping[str, Floats]
    gap: Floats
    slack: Floats
    applies: Mask
    odd: Mask
    share: float

    @property
    def holds(self) -> Mask:
        """Rows in which the sum adds up, as those of its company do."""
        return self.applies & (np.abs(self.gap) <= self.slack)

    @property
    def broken(self) -> Mask:
        """Rows in which the sum does not add up though those of its company do."""
        return self.applies & ~(np.abs(self.gap) <= self.slack)


def sums(ledger: Ledger) -> list[Sum]:
    """The sums for which a client sent all members in some rows."""
    found = [_sum(ledger, *terms) for terms in SUMS]
    return [one for one in found if one is not None]


def _sum(
    ledger: Ledger, total: str, start: str, less: tuple[str, ...], maybe: tuple[str, ...]
) -> Sum | None:
    sent = ledger.sent
    members = (total, start, *less)
    complete = np.all([np.isfinite(sent[line]) for line in members], axis=0)
    if not complete.any():
        return None
    base = sent[total] - sent[start] + sum(sent[line] for line in less)
    rounding = 0.6 * (len(members) + len(maybe)) * max(_grain(sent[m]) for m in (*members, *maybe))
    largest = np.max([np.abs(sent[line]) for line in members], axis=0)
    ways = [np.array(way) for way in np.ndindex(*(2,) * len(maybe))][::-1]
    extra = [np.nan_to_num(sent[line]) for line in maybe]
    gaps = np.array([base + sum(w * x for w, x in zip(way, extra, strict=True)) for way in ways])
    gaps = np.where(complete, gaps, np.nan)
    slack = rounding + 1e-9 * largest
    chosen = _way(ledger, np.abs(gaps) <= slack)
    if _share(ledger, gaps, chosen, slack, complete) < MOST:
        slack = rounding + LOOSE * largest
        chosen = _way(ledger, np.abs(gaps) <= slack)
    share = _share(ledger, gaps, chosen, slack, complete)
    gap = gaps[chosen, np.arange(len(ledger))]
    own, others = _usual(ledger, np.abs(gap) <= slack, complete, share)
    one = np.ones(len(ledger))
    parts = {total: one, start: -one, **dict.fromkeys(less, one)}
    counted = np.array(ways)[chosen] * one[:, None]
    parts |= {line: counted[:, i] for i, line in enumerate(maybe)}
    return Sum(total, parts, gap, slack, complete & (own | others), ~own, share)


def _grain(values: Floats) -> float:
    """The last decimal in which nearly all of a line's values are written."""
    known = values[np.isfinite(values)]
    for decimals in range(MAX_DECIMALS):
        odd = np.abs(known - np.round(known, decimals)) > 1e-9 * np.abs(known) + 1e-12
        if odd.mean() <= 0.1 if len(known) else True:
            return float(10.0**-decimals)
    return float(10.0**-MAX_DECIMALS)


def _way(ledger: Ledger, holds: np.ndarray) -> np.ndarray:
    """Which of the ways (k, n) to add up each row's company follows most often."""
    companies = int(ledger.company[-1]) + 1
    count = [np.bincount(ledger.company, way, minlength=companies) for way in holds]
    everywhere = holds.sum(axis=1) / (1 + holds.sum())  # what others do breaks a tie
    return np.argmax(np.array(count) + everywhere[:, None], axis=0)[ledger.company]


def _share(
    ledger: Ledger, gaps: Floats, chosen: np.ndarray, slack: Floats, complete: Mask
) -> float:
    gap = gaps[chosen, np.arange(len(ledger))]
    return float((np.abs(gap) <= slack)[complete].mean())


def _usual(ledger: Ledger, holds: Mask, complete: Mask, share: float) -> tuple[Mask, Mask]:
    """Rows whose company's rows mostly add up, and rows of which nearly all others' do.

    A company's rows may all be wrong in one way, so it is held against the other companies; too
    few rows of its own are held against all rows.
    """
    known = np.bincount(ledger.company, complete)
    good = np.bincount(ledger.company, holds)
    mostly = good >= MOST * known
    own = np.where(known >= 3, mostly, share >= MOST)
    counted = known > 0
    number, sound = counted.sum() - counted, (counted & mostly).sum() - (counted & mostly)
    others = (number >= OTHERS) & (sound >= NEARLY_ALL * number)
    return np.asarray(own[ledger.company]), np.asarray((others | (share >= 0.95))[ledger.company])


def confirmed(ledger: Ledger, found: list[Sum], line: str) -> Mask:
    """Rows in which a sum that adds up has this line among its members."""
    good = np.zeros(len(ledger), bool)
    for one in found:
        if line in one.parts:
            good |= one.holds & (one.parts[line] != 0)
    return good
