"""Few companies changed: what chance alone would have shown, had others changed instead.

Randomisation inference (Fisher 1935; Rosenbaum 2002): the years of change are dealt anew to the
companies, within strata where these were kept apart, and the two-stage effect computed each time.
Right where the change was dealt by lot; else a description of how far out the effect lies.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cxkit.models.did import effect
from cxkit.models.grams import Array, Codes
from cxkit.models.probes import Probe

FEW = 20  # changed companies; below, clustered errors are too small
DRAWS = 999


@dataclass(frozen=True)
class Randomised:
    """p_value is the share of deals, the true one counted, whose t is at least as far from zero;
    draws those in which an effect could be computed."""

    p_value: float
    draws: int


def randomised(
    y: Array,
    company: Codes,
    year: Codes,
    start: Codes,
    *,
    seed: int,
    draws: int = DRAWS,
    strata: Codes | None = None,
) -> Randomised:
    """The effect of `did` against deals of the same years of change; strata (n,) by company.

    By t, so that companies of unequal spread do not decide alone. NaN where there is no effect.
    """
    every, first, place = np.unique(company, return_index=True, return_inverse=True)
    given = start[first]
    groups = np.zeros(len(every), np.intp) if strata is None else strata[first]
    rng = np.random.default_rng(seed)
    own = _t(effect(y, company, year, start))
    if not np.isfinite(own):
        return Randomised(np.nan, 0)
    found = []
    for _ in range(draws):
        dealt = _dealt(given, groups, rng)
        found.append(_t(effect(y, company, year, dealt[place])))
    known = np.array(found)[np.isfinite(found)]
    as_far = int((np.abs(known) >= abs(own) * (1 - 1e-9)).sum())
    return Randomised((1 + as_far) / (1 + len(known)), len(known))


def _t(found: Probe) -> float:
    return found.estimate / found.std_error if found.std_error > 0 else np.nan


def _dealt(start: Codes, groups: Codes, rng: np.random.Generator) -> Codes:
    """The starts in a new order within each group."""
    order = np.lexsort((rng.random(len(start)), groups))
    sorted_ = np.lexsort((np.arange(len(start)), groups))
    out = np.empty_like(start)
    out[sorted_] = start[order]
    return out
