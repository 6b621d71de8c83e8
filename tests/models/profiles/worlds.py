"""Companies of three kinds, and companies of which there are only more and less."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cxkit.simulate import BASE, block_scores, company_items, draw

Array = NDArray[np.float64]
LOADING = 0.85


def kinds(seed: int, separation: str, companies: int = 1500) -> tuple[Array, NDArray[np.intp]]:
    """Block scores (n, 6), 0-100, and true profiles (n,) of a simulated world's last wave."""
    world = draw(BASE.but(separation=separation, companies=companies, years=2), seed)
    items = company_items(world.answers, world.company, len(world.size))
    blocks = 100 * block_scores(items, world.layout)[:, -1]
    keep = ~np.isnan(blocks).any(1)
    return blocks[keep], world.profile[keep, -1]


def continuum(name: str, n: int, seed: int) -> Array:
    """Six features (n, 6) of one factor: see CONTINUA."""
    return CONTINUA[name](np.random.default_rng(seed), n)


def _linear(rng: np.random.Generator, factor: Array) -> Array:
    own = rng.standard_normal((len(factor), 6))
    z = (factor - factor.mean()) / factor.std()
    return np.asarray(LOADING * z[:, None] + np.sqrt(1 - LOADING**2) * own)


def _normal(rng: np.random.Generator, n: int) -> Array:
    return _linear(rng, rng.standard_normal(n))


def _ordinal(rng: np.random.Generator, n: int, low: float, high: float) -> Array:
    """Block means of 19 items answered 0-5 by thresholds between low and high."""
    latent = 0.75 * rng.standard_normal((n, 1)) + np.sqrt(1 - 0.75**2) * rng.standard_normal(
        (n, 19)
    )
    at = np.sort(rng.uniform(low, high, (19, 5)), axis=1)
    answers = (latent[:, :, None] > at).sum(2)
    block = np.repeat(np.arange(6), [3, 4, 3, 3, 3, 3])
    return np.column_stack([answers[:, block == b].mean(1) for b in range(6)])


CONTINUA = {
    "normal": _normal,
    "skewed marginals": lambda rng, n: np.exp(0.6 * _normal(rng, n)),
    "skewed factor": lambda rng, n: _linear(rng, rng.gamma(2.0, size=n)),
    "bounded": lambda rng, n: 100 / (1 + np.exp(-1.8 * _normal(rng, n))),
    "clipped": lambda rng, n: np.clip(50 + 35 * _normal(rng, n), 0, 100),
    "flat factor": lambda rng, n: _linear(rng, rng.random(n)),
    "leaning factor": lambda rng, n: _linear(rng, rng.beta(0.7, 2.0, n)),
    "ordinal": lambda rng, n: _ordinal(rng, n, -1.8, 1.8),
    "ordinal, skewed": lambda rng, n: _ordinal(rng, n, 0.2, 2.0),
}
