"""The stage as a probability: of each stage for an index, and of the lowest block's level."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from cxkit.contracts import Instrument
from cxkit.measures.index import on_scale
from cxkit.models.true_scores import CELLS, TruePrior
from cxkit.models.variance_curve import Floats

DRAWS = 2000
_CHUNK = 2_000_000  # rows times cells, or times draws, held at once


def stage_probabilities(
    index: Floats, sem: Floats, instrument: Instrument, prior: TruePrior | None
) -> Floats:
    """(n, stages): probability of each stage, in the instrument's order; rows add up to one.

    By Bayes: the benchmark's distribution of true scores (every score alike without one) times
    the normal error of the row. index and sem are (n,) in points; a row without either is NaN,
    and so is everything where the instrument has no stages.
    """
    index, sem = np.asarray(index, float), np.asarray(sem, float)
    out = np.full((len(index), len(instrument.stages)), np.nan)
    if not instrument.stages:
        return out
    known = np.flatnonzero(np.isfinite(index) & np.isfinite(sem))
    edges, density, stage = _cells(instrument, prior)
    error = np.maximum(sem, 1e-6 * (instrument.maximum - instrument.minimum))
    for rows in np.array_split(known, max(1, len(known) * len(edges) // _CHUNK)):
        z = (edges - index[rows, None]) / error[rows, None]
        posterior = _between(z) * density
        posterior /= np.maximum(posterior.sum(1, keepdims=True), 1e-300)
        out[rows] = posterior @ np.eye(len(instrument.stages))[stage]
    return out


def _between(z: Floats) -> Floats:
    """Normal probability between neighbouring columns, exact in both tails."""
    flip = z[:, :-1] > 0
    low, high = np.where(flip, -z[:, 1:], z[:, :-1]), np.where(flip, -z[:, :-1], z[:, 1:])
    return np.asarray(ndtr(high) - ndtr(low))


def _cells(instrument: Instrument, prior: TruePrior | None) -> tuple[Floats, Floats, np.ndarray]:
    """Cells cut at the stages' ends: edges, the prior's density in each, position of its stage."""
    ends = np.array([stage.lower for stage in instrument.stages])
    grid = np.linspace(instrument.minimum, instrument.maximum, CELLS + 1)
    base = prior.edges if prior else grid
    mass = np.array(prior.mass) if prior else np.full(len(base) - 1, 1 / (len(base) - 1))
    edges = np.union1d(base, ends[(ends > base[0]) & (ends < base[-1])])
    middle = (edges[1:] + edges[:-1]) / 2
    cell = np.clip(np.searchsorted(base, middle) - 1, 0, len(mass) - 1)
    stage = np.clip(np.searchsorted(ends, middle, side="right") - 1, 0, None)
    return edges, mass[cell] / np.diff(base)[cell], stage


@dataclass(frozen=True, eq=False)
class BlockPrior:
    """Mean (B,) and covariance (B, B) of true block scores in a benchmark, points of 0-100."""

    mean: Floats
    covariance: Floats
    companies: int


def block_prior(performance: Floats, sem: Floats) -> BlockPrior | None:
    """The distribution of true block scores behind observed ones, as a normal.

    performance, sem (companies, B) on 0-100; rows with a missing block are left out; None below
    ten. The covariance is the observed one less the errors', made positive (Efron, Morris 1973).
    Errors of different blocks are taken to be independent.
    """
    use = np.isfinite(performance).all(1) & np.isfinite(sem).all(1)
    score, error = performance[use], sem[use]
    if len(score) < 10:
        return None
    observed = np.cov(score, rowvar=False).reshape(score.shape[1], -1)
    covariance = observed - np.diag((error**2).mean(0))
    values, vectors = np.linalg.eigh(covariance)
    values = np.maximum(values, 0.01 * np.trace(observed) / len(observed))
    return BlockPrior(score.mean(0), (vectors * values) @ vectors.T, len(score))


@dataclass(frozen=True, eq=False)
class WeakestLink:
    """Which block is the lowest, and in which stage.

    lowest (n, B): probability that each block is the lowest, in the instrument's order;
    stage (n, stages): probability of each stage of the lowest block's score, taken as a share of
    the index's range. NaN where a block or its error is missing.
    """

    lowest: Floats
    stage: Floats


def weakest_link(
    performance: Floats,
    sem: Floats,
    instrument: Instrument,
    prior: BlockPrior | None,
    seed: int = 0,
) -> WeakestLink:
    """Probabilities of the lowest block, by 2,000 seeded draws of the true block scores.

    performance, sem (n, B) on 0-100. The lowest of noisy scores lies too low, and its name is
    partly chance: the draws come from each row's posterior under the benchmark's distribution,
    or around the scores themselves without one, which leaves that bias in.
    """
    n, blocks = performance.shape
    lowest = np.full((n, blocks), np.nan)
    stage = np.full((n, len(instrument.stages)), np.nan)
    known = np.flatnonzero(np.isfinite(performance).all(1) & np.isfinite(sem).all(1))
    normal = np.random.default_rng(seed).standard_normal((DRAWS // 2, blocks))
    normal = np.concatenate([normal, -normal])
    mean, root = _posterior(performance[known], np.maximum(sem[known], 1e-6), prior)
    ids = [s.id for s in instrument.stages]
    parts = max(1, len(known) * DRAWS // _CHUNK)
    for at in np.array_split(np.arange(len(known)), parts):
        drawn = mean[at, None, :] + normal @ root[at].transpose(0, 2, 1)
        first = drawn.argmin(2)
        lowest[known[at]] = (first[:, :, None] == np.arange(blocks)).mean(1)
        level = instrument.stage_of(on_scale(np.clip(drawn.min(2), 0, 100), instrument))
        for k, id in enumerate(ids):
            stage[known[at], k] = (level == id).mean(1)
    return WeakestLink(lowest, stage)


def _posterior(score: Floats, sem: Floats, prior: BlockPrior | None) -> tuple[Floats, Floats]:
    """Mean (n, B) and a root (n, B, B) of the covariance of true block scores, row by row."""
    noise = sem[:, :, None] ** 2 * np.eye(score.shape[1])
    if prior is None:
        return score, np.sqrt(noise)
    gain = prior.covariance @ np.linalg.inv(prior.covariance + noise)
    mean = prior.mean + ((score - prior.mean)[:, None, :] @ gain.transpose(0, 2, 1))[:, 0]
    covariance = prior.covariance - gain @ prior.covariance
    covariance = (covariance + covariance.transpose(0, 2, 1)) / 2
    return mean, np.linalg.cholesky(covariance + 1e-9 * np.eye(score.shape[1]))
