"""Reliability of a sum of items across companies: alpha, stratified alpha, omega total."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from cxkit.errors import SampleError
from cxkit.models.variance_curve import Floats, Ints

LEAST = 10  # companies
DRAWS = 1000
_SWEEPS = 500
_SETTLED = 1e-9
_COMMUNALITY = 0.995  # at most, as psych's factor analysis has it
_CHUNK = 250


@dataclass(frozen=True)
class Reliability:
    """A reliability with its 95 % interval; companies with every item answered, and items.

    coefficient is `alpha`, `stratified_alpha` or `omega_total`; the ends are NaN where the
    interval was not asked for.
    """

    coefficient: str
    value: float
    conf_low: float
    conf_high: float
    companies: int
    items: int


def alpha(x: Floats) -> Reliability:
    """Cronbach's (1951) alpha with the interval of Feldt (1965); x is (companies, items).

    Rows with a missing item are left out. (1 - alpha) / (1 - alpha of the sample) follows F with
    (n - 1)(k - 1) and n - 1 degrees of freedom for items that differ by constants.
    """
    x = _complete(x)
    n, k = x.shape
    value = float(_alphas(np.cov(x, rowvar=False)[None])[0])
    df = n - 1, (n - 1) * (k - 1)
    low = 1 - (1 - value) * stats.f.ppf(0.975, *df)
    high = 1 - (1 - value) * stats.f.ppf(0.025, *df)
    return Reliability("alpha", value, float(low), float(high), n, k)


def stratified_alpha(x: Floats, blocks: Ints, draws: int = DRAWS, seed: int = 0) -> Reliability:
    """Alpha of a sum of blocks, each with its own (Cronbach, Schoneman, McKie 1965).

    One less the blocks' error variances over the sum's variance. x is (companies, items), blocks
    (items,) codes. A block of one item counts with all its variance as error. The interval is
    the bootstrap's over companies (percentiles).
    """
    x = _complete(x)

    def value(covariance: Floats) -> Floats:
        error = np.zeros(len(covariance))
        for block in np.unique(blocks):
            inside = np.flatnonzero(blocks == block)
            part = covariance[:, inside[:, None], inside]
            own = _alphas(part) if len(inside) > 1 else np.zeros(len(part))
            error += part.sum((1, 2)) * (1 - own)
        return 1 - error / covariance.sum((1, 2))

    return _bootstrapped("stratified_alpha", x, value, draws, seed)


def omega_total(x: Floats, draws: int = DRAWS, seed: int = 0) -> Reliability:
    """McDonald's (1999) omega total of one factor fitted by minimal residuals to correlations.

    One less the uniquenesses over the sum of all correlations, as R's psych::omega(nfactors = 1)
    has it; items of negative loading are turned round first, as there. x is (companies, items);
    the interval is the bootstrap's over companies (percentiles).
    """
    return _bootstrapped("omega_total", _complete(x), _omegas, draws, seed)


def one_factor(correlations: Floats) -> Floats:
    """Loadings (..., items) of one factor by minimal residuals (Harman, Jones 1966).

    correlations (..., items, items). Each loading in turn is set to its least-squares value given
    the others until none moves; communalities stay at .995 or below.
    """
    matrices = correlations.reshape(-1, *correlations.shape[-2:])
    vectors = np.linalg.eigh(matrices)[1][:, :, -1]
    sign = np.where(vectors.sum(1, keepdims=True) < 0, -1.0, 1.0)
    loading = sign * vectors * np.sqrt(np.maximum(np.linalg.eigvalsh(matrices)[:, -1:] / 2, 1e-9))
    bound, items = np.sqrt(_COMMUNALITY), matrices.shape[-1]
    for _ in range(_SWEEPS):
        before = loading.copy()
        for i in range(items):
            others = loading.copy()
            others[:, i] = 0
            top = (matrices[:, i] * others).sum(1)
            bottom = np.maximum((others**2).sum(1), 1e-300)
            loading[:, i] = np.clip(top / bottom, -bound, bound)
        if np.abs(loading - before).max() < _SETTLED:
            break
    return loading.reshape(correlations.shape[:-1])


def _omegas(covariance: Floats) -> Floats:
    scale = np.sqrt(np.maximum(np.einsum("bii->bi", covariance), 1e-300))
    correlation = covariance / scale[:, :, None] / scale[:, None, :]
    loading = one_factor(correlation)
    sign = np.where(loading < 0, -1.0, 1.0)
    total = (sign[:, :, None] * correlation * sign[:, None, :]).sum((1, 2))
    return np.asarray(1 - (1 - loading**2).sum(1) / total)


def _alphas(covariance: Floats) -> Floats:
    k = covariance.shape[-1]
    own = np.einsum("bii->b", covariance)
    return np.asarray(k / (k - 1) * (1 - own / covariance.sum((1, 2))))


def _bootstrapped(name: str, x: Floats, value: object, draws: int, seed: int) -> Reliability:
    assert callable(value)
    n, k = x.shape
    found = float(value(np.cov(x, rowvar=False)[None])[0])
    low = high = np.nan
    if draws:
        low, high = np.quantile(value(_resampled(x, draws, seed)), [0.025, 0.975])
    return Reliability(name, found, float(low), float(high), n, k)


def _resampled(x: Floats, draws: int, seed: int) -> Floats:
    """(draws, items, items) covariances of resampled companies, by weights instead of copies."""
    n, k = x.shape
    rng = np.random.default_rng(seed)
    x = x - x.mean(0)
    rows, columns = np.triu_indices(k)
    products = np.column_stack([x[:, rows] * x[:, columns], x]).astype(np.float32)
    out = np.empty((draws, k, k))
    for start in range(0, draws, _CHUNK):
        stop = min(start + _CHUNK, draws)
        drawn = rng.integers(0, n, (stop - start, n)) + n * np.arange(stop - start)[:, None]
        weight = np.bincount(drawn.ravel(), minlength=(stop - start) * n).reshape(-1, n)
        moments = (weight.astype(np.float32) @ products).astype(float) / n
        mean = moments[:, len(rows) :]
        second = moments[:, : len(rows)] - mean[:, rows] * mean[:, columns]
        out[start:stop, rows, columns] = second
        out[start:stop, columns, rows] = second
    return out * n / (n - 1)


def _complete(x: Floats) -> Floats:
    x = np.asarray(x, float)
    x = x[np.isfinite(x).all(1)]
    if x.ndim != 2 or x.shape[1] < 2 or len(x) < LEAST:
        raise SampleError(
            f"Reliability needs two items and {LEAST} companies with every item answered; "
            f"there are {len(x)}."
        )
    if (x.var(0) == 0).any():
        raise SampleError("Reliability needs items whose answers vary.")
    return x
