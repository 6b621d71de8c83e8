"""How large an error is at each level of a scale: a curve through noisy variances."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MIN_COMPANIES = 10  # fewer companies carry no variance at all, nor a knot of their own
MIN_LEVELS = 30  # fewer companies get one variance for every level
KNOTS = 7
_PENALTIES = np.logspace(-3, 6, 37)
_LEAST = 0.02  # no level's variance falls below this share of the mean variance


@dataclass(frozen=True)
class Curve:
    """The variance of one rater's score by the level of the true score.

    level holds knots on the score's scale, rising; variance (squared points) belongs to them,
    linear in between and constant beyond the first and last. companies counts those nearest to
    each knot, ten or more. df are the degrees of freedom behind the whole curve.
    """

    level: tuple[float, ...]
    variance: tuple[float, ...]
    companies: tuple[int, ...]
    df: float

    def at(self, level: ArrayLike) -> Floats:
        """Variance at each level, in squared points; NaN where the level is."""
        return np.asarray(np.interp(np.asarray(level, float), self.level, self.variance))

    def to_json(self) -> dict[str, Any]:
        """Plain lists and numbers."""
        return {
            "level": list(self.level), "variance": list(self.variance),
            "companies": list(self.companies), "df": self.df,
        }  # fmt: skip

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Curve:
        """The curve that `to_json` wrote."""
        return cls(
            tuple(map(float, stored["level"])), tuple(map(float, stored["variance"])),
            tuple(map(int, stored["companies"])), float(stored["df"]),
        )  # fmt: skip


def fit_curve(
    level: Floats, variance: Floats, df: Floats, company: Ints, ends: tuple[float, float]
) -> Curve | None:
    """A smooth curve through the variances of rows; None below ten companies.

    Row r of a company was at `level[r]` and gave `variance[r]` from `df[r]` degrees of freedom;
    rows with a missing value or none are left out. Equally spaced knots between `ends` with ten
    companies or more are joined by lines, drawn towards each other by a random walk whose step
    is chosen by restricted likelihood: a benchmark too small to show a difference between levels
    gets one variance (a penalised spline as a mixed model: Ruppert, Wand, Carroll 2003).
    """
    use = np.isfinite(level) & np.isfinite(variance) & (df > 0)
    level, variance, df, company = level[use], variance[use], df[use], company[use]
    found = np.unique(company)
    mean = float(np.average(variance, weights=df)) if len(found) else 0.0
    if len(found) < MIN_COMPANIES or mean <= 0:
        return None
    total = _degrees(df, company)
    knots, counts = _knots(level, company, ends)
    if len(knots) == 1:
        return Curve((float(knots[0]),), (mean,), (len(found),), total)
    fitted, worth = _penalised(_hats(level, knots), variance, df, mean)
    fitted = np.maximum(fitted, _LEAST * mean)
    # Fewer stand behind one level than behind all: their mean, by the companies at each.
    free = min(total, float(np.average(worth, weights=counts)) * total / float(df.sum()))
    return Curve(tuple(map(float, knots)), tuple(map(float, fitted)), tuple(map(int, counts)), free)


def _degrees(df: Floats, company: Ints) -> float:
    """Degrees of freedom, a company's waves counted once: its raters stay the same people."""
    _, code = np.unique(company, return_inverse=True)
    return float((np.bincount(code, df) / np.bincount(code)).sum())


def _knots(level: Floats, company: Ints, ends: tuple[float, float]) -> tuple[Floats, Ints]:
    """Knots with enough companies near them; a knot with too few hands them to its neighbour."""
    found = len(np.unique(company))
    knots = np.linspace(*ends, KNOTS)
    while found >= MIN_LEVELS and len(knots) > 1:
        near = np.abs(level[:, None] - knots).argmin(1)
        pairs = np.unique(np.column_stack([near, company]), axis=0)
        counts = np.bincount(pairs[:, 0], minlength=len(knots))
        if counts.min() >= MIN_COMPANIES:
            return knots, counts
        knots = np.delete(knots, counts.argmin())
    return np.array([float(np.mean(level))]), np.array([found])


def _hats(level: Floats, knots: Floats) -> Floats:
    """(rows, knots): weights by which a row lies between its neighbouring knots."""
    return np.column_stack([np.interp(level, knots, unit) for unit in np.eye(len(knots))])


def _penalised(basis: Floats, values: Floats, df: Floats, mean: float) -> tuple[Floats, Floats]:
    """Values at the knots, and the degrees of freedom that each is worth.

    A variance's own error grows with its square, so weights follow; a variance v with d degrees
    of freedom has the variance 2 v v / d.
    """
    steps = np.diff(np.eye(basis.shape[1]), axis=0)
    penalty = steps.T @ steps
    fitted = np.full(basis.shape[1], mean)
    for _ in range(4):
        at = np.maximum(basis @ fitted, _LEAST * mean)
        weight = df / at**2
        weight = weight / weight.mean()
        left, right = (basis * weight[:, None]).T @ basis, (basis * weight[:, None]).T @ values
        total, n = float((weight * values**2).sum()), len(values)
        fitted, error = _likeliest(left, right, total, n, penalty)
    return fitted, 2 * np.maximum(fitted, _LEAST * mean) ** 2 / error


def _likeliest(
    left: Floats, right: Floats, total: float, n: int, penalty: Floats
) -> tuple[Floats, Floats]:
    """The solution at the penalty of greatest restricted likelihood, and its error variances."""
    best, chosen, error = np.inf, right, right
    for size in _PENALTIES:
        matrix = left + size * penalty
        solution = np.linalg.solve(matrix, right)
        scatter = max(total - float(right @ solution), 1e-300)
        worth = (n - 1) * np.log(scatter) + np.linalg.slogdet(matrix)[1]
        worth -= (len(right) - 1) * np.log(size)
        if worth < best:
            best, chosen = float(worth), solution
            error = scatter / (n - 1) * np.diag(np.linalg.inv(matrix))
    return chosen, error
