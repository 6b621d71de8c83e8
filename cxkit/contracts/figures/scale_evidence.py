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
FREE = (0.05, 0.5)  # how far level and spread are held to everybody's at first: 1 / variance
LEAST = (0.1, 0.2)  # variance between companies in level and spread, at least
MOST = 20.0  # and at most
COMPANIES = 4  # from which on it is estimated how far companies differ
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

    @property
    def inside(self) -> Mask:
        """Categories between each company's lowest and highest, (c, k)."""
        low, high = self.used
        categories = np.arange(self.count.shape[2])
        return (categories >= low[:, None]) & (categories <= high[:, None])

    def of(self, some: Mask) -> Counts:
        """The counts of some of the companies."""
        return Counts(self.count[some], self.base[some])


@dataclass(frozen=True, eq=False)
class Usual:
    """Level and spread that companies have, (2,) each: in the middle, and 1 / variance about it."""

    middle: Floats
    held: Floats


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

    (c,) each; both are 0 where a company uses every category, or one only.
    """
    inside = counts.inside
    narrow = ~inside.all(axis=1) & (inside.sum(axis=1) > 1)
    ratio, outside = np.zeros(len(inside)), np.zeros(len(inside))
    if narrow.any():
        usual = _usual(counts)
        some, inside = counts.of(narrow), inside[narrow]
        whole, tilt, _ = _best(some, np.ones_like(inside), usual)
        ratio[narrow] = _best(some, inside, usual)[0] - whole
        beyond = _shares(some, np.zeros(1), tilt) * ~inside[:, None, :]
        outside[narrow] = (beyond.sum(axis=2) * some.count.sum(axis=2)).sum(axis=1)
    return ratio, outside


def _usual(counts: Counts) -> Usual:
    """How companies differ in level and spread: their tilts' variance beyond that of chance."""
    free = Usual(np.zeros(2), np.array(FREE))
    if len(counts.count) < COMPANIES:
        return free
    _, tilt, error = _best(counts, counts.inside, free)
    weight = 1 / (error + np.array(LEAST))
    middle = np.array([_median(tilt[:, i], weight[:, i]) for i in (0, 1)])
    away = (tilt - middle) ** 2
    # a robust variance: the median of squares is 0.455 of it, were the tilts normal
    spread = [_median(away[:, i], weight[:, i]) / 0.455 for i in (0, 1)]
    chance = [_median(error[:, i], weight[:, i]) for i in (0, 1)]
    between = np.clip(np.array(spread) - np.array(chance), LEAST, MOST)
    return Usual(middle, 1 / between)


def _median(values: Floats, weight: Floats) -> float:
    """The weighted median."""
    order = np.argsort(values)
    part = np.cumsum(weight[order]) / weight.sum()
    return float(values[order][np.searchsorted(part, 0.5)])


def _best(counts: Counts, allowed: Mask, usual: Usual) -> tuple[Floats, Floats, Floats]:
    """The highest log likelihood that a tilt reaches (c,), that tilt and its variances (c, 2)."""
    floor = np.where(allowed, 0.0, -np.inf)[:, None, :]
    terms = _terms(counts)
    n, seen = counts.count.sum(axis=2), counts.count.sum(axis=1) @ terms
    tilt = np.tile(usual.middle, (len(n), 1))
    value = _likelihood(counts, floor, tilt, usual)
    for _ in range(STEPS):
        share = _shares(counts, floor, tilt)
        mean = share @ terms
        second = np.einsum("cik,ka,kb->ciab", share, terms, terms)
        spread = second - mean[..., :, None] * mean[..., None, :]
        slope = seen - np.einsum("ci,cia->ca", n, mean) - usual.held * (tilt - usual.middle)
        bend = np.einsum("ci,ciab->cab", n, spread) + np.diag(usual.held)
        step = np.clip(np.linalg.solve(bend, slope[..., None])[..., 0], -2.0, 2.0)
        for _ in range(HALVINGS):
            tried = _likelihood(counts, floor, tilt + step, usual)
            step = np.where((tried >= value)[:, None], step, step / 2)
        better = tried >= value
        tilt = np.where(better[:, None], tilt + step, tilt)
        gain = np.where(better, tried - value, 0.0)
        value = value + gain
        if gain.max() < ENOUGH:
            break
    return value, tilt, np.diagonal(np.linalg.inv(bend), axis1=1, axis2=2)


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


def _likelihood(counts: Counts, floor: Floats, tilt: Floats, usual: Usual) -> Floats:
    """Log likelihood of each company's counts, less what an unusual tilt costs, (c,)."""
    score = _scores(counts, floor, tilt)
    score -= score.max(axis=2, keepdims=True)
    log = score - np.log(np.exp(score).sum(axis=2, keepdims=True))
    log = np.where(np.isfinite(log), log, 0.0)  # ruled out, and so never counted
    return np.asarray(
        (counts.count * log).sum(axis=(1, 2)) - 0.5 * ((tilt - usual.middle) ** 2 @ usual.held)
    )
