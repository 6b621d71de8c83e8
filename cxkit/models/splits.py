"""Two measures of one score: random halves of its items, or its raters in two groups.

Each measure carries an error of its own, so that one can stand as an instrument for the other
(`instruments`). One division is a lottery: both functions make many, by a seed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix, csr_matrix
from scipy.sparse.csgraph import connected_components

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]
Codes = NDArray[np.intp]

SPLITS = 60  # methods.md asks for at least 50


@dataclass(frozen=True, eq=False)
class Scale:
    """How items (k,) make the score: block (k,) as a code, points (k,) behind each item's 0-100,
    shares (blocks,) in the index, and the index's two ends."""

    block: Codes
    points: Floats
    shares: Floats
    ends: tuple[float, float]


def halves(items: Sequence[str], block: Codes, splits: int, seed: int) -> Booleans:
    """Random halves balanced over blocks, (splits, items): true for the first half.

    Each block is halved; of the odd ones the larger part goes to each half in turn. Drawn for the
    sorted items, so that their order in the table does not change a split. A block of one item
    lies in one half only, which the caller sees as a block without an answer.
    """
    order = np.argsort(np.asarray(items), kind="stable")
    rng = np.random.default_rng(seed)
    draw = np.empty((splits, len(order)))
    draw[:, order] = rng.random((splits, len(order)))
    members = [np.flatnonzero(block == code) for code in range(int(block.max()) + 1)]
    # Blocks by their first item, so that neither their numbers nor their order matter.
    place = np.empty(len(order), np.intp)
    place[order] = np.arange(len(order))
    odd = sorted((m for m in members if len(m) % 2), key=lambda m: int(place[m].min()))
    turn = np.argsort(np.argsort(rng.random((splits, len(odd))), axis=1), axis=1)
    larger = {int(m[0]): turn[:, at] for at, m in enumerate(odd)}
    start = rng.integers(0, 2, splits)
    out = np.zeros((splits, len(order)), bool)
    for own in members:
        if not len(own):
            continue
        extra = (larger[int(own[0])] + start) % 2 if len(own) % 2 else np.zeros(splits, int)
        rank = np.argsort(np.argsort(draw[:, own], axis=1), axis=1)
        out[:, own] = rank < ((len(own) + extra) // 2)[:, None]
    return out


def half_indexes(
    answers: Floats, first: Booleans, scale: Scale, impute: bool = False
) -> tuple[Floats, Floats]:
    """The index from each half, (splits, n) twice, in points of the instrument.

    answers (n, k) are on 0-100 of each item's range, NaN where unanswered. A block is the mean
    of its answered items of that half, by their points; NaN where a half has none in some block.
    impute puts the block's other answers in their place, which ties the two measures' errors: a
    sensitivity, not a remedy.
    """
    given = ~np.isnan(answers)
    bottom = given * scale.points
    top = np.where(given, answers, 0.0) * scale.points
    both = np.concatenate([first, ~first]).astype(float)
    means, picks = [], []
    for code, share in enumerate(scale.shares):
        own = scale.block == code
        # A block of few items has few different halves: each is averaged once.
        sets, which = np.unique(both[:, own], axis=0, return_inverse=True)
        known = bottom[:, own] @ sets.T
        mean = np.full(known.shape, np.nan)
        np.divide(top[:, own] @ sets.T, known, out=mean, where=known > 0)
        if impute:
            mean = _filled(mean, top[:, own].sum(1), bottom[:, own].sum(1))
        means.append(mean)
        picks.append(share * (which.ravel() == np.arange(len(sets))[:, None]))
    mean, pick = np.hstack(means), np.vstack(picks)
    gone = np.isnan(mean)
    percent = np.where(gone, 0.0, mean) @ pick
    percent[(gone.astype(np.float32) @ (pick > 0).astype(np.float32)) > 0] = np.nan
    low, high = scale.ends
    index = (low + percent / 100 * (high - low)).T
    return index[: len(first)], index[len(first) :]


def _filled(mean: Floats, top: Floats, bottom: Floats) -> Floats:
    whole = np.divide(top, bottom, out=np.full(len(top), np.nan), where=bottom > 0)
    return np.where(np.isnan(mean), whole[:, None], mean)


def rater_groups(
    score: Floats, row: Codes, rater: Codes, rows: int, splits: int, seed: int
) -> tuple[Floats, Floats]:
    """Mean scores of two disjoint groups of raters, (splits, rows) twice.

    score (m,) is one rater's own index in one company and wave; row (m,) numbers that company
    and wave, waves of a company in their order; rater (m,) the person, the same number in every
    wave, so that a person stays in one group. Each rater counts alike. NaN where a row has no
    rater in a group. Where no row has more than two raters every division is the same but for
    its sides, and one comes back.
    """
    known = ~np.isnan(score)
    score, row, rater = score[known], row[known], rater[known]
    person = np.unique(rater, return_inverse=True)[1].astype(np.intp)
    if np.bincount(row, minlength=1).max() <= 2:
        splits = 1
    side = _sides(row, person, rows, splits, np.random.default_rng(seed))[person]
    total = _indicator(row, rows)
    out = []
    for half in (0, 1):
        own = (side == half).astype(float)
        count = total @ own
        mean = np.full(count.shape, np.nan)
        np.divide(total @ (own * score[:, None]), count, out=mean, where=count > 0)
        out.append(mean.T)
    return out[0], out[1]


def _sides(row: Codes, person: Codes, rows: int, splits: int, rng: np.random.Generator) -> Codes:
    """(people, splits): 0 or 1, each row's newcomers dealt to the sides so that they are even.

    A company's rows are taken in turn, those of all companies together; who has a side keeps it.
    """
    people = int(person.max(initial=-1)) + 1
    side = np.full((people, splits), -1, np.intp)
    step = _steps(row, person, rows, people)[row]
    for now in range(int(step.max(initial=-1)) + 1):
        at = np.flatnonzero(step == now)
        new = side[person[at], 0] < 0
        fresh, old = at[new], at[~new]
        if len(fresh):
            lead = _indicator(row[old], rows) @ (1 - 2 * side[person[old]])
            side[person[fresh]] = _dealt(row[fresh], np.asarray(lead, np.intp), rng)
    return side


def _steps(row: Codes, person: Codes, rows: int, people: int) -> Codes:
    """(rows,): which in its team a row is; a team is people who share a row, or rows a person."""
    ones = np.ones(len(row))
    links = coo_matrix((ones, (person, people + row)), (people + rows, people + rows))
    team = connected_components(links, directed=False)[1][people:]
    order = np.argsort(team, kind="stable")
    step = np.empty(rows, np.intp)
    step[order] = np.arange(rows) - np.searchsorted(team[order], team[order])
    return step


def _dealt(row: Codes, lead: Codes, rng: np.random.Generator) -> Codes:
    """(newcomers, splits): a side for each, in random order, first where fewer raters are.

    lead (rows, splits) is by how many the first side is ahead.
    """
    splits = lead.shape[1]
    code, at = np.unique(row, return_inverse=True)
    order = np.argsort(at[:, None] + rng.random((len(row), splits)), axis=0)
    first = np.searchsorted(np.sort(at), np.arange(len(code)))
    rank = np.empty_like(order)
    places = np.arange(len(row)) - first[np.sort(at)]
    np.put_along_axis(rank, order, np.broadcast_to(places[:, None], order.shape), axis=0)
    ahead, start = lead[row], rng.integers(0, 2, (len(code), splits))[at]
    catching = rank < np.abs(ahead)
    return np.where(catching, ahead > 0, (start + rank - np.abs(ahead)) % 2).astype(np.intp)


def _indicator(code: Codes, size: int) -> csr_matrix:
    """(size, n): sums of n rows by their code."""
    return csr_matrix((np.ones(len(code)), (code, np.arange(len(code)))), (size, len(code)))
