"""Sentences about control charts: what a metric did, and how often that happens by chance."""

from __future__ import annotations

from typing import Any

import pandas as pd

from cxkit.display import Text, message
from cxkit.exhibits.base import records
from cxkit.models.control_charts import EWMA_WIDTH, LEAST, SMOOTHING
from cxkit.models.quality_control import MetricChart

CHANCE = 0.05  # a pattern that more of the unchanged series show is not called a change
OUTSIDE = "beyond_3"


def finding(chart: MetricChart) -> dict[str, Any]:
    """The headline: what left its limits or shifted, from when; or that nothing did.

    What more than 5 % of unchanged series show as often is said with that share.
    """
    if not len(chart.signals):
        return message("control.none", **_values(chart))
    outside, shift = _outside(chart), _shift(chart)
    values = _values(chart) | _outside_values(chart, outside) | _shift_values(chart, shift)
    left = "left" if outside is not None else "rules"
    if chart.chance > CHANCE:
        return message(f"control.{left}_chance", **values)
    if shift is None:
        return message(f"control.{left}", **values)
    lasts = "since" if shift["ongoing"] else "from"
    return message(f"control.{'left_' if left == 'left' else ''}shifted_{lasts}", **values)


def clear(chart: MetricChart) -> bool:
    """Whether it signals more than chance would let it."""
    return len(chart.signals) > 0 and chart.chance <= CHANCE


def shown(chart: MetricChart, x: float) -> dict[str, Any]:
    """A value of the metric as it reads: a share in percent, any other as a number."""
    if chart.chart.kind == "p":
        return message("control.percent", x=100 * float(x))
    return message("control.number", x=float(x))


def _values(chart: MetricChart) -> dict[str, Any]:
    """What every headline is filled with: the series, its last limits, its first signal."""
    series = chart.series
    last = chart.phases[chart.phases["limits"]].iloc[-1]
    values: dict[str, Any] = {
        "metric": series.label,
        "of": len(series.table),
        "first": series.day(0),
        "last": series.day(len(series.table) - 1),
        "low": shown(chart, last["lower"]),
        "high": shown(chart, last["upper"]),
    }
    if len(chart.signals):
        values |= {
            "signals": len(chart.signals),
            "day": series.day(int(chart.signals["at"].iloc[0])),
            "rule": message(f"control.rule.{chart.signals['rule'].iloc[0]}"),
            "chance": chart.chance,
        }
    return values


def _outside_values(chart: MetricChart, row: pd.Series | None) -> dict[str, Any]:
    if row is None:
        return {}
    return {
        "day": chart.series.day(int(row["at"])),
        "value": shown(chart, row["value"]),
        "low": shown(chart, row["lower"]),
        "high": shown(chart, row["upper"]),
    }


def _shift_values(chart: MetricChart, row: pd.Series | None) -> dict[str, Any]:
    if row is None:
        return {}
    return {
        "since": chart.series.day(int(row["begun"])),
        "until": chart.series.day(int(row["ended"])),
        "level": shown(chart, row["level"]),
        "center": shown(chart, row["center"]),
    }


def _outside(chart: MetricChart) -> pd.Series | None:
    """The first value beyond the limits in the last phase that has one."""
    rows = chart.signals[chart.signals["rule"] == OUTSIDE]
    return rows[rows["phase"] == rows["phase"].max()].iloc[0] if len(rows) else None


def _shift(chart: MetricChart) -> pd.Series | None:
    """The strongest stretch of the last phase that has one."""
    rows = chart.shifts
    if not len(rows):
        return None
    rows = rows[rows["phase"] == rows["phase"].max()]
    return rows.loc[rows["strength"].idxmax()]


def state(chart: MetricChart) -> dict[str, Any]:
    """The finding in a few words, for a table."""
    if not len(chart.signals):
        return message("control.state_none")
    if chart.chance > CHANCE:
        return message("control.state_chance", chance=chart.chance)
    shift = _shift(chart)
    if shift is not None:
        day = chart.series.day(int(shift["begun"]))
        lasts = "since" if shift["ongoing"] else "from"
        until = chart.series.day(int(shift["ended"]))
        return message(f"control.state_shifted_{lasts}", since=day, until=until)
    return message("control.state_signal", day=_values(chart)["day"])


def notes(chart: MetricChart) -> list[Text]:
    """How the chart was made, its false alarms, its phases, and what could mislead."""
    kind = "laney" if chart.dispersion > 1 else chart.chart.kind
    found: list[Text] = [
        message(f"control.note_{kind}", baseline=chart.baseline, smoothing=SMOOTHING,
                width=EWMA_WIDTH, dispersion=chart.dispersion),
        message(f"control.note_{chart.rules}"),
        message("control.note_false", run_length=chart.run_length, share=chart.false_share),
    ]  # fmt: skip
    if len(chart.signals):
        found.append(message("control.note_chance", signals=len(chart.signals),
                             chance=chart.chance))  # fmt: skip
    found += _phase_notes(chart)
    if chart.tied:
        found.append(message("control.note_tied", r=chart.autocorrelation))
    if chart.few_cases:
        found.append(message("control.note_few_cases"))
    if chart.series.gaps:
        one = "_one" if chart.series.gaps == 1 else ""
        found.append(message(f"control.note_gaps{one}", gaps=chart.series.gaps))
    return found


def _phase_notes(chart: MetricChart) -> list[Text]:
    """Where a phase begins, why, and from which mean to which."""
    found: list[Text] = []
    before = None
    for row in records(chart.phases):
        start = row["start"].date().isoformat()
        if row["reason"] != "first":
            values = {"start": start, "reason": message(f"control.reason_{row['reason']}")}
            if before is not None and row["limits"]:
                levels = {"before": shown(chart, before), "after": shown(chart, row["center"])}
                found.append(message("control.note_phase_level", **values, **levels))
            else:
                found.append(message("control.note_phase", **values))
        if not row["limits"]:
            found.append(message("control.note_short_phase", start=start, least=LEAST))
        before = row["center"] if row["limits"] else before
    return found
