"""Exhibits of a step's change in the reader's own accounts: every line, and the bridge."""

from __future__ import annotations

from typing import Any

import pandas as pd

from cxkit.display import message, text
from cxkit.exhibits.base import Column, Exhibit, Gallery, box, records, value
from cxkit.exhibits.wording import GRADE_VERB
from cxkit.models.pnl_view import PnlView

SECTION = "03_growth_linkage"
UNITS = (1_000_000, 1_000, 1)
LARGE = 100  # of a unit, from which on amounts are told in it


def pnl(view: PnlView | dict[str, Any], currency: str) -> Gallery:
    """The table of lines and the bridge; a box with its reason where there is no view.

    view is a PnlView, or the reason (a text) why there is none, as its SampleError holds it.
    """
    if isinstance(view, dict):
        return Gallery((box("pnl.lines", SECTION, message("pnl.title"), view),))
    return Gallery((lines(view, currency), bridge(view, currency)))


def lines(view: PnlView, currency: str) -> Exhibit:
    """Every line of the accounts with its change; lines without a number give their reason."""
    unit, size = _unit(view, currency)
    columns = (
        Column("line", message("column.line")),
        Column("amount", message("column.amount", unit=unit), "num"),
        Column("share", message("column.share_of_revenue"), "pct"),
        Column("by_growth", message("column.by_growth"), "points"),
        Column("by_share", message("column.by_share"), "points"),
        Column("change", message("column.change_in", unit=unit), "points"),
        Column("conf_low", message("column.conf_low"), "points"),
        Column("conf_high", message("column.conf_high"), "points"),
        Column("grade", message("column.grade")),
    )
    rows = [_line(row, size) for row in records(view.table)]
    return Exhibit("pnl.lines", SECTION, _headline(view, unit, size), {"kind": "table"}, columns,
                   rows, _notes(view), [message("linkage.method")], view.grade)  # fmt: skip


def _line(row: dict[str, Any], size: int) -> dict[str, Any]:
    money = ("amount", "by_growth", "by_share", "change", "conf_low", "conf_high")
    found: dict[str, Any] = {k: _in(row[k], size) for k in money}
    return found | {
        "line": message(f"pnl.line.{row['line']}"),
        "share": value(row["share"]),
        "grade": None if pd.isna(row["grade"]) else row["grade"],
    }


def _in(amount: Any, size: int) -> float | None:
    known = value(amount)
    return None if known is None else known / size


def _unit(view: PnlView, currency: str) -> tuple[dict[str, Any], int]:
    """The unit in which revenue is at least a hundred, with its size."""
    revenue = float(view.table["amount"].iloc[0])
    size = next((u for u in UNITS if revenue >= LARGE * u), 1)
    return message(f"pnl.unit.{size}", currency=currency), size


def _headline(view: PnlView, unit: dict[str, Any], size: int) -> dict[str, Any]:
    """What operating income does, or revenue where that is not known."""
    rows = {row["line"]: row for row in records(view.table)}
    known = value(rows["operating_income"]["change"]) is not None
    line = "operating_income" if known else "revenue"
    row = rows[line]
    id = f"pnl.{_state(view, row)}" + ("" if known else "_revenue")
    ends = {k: float(row[k]) / size for k in ("change", "conf_low", "conf_high")}
    return message(
        id, step=view.step.name, unit=unit, when=f"when.lag{view.lag}", grade=row["grade"],
        verb=f"verb.{GRADE_VERB[row['grade']]}", **ends,
    )  # fmt: skip


def _state(view: PnlView, row: dict[str, Any]) -> str:
    """Whether a line's change may stand as a difference: clear, untold or unclear."""
    if not (row["conf_low"] > 0 or row["conf_high"] < 0):
        return "unclear"
    return "clear" if row["line"] in view.told else "untold"


def _way(view: PnlView, unit: dict[str, Any], size: int) -> dict[str, Any]:
    """From operating income now to that after the step, as clear as its change is."""
    rows = {row["line"]: row for row in records(view.table)}
    row = rows["operating_income"]
    now, *_, end = records(view.bridge)
    ends = {k: float(end[k]) / size for k in ("value", "conf_low", "conf_high")}
    return message(
        f"pnl.bridge_{_state(view, row)}", step=view.step.name, unit=unit,
        when=f"when.lag{view.lag}", grade=row["grade"], verb=f"verb.{GRADE_VERB[row['grade']]}",
        now=float(now["value"]) / size, **ends,
    )  # fmt: skip


def _notes(view: PnlView) -> list[dict[str, Any]]:
    notes = [
        message("pnl.note", end=view.period_end.date().isoformat()),
        message("pnl.note_bounded" if view.bounded else "pnl.note_joint"),
    ]
    gone = view.table[view.table["reason"].notna()]
    told = [
        text(message("pnl.missing_line", line=message(f"pnl.line.{line}"), reason=reason))
        for line, reason in zip(gone["line"], gone["reason"], strict=True)
    ]
    return [*notes, *([message("pnl.note_missing", lines="; ".join(told))] if told else [])]


def bridge(view: PnlView, currency: str) -> Exhibit:
    """From last year's operating income to that after the step."""
    if view.bridge.empty:
        return box("pnl.bridge", SECTION, message("pnl.bridge_title"), message("pnl.no_bridge"))
    unit, size = _unit(view, currency)
    rows = [_step(row, size) for row in records(view.bridge)]
    chart = {
        "kind": "bridge",
        "x": message("pnl.axis", unit=unit),
        "format": "num",
        "rows": rows,
    }
    columns = (
        Column("label", message("column.line")),
        Column("value", message("column.amount_of", unit=unit), "num"),
        Column("conf_low", message("column.conf_low"), "num"),
        Column("conf_high", message("column.conf_high"), "num"),
    )
    keep = [c.id for c in columns]
    table = [{k: row[k] for k in keep} for row in rows]
    return Exhibit("pnl.bridge", SECTION, _way(view, unit, size), chart, columns, table,
                   _notes(view), [message("linkage.method")], view.grade)  # fmt: skip


def _step(row: dict[str, Any], size: int) -> dict[str, Any]:
    role = row["role"]
    return {
        "label": _label(role, row["line"]),
        "role": role if role in ("start", "end") else "change",
        "value": _in(row["value"], size),
        "conf_low": _in(row["conf_low"], size),
        "conf_high": _in(row["conf_high"], size),
        "highlight": role == "end",
    }


def _label(role: str, line: str) -> dict[str, Any]:
    if role == "cost":
        return message("pnl.bridge.cost", line=message(f"pnl.line.{line}"))
    if line == "operating_margin":
        return message("pnl.bridge.margin")
    return message(f"pnl.bridge.{role}")
