"""Do two raters disagree with split halves? What raters put into all their answers alike.

Halves of one rater's items share that rater's mood: what they have in common is the score and the
mood. Two raters share the score alone. If the halves have more in common than the raters, an
estimate corrected by halves is too small, by that ratio.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cxkit.models import least_squares as ls
from cxkit.models.grams import Array, Codes
from cxkit.models.probes import FEWEST, NOTHING, Probe, not_alone


@dataclass(frozen=True)
class Halo:
    """excess is what halves have in common more than raters, as a share of the latter: by so
    much an estimate corrected by halves would have to be larger. rows and companies are those
    with both pairs of measures."""

    excess: Probe
    rows: int
    companies: int


def halo(
    halves: tuple[Array, Array],
    raters: tuple[Array, Array],
    effects: Sequence[Codes],
    company: Codes,
) -> Halo:
    """Each pair holds two measures (splits, n) of one score, NaN where missing.

    Products of a pair's two measures, effects removed, summed over the halves' divisions (the
    raters' are taken in turn), each on the rows that have all four. Errors clustered by company,
    G/(G-1).
    """
    groups = int(company.max(initial=-1)) + 1
    by_half, by_rater, rows, seen = np.zeros(groups), np.zeros(groups), [], np.zeros(groups, bool)
    for d, (a, b) in enumerate(zip(*halves, strict=True)):
        one, two = (m[d % len(m)] for m in raters)
        values = np.column_stack([a, b, one, two])
        keep = not_alone(np.asarray(np.isfinite(values).all(1)), effects)
        if keep.any():
            swept = _swept(values[keep], [ls.codes(e[keep]) for e in effects])
            by_half += np.bincount(company[keep], swept[:, 0] * swept[:, 1], groups)
            by_rater += np.bincount(company[keep], swept[:, 2] * swept[:, 3], groups)
            seen[company[keep]] = True
        rows.append(int(keep.sum()))
    mean, companies = round(float(np.mean(rows))) if rows else 0, int(seen.sum())
    if companies < FEWEST or by_rater.sum() <= 0:
        return Halo(NOTHING, mean, companies)
    ratio = by_half.sum() / by_rater.sum()
    parts = (by_half - ratio * by_rater) / by_rater.sum()
    error = float(np.sqrt(companies / (companies - 1) * (parts @ parts)))
    return Halo(Probe(float(ratio - 1), error, companies - 1, mean, companies), mean, companies)


def _swept(values: Array, effects: Sequence[Codes]) -> Array:
    return ls.sweep(values, effects)[0] if effects else values - values.mean(0)
