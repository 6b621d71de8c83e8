"""Control charts on arrays: individuals, proportions, EWMA, with limits by phase.

Formulas: NIST/SEMATECH e-Handbook of Statistical Methods, 6.3.2.2 (individuals), 6.3.3.2
(proportions) and 6.3.2.4 (EWMA); proportions with more spread than counting gives: Laney (2002),
Quality Engineering 14, 531-537. Series lie on the last axis, so that many are charted at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cxkit.errors import SampleError
from cxkit.models.run_rules import (
    WESTERN_ELECTRIC,
    Bools,
    Floats,
    Ints,
    Rule,
    any_signal,
    signals,
    stretches,
)

D2 = 1.128  # mean range of two normal values over their standard deviation, as tables print it
LEAST = 10  # values of a phase below which it has no limits
BASELINE = 20  # values of a phase that set its limits; later ones are held against these
WIDTH = 3.0
SMOOTHING = 0.2  # weight of the newest value in the EWMA
EWMA_WIDTH = 2.86  # with SMOOTHING: one false alarm in about 370 values, as at three sigma


@dataclass(frozen=True, eq=False)
class ControlChart:
    """One or many series under one chart; n values each, on the last axis.

    values, center, sigma, lower, upper (..., n): sigma is the standard deviation of the plotted
    value; all are NaN in a phase too short for limits. phase (n,) numbers the phases from 0.
    found holds, by rule, where it fires (..., n). dispersion (...) is the spread between values
    over that of counting alone: 1 in a plain p chart, NaN in other kinds.
    """

    kind: str
    values: Floats
    center: Floats
    sigma: Floats
    lower: Floats
    upper: Floats
    phase: Ints
    found: dict[str, Bools]
    dispersion: Floats

    @property
    def signal(self) -> Bools:
        """Where any rule fires, (..., n)."""
        return any_signal(self.found)

    @property
    def deviations(self) -> Floats:
        """Standard deviations from the centre, (..., n)."""
        return deviations(self.values, self.center, self.sigma)


@dataclass(frozen=True, eq=False)
class Ewma:
    """Exponentially weighted means of a chart's values, (..., n), with their fixed limits.

    found (..., n) is where the mean lies beyond them.
    """

    values: Floats
    lower: Floats
    upper: Floats
    found: Bools


def deviations(values: Floats | float, center: Floats, sigma: Floats) -> Floats:
    """(value - center) / sigma; 0 on the centre even where the values never vary."""
    away = _away(values, center)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(away == 0, 0.0, away / sigma))


def _away(values: Floats | float, center: Floats) -> Floats:
    """value - center, 0 where only the rounding of a mean parts them."""
    away = values - center
    return np.asarray(np.where(np.abs(away) <= 1e-12 * np.abs(center), 0.0, away))


def individuals(
    values: Floats,
    phase: Ints | None = None,
    baseline: int | None = BASELINE,
    rules: tuple[Rule, ...] = WESTERN_ELECTRIC,
    known: tuple[float, float] | None = None,
) -> ControlChart:
    """A chart of single values: mean and mean moving range of two over d2, phase by phase.

    values (..., n) have no gaps. The first `baseline` values of a phase set its limits (None:
    all of them); known gives (mean, standard deviation) instead of estimating them.
    """
    x = np.asarray(values, float)
    phases = _phases(x, phase)
    center, sigma = np.full(x.shape, np.nan), np.full(x.shape, np.nan)
    for part, base in _bases(phases, baseline, known):
        if known is not None:
            center[..., part], sigma[..., part] = known
        else:
            sample = x[..., base]
            center[..., part] = sample.mean(axis=-1, keepdims=True)
            moved = np.abs(np.diff(sample, axis=-1)).mean(axis=-1, keepdims=True)
            sigma[..., part] = moved / D2
    found = signals(deviations(x, center, sigma), rules, phases)
    return ControlChart(
        "individuals", x, center, sigma, center - WIDTH * sigma, center + WIDTH * sigma,
        phases, found, np.full(x.shape[:-1], np.nan),
    )  # fmt: skip


def proportions(
    values: Floats,
    n: Floats,
    phase: Ints | None = None,
    baseline: int | None = BASELINE,
    rules: tuple[Rule, ...] = WESTERN_ELECTRIC,
    known: float | None = None,
    spread: str = "counting",
) -> ControlChart:
    """A p chart: shares of n cases each, limits by each value's own n, within 0 and 1.

    values (..., n) are fractions, n the cases behind each. spread `counting` takes the binomial
    standard deviation, `measured` multiplies it by that of the standardised shares (Laney's p'
    chart, from moving ranges), `clear` does so only where that exceeds 1 beyond chance.
    """
    p, cases = np.asarray(values, float), np.asarray(n, float) + np.zeros(np.shape(values))
    phases = _phases(p, phase)
    center, sigma = np.full(p.shape, np.nan), np.full(p.shape, np.nan)
    dispersion = np.ones(p.shape[:-1])
    for part, base in _bases(phases, baseline, known):
        some, of = p[..., base], cases[..., base]
        mean = (some * of).sum(axis=-1, keepdims=True) / of.sum(axis=-1, keepdims=True)
        mean = mean if known is None else np.full_like(mean, known)
        factor = np.ones(mean.shape)
        if spread != "counting":
            factor = _dispersion(some, mean, of, spread)
            dispersion = np.maximum(dispersion, factor[..., 0])
        center[..., part] = mean
        sigma[..., part] = factor * np.sqrt(mean * (1 - mean) / cases[..., part])
    found = signals(deviations(p, center, sigma), rules, phases)
    lower = np.clip(center - WIDTH * sigma, 0, 1)
    upper = np.clip(center + WIDTH * sigma, 0, 1)
    return ControlChart("p", p, center, sigma, lower, upper, phases, found, dispersion)


def _dispersion(p: Floats, mean: Floats, n: Floats, spread: str) -> Floats:
    """Standard deviation of the standardised shares from their moving ranges, (..., 1).

    Counting alone gives 1 with a standard error of about .91 / sqrt(values); `clear` keeps 1
    unless the factor lies more than 1.645 of these above.
    """
    z = deviations(p, mean, np.sqrt(mean * (1 - mean) / n))
    factor = np.abs(np.diff(z, axis=-1)).mean(axis=-1, keepdims=True) / D2
    if spread == "measured":
        return np.asarray(factor)
    edge = 1 + 1.645 * 0.91 / np.sqrt(z.shape[-1])
    return np.asarray(np.where(factor > edge, factor, 1.0))


def ewma(
    values: Floats,
    center: Floats | float,
    sigma: Floats | float,
    phase: Ints | None = None,
    smoothing: float = SMOOTHING,
    width: float = EWMA_WIDTH,
) -> Ewma:
    """Exponentially weighted means that start at the centre of each phase.

    values, center, sigma (..., n), or one number for all. The limits are those of a long series,
    width * sigma * sqrt(smoothing / (2 - smoothing)), from the first value on.
    """
    x = np.asarray(values, float)
    middle, spread = np.zeros(x.shape) + center, np.zeros(x.shape) + sigma
    away = _away(x, middle)
    means = np.empty(x.shape)
    for part in stretches(x.shape[-1], phase):
        last = np.zeros(x.shape[:-1])
        for t in range(part.start, part.stop):
            last = (1 - smoothing) * last + smoothing * away[..., t]
            means[..., t] = last
    reach = width * np.sqrt(smoothing / (2 - smoothing)) * spread
    return Ewma(middle + means, middle - reach, middle + reach, np.abs(means) > reach)


def _phases(x: Floats, phase: Ints | None) -> Ints:
    return np.zeros(x.shape[-1], int) if phase is None else np.asarray(phase, int)


def _bases(phases: Ints, baseline: int | None, known: object) -> list[tuple[slice, slice]]:
    """Each phase that can have limits, with the values that set them."""
    if baseline is not None and baseline < LEAST:
        raise SampleError(f"{baseline} values cannot set limits; at least {LEAST} are needed")
    parts = stretches(len(phases), phases)
    enough = [p for p in parts if known is not None or p.stop - p.start >= LEAST]
    last = [p.stop if baseline is None else min(p.stop, p.start + baseline) for p in enough]
    return [(p, slice(p.start, stop)) for p, stop in zip(enough, last, strict=True)]
