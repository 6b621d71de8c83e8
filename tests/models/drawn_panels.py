"""Panels of companies and years that several tests draw."""

from __future__ import annotations

import numpy as np

from cxkit.models import least_squares as ls


def sample(seed: int, companies: int, slope: float = 0.3) -> dict[str, np.ndarray]:
    """An unbalanced panel of companies and six years with company effects and uneven errors."""
    rng = np.random.default_rng(seed)
    company, year = np.repeat(np.arange(companies), 6), np.tile(np.arange(6), companies)
    keep = rng.random(len(company)) < 0.85
    company, year = ls.codes(company[keep]), ls.codes(year[keep])
    x = rng.normal(size=companies)[company] + rng.normal(size=len(company))
    z = rng.normal(size=len(company))
    noise = rng.normal(size=len(company)) * (1 + np.abs(x))
    y = slope * x + 0.2 * z + rng.normal(size=companies)[company] + noise
    return {"y": y, "x": x, "z": z, "company": company, "year": year}


def dummies(*effects: np.ndarray) -> np.ndarray:
    return np.column_stack([e[:, None] == np.arange(e.max() + 1) for e in effects]).astype(float)


def without(columns: np.ndarray, values: np.ndarray) -> np.ndarray:
    return values - columns @ np.linalg.lstsq(columns, values, rcond=None)[0]


def two_measures(seed: int, companies: int, slope: float) -> dict[str, np.ndarray]:
    """A score seen twice with error, a few rows without a second look."""
    data = sample(seed, companies, slope)
    rng = np.random.default_rng(1000 + seed)
    n = len(data["x"])
    pairs = [data["x"] + 0.7 * rng.normal(size=(2, n)) for _ in range(2)]
    for at, measure in enumerate(pairs):
        measure[at, rng.random(n) < 0.03] = np.nan
    return data | {"a": pairs[0], "b": pairs[1]}
