"""Exhibits of `01_data_quality`: what was sent, what is wrong with it, where it meets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from cxkit.contracts import Client
from cxkit.display import message
from cxkit.exhibits.base import MIN_CELL, Column, Exhibit, box, value
from cxkit.measures import Accounts, Maturity, Panel
from cxkit.measures.large_scores import companies_and_rows
from cxkit.measures.scores import answered_by_item

SECTION = "01_data_quality"
MOST_FINDINGS = 40


def tables(client: Client) -> Exhibit:
    """What the client sent: one row per table with its rows and companies."""
    rows = []
    for name in sorted(client.tables):
        frame = client.table(name)
        if len(frame):
            companies = frame["company_id"].nunique() if "company_id" in frame else None
            rows.append({"table": name, "rows": len(frame), "companies": companies})
    for name, table in client.large.items():
        companies, count = companies_and_rows(table)
        rows.append({"table": name, "rows": count, "companies": companies})
    rows.sort(key=lambda row: str(row["table"]))
    columns = (
        Column("table", message("column.table")),
        Column("rows", message("column.rows"), "int"),
        Column("companies", message("column.companies"), "int"),
    )
    headline = message("quality.tables", tables=len(rows), companies=len(client.table("companies")))
    notes = [message("quality.instrument", instrument=client.instrument.id,
                     low=client.instrument.minimum, high=client.instrument.maximum)]  # fmt: skip
    return Exhibit("quality.tables", SECTION, headline, {"kind": "table"}, columns, rows, notes)


def findings(client: Client) -> Exhibit:
    """Every kind of finding that was not refused, with its rows and the way out."""
    found = client.findings
    aside = int((found["severity"] == "set_aside").sum())
    warned = int((found["severity"] == "warn").sum())
    rows = _grouped(found)
    columns = (
        Column("file", message("column.file")),
        Column("column", message("column.column")),
        Column("severity", message("column.severity")),
        Column("rows", message("column.count"), "int"),
        Column("message", message("column.finding")),
        Column("way_out", message("column.way_out")),
    )
    id = "quality.findings" if len(found) else "quality.no_findings"
    headline = message(id, set_aside=aside, warned=warned)
    notes = [message("quality.more_findings", shown=MOST_FINDINGS, of=len(rows))]
    return Exhibit("quality.findings", SECTION, headline, {"kind": "table"}, columns,
                   rows[:MOST_FINDINGS], notes if len(rows) > MOST_FINDINGS else [])  # fmt: skip


def _grouped(found: pd.DataFrame) -> list[dict[str, Any]]:
    """One row per file, column, kind and severity; the first message stands for its like."""
    rows = []
    for (file, kind, severity), part in found.groupby(["file", "kind", "severity"], sort=True):
        first = part.iloc[0]
        where = sorted({str(c) for c in part["column"].dropna() if str(c)})
        rows.append(
            {
                "file": str(file),
                "column": ", ".join(where),
                "severity": message(f"severity.{severity}"),
                "rows": len(part),
                "message": str(first["message"]),
                "way_out": str(first["way_out"]),
                "kind": str(kind),
            }
        )
    return [{k: v for k, v in row.items() if k != "kind"} for row in rows]


def meeting(scores: Maturity, books: Accounts) -> Exhibit:
    """Companies with a score, with accounts and with both, by year."""
    scored = scores.table.dropna(subset=["index"])
    have = pd.DataFrame({"company_id": scored["company_id"], "year": scored["wave"].dt.year})
    kept = books.table[["company_id", "fiscal_year"]].rename(columns={"fiscal_year": "year"})
    both = have.drop_duplicates().merge(kept.drop_duplicates())
    series: list[dict[str, Any]] = [
        {"label": message("label.with_score"), "points": _by_year(have)},
        {"label": message("label.with_accounts"), "points": _by_year(kept)},
        {"label": message("label.with_both"), "points": _by_year(both)},
    ]
    chart = {"kind": "lines", "x": message("axis.year"), "y": message("axis.companies"),
             "x_format": "year", "y_format": "int", "series": series}  # fmt: skip
    years = sorted({p["x"] for s in series for p in s["points"]})
    counts = [{p["x"]: p["n"] for p in s["points"]} for s in series]
    rows = [
        {"year": y, "score": counts[0].get(y), "accounts": counts[1].get(y),
         "both": counts[2].get(y)} for y in years
    ]  # fmt: skip
    columns = (
        Column("year", message("axis.year"), "year"),
        Column("score", message("label.with_score"), "int"),
        Column("accounts", message("label.with_accounts"), "int"),
        Column("both", message("label.with_both"), "int"),
    )
    headline = message(
        "quality.meeting",
        both=both["company_id"].nunique(),
        scored=have["company_id"].nunique(),
    )
    return Exhibit("quality.meeting", SECTION, headline, chart, columns, rows)


def _by_year(frame: pd.DataFrame) -> list[dict[str, Any]]:
    counts = frame.groupby("year")["company_id"].nunique()
    return [
        {"x": int(y), "y": int(n), "conf_low": None, "conf_high": None, "n": int(n)}
        for y, n in zip(counts.index, counts, strict=True)
    ]


def outcome(panel: Panel, clip: tuple[float, float]) -> Exhibit:
    """How one outcome is spread over the panel, and what clipping does to its ends."""
    values = panel.table["outcome"].to_numpy(float)
    id = f"quality.outcome.{panel.outcome}"
    if len(values) < 4 * MIN_CELL:
        return box(id, SECTION, message("quality.outcome_title", outcome=panel.outcome),
                   message("linkage.too_few"))  # fmt: skip
    low, high = np.quantile(values, clip)
    edges = np.linspace(low, high, 26)
    counts, _ = np.histogram(np.clip(values, low, high), edges)
    bins = [
        {"from": float(a), "below": float(b), "n": int(n)}
        for a, b, n in zip(edges[:-1], edges[1:], counts, strict=True)
    ]
    median = float(np.median(values))
    chart = {
        "kind": "histogram", "x": message(f"axis.outcome.{panel.outcome}"),
        "y": message("axis.rows"), "format": "pct", "bins": bins, "bands": [],
        "marker": {"value": median, "label": message("label.median")},
    }  # fmt: skip
    clipped = int((values < low).sum() + (values > high).sum())
    headline = message("quality.outcome", outcome=panel.outcome, median=median,
                       low=float(low), high=float(high), rows=len(values))  # fmt: skip
    rows = [{"measure": message(f"label.{m}"), "value": value(v)} for m, v in (
        ("minimum", values.min()), ("clip_low", low), ("median", median),
        ("clip_high", high), ("maximum", values.max()))]  # fmt: skip
    columns = (
        Column("measure", message("column.measure")),
        Column("value", message(f"axis.outcome.{panel.outcome}"), "pct"),
    )
    notes = [message("quality.clipped", clipped=clipped, rows=len(values))]
    return Exhibit(id, SECTION, headline, chart, columns, rows, notes)


def answered(client: Client) -> Exhibit:
    """Share of items answered, block by block; a client without items gets a box."""
    id, title = "quality.answered", message("quality.answered_title")
    if not (client.has("assessments") and client.instrument.has_items):
        return box(id, SECTION, title, message("quality.no_items"))
    by_item = answered_by_item(client)
    rows: list[dict[str, Any]] = []
    for block in client.instrument.blocks:
        items = [i.id for i in block.items if i.id in by_item.index]
        part = by_item.loc[items]
        if len(part):
            rows.append({"label": _title(block.title), "value": float(part["mean"].mean()),
                         "highlight": False, "n": int(part["size"].sum())})  # fmt: skip
    chart = {
        "kind": "bars",
        "x": message("axis.answered"),
        "format": "pct",
        "rows": rows,
    }
    columns = (
        Column("label", message("column.block")),
        Column("value", message("axis.answered"), "pct"),
        Column("n", message("column.answers"), "int"),
    )
    asked = int(by_item["size"].sum())
    share = float((by_item["mean"] * by_item["size"]).sum() / asked) if asked else None
    headline = message("quality.answered", share=share, answers=asked)
    table = [{k: r[k] for k in ("label", "value", "n")} for r in rows]
    return Exhibit(id, SECTION, headline, chart, columns, table,
                   [message("quality.answered_note")])  # fmt: skip


def _title(texts: Any, language: str = "en") -> str:
    """An instrument's own text: the report's language, else English, which is required."""
    return str(texts.get(language) or texts["en"])


def fallen_out(panels: Sequence[Panel]) -> Exhibit:
    """Every reason a score does not reach an estimate, by outcome and lag."""
    rows = [
        {"outcome": message(f"term.{p.outcome}"), "lag": p.lag, "reason": r["reason"],
         "rows": int(r["rows"])} for p in panels for r in p.excluded.to_dict("records")
    ]  # fmt: skip
    columns = (
        Column("outcome", message("column.outcome")),
        Column("lag", message("column.lag"), "int"),
        Column("reason", message("column.reason")),
        Column("rows", message("column.scores"), "int"),
    )
    worst = max((p.scores - len(p.table) for p in panels), default=0)
    scores = max((p.scores for p in panels), default=0)
    headline = message("quality.fallen_out", worst=worst, scores=scores)
    return Exhibit("quality.fallen_out", SECTION, headline, {"kind": "table"}, columns, rows)
