"""Where a score's error shows: between the items of one rater, and between raters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cxkit.contracts import Instrument
from cxkit.measures.index import block_shares
from cxkit.models.variance_curve import Floats, Ints


@dataclass(frozen=True, eq=False)
class Plan:
    """How the items of an instrument make its index.

    low and span (items,) are the least answer and the range of answers; block (items,) the
    position of an item's block; points (items,) what an item adds to the index from its least
    to its greatest answer. stratum (items,) is the block, blocks of a single item taken
    together: a lone item shows no error of its own.
    """

    low: Floats
    span: Floats
    block: Ints
    points: Floats
    stratum: Ints


def plan(instrument: Instrument) -> Plan:
    """The plan of an instrument with items."""
    items = instrument.items
    ids = list(instrument.block_ids)
    block = np.array([ids.index(i.block) for i in items])
    span = np.array([i.maximum - i.minimum for i in items], float)
    size = np.array([i.weight for i in items], float) * span
    if instrument.method == "mean-of-items":
        points = size / size.sum()
    else:
        points = block_shares(instrument)[block] * size / np.bincount(block, size)[block]
    points = points * (instrument.maximum - instrument.minimum)
    low = np.array([i.minimum for i in items], float)
    return Plan(low, span, block, points, _strata(block))


def _strata(block: Ints) -> Ints:
    """Blocks, those of one item joined; where that leaves a lone item, everything is one."""
    alone = np.bincount(block)[block] == 1
    stratum = np.where(alone, -1, block)
    if alone.sum() == 1:
        stratum = np.zeros_like(block)
    return np.asarray(np.unique(stratum, return_inverse=True)[1])


@dataclass(frozen=True, eq=False)
class ItemErrors:
    """Error of one complete answer sheet as the items of a row show it; one row per sheet.

    variance (rows, strata) is that of the stratum's points in the index, df (rows, strata) the
    degrees of freedom behind it; NaN and 0 where fewer than two of its items were answered.
    """

    variance: Floats
    df: Floats


def item_errors(answers: Floats, raters: Floats, arrangement: Plan) -> ItemErrors:
    """Error variance from the residuals of items within their block.

    answers (rows, items) are on the items' scale, NaN where missing, means over `raters` (rows,)
    respondents. What an item is to everybody, and how that shifts with the level, is taken out;
    what is left within a block is error or the company's own strong and weak items, which cannot
    be told apart with one rater. Summed over blocks this is the error variance of stratified
    alpha (Cronbach, Schoneman, McKie 1965), row by row, as Feldt and Qualls (1996) condition it
    on the score.
    """
    given = (answers - arrangement.low) / arrangement.span * arrangement.points
    strata = arrangement.stratum.max() + 1
    variance = np.full((len(answers), strata), np.nan)
    df = np.zeros((len(answers), strata))
    for k in range(strata):
        inside = given[:, arrangement.stratum == k]
        residual = _residuals(inside)
        count = (~np.isnan(inside)).sum(1)
        enough = count > 1
        size, companies = inside.shape[1], max(int(enough.sum()), 2)
        total = np.nansum(residual**2, axis=1) * raters * companies / (companies - 1)
        variance[enough, k] = size * total[enough] / (count[enough] - 1)
        df[:, k] = np.maximum(count - 1, 0)
    return ItemErrors(variance, df)


def _residuals(inside: Floats) -> Floats:
    """(rows, items) less the row's mean, the item's mean and the item's slope on the level."""
    known = ~np.isnan(inside)
    level = np.nanmean(np.where(known.any(1, keepdims=True), inside, 0.0), axis=1)
    typical = np.nanmean(np.where(known.any(0, keepdims=True), inside, 0.0), axis=0)
    # A row that lacks a hard item is no better for it: levels are taken at the typical item.
    level = level - np.where(known, typical, 0.0).sum(1) / np.maximum(known.sum(1), 1)
    offset = inside - level[:, None]
    offset = offset - np.nan_to_num(np.nanmean(offset, axis=0))
    spread = float((level**2).sum())
    if spread > 0 and len(level) > 2:
        slope = np.nansum(offset * level[:, None], axis=0) / spread
        offset = offset - level[:, None] * slope
    centre = np.nansum(offset, axis=1) / np.maximum(known.sum(1), 1)
    return np.asarray(offset - centre[:, None])


@dataclass(frozen=True, eq=False)
class Spread:
    """Raters of one company and wave against each other; one row per group of two or more.

    level (rows,) is their mean, variance (rows,) theirs with n - 1, df (rows,) n - 1, group
    (rows,) the position of the group.
    """

    level: Floats
    variance: Floats
    df: Floats
    group: Ints


def rater_spread(score: Floats, group: Ints) -> Spread:
    """The variance between raters of each group; score and group are one row per rater."""
    use = np.isfinite(score)
    group, score = group[use], score[use]
    count = np.bincount(group).astype(float)
    safe = np.maximum(count, 1)
    mean = np.bincount(group, score) / safe
    squares = np.bincount(group, (score - mean[group]) ** 2, minlength=len(count))
    several = np.flatnonzero(count > 1)
    df = count[several] - 1
    return Spread(mean[several], squares[several] / df, df, several)
