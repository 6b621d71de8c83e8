"""Exhibits of `02_maturity`: index, stages, blocks, gaps, the way over time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from cxkit.contracts import Client
from cxkit.display import in_language, message
from cxkit.exhibits.base import (
    MIN_CELL,
    Column,
    Exhibit,
    box,
    mean_interval,
    quartiles,
)
from cxkit.exhibits.common import origin
from cxkit.measures import Maturity
from cxkit.measures.disclosure import hidden, merged_bins

SECTION = "02_maturity"
LEVEL = 0.05
BINS = 20

_QUARTILES = (
    Column("label", message("column.group")),
    Column("value", message("column.own"), "num"),
    Column("q25", message("column.q25"), "num"),
    Column("median", message("column.median"), "num"),
    Column("q75", message("column.q75"), "num"),
    Column("n", message("column.companies"), "int"),
)


def _columns(rows: Sequence[dict[str, Any]]) -> tuple[Column, ...]:
    """Columns of a quartile table; the reader's own only where a row has a value for it."""
    own = any(row["value"] is not None for row in rows)
    return tuple(c for c in _QUARTILES if own or c.id != "value")


def _own(frame: pd.DataFrame, company: str) -> pd.DataFrame:
    return frame[frame["company_id"] == company] if company else frame.iloc[:0]


def _name(client: Client, company: str) -> str:
    about = _own(client.table("companies"), company)
    return str(about["name"].iloc[0]) if len(about) else ""


def distribution(client: Client, scores: Maturity, company: str = "") -> Exhibit:
    """Companies by index in their latest wave, on the instrument's stages where it has them."""
    latest = scores.latest
    if len(latest) < MIN_CELL:
        return box("maturity.distribution", SECTION, message("maturity.distribution_title"),
                   message("maturity.too_few", companies=len(latest)))  # fmt: skip
    instrument, index = scores.instrument, latest["index"].to_numpy(float)
    edges = np.linspace(instrument.minimum, instrument.maximum, BINS + 1)
    bins = merged_bins(index, [float(e) for e in edges])
    equal = len({round(b["below"] - b["from"], 9) for b in bins}) == 1
    own = _own(latest, company)
    median = float(np.median(index))
    marker = {"value": median, "label": message("label.median")}
    if len(own):
        marker = {"value": float(own["index"].iloc[0]), "label": _name(client, company)}
    chart = {
        "kind": "histogram", "x": message("axis.index", instrument=instrument.id),
        "y": message("axis.companies" if equal else "axis.companies_dense"), "format": "num",
        "bins": bins,
        "bands": _bands(client),
        "marker": marker,
    }  # fmt: skip
    values: dict[str, Any] = {
        "median": median,
        "maximum": instrument.maximum,
        "n": len(latest),
    }
    headline = message("maturity.distribution", **values)
    if len(own):
        at = float(own["index"].iloc[0])
        below = int((index < at).sum())
        headline = message("maturity.own", **values, name=_name(client, company), own=at,
                           below=below, others=len(latest) - 1)  # fmt: skip
    columns, rows = _stage_rows(client, latest)
    notes = [message("maturity.no_interval")]
    if instrument.stages:
        notes.append(message("maturity.stage_edges", least=MIN_CELL))
    return Exhibit("maturity.distribution", SECTION, headline, chart, columns, rows, notes)


def _bands(client: Client) -> list[dict[str, Any]]:
    instrument, language = client.instrument, client.config.language
    return [
        {"from": s.lower, "below": instrument.maximum if s.below is None else s.below,
         "label": f"{s.id} {in_language(s.name, language)}"} for s in instrument.stages
    ]  # fmt: skip


def _stage_rows(
    client: Client, latest: pd.DataFrame
) -> tuple[tuple[Column, ...], list[dict[str, Any]]]:
    """Companies by stage, or quartiles of the index where there are no stages."""
    if not client.instrument.stages:
        found = quartiles(latest["index"])
        row = {"label": message("label.all_companies"), "value": None, **(found or {})}
        return _columns([row]), [row]
    columns = (
        Column("stage", message("column.stage")),
        Column("n", message("column.companies"), "int"),
        Column("share", message("column.share"), "pct"),
        Column("provenance", message("column.provenance")),
    )
    counts = [int((latest["stage"] == stage.id).sum()) for stage in client.instrument.stages]
    rows = []
    for stage, n, unsaid in zip(client.instrument.stages, counts, hidden(counts), strict=True):
        rows.append({"stage": f"{stage.id} {in_language(stage.name, client.config.language)}",
                     "n": None if unsaid else n, "share": None if unsaid else n / len(latest),
                     "provenance": origin(stage.provenance)})  # fmt: skip
    return columns, rows


def blocks(client: Client, scores: Maturity) -> Exhibit:
    """Quartiles of all companies by block, latest wave, on 0-100 of each range."""
    id = "maturity.blocks"
    latest = scores.latest[["company_id", "wave"]]
    frame = scores.blocks.merge(latest).dropna(subset=["performance"])
    rows = []
    for block in client.instrument.blocks:
        found = quartiles(frame.loc[frame["block"] == block.id, "performance"])
        if found:
            title = in_language(block.title, client.config.language)
            rows.append({"label": title, "value": None, **found})
    if not rows:
        return box(id, SECTION, message(f"{id}_title"), message(f"{id}_none"))
    chart = {"kind": "dots", "x": message("axis.performance"), "format": "num", "minimum": 0.0,
             "maximum": 100.0, "rows": rows}  # fmt: skip
    wide = frame.pivot(index="company_id", columns="block", values="performance").dropna()
    p = stats.friedmanchisquare(*wide.to_numpy().T).pvalue if wide.shape[1] > 2 else None
    return Exhibit(id, SECTION, _spread(id, rows, p), chart, _columns(rows), rows,
                   [message(f"{id}_note")])  # fmt: skip


def _spread(id: str, rows: Sequence[dict[str, Any]], p: float | None) -> dict[str, Any]:
    """From the lowest median to the highest, said as a difference only where a test finds one.

    Medians that read the same are named together. p is that of Friedman's test over blocks of
    the same companies, of Kruskal and Wallis' over industries; None where neither applies.
    """
    ends = {}
    for end, pick in (("top", max), ("low", min)):
        value = pick(row["median"] for row in rows)
        names = [str(row["label"]) for row in rows if abs(row["median"] - value) < 0.05]
        ends[end], ends[f"{end}_value"] = ", ".join(names), value
    if len(rows) == 1:
        return message(f"{id}_one", **ends)
    clear = p is not None and p < LEVEL
    return message(f"{id}_clear" if clear else f"{id}_unclear", **ends, n=len(rows))


def _least(row: dict[str, Any]) -> float:
    return row["q25"] if row["value"] is None else min(row["q25"], row["value"])


def _most(row: dict[str, Any]) -> float:
    return row["q75"] if row["value"] is None else max(row["q75"], row["value"])


def industries(client: Client, scores: Maturity, company: str = "") -> Exhibit:
    """Quartiles of the index by industry, latest wave; small industries are not shown."""
    about = client.table("companies")[["company_id", "industry"]]
    frame = scores.latest.merge(about, on="company_id", how="left")
    own = _own(frame, company)
    rows, small = [], 0
    for industry, part in frame.groupby("industry", sort=True):
        found = quartiles(part["index"])
        small += found is None
        mine = own.loc[own["industry"] == industry, "index"]
        if found:
            rows.append(
                {
                    "label": str(industry),
                    "value": float(mine.iloc[0]) if len(mine) else None,
                    **found,
                }
            )
    id = "maturity.industries"
    if not rows:
        return box(id, SECTION, message(f"{id}_title"), message(f"{id}_none", least=MIN_CELL))
    rows.sort(key=lambda r: -r["median"])
    chart = {"kind": "dots", "x": message("axis.index", instrument=scores.instrument.id),
             "format": "num", "minimum": min(_least(r) for r in rows),
             "maximum": max(_most(r) for r in rows), "rows": rows}  # fmt: skip
    large = [part["index"] for _, part in frame.groupby("industry") if len(part) >= MIN_CELL]
    p = stats.kruskal(*large).pvalue if len(large) > 1 else None
    headline = _spread(id, rows, p)
    notes = [message("maturity.hidden", hidden=small, least=MIN_CELL)] if small else []
    return Exhibit(id, SECTION, headline, chart, _columns(rows), rows, notes)


def trend(client: Client, scores: Maturity, company: str = "") -> Exhibit:
    """Mean index by year with its 95 % interval; the same companies need not be in every year."""
    scored = scores.table.dropna(subset=["index"])
    yearly = scored.groupby([scored["wave"].dt.year, "company_id"])["index"].mean()
    points = [
        {"x": int(str(year)), **mean_interval(part)}
        for year, part in yearly.groupby(level=0)
        if len(part) >= MIN_CELL
    ]
    own = _own(scored, company)
    mine = [
        {"x": int(w.year), "y": float(v), "conf_low": None, "conf_high": None, "n": 1}
        for w, v in zip(own["wave"], own["index"], strict=True)
    ]
    if len(points) < 2:
        return box("maturity.trend", SECTION, message("maturity.trend_title"),
                   message("maturity.one_wave"))  # fmt: skip
    series = [{"label": message("label.all_companies"), "points": points}]
    if len(mine) > 1:
        series.append({"label": _name(client, company), "points": mine})
    chart = {"kind": "lines", "x": message("axis.year"),
             "y": message("axis.index", instrument=scores.instrument.id), "x_format": "year",
             "y_format": "num", "series": series}  # fmt: skip
    change = _same_companies(scored, points[0]["x"], points[-1]["x"])
    headline = _trend_message(points, change)
    columns = (
        Column("x", message("axis.year"), "year"),
        Column("y", message("column.mean"), "num"),
        Column("conf_low", message("column.conf_low"), "num"),
        Column("conf_high", message("column.conf_high"), "num"),
        Column("n", message("column.companies"), "int"),
    )
    return Exhibit("maturity.trend", SECTION, headline, chart, columns, points,
                   [message("maturity.trend_note")])  # fmt: skip


def _same_companies(scored: pd.DataFrame, first: int, last: int) -> dict[str, Any]:
    """Mean change of the companies scored in both years, with its interval."""
    by = scored.assign(year=scored["wave"].dt.year).groupby(["company_id", "year"])["index"].mean()
    wide = by.unstack()
    change = (wide[last] - wide[first]).dropna()
    return mean_interval(change) if len(change) >= MIN_CELL else {"n": len(change)}


def _trend_message(points: list[dict[str, Any]], change: dict[str, Any]) -> dict[str, Any]:
    values = {
        "first": points[0]["x"],
        "last": points[-1]["x"],
        "companies": change["n"],
    }
    if change.get("conf_low") is None:
        return message("maturity.trend_few", **values)
    clear = change["conf_low"] > 0 or change["conf_high"] < 0
    return message(
        "maturity.trend_clear" if clear else "maturity.trend_unclear",
        **values, change=change["y"], low=change["conf_low"], high=change["conf_high"],
    )  # fmt: skip
