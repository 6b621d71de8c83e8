"""How long a control chart runs before it signals, in theory: average run lengths."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import numpy as np
from scipy import sparse, stats
from scipy.sparse.linalg import spsolve

from cxkit.models.run_rules import ON, Rule

State = tuple[tuple[int, ...], ...]


@cache
def rules_run_length(rules: tuple[Rule, ...], shift: float = 0.0) -> float:
    """Average run length of a chart with zone rules and known limits, at a shift of the mean.

    shift is in standard deviations of the plotted, normal value. Exact, by the Markov chain of
    what the rules remember (Champ and Woodall 1987, Technometrics 29, 393-399).
    """
    if any(rule.kind != "zone" for rule in rules):
        raise ValueError("only rules about zones form a chain over zones")
    edges = sorted({e for r in rules for e in (r.beyond, -r.beyond)})
    chances = np.diff(stats.norm.cdf([-np.inf, *edges, np.inf], loc=shift))
    inside = [edges[0] - 1, *(0.5 * (a + b) for a, b in pairwise(edges)), edges[-1] + 1]
    start: State = tuple(() for _ in range(2 * len(rules)))
    number: dict[State, int] = {start: 0}
    rows, columns, weights, waiting = [], [], [], [start]
    while waiting:
        state = waiting.pop()
        for value, chance in zip(inside, chances, strict=True):
            after = _next(state, rules, value)
            if after is None:
                continue
            if after not in number:
                number[after] = len(number)
                waiting.append(after)
            rows.append(number[state])
            columns.append(number[after])
            weights.append(chance)
    size = len(number)
    moves = sparse.csc_matrix((weights, (rows, columns)), shape=(size, size))
    return float(spsolve(sparse.identity(size, format="csc") - moves, np.ones(size))[0])


def _next(state: State, rules: tuple[Rule, ...], value: float) -> State | None:
    """What is remembered after a value: for each rule and side, how long ago values lay in the
    zone, the nearest first; None where a rule fires."""
    after = []
    for (rule, side), past in zip([(r, s) for r in rules for s in (1, -1)], state, strict=True):
        ages = [age + 1 for age in past if age + 1 < rule.of]
        if side * value > rule.beyond:
            ages = [0, *ages]
            if len(ages) >= rule.least:
                return None
        after.append(tuple(age for age in ages if age < rule.of - 1))
    return tuple(after)


@cache
def ewma_run_length(smoothing: float, width: float, shift: float = 0.0, nodes: int = 101) -> float:
    """Average run length of an EWMA with fixed limits that starts at the centre, known limits.

    The integral equation of Crowder (1987, Technometrics 29, 401-407), solved with
    Gauss-Legendre nodes; shift is in standard deviations of one value.
    """
    reach = width * np.sqrt(smoothing / (2 - smoothing))
    at, weight = np.polynomial.legendre.leggauss(nodes)
    at, weight = at * reach, weight * reach
    density = stats.norm.pdf((at[None, :] - (1 - smoothing) * at[:, None]) / smoothing - shift)
    kernel = density * weight / smoothing
    lengths = np.linalg.solve(np.eye(nodes) - kernel, np.ones(nodes))
    first = stats.norm.pdf(at / smoothing - shift) * weight / smoothing
    return float(1 + first @ lengths)


def proportion_run_length(p: float, n: int, true: float, width: float = 3.0) -> float:
    """Average run length of a p chart around p with n cases each, where the true share is `true`.

    Only the limits count, no run rule; exact, from the binomial distribution.
    """
    sigma = np.sqrt(p * (1 - p) / n)
    counts = np.arange(n + 1)
    outside = np.abs(counts / n - p) / sigma > width + ON
    return float(1 / stats.binom.pmf(counts, n, true)[outside].sum())
