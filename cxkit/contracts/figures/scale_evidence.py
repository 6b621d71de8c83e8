"""How far a company's answers speak for another scale than the one it was to use.

Answers of a company are taken as those of all others, item by item, tilted by two numbers of its
own: how high it answers and how widely it spreads (an exponential tilt of the categories'
shares, as in a partial credit model). That model is held against the same one with the
categories the company never used ruled out. The logarithm of the ratio of their likelihoods,
each at its best, is the evidence: a company that is merely good, or merely of one mind, is
explained by its tilt and gives none.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cxkit.contracts.cells import Mask
from cxkit.contracts.figures.ledger import Floats, Ints

STEPS = 40  # of Newton's method
HALVINGS = 6
ENOUGH = 1e-6  # gain of log likelihood below which it stops
HELD = np.array([0.05, 1.0])  # how far level and spread are held to everybody's: 1 / variance
PRIOR = 3.0  # answers of the whole table added to each item's shares


@dataclass(frozen=True, eq=False)
class Counts:
    """Answers by company, item and category, (c, i, k); base are log shares of the others'."""

    count: Floats
    base: Floats

    @property
    def used(self) -> tuple[Ints, Ints]:
        """The lowest and the highest category of each company, (c,) each."""
        seen = self.count.sum(axis=1) > 0
        last = seen.shape[1] - 1
        return seen.argmax(axis=1), last - seen[:, ::-1].argmax(axis=1)

    def of(self, some: Mask) -> Counts:
        """The counts of some of the companies."""
        return Counts(self.count[some], self.base[some])


def counted(company: Ints, item: Ints, category: Ints, shape: tuple[int, int, int]) -> Counts:
    """Counts of answers given as codes; shape is (companies, items, categories)."""
    count = np.zeros(shape)
    np.add.at(count, (company, item, category), 1.0)
    others = count.sum(axis=0) - count
    total = others.sum(axis=1, keepdims=True) + 0.5
    smooth = others + PRIOR * total / total.sum(axis=2, keepdims=True)
    return Counts(count, np.log(smooth / smooth.sum(axis=2, keepdims=True)))


def evidence(counts: Counts) -> tuple[Floats, Floats]:
    """Log likelihood ratio in favour of a narrower scale, and the answers to expect outside it.

    (c,) each; both are 0 where a company uses every category.
    """
    low, high = counts.used
    categories = np.arange(counts.count.shape[2])
    inside = (categories >= low[:, None]) & (categories <= high[:, None])
    narrow = ~inside.all(axis=1)
    ratio, outside = np.zeros(len(low)), np.zeros(len(low))
    if narrow.any():
        some, inside = counts.of(narrow), inside[narrow]
        whole, tilt = _best(some, np.ones_like(inside))
        ratio[narrow] = _best(some, inside)[0] - whole
        beyond = _shares(some, np.zeros(1), tilt) * ~inside[:, None, :]
        outside[narrow] = (beyond.sum(axis=2) * some.count.sum(axis=2)).sum(axis=1)
    return ratio, outside


def _best(counts: Counts, allowed: Mask) -> tuple[Floats, Floats]:
    """The highest log likelihood that a tilt reaches, (c,), and that tilt, (c, 2)."""
    floor = np.where(allowed, 0.0, -np.inf)[:, None, :]
    terms = _terms(counts)
    n, seen = counts.count.sum(axis=2), counts.count.sum(axis=1) @ terms
    tilt = np.zeros((len(n), 2))
    value = _likelihood(counts, floor, tilt)
    for _ in range(STEPS):
        share = _shares(counts, floor, tilt)
        mean = share @ terms
        second = np.einsum("cik,ka,kb->ciab", share, terms, terms)
        spread = second - mean[..., :, None] * mean[..., None, :]
        slope = seen - np.einsum("ci,cia->ca", n, mean) - HELD * tilt
        bend = np.einsum("ci,ciab->cab", n, spread) + np.diag(HELD)
        step = np.clip(np.linalg.solve(bend, slope[..., None])[..., 0], -2.0, 2.0)
        for _ in range(HALVINGS):
            tried = _likelihood(counts, floor, tilt + step)
            step = np.where((tried >= value)[:, None], step, step / 2)
        better = tried >= value
        tilt = np.where(better[:, None], tilt + step, tilt)
        gain = np.where(better, tried - value, 0.0)
        value = value + gain
        if gain.max() < ENOUGH:
            break
    return value, tilt


def _terms(counts: Counts) -> Floats:
    """What a tilt multiplies: a category's height and its square, (k, 2)."""
    height = np.linspace(-1.0, 1.0, counts.count.shape[2])
    return np.stack([height, height * height], axis=1)


def _scores(counts: Counts, floor: Floats, tilt: Floats) -> Floats:
    return np.asarray(counts.base + (tilt @ _terms(counts).T)[:, None, :] + floor)


def _shares(counts: Counts, floor: Floats, tilt: Floats) -> Floats:
    """Of each category, by company and item, (c, i, k)."""
    score = _scores(counts, floor, tilt)
    share = np.exp(score - score.max(axis=2, keepdims=True))
    return np.asarray(share / share.sum(axis=2, keepdims=True))


def _likelihood(counts: Counts, floor: Floats, tilt: Floats) -> Floats:
    """Log likelihood of each company's counts, less what holds its tilt back, (c,)."""
    score = _scores(counts, floor, tilt)
    score -= score.max(axis=2, keepdims=True)
    log = score - np.log(np.exp(score).sum(axis=2, keepdims=True))
    log = np.where(np.isfinite(log), log, 0.0)  # ruled out, and so never counted
    return np.asarray((counts.count * log).sum(axis=(1, 2)) - 0.5 * (tilt**2 @ HELD))
