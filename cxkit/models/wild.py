"""The wild cluster bootstrap of one slope, restricted, on sums of each cluster alone.

Cameron, Gelbach, Miller (2008), Review of Economics and Statistics 90; sums instead of rows as
in Roodman, MacKinnon, Nielsen, Webb (2019), Stata Journal 19. Every statistic is a quadratic in
the hypothesised slope, so that the interval costs no second bootstrap.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import optimize

from cxkit.models.grams import Array, Codes
from cxkit.models.held_fixed import HeldFixed, held_fixed

DRAWS = 9999
WEBB_UP_TO = 12  # clusters: with Rademacher's two values there would be too few distinct draws
_BATCH = 128  # draws at once, so that they stay in the processor's cache
_MOST_EXACT = 5_000  # clusters whose sums are made in double precision
_WEBB = np.array([-np.sqrt(1.5), -1.0, -np.sqrt(0.5), np.sqrt(0.5), 1.0, np.sqrt(1.5)])
NO_CONTROLS: Array = np.empty((0, 0))


@dataclass(frozen=True, eq=False)
class Wild:
    """coef and the 95 % interval of its slope, p_value of the slope being `null`.

    std_error is CR1's without its small-sample factor, which cancels between t and its draws.
    The interval holds every slope the bootstrap does not reject at 5 %; an end is infinite
    where no slope on that side is rejected.
    """

    coef: float
    std_error: float
    p_value: float
    conf_low: float
    conf_high: float
    clusters: int
    draws: int
    weights: str


@dataclass(frozen=True, eq=False)
class _Sums:
    """By cluster: products of the swept regressor with outcome and itself, pair (G, 2), and of
    outcome and regressor with what is held fixed, held (G, q, 2)."""

    pair: Array
    held: Array

    @property
    def size(self) -> float:
        return float(self.pair[:, 1].sum())

    @property
    def coef(self) -> float:
        return float(self.pair[:, 0].sum() / self.size)

    def scores(self, slope: float) -> Array:
        """(G,): the regressor times the residual if the slope were this."""
        return np.asarray(self.pair @ [1.0, -slope], np.float64)


def wild(
    y: Array,
    x: Array,
    effects: Sequence[Codes],
    cluster: Codes,
    controls: Array = NO_CONTROLS,
    *,
    seed: int,
    null: float = 0.0,
    draws: int = DRAWS,
    interval: bool = True,
) -> Wild:
    """The slope of y (n,) on x (n,) given up to two effects and controls (n, k).

    Without effects the controls hold a constant. cluster are codes (n,) from 0, each with a row.
    Rademacher's weights, Webb's with 12 clusters or fewer; clusters are drawn in the order of
    their codes.
    """
    fixed = held_fixed(effects, cluster, controls if controls.size else np.empty((len(y), 0)))
    sums = _sums(y, x, fixed)
    error = float(np.sqrt(np.square(sums.scores(sums.coef)).sum()) / sums.size)
    kind = weights_for(fixed.clusters)
    if interval:
        drawn = _draw(sums, np.eye(2), kind, seed, draws)

        def p_value(slope: float) -> float:
            return _p_value(drawn, np.array([1.0, -slope]), (sums.coef - slope) / error)

        at_null = p_value(null)
        low, high = inverted(p_value, sums.coef, error)
    else:
        drawn = _draw(sums, np.array([[1.0], [-null]]), kind, seed, draws)
        at_null = _p_value(drawn, np.ones(1), (sums.coef - null) / error)
        low, high = np.nan, np.nan
    return Wild(sums.coef, error, at_null, low, high, fixed.clusters, draws, kind)


def weights_for(clusters: int) -> str:
    """ "webb" with 12 clusters or fewer, else "rademacher"."""
    return "webb" if clusters <= WEBB_UP_TO else "rademacher"


def weights(kind: str, clusters: int, draws: int, seed: int) -> Iterator[Array]:
    """Batches (r, clusters) of weights, `draws` rows in all."""
    for batch in _raw(kind, clusters, draws, seed):
        yield batch if kind == "webb" else 2 * batch - 1


def _raw(kind: str, clusters: int, draws: int, seed: int) -> Iterator[Array]:
    """The same, but Rademacher's as 0 and 1, which saves two passes over them.

    With very many clusters in single precision: 0 and 1 are exact, ties do not happen.
    """
    rng = np.random.default_rng(seed)
    exact = np.float64 if clusters <= _MOST_EXACT else np.float32
    for at in range(0, draws, _BATCH):
        rows = min(_BATCH, draws - at)
        if kind == "webb":
            yield _WEBB[rng.integers(0, 6, (rows, clusters), np.uint8)]
            continue
        bits = np.frombuffer(rng.bytes(rows * -(-clusters // 8)), np.uint8).reshape(rows, -1)
        yield np.unpackbits(bits, axis=1)[:, :clusters].astype(exact)


def inverted(
    p_value: Callable[[float], float], coef: float, error: float, level: float = 0.05
) -> tuple[float, float]:
    """The slopes around coef whose p-value stays above the level."""
    ends = []
    for side in (-1.0, 1.0):
        inner, outer = 0.0, 2.0
        while p_value(coef + side * outer * error) > level and outer < 1e4:
            inner, outer = outer, 2 * outer
        if outer >= 1e4:
            ends.append(side * np.inf)
            continue

        def above(reach: float, side: float = side) -> float:
            return p_value(coef + side * reach * error) - level - 1e-12

        ends.append(coef + side * error * float(optimize.bisect(above, inner, outer, xtol=1e-5)))
    return ends[0], ends[1]


def _sums(y: Array, x: Array, fixed: HeldFixed) -> _Sums:
    y_in, x_in = fixed.removed_from(np.column_stack([y, x])).T
    pair = np.column_stack([fixed.total(x_in * y_in), fixed.total(x_in * x_in)])
    return _Sums(pair, np.stack([fixed.sums(y_in), fixed.sums(x_in)], axis=2))


def _draw(sums: _Sums, basis: Array, kind: str, seed: int, draws: int) -> tuple[Array, Array]:
    """Of each draw the slope's numerator (draws, b) and variance (draws, b, b) over x'x.

    The residuals under a hypothesis are combinations of outcome and regressor: basis (2, b)
    holds the combinations wanted.
    """
    clusters, terms = len(sums.pair), basis.shape[1]
    score = sums.pair @ basis
    meat = np.concatenate([sums.pair[:, 1:], sums.held[:, :, 1]], axis=1)  # (G, 1 + q)
    moved = [score, *np.moveaxis(sums.held @ basis, 2, 0)]
    moved += [score[:, [t]] * meat for t in range(terms)]
    pairs = (score[:, :, None] * score[:, None, :]).reshape(clusters, -1)
    products, own = _products(np.hstack(moved), pairs, kind, seed, draws)
    variance = _variance(products, own, meat.T @ meat, sums.size, terms)
    return products[:, :terms] / sums.size, variance


def _products(wide: Array, pairs: Array, kind: str, seed: int, draws: int) -> tuple[Array, Array]:
    """Weighted sums (draws, w) of wide (G, w), and of pairs (G, p) by squared weights."""
    batches = _raw(kind, len(wide), draws, seed)
    if kind == "webb":
        drawn = [(b @ wide, np.square(b) @ pairs) for b in batches]
        return np.concatenate([d[0] for d in drawn]), np.concatenate([d[1] for d in drawn])
    columns = wide if len(wide) <= _MOST_EXACT else wide.astype(np.float32)
    sums = np.concatenate([b @ columns for b in batches]).astype(np.float64)
    return 2 * sums - wide.sum(0), pairs.sum(0)


def _variance(products: Array, pairs: Array, square: Array, size: float, terms: int) -> Array:
    """(r, b, b): summed squares of the clusters' scores, as a form in the hypothesis."""
    draws, wide = len(products), len(square)
    slope = products[:, :terms, None] / size
    held = products[:, terms : terms * wide].reshape(draws, terms, wide - 1)
    pull = np.concatenate([slope, held], axis=2)
    cross = pull @ np.swapaxes(products[:, terms * wide :].reshape(draws, terms, wide), 1, 2)
    form = np.broadcast_to(pairs, (draws, terms * terms)).reshape(draws, terms, terms)
    return (form - cross - np.swapaxes(cross, 1, 2) + pull @ square @ np.swapaxes(pull, 1, 2)) / (
        size**2
    )


def _p_value(drawn: tuple[Array, Array], at: Array, t: float) -> float:
    """The share of draws, the sample among them, whose t is no smaller."""
    top, bottom = drawn[0] @ at, np.maximum((drawn[1] @ at) @ at, 1e-300)
    return share_beyond(top / np.sqrt(bottom), t)


def share_beyond(drawn: Array, t: float) -> float:
    """(1 + draws whose size is no less than t's) / (1 + draws), ties by rounding included."""
    beyond = int((np.abs(drawn) >= abs(t) * (1 - 1e-9)).sum())
    return (1 + beyond) / (1 + len(drawn))
