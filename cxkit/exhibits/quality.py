"""Exhibits of `01_data_quality`: what was sent, what is wrong with it, where it meets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from cxkit.contracts import Client
from cxkit.display import finding_text, in_language, message
from cxkit.exhibits.base import MIN_CELL, Column, Exhibit, box, value
from cxkit.measures import Accounts, Maturity, Panel
from cxkit.measures.disclosure import merged_bins
from cxkit.measures.large_scores import companies_and_rows
from cxkit.measures.panel import fiscal_periods
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
    """Every kind of finding that was not refused, with its rows; no value, no company."""
    found = client.findings
    rows = _grouped(found)
    columns = (
        Column("file", message("column.file")),
        Column("column", message("column.column")),
        Column("severity", message("column.severity")),
        Column("rows", message("column.rows"), "int"),
        Column("finding", message("column.finding")),
    )
    id = "quality.findings" if len(found) else "quality.no_findings"
    counts = {s: _rows(found[found["severity"] == s]) for s in ("set_aside", "warn")}
    headline = message(id, set_aside=counts["set_aside"], warned=counts["warn"])
    notes = [message("quality.findings_note")] if len(found) else []
    if len(rows) > MOST_FINDINGS:
        notes.append(message("quality.more_findings", shown=MOST_FINDINGS, of=len(rows)))
    return Exhibit("quality.findings", SECTION, headline, {"kind": "table"}, columns,
                   rows[:MOST_FINDINGS], notes)  # fmt: skip


def _rows(found: pd.DataFrame) -> int:
    """Rows named by findings, each once; a finding about a whole file counts as one."""
    return len(found[["file", "row"]].drop_duplicates())


def _grouped(found: pd.DataFrame) -> list[dict[str, Any]]:
    """One row per file, kind and severity."""
    rows = []
    for (file, kind, severity), part in found.groupby(["file", "kind", "severity"], sort=True):
        where = sorted({str(c) for c in part["column"].dropna() if str(c)})
        rows.append(
            {
                "file": str(file),
                "column": ", ".join(where),
                "severity": message(f"severity.{severity}"),
                "rows": _rows(part),
                "finding": finding_text(str(kind)),
            }
        )
    return rows


def meeting(scores: Maturity, books: Accounts) -> Exhibit:
    """Companies with a score, with accounts and with both, by year."""
    if books.table.empty:
        return box("quality.meeting", SECTION, message("quality.meeting_title"),
                   message("quality.no_accounts"))  # fmt: skip
    scored = scores.table.dropna(subset=["index"])
    at = fiscal_periods(scored, books)
    years: Any = books.table["fiscal_year"].to_numpy()
    calendar: Any = scored["wave"].dt.year.to_numpy()
    fiscal = np.where(at >= 0, years[at], calendar) if len(years) else calendar
    have = pd.DataFrame({"company_id": scored["company_id"].to_numpy(), "year": fiscal})
    kept = books.table[["company_id", "fiscal_year"]].rename(columns={"fiscal_year": "year"})
    both = have[at >= 0]
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
    bins = merged_bins(np.clip(values, low, high), [float(e) for e in np.linspace(low, high, 26)])
    median = float(np.median(values))
    equal = len({round(b["below"] - b["from"], 12) for b in bins}) == 1
    chart = {
        "kind": "histogram", "x": message(f"axis.outcome.{panel.outcome}"),
        "y": message("axis.rows" if equal else "axis.rows_dense"), "format": "pct", "bins": bins,
        "bands": [], "marker": {"value": median, "label": message("label.median")},
    }  # fmt: skip
    clipped = int((values < low).sum() + (values > high).sum())
    headline = message("quality.outcome", outcome=panel.outcome, median=median,
                       low=float(low), high=float(high), rows=len(values))  # fmt: skip
    rows = [{"measure": message(f"label.{m}"), "value": value(v)} for m, v in (
        ("clip_low", low), ("q25", np.quantile(values, 0.25)), ("median", median),
        ("q75", np.quantile(values, 0.75)), ("clip_high", high))]  # fmt: skip
    columns = (
        Column("measure", message("column.measure")),
        Column("value", message(f"axis.outcome.{panel.outcome}"), "pct"),
    )
    notes = [message("quality.clipped", clipped=clipped, rows=len(values))]
    return Exhibit(id, SECTION, headline, chart, columns, rows, notes)


def answered(client: Client, scores: Maturity) -> Exhibit:
    """Share of items answered, block by block; a client without items gets a box."""
    id, title = "quality.answered", message("quality.answered_title")
    if not (client.has("assessments") and client.instrument.has_items):
        return box(id, SECTION, title, message("quality.no_items"))
    by_item = answered_by_item(client)
    given = by_item["mean"] * by_item["size"]
    sheets = int(scores.table["respondents"].fillna(0).sum())
    rows: list[dict[str, Any]] = []
    for block in client.instrument.blocks:
        asked = sheets * len(block.items)
        count = float(given.reindex([i.id for i in block.items]).fillna(0).sum())
        rows.append({"label": in_language(block.title), "value": count / asked if asked else None,
                     "highlight": False, "n": asked})  # fmt: skip
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
    asked = sheets * len(client.instrument.items)
    share = float(given.sum()) / asked if asked else None
    headline = message("quality.answered", share=share, answers=asked)
    table = [{k: r[k] for k in ("label", "value", "n")} for r in rows]
    return Exhibit(id, SECTION, headline, chart, columns, table,
                   [message("quality.answered_note")])  # fmt: skip


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
    id = "quality.fallen_out" if rows else "quality.none_fallen_out"
    headline = message(id, worst=worst, scores=scores)
    return Exhibit("quality.fallen_out", SECTION, headline, {"kind": "table"}, columns, rows)
