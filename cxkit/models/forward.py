"""Growth that feeds back into the score: forward orthogonal deviations with two-stage squares.

With company effects a score that answers to earlier growth is tied to the deviations' errors.
Forward orthogonal deviations (Arellano and Bover 1995, Journal of Econometrics 68) take from each
row the mean of the company's later rows only, so that scores up to that row remain valid
instruments. Those of the other measure are used, whose error is not in the score itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.sparse import csr_matrix

from cxkit.models.cluster import FEW
from cxkit.models.divisions import sums_by
from cxkit.models.instruments import Vcov
from cxkit.models.splits import Booleans, Codes, Floats

Instruments = Literal["each", "collapsed"]
_PER_COMPANY = 10  # companies to an instrument, at least, for one instrument per period and lag


@dataclass(frozen=True, eq=False)
class Forward:
    """A slope that holds when outcomes feed back into later scores.

    coef and std_error per point; influence (companies,) each company's share in the error, whose
    squares sum to std_error squared; coefs (splits,) the slope of each division. nobs is the mean
    number of deviations (rows with a later one) behind a division, rows_lost the mean number of
    rows without both measures; clusters counts companies with a deviation in any division.
    instruments is `each` (a level for every period and earlier period) or `collapsed` (the level
    less the mean of the earlier ones, and the first level), columns their number.
    first_stage_f is the clustered F of the lesser equation, in the mean over divisions. vcov as
    in `instruments`.
    """

    coef: float
    std_error: float
    influence: Floats
    coefs: Floats
    nobs: float
    rows_lost: float
    clusters: int
    instruments: Instruments
    columns: int
    first_stage_f: float
    vcov: Vcov

    @property
    def splits(self) -> int:
        """How many divisions were averaged."""
        return len(self.coefs)


@dataclass(frozen=True, eq=False)
class _Rows:
    """Rows in the order of company and period; the row after each company's last."""

    entity: Codes
    period: Codes
    end: Codes
    total: csr_matrix


@dataclass(frozen=True, eq=False)
class _Stage:
    """One equation: top (outcomes,) and bottom of its slopes, each company's share in them
    (companies, outcomes) and (companies,), both without each company (None: not asked), and F."""

    top: Floats
    bottom: float
    tops: Floats
    bottoms: Floats
    without: tuple[Floats, Floats] | None
    strength: float


@dataclass(frozen=True, eq=False)
class _Part:
    """One division: its two equations, deviations by company, all, rows left out, periods."""

    stages: tuple[_Stage, ...]
    seen: Floats
    rows: int
    lost: int
    periods: int

    @property
    def bottom(self) -> float:
        return sum(s.bottom for s in self.stages)

    def top(self, k: int) -> float:
        return float(sum(s.top[k] for s in self.stages))


def forward_deviations(
    y: Floats,
    a: Floats,
    b: Floats,
    entity: Codes,
    period: Codes,
    instruments: Instruments | None = None,
    vcov: Vcov | None = None,
) -> tuple[Forward, ...]:
    """Slopes of outcomes y (n, outcomes) on a score of which a and b (splits, n) are measures.

    entity (n,) numbers the companies and period (n,) the periods from 0, at most one row for
    both; gaps are allowed: later and earlier rows are those there are. Period effects are
    removed. a is instrumented by levels of b up to the row's own period and b by those of a; the
    two equations and all divisions are stacked. One instrument per period and earlier period
    where there are at least ten companies to each, else collapsed to two.
    """
    order = np.lexsort((period, entity))
    code, own = np.unique(period, return_inverse=True)
    total = sums_by(entity[order])
    end = np.searchsorted(entity[order], entity[order], side="right")
    rows = _Rows(entity[order], own[order].astype(np.intp), end, total)
    companies = int((np.bincount(entity) > 1).sum())
    pairs = len(code) * (len(code) - 1) // 2
    kind: Instruments = instruments or (
        "each" if 0 < pairs * _PER_COMPANY <= companies else "collapsed"
    )
    how: Vcov = vcov or ("CR3" if companies < FEW else "CR1")
    parts = [
        _part(y[order], one[order], other[order], rows, kind, how == "CR3")
        for one, other in zip(a, b, strict=True)
    ]
    columns = pairs if kind == "each" else 2
    return tuple(_forward(parts, k, kind, columns, how) for k in range(y.shape[1]))


def deviations(values: Floats, keep: Booleans, end: Codes) -> tuple[Floats, Booleans]:
    """values (n, m) less the mean of the company's later rows, times sqrt(k / (k + 1)).

    k counts those later rows. keep (n,) are the rows that count, end (n,) the row after the
    company's last; rows that do not count, or have none after them, are zero and false.
    """
    held = np.where(keep[:, None], values, 0.0)
    sums = np.vstack([np.zeros((1, values.shape[1])), np.cumsum(held, axis=0)])
    counts = np.concatenate([[0], np.cumsum(keep)])
    k = (counts[end] - counts[1:])[:, None]
    out = np.sqrt(k / (k + 1)) * (held - (sums[end] - sums[1:]) / np.maximum(k, 1))
    use = keep & (k[:, 0] > 0)
    out[~use] = 0
    return out, use


def _part(
    y: Floats, a: Floats, b: Floats, rows: _Rows, kind: Instruments, leave_out: bool
) -> _Part:
    keep = np.isfinite(a) & np.isfinite(b)
    dummies = np.eye(int(rows.period.max()) + 1)[rows.period]
    centred = _centred(np.column_stack([y, a, b]), rows.period, keep)
    moved, use = deviations(np.column_stack([centred, dummies]), keep, rows.end)
    k = y.shape[1]
    stages = []
    for x, level in ((k, k + 1), (k + 1, k)):
        z = _instruments(centred[:, level], rows, keep, kind) * use[:, None]
        wide = np.column_stack([moved[:, :k], moved[:, x], z, moved[:, k + 2 :]])
        stages.append(_two_stage(wide, k, z.shape[1], rows.total, leave_out))
    lost = int((~keep).sum())
    return _Part(tuple(stages), rows.total @ use, int(use.sum()), lost, dummies.shape[1])


def _centred(values: Floats, period: Codes, keep: Booleans) -> Floats:
    """values (n, m) less the period's mean over the rows that count, the others zero."""
    held = np.where(keep[:, None], values, 0.0)
    by = sums_by(period)
    count = np.maximum(by @ keep, 1)[:, None]
    return np.where(keep[:, None], held - ((by @ held) / count)[period], 0.0)


def _instruments(level: Floats, rows: _Rows, keep: Booleans, kind: Instruments) -> Floats:
    """(n, columns): levels up to the row's own period; zero where there is none."""
    if kind == "each":
        periods = int(rows.period.max()) + 1
        table = np.zeros((int(rows.entity.max()) + 1, periods))
        table[rows.entity, rows.period] = level
        at, then = np.tril_indices(periods - 1)
        return np.asarray(table[rows.entity][:, then] * (rows.period[:, None] == at))
    start = np.searchsorted(rows.entity, rows.entity)
    sums, counts = (np.concatenate([[0], np.cumsum(v)]) for v in (level, keep))
    k = (counts[:-1] - counts[start])[:, None]
    earlier = (sums[:-1] - sums[start])[:, None] / np.maximum(k, 1)
    own = level[:, None]
    return np.hstack([np.where(k > 0, own - earlier, 0.0), np.where(k == 0, own, 0.0)])


def _two_stage(wide: Floats, k: int, columns: int, total: csr_matrix, leave_out: bool) -> _Stage:
    """Two-stage least squares of the first k columns on the next, by `columns` instruments, the
    rest partialled out."""
    at = k + 1 + columns
    own, nuisance = wide[:, :at], wide[:, at:]
    own = own - nuisance @ (_inverse(nuisance.T @ nuisance) @ (nuisance.T @ own))
    x, z = own[:, k], own[:, k + 1 :]
    inverse = _inverse(z.T @ z)
    fitted = z @ (inverse @ (z.T @ x))
    sums = total @ np.column_stack([
        fitted[:, None] * own[:, : k + 1], z * (x - fitted)[:, None],
    ])  # fmt: skip
    joint, first = sums[:, k + 1 :], z.T @ x
    rank = int(np.linalg.matrix_rank(inverse, hermitian=True))
    strength = float(first @ _inverse(joint.T @ joint) @ first) / max(1, rank)
    without = _without(wide, k, columns, total) if leave_out else None
    tops, bottoms = sums[:, :k], sums[:, k]
    return _Stage(fitted @ own[:, :k], float(fitted @ x), tops, bottoms, without, strength)


def _without(wide: Floats, k: int, columns: int, total: csr_matrix) -> tuple[Floats, Floats]:
    """Numerators (companies, k) and denominators (companies,) with each company left out."""
    m = wide.shape[1]
    products = total @ (wide[:, :, None] * wide[:, None, :]).reshape(len(wide), -1)
    grams = (wide.T @ wide) - products.reshape(-1, m, m)
    at = k + 1 + columns
    cross = grams[:, :at, at:]
    own = grams[:, :at, :at] - cross @ _inverse(grams[:, at:, at:]) @ cross.transpose(0, 2, 1)
    z = own[:, k + 1 :, : k + 1]  # instruments by outcomes and score
    weight = _inverse(own[:, k + 1 :, k + 1 :]) @ z[:, :, k:]
    both = (weight.transpose(0, 2, 1) @ z)[:, 0]
    return both[:, :k], both[:, k]


def _inverse(gram: Floats) -> Floats:
    """Inverse (..., m, m) of products of columns; combinations of others are left out."""
    scale = np.sqrt(np.einsum("...ii->...i", gram))
    scale = np.where(scale > 0, scale, 1.0)
    both = scale[..., :, None] * scale[..., None, :]
    return np.asarray(np.linalg.pinv(gram / both, rcond=1e-10, hermitian=True) / both)


def _forward(
    parts: Sequence[_Part], k: int, kind: Instruments, columns: int, vcov: Vcov
) -> Forward:
    top, bottom = np.array([p.top(k) for p in parts]), np.array([p.bottom for p in parts])
    coef = float(top.sum() / bottom.sum()) if bottom.sum() > 0 else np.nan
    seen = np.sum([p.seen for p in parts], axis=0) > 0
    clusters, rows = int(seen.sum()), float(np.mean([p.rows for p in parts]))
    if vcov == "CR3":
        influence = _jackknife(parts, k, coef) * np.sqrt((clusters - 1) / max(1, clusters))
    else:
        free = rows - parts[0].periods
        small = (rows - 1) / free * clusters / (clusters - 1) if min(free, clusters) > 1 else np.nan
        influence = _influence(parts, k, coef) * np.sqrt(small)
    influence = np.where(seen, influence, 0.0)
    return Forward(
        coef=coef, std_error=float(np.sqrt(influence @ influence)), influence=influence,
        coefs=np.divide(top, bottom, out=np.full(len(top), np.nan), where=bottom > 0),
        nobs=rows, rows_lost=float(np.mean([p.lost for p in parts])), clusters=clusters,
        instruments=kind, columns=columns, vcov=vcov,
        first_stage_f=float(np.mean([min(s.strength for s in p.stages) for p in parts])),
    )  # fmt: skip


def _influence(parts: Sequence[_Part], k: int, coef: float) -> Floats:
    stages = [s for p in parts for s in p.stages]
    sums = np.sum([s.tops[:, k] - coef * s.bottoms for s in stages], axis=0)
    return np.asarray(sums / sum(s.bottom for s in stages))


def _jackknife(parts: Sequence[_Part], k: int, coef: float) -> Floats:
    """How far the slope moves when each company is left out."""
    left = [s.without for p in parts for s in p.stages if s.without is not None]
    tops = np.sum([w[0][:, k] for w in left], axis=0)
    return np.asarray(coef - tops / np.sum([w[1] for w in left], axis=0))
