"""One coefficient with its clustered error: what the checks are made of.

Errors are clustered by company: CR1 from 100 clusters on, CR3 (the cluster jackknife) below, t
with clusters less one. Rows alone in one of their effects say nothing and are no cluster.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from cxkit.models import least_squares as ls
from cxkit.models.cluster import Clustered, cr1, inference, jackknife
from cxkit.models.grams import Array, Codes
from cxkit.models.power import minimum_detectable

Booleans = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]
FEWEST = 12  # clusters


@dataclass(frozen=True)
class Probe:
    """An estimate, its standard error, t with df degrees of freedom; NaN where there is none."""

    estimate: float
    std_error: float
    df: int
    nobs: int
    clusters: int

    @property
    def p_value(self) -> float:
        """NaN without an error, which no test can do without."""
        if not self.std_error > 0:
            return float("nan")
        return float(2 * stats.t.sf(abs(self.estimate / self.std_error), self.df))

    @property
    def clear(self) -> bool:
        """True when the 95 % interval leaves zero out."""
        return bool(self.p_value < 0.05)

    @property
    def reach(self) -> float:
        """Half the width of the 95 % interval."""
        return float(stats.t.ppf(0.975, self.df) * self.std_error)

    @property
    def conf_low(self) -> float:
        return self.estimate - self.reach

    @property
    def conf_high(self) -> float:
        return self.estimate + self.reach

    @property
    def mde(self) -> float:
        """The least effect a sample like this would find in 80 % of cases."""
        return minimum_detectable(self.std_error, self.df)

    @property
    def known(self) -> bool:
        """Whether there is an estimate with an error from enough clusters."""
        return bool(self.clusters >= FEWEST and self.std_error > 0)

    def times(self, factor: float) -> Probe:
        """The same estimate in another unit."""
        return Probe(
            self.estimate * factor, self.std_error * abs(factor), self.df, self.nobs, self.clusters
        )


@dataclass(frozen=True, eq=False)
class Probed:
    """A fit and the covariance of its coefficients; rows (n,) were used."""

    fitted: ls.Fit
    errors: Clustered
    rows: Booleans

    def probe(self, weights: Array) -> Probe:
        """The combination of coefficients that these weights (k,) make."""
        w = np.asarray(weights, float)
        variance = float(w @ self.errors.covariance @ w)
        error = float(np.sqrt(variance)) if variance >= 0 else np.nan
        value = float(w @ self.fitted.coef)
        return Probe(value, error, self.errors.df, self.fitted.nobs, self.errors.clusters)

    def wald(self, which: Sequence[int]) -> tuple[float, float]:
        """F of several coefficients being zero and its p-value, (count, clusters - 1) degrees."""
        at = list(which)
        b = self.fitted.coef[at]
        inner = self.errors.covariance[np.ix_(at, at)]
        if not np.isfinite(inner).all():
            return np.nan, np.nan
        f = float(b @ np.linalg.pinv(inner, hermitian=True) @ b) / len(at)
        return f, float(stats.f.sf(f, len(at), self.errors.df))


def probed(y: Array, x: Array, effects: Sequence[Codes], cluster: Codes) -> Probed | None:
    """y (n,) on x (n, k) given up to two effects; None with too few clusters.

    Rows with a NaN are left out, then those alone in an effect. Without effects a constant is
    added behind the given columns.
    """
    keep = np.isfinite(y) & np.isfinite(x).all(1)
    keep = not_alone(keep, effects)
    groups = len(np.unique(cluster[keep]))
    if groups < FEWEST:
        return None
    own = ls.codes(cluster[keep])
    kept = [ls.codes(e[keep]) for e in effects]
    columns = x[keep] if effects else np.column_stack([x[keep], np.ones(int(keep.sum()))])
    fitted = ls.fit(y[keep], columns, kept)
    if not np.isfinite(fitted.coef).all():
        return None
    few = inference(groups) != "CR1"
    errors = jackknife(y[keep], columns, kept, own) if few else cr1(fitted, kept, own)
    return Probed(fitted, errors, keep)


def not_alone(keep: Booleans, effects: Sequence[Codes]) -> Booleans:
    """Of the rows to keep (n,), those that share every effect with another row kept."""
    out, before = keep.copy(), -1
    while before != out.sum():
        before = int(out.sum())
        for effect in effects:
            out &= np.bincount(effect, out, int(effect.max(initial=0)) + 1)[effect] > 1
    return out


NOTHING = Probe(np.nan, np.nan, 1, 0, 0)


def first(y: Array, x: Array, effects: Sequence[Codes], cluster: Codes) -> Probe:
    """The coefficient of the first column of x, given the others; NaN where there is none."""
    found = probed(y, x, effects, cluster)
    if found is None:
        return NOTHING
    return found.probe(np.eye(len(found.fitted.coef))[0])
