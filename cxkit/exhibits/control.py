"""Exhibits of quality control: operating metrics of the reader's company under control charts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from cxkit.contracts import Client
from cxkit.display import Text, message
from cxkit.exhibits.base import Column, Exhibit, Gallery, box, records, value
from cxkit.exhibits.control_wording import CHANCE, clear, finding, notes, state
from cxkit.measures.metrics import MetricSeries, metric_series, own_company
from cxkit.models.control_charts import BASELINE
from cxkit.models.quality_control import RULES, MetricChart, chart_metric, why_not

SECTION = "02_maturity"
MOST = 12  # charts that are drawn; the overview lists every metric


def overview(
    client: Client,
    company: str = "",
    rules: str = RULES,
    baseline: int = BASELINE,
    phases: Sequence[str] = (),
) -> Exhibit:
    """All metrics of a company in one table: how many signal, and how many would by chance.

    Arguments as in `charts`.
    """
    series = metric_series(client, company, phases)
    if not series:
        return _nothing(client, company)
    made = [(one, chart_metric(one, rules, baseline)) for one in series]
    found = [chart for _, chart in made if chart is not None]
    missing = [why for why in map(why_not, series) if why is not None]
    if not found:
        return box("control.overview", SECTION, message("control.title"), missing[0])
    headline = message(
        "control.overview", clear=sum(clear(chart) for chart in found), of=len(found),
        signalling=sum(len(chart.signals) > 0 for chart in found),
        expected=sum(chart.false_share for chart in found),
    )  # fmt: skip
    return Exhibit(
        "control.overview", SECTION, headline, {"kind": "table"}, _OVERVIEW,
        [_overview_row(one, chart) for one, chart in made],
        [message("control.overview_note", chance=CHANCE), *missing],
        language=client.config.language,
    )  # fmt: skip


_OVERVIEW = (
    Column("metric", message("column.metric")),
    Column("chart", message("column.chart")),
    Column("first", message("column.first_day")),
    Column("last", message("column.last_day")),
    Column("values", message("column.values"), "int"),
    Column("signals", message("column.signals"), "int"),
    Column("finding", message("column.finding")),
)


def _overview_row(series: MetricSeries, chart: MetricChart | None) -> dict[str, Any]:
    return {
        "metric": series.label,
        "chart": message(f"control.kind_{_kind(chart)}") if chart else None,
        "first": series.day(0),
        "last": series.day(len(series.table) - 1),
        "values": len(series.table),
        "signals": len(chart.signals) if chart else None,
        "finding": state(chart) if chart else message("control.state_none_made"),
    }


def _kind(chart: MetricChart) -> str:
    return "laney" if chart.dispersion > 1 else chart.chart.kind


def charts(
    client: Client,
    company: str = "",
    rules: str = RULES,
    baseline: int = BASELINE,
    phases: Sequence[str] = (),
) -> Gallery:
    """One control chart for each metric of a company; a box with the reason where there is none.

    company is the reader's own by default. rules is `western-electric`, `nelson` or `limits`;
    baseline is how many first values of a phase set its limits. phases are ISO dates at which a
    phase begins, beside the company's events of kind method and rollout.
    """
    series = metric_series(client, company, phases)
    if not series:
        return Gallery((_nothing(client, company),))
    return Gallery(
        tuple(
            _chart(one, chart_metric(one, rules, baseline), id, client.config.language)
            for one, id in zip(series[:MOST], _ids(series), strict=False)
        )
    )


def _nothing(client: Client, company: str) -> Exhibit:
    """Why there is no metric to chart."""
    if not client.has("metrics"):
        why = message("control.no_table")
    elif not (company or own_company(client)):
        why = message("control.no_company")
    else:
        why = message("control.no_rows")
    return box("control.metrics", SECTION, message("control.title"), why)


def _ids(series: Sequence[MetricSeries]) -> list[str]:
    """A file's name for each metric, whatever a client calls it."""
    ids: list[str] = []
    for number, one in enumerate(series, start=1):
        name = re.sub("[^a-z0-9]+", "-", one.metric.casefold()).strip("-")[:30] or str(number)
        id = f"control.{name}"
        ids.append(f"{id}-{number}" if id in ids or name in ("overview", "metrics") else id)
    return ids


def _chart(series: MetricSeries, chart: MetricChart | None, id: str, language: str) -> Exhibit:
    why = why_not(series)
    if chart is None or why is not None:
        return box(id, SECTION, message("control.metric_title", metric=series.label), why or "")
    columns, rows = _signal_rows(chart) if len(chart.signals) else _phase_rows(chart)
    return Exhibit(
        id, SECTION, finding(chart), control_data(chart), columns, rows, notes(chart),
        language=language,
    )  # fmt: skip


def control_data(chart: MetricChart) -> dict[str, Any]:
    """Chart data of kind `control`: each value with its limits, its signal and its phase.

    Positions are ISO dates, phases count from 1; limits are None in a phase too short for any.
    `ewma` is None in a p chart.
    """
    days = [day.date().isoformat() for day in chart.series.table["date"]]
    c, means = chart.chart, chart.ewma
    rule = dict(zip(chart.signals["at"].tolist(), chart.signals["rule"].tolist(), strict=True))
    points = [
        {"x": day, "y": float(c.values[i]), "center": value(c.center[i]),
         "lower": value(c.lower[i]), "upper": value(c.upper[i]), "signal": rule.get(i),
         "phase": int(c.phase[i]) + 1}
        for i, day in enumerate(days)
    ]  # fmt: skip
    line = None
    if means is not None:
        known = np.flatnonzero(~np.isnan(means.values)).tolist()
        line = [
            {"x": days[i], "y": float(means.values[i]), "lower": float(means.lower[i]),
             "upper": float(means.upper[i])}
            for i in known
        ]  # fmt: skip
    return {
        "kind": "control", "x": message("axis.date"), "y": _axis(chart), "x_format": "date",
        "y_format": _format(chart), "points": points, "ewma": line,
    }  # fmt: skip


def _axis(chart: MetricChart) -> Text:
    unit = "share" if chart.chart.kind == "p" else "value"
    return message(f"control.axis_{unit}", metric=chart.series.label)


def _format(chart: MetricChart) -> str:
    return "pct" if chart.chart.kind == "p" else "num"


def _signal_rows(chart: MetricChart) -> tuple[tuple[Column, ...], list[dict[str, Any]]]:
    fmt = _format(chart)
    columns = (
        Column("date", message("column.date"), "date"),
        Column("value", message("column.value"), fmt),
        Column("rule", message("column.rule")),
        Column("lower", message("column.lower"), fmt),
        Column("center", message("column.center"), fmt),
        Column("upper", message("column.upper"), fmt),
    )
    return columns, [
        {"date": row["date"].date().isoformat(), "value": float(row["value"]),
         "rule": message(f"control.rule.{row['rule']}"), "lower": float(row["lower"]),
         "center": float(row["center"]), "upper": float(row["upper"])}
        for row in records(chart.signals)
    ]  # fmt: skip


def _phase_rows(chart: MetricChart) -> tuple[tuple[Column, ...], list[dict[str, Any]]]:
    fmt = _format(chart)
    columns = (
        Column("start", message("column.phase"), "date"),
        Column("values", message("column.values"), "int"),
        Column("lower", message("column.lower"), fmt),
        Column("center", message("column.center"), fmt),
        Column("upper", message("column.upper"), fmt),
    )
    return columns, [
        {"start": row["start"].date().isoformat(), "values": int(row["values"]),
         "lower": value(row["lower"]), "center": value(row["center"]),
         "upper": value(row["upper"])}
        for row in records(chart.phases)
    ]  # fmt: skip
