"""A world with more and less but without kinds: one factor under the fitted marginals.

A parametric bootstrap (McLachlan 1987, Applied Statistics 36) whose null is not one Gaussian but
one factor: each feature keeps its own distribution (its quantiles, so skew, bounds and steps
stay), and the features are joined by the correlations that one factor gives, in the manner of a
copula (Nelsen 2006, An Introduction to Copulas). The factor itself may be skewed or flat, as the
sample's common score is, but has one peak: a beta distribution with at most one mode. Shuffled
columns would not do: they destroy the common factor, and any continuum then looks like kinds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri
from scipy.stats import rankdata

from cxkit.models.profiles.mixture import Array

_ROUNDS = 3  # of correcting the factor's correlations for what the marginals take from them
_DRAWN = 8000  # rows by which they are corrected
_AGAIN = 20
_MOST = 0.995  # largest loading: beyond, a feature would be the factor itself


@dataclass(frozen=True, eq=False)
class Continuum:
    """One factor: loadings (d,), the factor's beta shape, each feature's observed values in order.

    reference (d, m) are latent columns in order, by
    which a latent value finds its place among the observed ones. missing (n, d) is the observed
    pattern, which every draw repeats.
    """

    loadings: Array
    beta: tuple[float, float]
    quantiles: tuple[Array, ...]
    reference: Array
    missing: NDArray[np.bool_]

    def draw(self, rng: np.random.Generator, rows: int | None = None) -> Array:
        """Rows (n, d) of the continuum, with the sample's missing values unless rows is given.

        Where a feature came out the same in every row, all are drawn again, a few times.
        """
        n = len(self.missing) if rows is None else rows
        for _ in range(_AGAIN):
            x = _values(_latent(self.loadings, self.beta, n, rng), self.reference, self.quantiles)
            if rows is None:
                x[self.missing] = np.nan
            if (np.nanmax(x, axis=0) > np.nanmin(x, axis=0)).all():
                break
        return x


def fit_continuum(x: Array, seed: int = 0) -> Continuum:
    """The one-factor continuum with the marginals of x (n, d), NaN where missing.

    Loadings are those of one factor on the correlations of normal scores, the factor's skew and
    tails those that give the sample's common score its own. Both are corrected until draws,
    whose steps and bounds change them again, repeat what the sample shows.
    """
    quantiles = tuple(np.sort(column[~np.isnan(column)]) for column in x.T)
    observed, shape = _seen(x)
    loadings, cumulants, beta = one_factor(observed), np.zeros(2), _one_peak(0.0, 0.0)
    for turn in range(_ROUNDS):
        latent = _latent(loadings, beta, _DRAWN, np.random.default_rng([seed, turn]))
        got, got_shape = _seen(_values(latent, np.sort(latent, axis=0).T, quantiles))
        implied = np.outer(loadings, loadings)
        weakened = np.divide(got, implied, out=np.ones_like(got), where=np.abs(implied) > 0.05)
        np.fill_diagonal(weakened, 1.0)
        loadings = one_factor(observed / np.clip(weakened, 0.5, 1.1))
        carried = _reliability(loadings) ** np.array([1.5, 2.0])
        cumulants = cumulants + (shape - got_shape) / carried
        beta = _one_peak(*cumulants)
    latent = _latent(loadings, beta, _DRAWN, np.random.default_rng([seed, _ROUNDS]))
    return Continuum(loadings, beta, quantiles, np.sort(latent, axis=0).T, np.isnan(x))


def _seen(x: Array) -> tuple[Array, Array]:
    """Correlations of normal scores, and skew and excess kurtosis of their mean by row."""
    scores = np.column_stack([_normal_scores(column) for column in x.T])
    known = ~np.isnan(scores).any(1)
    mean = scores[known].mean(1) if known.sum() > 20 else np.nanmean(scores, axis=1)
    z = (mean - mean.mean()) / max(mean.std(), 1e-12)
    return correlations(scores), np.array([(z**3).mean(), (z**4).mean() - 3])


def _reliability(loadings: Array) -> float:
    """The factor's share of the variance of the mean of the features; at least a tenth."""
    common = loadings.sum() ** 2
    return float(max(common / (common + (1 - loadings**2).sum()), 0.1))


def _one_peak(skew: float, kurtosis: float) -> tuple[float, float]:
    """The beta distribution of this skew and excess kurtosis, with no more than one peak.

    Where no beta has them (tails heavier than its own), the nearest with this skew, which at
    skew 0 is all but normal. From the moments as in Johnson, Kotz, Balakrishnan
    (1995), Continuous Univariate Distributions 2, chapter 25.
    """
    square = skew**2
    kurtosis = min(max(kurtosis, square - 1.9), 1.5 * square - 0.05)
    size = 3 * (kurtosis - square + 2) / (1.5 * square - kurtosis)
    lean = 1 / np.sqrt(1 + 16 * (size + 1) / max((size + 2) ** 2 * square, 1e-12))
    small, large = size / 2 * (1 - lean), size / 2 * (1 + lean)
    small, large = max(small, 0.3), max(large, 1.0)
    return (float(small), float(large)) if skew > 0 else (float(large), float(small))


def correlations(x: Array) -> Array:
    """(d, d): correlations of the columns of x, over the rows that have both."""
    seen = ~np.isnan(x)
    filled = np.where(seen, x, 0.0)
    both = seen.T.astype(float) @ seen
    one, cross, square = filled.T @ seen, filled.T @ filled, (filled**2).T @ seen
    n = np.maximum(both, 1.0)
    cov = cross / n - (one / n) * (one.T / n)
    var = square / n - (one / n) ** 2
    size = np.sqrt(np.maximum(var * var.T, 1e-12))
    out = np.clip(cov / size, -1.0, 1.0)
    np.fill_diagonal(out, 1.0)
    return np.asarray(out)


def one_factor(given: Array, rounds: int = 200) -> Array:
    """(d,) loadings of one factor by iterated principal factors; one sign for most of them.

    With two features both loadings are the root of the correlation, which is all it tells.
    """
    d = len(given)
    off = given - np.eye(d)
    common = np.clip(np.abs(off).max(1), 0.01, _MOST**2) if d > 1 else np.ones(1)
    loadings = np.sqrt(common)
    for _ in range(rounds):
        values, vectors = np.linalg.eigh(off + np.diag(common))
        loadings = vectors[:, -1] * np.sqrt(max(values[-1], 0.0))
        new = np.clip(loadings**2, 0.0, _MOST**2)
        if np.abs(new - common).max() < 1e-6:
            break
        common = new
    loadings = np.clip(loadings, -_MOST, _MOST)
    return np.asarray(loadings if loadings.sum() >= 0 else -loadings)


def _normal_scores(column: Array) -> Array:
    seen = ~np.isnan(column)
    out = np.full(len(column), np.nan)
    out[seen] = ndtri(rankdata(column[seen]) / (seen.sum() + 1))
    return out


def _latent(loadings: Array, beta: tuple[float, float], n: int, rng: np.random.Generator) -> Array:
    one, two = beta
    spread = np.sqrt(one * two / (one + two + 1)) / (one + two)
    factor = (rng.beta(one, two, (n, 1)) - one / (one + two)) / spread
    own = rng.standard_normal((n, len(loadings)))
    return np.asarray(factor * loadings + own * np.sqrt(1 - loadings**2))


def _values(latent: Array, reference: Array, quantiles: tuple[Array, ...]) -> Array:
    """Latent columns as values of the observed distributions, ties and bounds kept."""
    out = np.empty_like(latent)
    for j, values in enumerate(quantiles):
        place = np.searchsorted(reference[j], latent[:, j]) / (len(reference[j]) + 1)
        out[:, j] = values[(place * len(values)).astype(int)]
    return out
