"""Exhibits on change: index and blocks over the waves, items, and who came and went."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from cxkit.contracts import Client
from cxkit.display import Text, message
from cxkit.exhibits import change_wording
from cxkit.exhibits.base import Column, Exhibit, Gallery, box, value
from cxkit.exhibits.common import SECTION, block_titles, company_name, lacks, unit_labels
from cxkit.measures.disclosure import MIN_CELL
from cxkit.measures.units import ITEM
from cxkit.models import Changes
from cxkit.models.certainty import Certainty
from cxkit.models.change import turnover as between_waves

_PANEL = (
    Column("label", message("column.measure")),
    Column("wave_from", message("column.wave_from"), "date"),
    Column("wave_to", message("column.wave_to"), "date"),
    Column("before", message("column.before"), "num"),
    Column("after", message("column.after"), "num"),
    Column("change", message("column.change"), "points"),
    Column("conf_low", message("column.conf_low"), "points"),
    Column("conf_high", message("column.conf_high"), "points"),
    Column("sdc", message("column.sdc"), "num"),
    Column("verdict", message("column.verdict")),
)


def changes(client: Client, sure: Certainty, company: str = "") -> Gallery:
    """What changed beyond error, in small panels and by item, and who came and went."""
    parts = (panel(client, sure, company), items(client, sure, company), turnover(client, sure))
    return Gallery(tuple(part for part in parts if part is not None))


def panel(client: Client, sure: Certainty, company: str = "") -> Exhibit:
    """Index and blocks wave by wave, with their intervals; without a company, how many changed."""
    id, title = "change.panel", message("change.panel_title")
    why = lacks(sure) or sure.reason
    if why is not None:
        return box(id, SECTION, title, why)
    if not company:
        return _counts(client, sure)
    found = sure.changes_of(company)
    index = found.index[found.index["span"] == "last"]
    if index.empty or pd.isna(index["sem"].iloc[0]):
        return box(id, SECTION, title, message("change.one_wave"))
    titles = block_titles(client)
    rows = _rows(found.index, {"index": message("label.index")})
    rows += _rows(found.blocks, dict(titles))
    place = {id: k for k, id in enumerate(["index", *titles])}
    rows.sort(key=lambda r: (r["span"] != "last", place[r["id"]]))
    last = [r for r in rows if r["span"] == "last"]
    panels = _panels(client, sure, company, last)
    chart = {"kind": "panels", "x": None, "y": message("axis.performance_all"),
             "x_format": "date", "y_format": "num", "panels": panels}  # fmt: skip
    shown = [{k: r[k] for k in r if k not in ("span", "changed", "id")} for r in rows]
    headline = change_wording.panel(company_name(client, company), last)
    notes: list[Text] = [message("change.panel_note"), message("change.same_raters")]
    if any(part["reference"] for part in panels):
        notes.insert(0, message("change.dashed_note"))
    if any(r["span"] == "whole" for r in rows):
        notes.append(message("change.whole_note"))
    return Exhibit(id, SECTION, headline, chart, _PANEL, shown, notes,
                   language=client.config.language)  # fmt: skip


def _rows(frame: pd.DataFrame, labels: dict[str, Text]) -> list[dict[str, Any]]:
    """Table rows of changes: the last pair of waves first, then first to last."""
    key = next((k for k in ("item_id", "block") if k in frame), None)
    rows = []
    for row in frame.sort_values("span", kind="stable").to_dict("records"):
        id = row[key] if key else "index"
        way = None if pd.isna(row["changed"]) else str(row["changed"])
        verdict = "unknown" if pd.isna(row["sdc"]) else way or "same"
        rows.append({
            "id": id, "label": labels[id], "span": row["span"], "changed": way,
            **{k: row[k].date().isoformat() for k in ("wave_from", "wave_to")},
            **{k: value(row[k])
               for k in ("before", "after", "change", "conf_low", "conf_high", "sdc")},
            "verdict": message(f"change.verdict_{verdict}"),
        })  # fmt: skip
    return rows


def _panels(
    client: Client, sure: Certainty, company: str, last: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """One panel for the index, as a share of its range, and one for each block."""
    instrument = sure.scores.instrument
    low, width = instrument.minimum, instrument.maximum - instrument.minimum
    changed = {r["id"]: (r["wave_to"], r["changed"]) for r in last}
    index = sure.index.rename(columns={"index": "performance"})
    index = index.assign(**{k: 100 * (index[k] - low) / width
                            for k in ("performance", "conf_low", "conf_high")})  # fmt: skip
    made = [_one(message("label.index"), index, company, changed.get("index"))]
    for id, title in block_titles(client).items():
        part = sure.blocks[sure.blocks["block"] == id]
        made.append(_one(title, part, company, changed.get(id)))
    return made


def _one(
    title: Text, frame: pd.DataFrame, company: str, changed: tuple[str, str | None] | None
) -> dict[str, Any]:
    own = frame[(frame["company_id"] == company) & frame["performance"].notna()]
    points = [
        {"x": row["wave"].date().isoformat(), "y": value(row["performance"]),
         "conf_low": value(row["conf_low"]), "conf_high": value(row["conf_high"]),
         "changed": changed[1] if changed and changed[0] == row["wave"].date().isoformat()
         else None} for row in own.sort_values("wave").to_dict("records")
    ]  # fmt: skip
    rest = frame[(frame["company_id"] != company) & frame["performance"].notna()]
    years = own["wave"].dt.year
    reference = []
    for x, year in zip((p["x"] for p in points), sorted(years), strict=True):
        same = rest.loc[rest["wave"].dt.year == year].drop_duplicates("company_id", keep="last")
        enough = len(same) >= MIN_CELL
        reference.append({"x": x, "y": float(same["performance"].median()) if enough else None})
    told = any(point["y"] is not None for point in reference)
    return {"title": title, "points": points, "reference": reference if told else []}


def _counts(client: Client, sure: Certainty) -> Exhibit:
    """How many companies rose or fell beyond error since their last wave but one, by measure."""
    found = sure.changes
    parts: list[tuple[Text, pd.DataFrame]] = [(message("label.index"), found.index)]
    parts += [(title, found.blocks[found.blocks["block"] == id])
              for id, title in block_titles(client).items()]  # fmt: skip
    rows = [_count(label, frame[(frame["span"] == "last") & frame["sdc"].notna()])
            for label, frame in parts]  # fmt: skip
    if rows[0]["n"] < MIN_CELL:
        return box("change.panel", SECTION, message("change.panel_title"),
                   message("change.few", companies=rows[0]["n"], least=MIN_CELL))  # fmt: skip
    chart = {"kind": "bars", "x": message("axis.share_changed"), "format": "pct",
             "rows": [{"label": r["label"], "value": r["both"], "n": r["n"], "highlight": i == 0}
                      for i, r in enumerate(rows)]}  # fmt: skip
    columns = (
        Column("label", message("column.measure")),
        Column("up", message("column.rose"), "pct"),
        Column("down", message("column.fell"), "pct"),
        Column("both", message("column.both"), "pct"),
        Column("n", message("column.companies"), "int"),
    )
    return Exhibit("change.panel", SECTION, change_wording.counts(rows[0]), chart, columns, rows,
                   [message("change.counts_note"), message("change.same_raters")],
                   language=client.config.language)  # fmt: skip


def _count(label: Text, frame: pd.DataFrame) -> dict[str, Any]:
    """Shares that rose and fell; a share that would name fewer than five companies stays unsaid."""
    n = len(frame)
    up, down = (int((frame["changed"] == way).sum()) for way in ("up", "down"))
    told = [None if 0 < k < MIN_CELL or not n else k / n for k in (up, down, up + down)]
    if told[2] is not None and (told[0] is None) != (told[1] is None):
        told[0] = told[1] = None  # else the one unsaid could be had from the sum
    return {"label": label, "up": told[0], "down": told[1], "both": told[2], "n": n}


def items(client: Client, sure: Certainty, company: str = "") -> Exhibit | None:
    """Every item's change between the last two waves; None without a company."""
    id, why = "change.items", lacks(sure, "answers") or sure.reason
    if not company and why is None:
        return None
    rows = [] if why is not None else _item_rows(client, sure.changes_of(company))
    if not rows:
        return box(id, SECTION, message("change.items_title"), why or message("change.one_wave"))
    shape = {"estimate": "change", "conf_low": "conf_low", "conf_high": "conf_high"}
    chart = {
        "kind": "intervals", "x": message("axis.item_change"), "format": "points",
        "rows": [{"label": r["label"], "group": None, **{k: r[v] for k, v in shape.items()},
                  "n": None, "highlight": r["changed"] is not None} for r in rows],
    }  # fmt: skip
    table = [{k: r[k] for k in r if k not in ("span", "changed", "id", "wave_from", "wave_to")}
             for r in rows]  # fmt: skip
    columns = [c for c in _PANEL if c.id not in ("wave_from", "wave_to")]
    notes = [message("change.items_note", items=len(rows))]
    return Exhibit(id, SECTION, change_wording.items(rows), chart, columns, table, notes,
                   language=client.config.language)  # fmt: skip


def _item_rows(client: Client, found: Changes) -> list[dict[str, Any]]:
    last = found.items[found.items["span"] == "last"].dropna(subset=["sdc"])
    rows = _rows(last, unit_labels(client, ITEM))
    return sorted(rows, key=lambda r: r["change"])


def turnover(client: Client, sure: Certainty) -> Exhibit | None:
    """Companies that stayed, were lost and were gained between waves; None below two waves."""
    found = between_waves(sure.scores.table)[1]
    if found.empty or int(found[["stayed", "lost", "gained"]].sum(axis=1).max()) < MIN_CELL:
        return None
    rows = [
        {**{k: row[k].date().isoformat() for k in ("wave_from", "wave_to")},
         **{k: int(row[k]) for k in ("stayed", "lost", "gained")}}
        for row in found.to_dict("records")
    ]  # fmt: skip
    columns = (
        Column("wave_from", message("column.wave_from"), "date"),
        Column("wave_to", message("column.wave_to"), "date"),
        *(Column(k, message(f"column.{k}"), "int") for k in ("stayed", "lost", "gained")),
    )
    lost, base = sum(r["lost"] for r in rows), sum(r["lost"] + r["stayed"] for r in rows)
    values = {"lost": lost, "gained": sum(r["gained"] for r in rows), "share": lost / max(base, 1),
              "waves": len(rows) + 1}  # fmt: skip
    id = "change.turnover" if lost or values["gained"] else "change.turnover_none"
    return Exhibit("change.turnover", SECTION, message(id, **values), {"kind": "table"}, columns,
                   rows, [message("change.turnover_note")],
                   language=client.config.language)  # fmt: skip
