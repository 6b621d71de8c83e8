"""Scores known to a class only: what a benchmark may be made from.

A mean, a median or a spread of n companies gives the last one away to whoever knows the others.
So every figure of the norms is computed from the classes that scores fall into, never from the
scores: a file cannot say more of a company than its class, whatever its reader knows. Quartiles,
mean and spread of grouped values are had from a monotone cubic through their distribution
(Fritsch and Carlson 1980), which costs about a point where classes are a fifth of the range.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.interpolate import PchipInterpolator

from cxkit.contracts import Block, Instrument, Item
from cxkit.measures.index import block_shares

Floats = NDArray[np.float64]

INDEX_STEP = 20  # classes of the index: a twentieth of its range or somewhat more
PARTS = 5  # classes of a block or item: a fifth of its range or more
LEAST_CLASSES = 3  # fewer say nothing about quartiles
LEAST_VALUES = 2  # different scores that a class must be able to hold
QUARTILES = (0.25, 0.5, 0.75)
TAILS = (0.1, 0.9)
_GRID = 2001


@dataclass(frozen=True)
class Classes:
    """Neighbouring half-open classes by their edges; low and high bound the scores themselves.

    The outer edges lie half an answer beyond low and high: a score stands in the middle of what
    it stands for.
    """

    edges: tuple[float, ...]
    low: float
    high: float

    def of(self, values: ArrayLike) -> NDArray[np.intp]:
        """The class of each value, -1 where it is missing."""
        x = np.round(np.asarray(values, float), 9)
        inner = np.round(np.array(self.edges[1:-1]), 9)
        return np.where(np.isnan(x), -1, np.searchsorted(inner, x, side="right"))

    def middles(self, values: ArrayLike) -> Floats:
        """The middle of each value's class; NaN stays."""
        low, high = self.bounds(values)
        return (low + high) / 2

    def bounds(self, values: ArrayLike) -> tuple[Floats, Floats]:
        """Least and greatest score of each value's class, NaN where it is missing."""
        at = self.of(values)
        edges = np.clip(self.edges, self.low, self.high)
        return (np.where(at < 0, np.nan, edges[:-1][at]), np.where(at < 0, np.nan, edges[1:][at]))

    def variances(self, values: ArrayLike) -> Floats:
        """What is lost to the class, as the variance of an even spread within it; NaN stays."""
        low, high = self.bounds(values)
        return (high - low) ** 2 / 12


@dataclass(frozen=True)
class Summary:
    """Quartiles, mean and standard deviation of n values known by class; tails from 50 on."""

    n: int
    q25: float
    median: float
    q75: float
    mean: float
    sd: float
    q10: float | None
    q90: float | None


def summary(values: ArrayLike, classes: Classes) -> Summary:
    """The values' distribution as their classes show it, to one decimal; missing ones left out."""
    at = classes.of(values)
    counts = np.bincount(at[at >= 0], minlength=len(classes.edges) - 1)
    n = int(counts.sum())
    share = np.concatenate([[0.0], np.cumsum(counts)]) / n
    grid = np.linspace(classes.edges[0], classes.edges[-1], _GRID)
    below = np.clip(PchipInterpolator(classes.edges, share)(grid), 0, 1)
    mean = grid[-1] - np.trapezoid(below, grid)
    square = grid[-1] ** 2 - 2 * np.trapezoid(grid * below, grid)
    spread = np.sqrt(max(0.0, float(square - mean**2)) * n / max(1, n - 1))
    q25, median, q75 = (_quantile(q, below, grid, classes) for q in QUARTILES)
    tails = [_quantile(q, below, grid, classes) if n >= 50 else None for q in TAILS]
    inside = float(np.clip(mean, classes.low, classes.high))
    return Summary(n, q25, median, q75, round(inside, 1), round(float(spread), 1), *tails)


def _quantile(q: float, below: Floats, grid: Floats, classes: Classes) -> float:
    at = grid[np.searchsorted(below, q - 1e-12)]
    return round(float(np.clip(at, classes.low, classes.high)), 1)


def index_classes(instrument: Instrument) -> Classes:
    """Classes of the index: stages cut evenly, so that a class lies in one stage."""
    low, high = instrument.minimum, instrument.maximum
    step = (high - low) * max(1 / INDEX_STEP, LEAST_VALUES * _index_answer(instrument) / 100)
    ends = [stage.lower for stage in instrument.stages] or [low]
    edges: list[float] = []
    for start, end in zip(ends, [*ends[1:], high], strict=True):
        parts = max(1, int((end - start) / step + 1e-9))
        edges += [float(e) for e in np.linspace(start, end, parts + 1)[:-1]]
    return Classes((*edges, high), low, high)


def _index_answer(instrument: Instrument) -> float:
    """Points of 0-100 that the least answer more adds to the index; 0 without items."""
    if instrument.method == "mean-of-items":
        return answer_of(instrument.items, "performance")
    shares = block_shares(instrument) if instrument.blocks else ()
    both = zip(shares, instrument.blocks, strict=True)
    adds = [share * answer_of(block.items, "performance") for share, block in both]
    return float(min(adds, default=0.0))


def part_classes(answer: float) -> Classes | None:
    """Classes on 0-100 where one answer more is worth `answer` points (0: any score may be).

    None where fewer than three classes can hold two different scores each: an item with five
    answers or fewer cannot be told without telling somebody's answer.
    """
    scores = round(100 / answer) + 1 if answer > 0 else 101
    count = min(PARTS, scores // LEAST_VALUES)
    if count < LEAST_CLASSES:
        return None
    edges = np.linspace(-answer / 2, 100 + answer / 2, count + 1)
    return Classes(tuple(float(e) for e in edges), 0.0, 100.0)


def gap_classes() -> Classes:
    """Classes of importance minus performance, as wide as a block's."""
    edges = np.linspace(-100, 100, 2 * PARTS + 1)
    return Classes(tuple(float(e) for e in edges), -100.0, 100.0)


def answer_of(items: Sequence[Item], of: str) -> float:
    """Points of 0-100 that the least answer more of one of these items adds to their mean.

    0 where scores are made elsewhere or answers need not be whole.
    """
    pairs = [_range(item, of) for item in items]
    if not pairs or any(pair is None for pair in pairs):
        return 0.0
    ends = [pair for pair in pairs if pair is not None]
    if any(low != int(low) or high != int(high) for low, high in ends):
        return 0.0
    weights = np.array([item.weight for item in items], float)
    points = np.array([item.weight * (item.maximum - item.minimum) for item in items], float)
    if of == "performance":
        return float(100 * weights.min() / points.sum())
    spans = np.array([high - low for low, high in ends], float)
    return float(100 * (points / spans).min() / points.sum())


def _range(item: Item, of: str) -> tuple[float, float] | None:
    if of == "performance":
        return item.minimum, item.maximum
    if item.importance_minimum is None or item.importance_maximum is None:
        return None
    return item.importance_minimum, item.importance_maximum


def block_classes(block: Block, of: str) -> Classes | None:
    """Classes of a block's performance or importance; None where they would tell an answer."""
    return part_classes(answer_of(block.items, of))


def item_classes(item: Item, of: str) -> Classes | None:
    """Classes of an item's performance or importance on 0-100; None where they cannot be."""
    return part_classes(answer_of((item,), of))
