"""The search for the best mixture: short runs of every start, long runs of the best.

Short runs first, then the best of them, is Biernacki, Celeux, Govaert (2003), Computational
Statistics and Data Analysis 41; that the best likelihood should be met more than once is the
rule of Nylund-Gibson and Choi (2018), Translational Issues in Psychological Science 4.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxkit.display import message, text
from cxkit.errors import ConfigError, SampleError
from cxkit.models.profiles.em import (
    FLOOR,
    Block,
    State,
    blocks,
    memberships,
    squared,
    step,
    together,
)
from cxkit.models.profiles.mixture import COVARIANCES, Array, Covariance, Mixture, parameters
from cxkit.models.profiles.starts import first_states

SAME = 0.01  # log likelihoods this near are the same solution
_SHORT_ROWS = 4000  # rows of the short runs

Found = tuple[State, Array, NDArray[np.bool_]]  # states, log likelihoods (S,), converged (S,)


@dataclass(frozen=True)
class Effort:
    """How far a search goes: steps of short runs, starts carried on at once and their cycles.

    A carried start ends when a cycle gains less than `gain` in log likelihood. until_met_twice
    carries on all other starts as well where no two of these meet at the best likelihood.
    """

    short_steps: int = 20
    carried: int = 5
    cycles: int = 400
    gain: float = 1e-4
    until_met_twice: bool = True


THOROUGH = Effort()
# For the many fits of a bootstrap, where a tenth of a unit of log likelihood decides nothing.
QUICK = Effort(short_steps=12, carried=2, cycles=25, gain=1e-2, until_met_twice=False)


@dataclass(frozen=True, eq=False)
class Scaled:
    """Standardised rows (n, d) and weights (n,), with each feature's centre and spread (d,)."""

    x: Array
    weights: Array
    centre: Array
    spread: Array


def fit_mixture(
    x: Array,
    k: int,
    covariance: Covariance = "tied",
    *,
    starts: int = 20,
    seed: int = 0,
    weights: Array | None = None,
    start: Mixture | None = None,
    effort: Effort = THOROUGH,
) -> Mixture:
    """The likeliest mixture of k profiles of rows x (n, d), NaN where missing.

    weights (n,) count a row as often as they say (a row of weight 0 is not there); they are not
    rescaled, so log likelihood and BIC are those of their sum. `start` adds a known solution to
    the starts; with starts=0 it is the only one. A row with nothing observed is left out.
    Raises ConfigError for a k or covariance that is none, SampleError for a feature that does not
    vary and for fewer rows than parameters would need.
    """
    _refuse(x, k, covariance, starts if start is None else max(starts, 1))
    data = scaled(x, weights)
    least = needed_rows(covariance, k, x.shape[1])
    if data.weights.sum() < least:
        reason = message("mixture.too_few_rows", k=k, rows=len(data.x), least=least)
        raise SampleError(text(reason), reason)
    kind: Covariance = "tied" if k == 1 and covariance == "full" else covariance
    first = _first(data, k, kind, starts, seed, start, effort)
    given = blocks(data.x, data.weights, kind)
    found = _searched(given, first, kind, effort, more=bool(starts) and k > 1)
    return _result(data, given, found, (covariance, kind), len(first.means))


def scaled(x: Array, weights: Array | None = None) -> Scaled:
    """Rows with something observed, each feature centred and of unit spread (weighted).

    SampleError names the features (from 1) that do not vary.
    """
    w = np.ones(len(x)) if weights is None else np.asarray(weights, np.float64)
    keep = (w > 0) & ~np.isnan(x).all(1)
    if not keep.all():
        x, w = x[keep], w[keep]
    seen = ~np.isnan(x)
    filled = np.where(seen, x, 0.0)
    count = np.maximum(w @ seen, 1e-300)
    centre = (w @ filled) / count
    away = np.where(seen, x - centre, 0.0)
    spread = np.sqrt((w @ away**2) / count)
    flat = np.flatnonzero(spread <= 1e-9 * (1 + np.abs(centre)))
    if len(flat) or not len(x):
        reason = message("mixture.constant", features=", ".join(str(i + 1) for i in flat))
        raise SampleError(text(reason), reason)
    return Scaled((x - centre) / spread, w, centre, spread)


def needed_rows(covariance: str, k: int, d: int) -> int:
    """The fewest rows from which k profiles over d features can be told at all.

    Five a profile; and a covariance needs more rows than features, in each profile where each
    has its own.
    """
    own = {"tied": d + k + 1, "diagonal": 0, "full": k * (d + 2)}[covariance]
    return max(5 * k, own)


def _refuse(x: Array, k: int, covariance: str, starts: int) -> None:
    if covariance not in COVARIANCES or k < 1 or starts < 1 or x.ndim != 2:
        raise ConfigError(
            f"{k} profiles of covariance {covariance} from {starts} starts cannot be fitted: "
            f"k and starts begin at 1, covariance is one of {', '.join(COVARIANCES)}."
        )


def _first(
    data: Scaled,
    k: int,
    kind: Covariance,
    starts: int,
    seed: int,
    start: Mixture | None,
    effort: Effort,
) -> State:
    """Where the long runs begin: the given solution, and all starts after their short runs."""
    parts = []
    if start is not None:
        parts.append(standardised(start, data, kind))
    if starts:
        rng = np.random.default_rng(seed)
        some = _some(data, rng)
        number = 1 if k == 1 else starts
        state = first_states(some.x, some.weights, k, kind, number, rng)
        parts.append(_after_short_runs(state, some, kind, effort))
    return together(parts)


def standardised(known: Mixture, data: Scaled, kind: Covariance) -> State:
    """A known mixture in the units of the search, as a single start."""
    means = (known.means - data.centre) / data.spread
    cov = known.covariances / np.outer(data.spread, data.spread)
    if kind == "tied":
        cov = np.einsum("j,jab->ab", known.shares, cov)[None]
    return State(known.shares[None], means[None], cov[None])


def _some(data: Scaled, rng: np.random.Generator) -> Scaled:
    """The rows of the short runs: all of them, or a sample where there are many."""
    if len(data.x) <= _SHORT_ROWS:
        return data
    rows = np.sort(rng.choice(len(data.x), _SHORT_ROWS, replace=False))
    return Scaled(data.x[rows], data.weights[rows], data.centre, data.spread)


def _after_short_runs(state: State, some: Scaled, kind: Covariance, effort: Effort) -> State:
    """Every start after a few steps in single precision, the likeliest first."""
    given = blocks(some.x, some.weights, kind, np.float32)
    for _ in range(effort.short_steps):
        state, likelihood = step(state, given, kind)
    order = np.argsort(-np.nan_to_num(likelihood, nan=-np.inf), kind="stable")
    return state.at(order).typed(np.float64)


def _searched(
    given: list[Block], first: State, kind: Covariance, effort: Effort, *, more: bool
) -> Found:
    """Long runs: the best few; all others too where the best likelihood was met only once."""
    first_few, rest = slice(0, effort.carried), slice(effort.carried, None)
    found = [squared(first.at(first_few), given, kind, effort.cycles, effort.gain)]
    met = (found[0][1] > found[0][1].max() - SAME).sum()
    if more and effort.until_met_twice and met < 2 and len(first.means) > effort.carried:
        found.append(squared(first.at(rest), given, kind, effort.cycles, effort.gain))
    likelihood = np.concatenate([f[1] for f in found])
    return together([f[0] for f in found]), likelihood, np.concatenate([f[2] for f in found])


def _result(
    data: Scaled,
    given: list[Block],
    found: Found,
    kinds: tuple[Covariance, Covariance],
    starts: int,
) -> Mixture:
    """The best solution in the features' units; one that rests on the floor only if all do."""
    (state, likelihood, converged), (covariance, kind) = found, kinds
    touching = _at_floor(state, kind)
    usable = np.where(touching.any(1), -np.inf, likelihood)
    usable = usable if np.isfinite(usable).any() else likelihood
    best = int(usable.argmax())
    chosen = state.at(slice(best, best + 1))
    order = np.argsort(-chosen.means[0].mean(1), kind="stable")
    replicated = int((usable > usable[best] - SAME).sum())
    total, cost = data.weights.sum(), _uncertainty(chosen, given, kind)
    seen = ~np.isnan(data.x)
    height = float(likelihood[best] - data.weights @ (seen @ np.log(data.spread)))
    k, d = chosen.means.shape[1:]
    bic = -2 * height + parameters(covariance, k, d) * np.log(total)
    floored = tuple(int(i) for i in np.flatnonzero(touching[best][order]))
    cov = np.broadcast_to(chosen.covariances[0], (k, d, d))[order]
    return Mixture(
        covariance=covariance,
        shares=chosen.shares[0][order],
        means=chosen.means[0][order] * data.spread + data.centre,
        covariances=cov * np.outer(data.spread, data.spread),
        log_likelihood=height, bic=float(bic), icl=float(bic + 2 * cost),
        entropy=float(1 - cost / (total * np.log(k))) if k > 1 else float("nan"),
        rows=len(data.x), replicated=replicated, starts=starts, converged=bool(converged[best]),
        floored=floored, notes=_notes(k, floored, replicated, starts, bool(converged[best])),
    )  # fmt: skip


def _at_floor(state: State, kind: Covariance) -> NDArray[np.bool_]:
    """(S, k): profiles whose least variance was held at the floor; never where it is tied."""
    if kind == "tied":
        return np.zeros(state.shares.shape, bool)
    return np.asarray(np.linalg.eigvalsh(state.covariances).min(2) <= FLOOR * (1 + 1e-6))


def _uncertainty(state: State, given: list[Block], kind: Covariance) -> float:
    """Minus the weighted sum of p log p over rows and profiles."""
    cost = 0.0
    for block, member in zip(given, memberships(state, given, kind), strict=True):
        p = np.maximum(member, 1e-300)
        cost -= float((p * np.log(p)).sum(0) @ block.row_weights)
    return cost


def _notes(
    k: int, floored: tuple[int, ...], replicated: int, starts: int, converged: bool
) -> tuple[dict[str, object], ...]:
    out = []
    if floored:
        names = ", ".join(str(i + 1) for i in floored)
        out.append(message("mixture.floored", profiles=names, floor=FLOOR**0.5))
    if replicated < 2 and starts > 1 and k > 1:
        out.append(message("mixture.not_replicated", starts=starts))
    if not converged:
        out.append(message("mixture.not_converged"))
    return tuple(out)
