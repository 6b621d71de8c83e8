"""What a fit holds fixed, as an orthonormal basis whose sums by cluster can be had cheaply.

The wild cluster bootstrap needs of each cluster only sums: of a regressor times a residual, and
of either times the columns held fixed. For indicators these are counts, never a wide matrix.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cxkit.models import least_squares as ls
from cxkit.models.grams import TINY, Array, Codes, is_nested


@dataclass(frozen=True, eq=False)
class HeldFixed:
    """Effects and controls of one sample: q directions beside the effects inside clusters.

    crossing are the codes (n,) of effects that reach over clusters; turn (levels, q - k) makes
    their indicators orthonormal; controls (n, k) are orthonormal once effects are removed.
    """

    effects: tuple[Codes, ...]
    cluster: Codes
    clusters: int
    crossing: tuple[Codes, ...]
    turn: Array
    controls: Array

    def removed_from(self, values: Array) -> Array:
        """values (n, m) without what is held fixed."""
        out = ls.sweep(values, self.effects)[0] if self.effects else values
        return out - self.controls @ (self.controls.T @ out)

    def sums(self, values: Array) -> Array:
        """(clusters, q): each cluster's products of values (n,), already `removed_from`, with
        the basis."""
        parts = [_table(self.cluster, e, values, self.clusters) for e in self.crossing]
        wide = np.hstack(parts) @ self.turn if parts else np.empty((self.clusters, 0))
        own = [self.total(c * values)[:, None] for c in self.controls.T]
        return np.hstack([wide, *own])

    def total(self, values: Array) -> Array:
        """(clusters,): sums of values (n,)."""
        return np.asarray(np.bincount(self.cluster, values, self.clusters), np.float64)


def held_fixed(
    effects: Sequence[Codes], cluster: Codes, controls: Array, clusters: int | None = None
) -> HeldFixed:
    """effects are up to two codes (n,), controls (n, k), with a constant where there are none.

    clusters is how many there are, where the last ones may have no row here.
    """
    inside = next((e for e in effects if is_nested(e, cluster)), None)
    crossing = tuple(e for e in effects if e is not inside)
    turn = _orthonormal(_indicator_products(inside, crossing)) if crossing else np.empty((0, 0))
    swept = ls.sweep(controls, effects)[0] if effects and controls.shape[1] else controls
    scale = np.sqrt(np.maximum(np.square(swept).sum(0), 1e-300))
    scaled = swept / scale
    own = scaled @ _orthonormal(scaled.T @ scaled)
    groups = clusters or int(cluster.max()) + 1
    return HeldFixed(tuple(effects), cluster, groups, crossing, turn, own)


def _indicator_products(inside: Codes | None, crossing: Sequence[Codes]) -> Array:
    """Cross products (levels, levels) of all indicators, less means of the effects inside."""
    ones = np.ones(len(crossing[0]))
    gram = np.block([[_table(a, b, ones) for b in crossing] for a in crossing])
    if inside is None:
        return gram
    table = np.hstack([_table(inside, e, ones) for e in crossing])
    return np.asarray(gram - table.T @ (table / np.bincount(inside)[:, None]), np.float64)


def _table(rows: Codes, columns: Codes, weights: Array, groups: int | None = None) -> Array:
    """Sums of weights by two codes, (rows, columns)."""
    shape = groups or int(rows.max()) + 1, int(columns.max()) + 1
    cells = np.bincount(rows * shape[1] + columns, weights, shape[0] * shape[1])
    return np.asarray(cells.reshape(shape), np.float64)


def _orthonormal(gram: Array) -> Array:
    """(m, rank) that turns columns of this Gram matrix into orthonormal ones."""
    if not len(gram):
        return np.empty((0, 0))
    size, axes = np.linalg.eigh(gram)
    keep = size > TINY * size[-1]
    return np.asarray(axes[:, keep] / np.sqrt(size[keep]), np.float64)
