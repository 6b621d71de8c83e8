"""Which chart a metric gets, what it signals, and how often it would without any change."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from cxkit.display import Shown, Text, message, text
from cxkit.measures.metrics import MetricSeries
from cxkit.models.control_charts import (
    BASELINE,
    LEAST,
    ControlChart,
    Ewma,
    deviations,
    ewma,
    individuals,
    proportions,
)
from cxkit.models.run_rules import Bools, Floats, Ints, any_signal, rule_set, run_length, stretches

RULES = "western-electric"
EWMA_RULE = "ewma"
SHIFT_RULES = ("ewma", "four_of_five_beyond_1", "eight_on_one_side", "nine_on_one_side")
SEED = 19560101
SERIES = 2000  # unchanged series that measure how often a chart signals falsely
LONG = 1500  # values of a series that measures an in-control run length
MOST_TIED = 0.9  # autocorrelation of drawn series, at most
MOST = 1e100  # values beyond are no metric, and their squares no numbers
FEW_CASES = 5  # expected cases below which normal limits of a share are rough


@dataclass(frozen=True, eq=False, repr=False)
class MetricChart(Shown):
    """One metric under its charts.

    A share of n cases gets a p chart (Laney's where it varies more than counting explains), any
    other metric individuals and EWMA. signals has one row per value that signals: at (position),
    date, value, rule (the first that fired, the EWMA last), center, lower, upper, phase.

    shifts has one row per stretch on one side of the centre, by the EWMA, in which a rule about
    shifts fired: begun, ended (positions), since, until (dates), level (mean of its values),
    center, phase, ongoing (it lasts to the series' end), strength (standard errors of the level
    from the centre). phases adds to those of the series: values, center, lower, upper (of the
    phase's last value), limits (whether it has any), signals.

    false_share is the share of series of these lengths that signal although nothing changes,
    chance the share that signal at least as often as this one; run_length is the mean number of
    values to a false signal with known limits: all measured on drawn series. autocorrelation is
    that of neighbouring values around their phase's mean, tied says that it is clear of chance.
    Then the drawn series of false_share and chance are tied as closely from value to value as
    these, a lasting shift apart.
    """

    series: MetricSeries
    chart: ControlChart
    ewma: Ewma | None
    rules: str
    baseline: int
    signals: pd.DataFrame
    shifts: pd.DataFrame
    phases: pd.DataFrame
    false_share: float
    chance: float
    run_length: float
    autocorrelation: float
    tied: bool

    @property
    def table(self) -> pd.DataFrame:
        """The values that signal."""
        return self.signals

    @property
    def dispersion(self) -> float:
        """Spread of a share over that of counting alone; 1 where counting explains it."""
        return float(self.chart.dispersion)

    @property
    def few_cases(self) -> bool:
        """Whether a share's cases are so few that its limits are rough."""
        if self.chart.kind != "p":
            return False
        n, p = self.series.table["n"].to_numpy(float), self.chart.center
        return bool(np.nanmin(n * np.minimum(p, 1 - p), initial=np.inf) < FEW_CASES)

    @property
    def summary(self) -> str:
        return text(message("control.summary", metric=self.series.label, values=len(self.signals),
                            of=len(self.series.table)))  # fmt: skip


def chart_metric(
    series: MetricSeries, rules: str = RULES, baseline: int = BASELINE
) -> MetricChart | None:
    """A metric under its charts; None where `why_not` has a reason.

    rules names a set of `run_rules.RULE_SETS`; baseline is how many first values of a phase set
    its limits.
    """
    if why_not(series) is not None:
        return None
    table = series.table
    values, phase = table["value"].to_numpy(float), table["phase"].to_numpy(np.int64)
    n = table["n"].to_numpy(float) if series.share else None
    chart, means = _charts(values, n, phase, rules, baseline)
    found = _signals(series, chart, means)
    r, tied = _autocorrelation(chart)
    tie = _tie(chart) if tied else 0.0
    share, chance = _false_alarms(chart, n, rules, baseline, len(found), tie)
    return MetricChart(
        series, chart, means, rules, baseline, found, _shifts(series, chart, means),
        _phases(series, chart, found), share, chance, in_control_run_length(chart.kind, rules),
        r, tied,
    )  # fmt: skip


def _charts(
    values: Floats, n: Floats | None, phase: Ints, rules: str, baseline: int
) -> tuple[ControlChart, Ewma | None]:
    """The chart that a metric gets, and its EWMA where it has one; series on the last axis."""
    if n is not None:
        return proportions(values, n, phase, baseline, rule_set(rules), spread="clear"), None
    chart = individuals(values, phase, baseline, rule_set(rules))
    return chart, ewma(values, chart.center, chart.sigma, phase)


def _fired(chart: ControlChart, means: Ewma | None) -> dict[str, Bools]:
    return chart.found if means is None else {**chart.found, EWMA_RULE: means.found}


def _signals(series: MetricSeries, chart: ControlChart, means: Ewma | None) -> pd.DataFrame:
    fired = _fired(chart, means)
    at = np.flatnonzero(any_signal(fired))
    return pd.DataFrame(
        {
            "at": at,
            "date": series.table["date"].to_numpy()[at],
            "value": chart.values[at],
            "rule": [next(id for id, where in fired.items() if where[i]) for i in at.tolist()],
            "center": chart.center[at],
            "lower": chart.lower[at],
            "upper": chart.upper[at],
            "phase": chart.phase[at],
        }
    )


def _shifts(series: MetricSeries, chart: ControlChart, means: Ewma | None) -> pd.DataFrame:
    """Stretches of the EWMA on one side of the centre in which a rule about shifts fired.

    Each is narrowed to where the shift is most likely (see `_narrowed`).
    """
    fired = any_signal({k: v for k, v in _fired(chart, means).items() if k in SHIFT_RULES} or
                       {"": np.zeros(len(chart.phase), bool)})  # fmt: skip
    path = ewma(chart.values, chart.center, chart.sigma, chart.phase).values - chart.center
    piece = np.cumsum(np.r_[True, (np.diff(np.sign(path)) != 0) | (np.diff(chart.phase) != 0)])
    rows = [_shift(series, chart, np.flatnonzero(piece == one)) for one in np.unique(piece[fired])]
    return pd.DataFrame(rows, columns=["begun", "ended", "since", "until", "level", "center",
                                       "phase", "ongoing", "strength"])  # fmt: skip


def _shift(series: MetricSeries, chart: ControlChart, stretch: Ints) -> dict[str, Any]:
    """One stretch as a row of `shifts`; stretch holds its positions."""
    weight = series.table["n"].to_numpy(float) if series.share else np.ones(len(chart.phase))
    away, ongoing = chart.values - chart.center, bool(stretch[-1] == len(chart.phase) - 1)
    first, last = _narrowed(away[stretch], weight[stretch], ongoing)
    at = stretch[first : last + 1]
    level = float(np.average(chart.values[at], weights=weight[at]))
    z = deviations(level, chart.center[at], chart.sigma[at])
    dates = series.table["date"]
    return {
        "begun": int(at[0]), "ended": int(at[-1]),
        "since": dates.iloc[int(at[0])], "until": dates.iloc[int(at[-1])],
        "level": level, "center": float(chart.center[at[0]]), "phase": int(chart.phase[at[0]]),
        "ongoing": ongoing, "strength": float(np.abs(z).mean() * len(at) ** 0.5),
    }  # fmt: skip


def _narrowed(away: Floats, weight: Floats, ongoing: bool) -> tuple[int, int]:
    """First and last position between which a constant shift is most likely.

    The likelihood of a step change (Samuel, Pignatiello, Calvin 1998, Quality Engineering 10,
    521-527), for the beginning and, unless it lasts to the end, for the end in turn.
    """
    total = np.r_[0.0, np.cumsum(away * weight)]
    mass = np.r_[0.0, np.cumsum(weight)]
    first, last = 0, len(away) - 1
    for _ in range(2):
        gain = (total[last + 1] - total[: last + 1]) ** 2 / (mass[last + 1] - mass[: last + 1])
        first = int(np.argmax(gain))
        if not ongoing:
            after = slice(first + 1, len(total))
            gain = (total[after] - total[first]) ** 2 / (mass[after] - mass[first])
            last = first + int(np.argmax(gain))
    return first, last


def _phases(series: MetricSeries, chart: ControlChart, found: pd.DataFrame) -> pd.DataFrame:
    parts = stretches(len(chart.phase), chart.phase)
    last = [part.stop - 1 for part in parts]
    return series.phases.assign(
        values=[part.stop - part.start for part in parts],
        center=chart.center[last],
        lower=chart.lower[last],
        upper=chart.upper[last],
        limits=~np.isnan(chart.center[last]),
        signals=[int((found["phase"] == phase).sum()) for phase in series.phases["phase"]],
    )


def _autocorrelation(chart: ControlChart) -> tuple[float, bool]:
    """Correlation of neighbouring values around their phase's mean, and whether it is clear.

    Clear is 1.96 standard errors (1 / sqrt(pairs)) above the value expected without any,
    -1 / values; NaN where the values never vary.
    """
    products, squares, pairs, parts = 0.0, 0.0, 0, 0
    for part in stretches(len(chart.phase), chart.phase):
        if np.isnan(chart.center[part.start]):
            continue
        away = chart.values[part] - chart.values[part].mean()
        products += float(away[1:] @ away[:-1])
        squares += float(away @ away)
        pairs, parts = pairs + len(away) - 1, parts + 1
    if squares == 0:
        return float("nan"), False
    r = products / squares
    return r, r > -1 / (pairs + parts) + 1.96 / np.sqrt(pairs)


def _tie(chart: ControlChart) -> float:
    """Autocorrelation as the steps between values show it, in tenths from 0 to .9.

    Steps of a series with autocorrelation r have the autocorrelation (r - 1) / 2 (Box, Jenkins
    1976); a shift of the mean is one step among many, so that it is not taken for a tie. 0 within
    its standard error of about 1.4 / sqrt(steps) without any tie.
    """
    products, squares, steps = 0.0, 0.0, 0
    for part in stretches(len(chart.phase), chart.phase):
        if not np.isnan(chart.center[part.start]):
            step = np.diff(chart.deviations[part])
            step = np.where(np.isfinite(step), step, 0.0)
            products += float(step[1:] @ step[:-1])
            squares, steps = squares + float(step @ step), steps + len(step)
    r = 1 + 2 * products / squares if squares > 0 else 0.0
    return round(min(r, MOST_TIED), 1) if r > 1.4 / np.sqrt(max(steps, 1)) else 0.0


def _false_alarms(
    chart: ControlChart, n: Floats | None, rules: str, baseline: int, signals: int, tie: float
) -> tuple[float, float]:
    """Share of unchanged series of the same phases that signal, and that signal so often."""
    if n is None:
        counts = _normal_counts(tuple(chart.phase.tolist()), rules, baseline, tie)
    else:
        counts = _binomial_counts(chart, n, rules, baseline, tie)
    return float((counts > 0).mean()), float((counts >= signals).mean())


def _tied_normal(values: int, tie: float) -> Floats:
    """(series, values): standard normal series without a change, neighbours correlated by tie."""
    drawn = np.random.default_rng(SEED).standard_normal((SERIES, values))
    for t in range(1, values if tie else 0):
        drawn[:, t] = tie * drawn[:, t - 1] + np.sqrt(1 - tie**2) * drawn[:, t]
    return drawn


@lru_cache(maxsize=64)
def _normal_counts(phase: tuple[int, ...], rules: str, baseline: int, tie: float) -> Ints:
    """Signals in each of many series of normal values, (series,)."""
    return _counts(_tied_normal(len(phase), tie), None, np.array(phase), rules, baseline)


def _binomial_counts(chart: ControlChart, n: Floats, rules: str, baseline: int, tie: float) -> Ints:
    """Signals in each of many series of shares of the same cases, (series,)."""
    whole = np.maximum(np.rint(n), 1)
    p = np.where(np.isnan(chart.center), np.nanmean(chart.center), chart.center)
    if tie:
        drawn = stats.binom.ppf(stats.norm.cdf(_tied_normal(len(p), tie)), whole, p) / whole
    else:
        rng = np.random.default_rng(SEED)
        drawn = rng.binomial(whole.astype(np.int64), p, (SERIES, len(p))) / whole
    return _counts(drawn, whole, chart.phase, rules, baseline)


def _counts(values: Floats, n: Floats | None, phase: Ints, rules: str, baseline: int) -> Ints:
    fired = _fired(*_charts(values, n, phase, rules, baseline))
    return np.asarray(any_signal(fired).sum(axis=-1))


@cache
def in_control_run_length(kind: str, rules: str) -> float:
    """Values to the first false signal on average, limits known and values normal: measured.

    All charts that a metric of this kind gets count together. Series that end without a signal
    count their values and no signal.
    """
    rng = np.random.default_rng(SEED)
    drawn = rng.standard_normal((SERIES // 2, LONG))
    chart = individuals(drawn, rules=rule_set(rules), known=(0.0, 1.0))
    means = ewma(drawn, 0.0, 1.0) if kind == "individuals" else None
    lengths = run_length(any_signal(_fired(chart, means)))
    ended = ~np.isnan(lengths)
    return float(np.where(ended, lengths, LONG).sum() / ended.sum())


def why_not(series: MetricSeries) -> Text | None:
    """Why a metric has no chart: no phase has enough values, or some exceed all reckoning."""
    most = int(series.table.groupby("phase").size().max())
    if most < LEAST:
        return message("control.too_short", metric=series.label, values=most, least=LEAST)
    if series.table["value"].abs().max() > MOST:
        return message("control.too_large", metric=series.label)
    return None
