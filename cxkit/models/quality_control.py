"""Which chart a metric gets, what it signals, and how often it would without any change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from cxkit.display import Shown, Text, message, text
from cxkit.measures.metrics import MetricSeries
from cxkit.models.control_charts import (
    BASELINE,
    LEAST,
    ControlChart,
    Ewma,
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
FEW_CASES = 5  # expected cases below which normal limits of a share are rough


@dataclass(frozen=True, eq=False, repr=False)
class MetricChart(Shown):
    """One metric under its charts.

    A share of n cases gets a p chart (Laney's where it varies more than counting explains), any
    other metric individuals and EWMA. signals has one row per value that signals: at (position),
    date, value, rule (the first that fired, the EWMA last), center, lower, upper, phase. shifts
    has one row per stretch on one side of the centre, by the EWMA, in which a rule about shifts
    fired: begun, ended (positions), since, until (dates), level (mean of its values), center,
    phase, ongoing (it lasts to the series' end). phases adds to those of the series: values,
    center, lower, upper (of the phase's last value), limits (whether it has any), signals.

    false_share is the share of series of these lengths that signal although nothing changes,
    chance the share that signal at least as often as this one; run_length is the mean number of
    values to a false signal with known limits: all measured on drawn series. autocorrelation is
    that of neighbouring values around their phase's mean, tied says that it is clear of chance.
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
    """A metric under its charts; None where no phase has enough values for limits.

    rules names a set of `run_rules.RULE_SETS`; baseline is how many first values of a phase set
    its limits.
    """
    table = series.table
    values, phase = table["value"].to_numpy(float), table["phase"].to_numpy(np.int64)
    if max(part.stop - part.start for part in stretches(len(values), phase)) < LEAST:
        return None
    n = table["n"].to_numpy(float) if series.share else None
    chart, means = _charts(values, n, phase, rules, baseline)
    found = _signals(series, chart, means)
    share, chance = _false_alarms(chart, n, rules, baseline, len(found))
    r, tied = _autocorrelation(chart)
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

    Its last crossing of the centre estimates when the change began (Nishina 1992, Quality and
    Reliability Engineering International 8, 537-543).
    """
    fired = any_signal({k: v for k, v in _fired(chart, means).items() if k in SHIFT_RULES} or
                       {"": np.zeros(len(chart.phase), bool)})  # fmt: skip
    path = ewma(chart.values, chart.center, chart.sigma, chart.phase).values - chart.center
    piece = np.cumsum(np.r_[True, (np.diff(np.sign(path)) != 0) | (np.diff(chart.phase) != 0)])
    weight = series.table["n"].to_numpy(float) if series.share else np.ones(len(path))
    dates, rows = series.table["date"], []
    for one in np.unique(piece[fired]):
        at = np.flatnonzero(piece == one)
        begun, ended = int(at[0]), int(at[-1])
        rows.append(
            {"begun": begun, "ended": ended, "since": dates.iloc[begun], "until": dates.iloc[ended],
             "level": float(np.average(chart.values[at], weights=weight[at])),
             "center": float(chart.center[begun]), "phase": int(chart.phase[begun]),
             "ongoing": ended == len(path) - 1}
        )  # fmt: skip
    return pd.DataFrame(rows, columns=["begun", "ended", "since", "until", "level", "center",
                                       "phase", "ongoing"])  # fmt: skip


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


def _false_alarms(
    chart: ControlChart, n: Floats | None, rules: str, baseline: int, signals: int
) -> tuple[float, float]:
    """Share of unchanged series of the same phases that signal, and that signal so often.

    Normal values for individuals; binomial counts of the same cases around the mean share.
    """
    rng = np.random.default_rng(SEED)
    shape = (SERIES, len(chart.phase))
    if n is None:
        drawn, cases = rng.standard_normal(shape), None
    else:
        whole = np.maximum(np.rint(n), 1)
        p = np.where(np.isnan(chart.center), np.nanmean(chart.center), chart.center)
        drawn, cases = rng.binomial(whole.astype(np.int64), p, shape) / whole, whole
    counts = any_signal(_fired(*_charts(drawn, cases, chart.phase, rules, baseline))).sum(axis=-1)
    return float((counts > 0).mean()), float((counts >= signals).mean())


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


def charts(
    series: Sequence[MetricSeries], rules: str = RULES, baseline: int = BASELINE
) -> tuple[MetricChart, ...]:
    """Every metric that has enough values, under its charts."""
    made = (chart_metric(one, rules, baseline) for one in series)
    return tuple(one for one in made if one is not None)


def short(series: MetricSeries) -> Text:
    """Why a metric has no chart."""
    most = int(series.table.groupby("phase").size().max())
    return message("control.too_short", metric=series.label, values=most, least=LEAST)
