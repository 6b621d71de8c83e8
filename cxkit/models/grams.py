"""Cross products by cluster, from which an estimate without one cluster follows by algebra.

Effects that lie inside the clusters (company effects, clusters by company) are removed from the
rows, which no other cluster notices; effects that reach over clusters (years, industries) become
indicator columns, so that leaving a cluster out also estimates them again (MacKinnon, Nielsen,
Webb 2023, Journal of Applied Econometrics 38, section 3).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Codes = NDArray[np.intp]

TINY = 1e-10  # of a column's variance left: below this it is a combination of the others
_CELLS = 4_000_000  # of one batch of matrices, so that memory stays small


@dataclass(frozen=True, eq=False)
class Grams:
    """Cross products of each cluster's rows: each (clusters, m, m), rows (clusters,).

    The first `given` of the m columns are the caller's, the rest indicators of effects. means
    counts the independent effects, nested those of them inside the clusters.
    """

    each: Array
    rows: Codes
    given: int
    means: int
    nested: int

    @property
    def total(self) -> Array:
        """(m, m): the cross products of all rows."""
        return np.asarray(self.each.sum(0), np.float64)

    def partialled(self) -> Array:
        """(given, given): cross products after every effect is removed."""
        return partialled(self.total[None], self.given)[0]

    def left_out(self) -> Array:
        """(clusters, given, given): the same without each cluster, its effects estimated anew."""
        total = self.total
        out = np.empty((len(self.each), self.given, self.given))
        step = max(1, _CELLS // self.each[0].size)
        for at in range(0, len(self.each), step):
            out[at : at + step] = partialled(total - self.each[at : at + step], self.given)
        return out


def grams(columns: Array, effects: Sequence[Codes], cluster: Codes) -> Grams:
    """Cross products of columns (n, given) by cluster (n,), codes from 0, each with a row.

    effects are codes (n,), any number; the first that lies inside the clusters is removed from
    the rows. Without effects a constant has to be among the columns. NaN is the caller's to
    leave out.
    """
    groups = int(cluster.max()) + 1
    inside = next((e for e in effects if is_nested(e, cluster)), None)
    crossing = [e for e in effects if e is not inside]
    wide = np.column_stack([columns, *(_indicators(e) for e in crossing)])
    if inside is not None:
        wide = wide - _means(wide, inside)
    given, order = columns.shape[1], np.argsort(cluster, kind="stable")
    wide = np.hstack([wide[:, :given], wide[:, given:][:, _independent(wide[:, given:])]])
    rows = np.bincount(cluster, minlength=groups)
    each = by_cluster(wide[order], rows)
    nested = int(inside.max()) + 1 if inside is not None else 0
    return Grams(each, rows, given, nested + wide.shape[1] - given, nested)


def is_nested(effect: Codes, cluster: Codes) -> bool:
    """Whether every level of an effect lies in one cluster."""
    last = np.zeros(int(effect.max()) + 1, cluster.dtype)
    last[effect] = cluster
    return bool((last[effect] == cluster).all())


def partialled(gram: Array, given: int) -> Array:
    """gram (b, m, m) with the last m - given columns' share removed: (b, given, given).

    Columns that are combinations of the others, as a year that only a left-out cluster saw,
    remove nothing.
    """
    if given == gram.shape[1]:
        return gram
    inner, cross = gram[:, given:, given:], gram[:, given:, :given]
    return gram[:, :given, :given] - np.swapaxes(cross, 1, 2) @ solved(inner, cross)


def solved(gram: Array, right: Array) -> Array:
    """gram^-1 right for each of a batch, (b, q, q) and (b, q, r), symmetric and positive.

    Where columns are combinations of one another the shortest solution.
    """
    size = np.sqrt(np.maximum(np.diagonal(gram, axis1=1, axis2=2), 0))
    scale = np.divide(1.0, size, out=np.zeros_like(size), where=size > 0)
    unit = gram * scale[:, :, None] * scale[:, None, :]
    steps = np.linalg.cholesky(unit + (1e-12 + (scale == 0))[:, None, :] * np.eye(unit.shape[1]))
    full = (np.diagonal(steps, axis1=1, axis2=2) ** 2 > TINY).all(1) & (scale > 0).all(1)
    scaled = right * scale[:, :, None]
    out = np.empty_like(scaled)
    out[full] = np.linalg.solve(unit[full], scaled[full])
    if not full.all():
        out[~full] = np.linalg.pinv(unit[~full], rcond=TINY, hermitian=True) @ scaled[~full]
    return out * scale[:, :, None]


def _indicators(effect: Codes) -> Array:
    return np.asarray(effect[:, None] == np.arange(int(effect.max()) + 1), np.float64)


def _independent(columns: Array) -> NDArray[np.bool_]:
    """Which columns are no combination of those before them, by steps of Gram and Schmidt."""
    gram = columns.T @ columns
    size = np.maximum(np.diagonal(gram).copy(), 1e-300)
    keep = np.zeros(len(gram), bool)
    for at in range(len(gram)):
        pivot = gram[at, at]
        if pivot <= TINY * size[at]:
            continue
        keep[at] = True
        row = gram[at] / pivot
        gram = gram - np.outer(gram[at], row)
    return keep


def _means(columns: Array, by: Codes) -> Array:
    count = np.bincount(by)[:, None]
    sums = np.column_stack([np.bincount(by, c, len(count)) for c in columns.T])
    return np.asarray((sums / np.maximum(count, 1))[by], np.float64)


def by_cluster(ordered: Array, rows: Codes, first: int = 0) -> Array:
    """Products (clusters, m - first, m) of the columns from `first` on with all m columns.

    Rows lie cluster by cluster, rows (clusters,) of each; clusters of one size go together.
    """
    ends, m = np.cumsum(rows), ordered.shape[1]
    out = np.zeros((len(rows), m - first, m))
    for size in np.unique(rows[rows > 0]):
        own = np.flatnonzero(rows == size)
        block = ordered[(ends[own] - size)[:, None] + np.arange(size)]
        left = np.ascontiguousarray(np.swapaxes(block[:, :, first:], 1, 2))
        out[own] = left @ block
    return out
