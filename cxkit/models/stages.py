"""The stage as a probability."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr

from cxkit.contracts import Instrument
from cxkit.models.true_scores import CELLS, TruePrior
from cxkit.models.variance_curve import Floats

_CHUNK = 2_000_000  # rows times cells held at once


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
