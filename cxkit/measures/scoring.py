"""Item means to blocks and index, on arrays; an unanswered item is never a zero.

An item is rescaled to the fraction of its own range. A block is the weighted mean of the
fractions of its answered items, so a missing item takes the mean of its block's others; a block
with too few of its applicable items answered is missing, and so is an index that needs it. The
index is that fraction on the instrument's own scale: with every item answered it equals the
published sum or mean.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cxkit.contracts import Instrument
from cxkit.measures.answers import Booleans, Floats, Means
from cxkit.measures.index import block_shares, on_scale


@dataclass(frozen=True, eq=False)
class Scored:
    """Scores of n units, blocks in the instrument's order.

    items, weights: performance and importance of each item on 0-100 of its range, (n, k).
    performance, importance, (n, blocks), are on 0-100; index, (n,), in the instrument's points;
    answered, (n,), is the share of applicable items that were answered. asked and applies,
    (n, blocks), say whether a block has any row, and whether it applies: any item does, or its
    score is made elsewhere.
    """

    items: Floats
    importances: Floats
    performance: Floats
    importance: Floats
    index: Floats
    answered: Floats
    asked: Booleans
    applies: Booleans


def score(means: Means, instrument: Instrument, min_answered: float) -> Scored:
    """Scores of each row of item means; NaN where too little was answered."""
    items = _rescaled(means.performance, *_ranges(instrument, "minimum", "maximum"))
    ends = _ranges(instrument, "importance_minimum", "importance_maximum")
    importances = _rescaled(means.importance, *ends)
    points, applicable = item_points(instrument), ~means.not_applicable
    inside = membership(instrument)
    performance = set_means(items, points, applicable, inside, min_answered)
    importance = set_means(importances, points, applicable, inside, min_answered)
    if instrument.method == "mean-of-items":
        everything = np.ones((1, len(points)), dtype=bool)
        percent = set_means(items, points, applicable, everything, min_answered)[:, 0]
    else:
        percent = performance @ block_shares(instrument)
    n = applicable.sum(axis=1)
    answered = np.where(n > 0, (~np.isnan(items)).sum(axis=1) / np.maximum(n, 1), np.nan)
    asked = np.column_stack([means.asked[:, block].any(axis=1) for block in inside])
    applies = np.column_stack(
        [applicable[:, block].any(axis=1) | (not block.any()) for block in inside]
    )
    return Scored(items, importances, performance, importance, on_scale(percent, instrument),
                  answered, asked, applies)  # fmt: skip


def item_points(instrument: Instrument) -> Floats:
    """What each item weighs in its block: its weight times the points of its range."""
    return np.array([i.weight * (i.maximum - i.minimum) for i in instrument.items], float)


def membership(instrument: Instrument) -> Booleans:
    """(blocks, items): which items are a block's."""
    of = np.array([item.block for item in instrument.items])
    return np.array([of == block.id for block in instrument.blocks])


def weighted(values: Floats, points: Floats, inside: Booleans) -> Floats:
    """(n, sets): weighted means over each set's known values, whatever is missing; NaN if all."""
    known = ~np.isnan(values)
    top = np.where(known, values * points, 0.0) @ inside.T.astype(float)
    bottom = np.where(known, points, 0.0) @ inside.T.astype(float)
    return np.where(bottom > 0, top / np.where(bottom > 0, bottom, 1.0), np.nan)


def set_means(
    values: Floats, points: Floats, applicable: Booleans, inside: Booleans, min_answered: float
) -> Floats:
    """Weighted means over answered items; NaN below min_answered of those that apply."""
    sets = inside.T.astype(float)
    known = ((~np.isnan(values)) & applicable).astype(float) @ sets
    enough = known >= min_answered * (applicable.astype(float) @ sets) - 1e-9
    found = weighted(np.where(applicable, values, np.nan), points, inside)
    return np.where(enough & (known > 0), found, np.nan)


def _ranges(instrument: Instrument, low: str, high: str) -> tuple[Floats, Floats]:
    """A bound of every item, NaN where it has none."""
    bounds = [[getattr(item, name) for item in instrument.items] for name in (low, high)]
    return np.array(bounds[0], dtype=float), np.array(bounds[1], dtype=float)


def _rescaled(means: Floats, low: Floats, high: Floats) -> Floats:
    """Item means as percent of their items' ranges; NaN where the range is none."""
    span = np.where(high > low, high - low, np.nan)
    return 100 * (means - low) / span
