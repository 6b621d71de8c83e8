"""Exhibits on what matters most and is done worst: ladders, map, cuts, and gaps against others'."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from cxkit.contracts import Client
from cxkit.display import Text, message
from cxkit.exhibits import gaps_wording
from cxkit.exhibits.base import Column, Exhibit, Gallery, box, value
from cxkit.exhibits.common import SECTION, apart, company_name, lacks, others, unit_labels
from cxkit.measures.units import BLOCK, ITEM, tags
from cxkit.models.certainty import Certainty
from cxkit.models.gap_ranks import GapRanks

_VALUES = ("importance", "performance", "gap", "conf_low", "conf_high")
_GAPS = (
    Column("label", message("column.unit")),
    Column("importance", message("column.importance_100"), "num"),
    Column("performance", message("column.performance_100"), "num"),
    Column("gap", message("column.gap"), "points"),
    Column("conf_low", message("column.conf_low"), "points"),
    Column("conf_high", message("column.conf_high"), "points"),
    Column("rank_low", message("column.rank_low"), "int"),
    Column("rank_high", message("column.rank_high"), "int"),
    Column("n", message("column.answered_by"), "int"),
)


def items(client: Client, sure: Certainty, company: str = "", seed: int = 0) -> Exhibit:
    """The gap ladder: every item by its gap, with interval and rank over resamples."""
    return _ladder(client, sure, company, ITEM, seed)


def blocks(client: Client, sure: Certainty, company: str = "", seed: int = 0) -> Exhibit:
    """The same by block."""
    return _ladder(client, sure, company, BLOCK, seed)


def _ladder(client: Client, sure: Certainty, company: str, by: str, seed: int) -> Exhibit:
    id, title = f"gaps.{by}s", message(f"gaps.{by}s_title")
    why = _why(sure, by, company)
    if why is not None:
        return box(id, SECTION, title, why)
    rows, ranks = ranked(client, sure, company, by, seed)
    if not rows:
        return box(id, SECTION, title, message("gaps.none"))
    chart = _chart(rows)
    headline = gaps_wording.largest(rows, by, ranks.reason)
    return Exhibit(id, SECTION, headline, chart, _columns(rows), rows, _notes(sure, ranks, company),
                   _source(client, sure, company), language=client.config.language)  # fmt: skip


def _why(sure: Certainty, by: str, company: str) -> Text | None:
    why = lacks(sure, *(() if by == BLOCK else ("answers",)))
    if why is None and sure.scores.blocks["importance"].isna().all():
        return message("gaps.no_importance")
    if why is None and not company and not sure.benchmark.own:
        return message("maturity.no_company")
    return why


def ranked(
    client: Client, sure: Certainty, company: str, by: str, seed: int
) -> tuple[list[dict[str, Any]], GapRanks]:
    """Rows of a gap chart, the largest gap first, and where their ranks come from."""
    found, ranks = sure.gaps_by(by, company, seed)
    names = ["unit", "conf_low", "conf_high", "rank_low", "rank_high"]
    table = found.known.merge(ranks.table[names], on="unit", how="left")
    labels = unit_labels(client, by)
    rows = [
        {"label": labels[row["unit"]], "group": None,
         **{k: value(row[k]) for k in _VALUES},
         **{k: None if pd.isna(row[k]) else int(row[k]) for k in ("rank_low", "rank_high", "n")}}
        for row in table.to_dict("records")
    ]  # fmt: skip
    return rows, ranks


def _chart(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    same = len({row["n"] for row in rows}) == 1
    kept = [{**row, "n": None if same else row["n"]} for row in rows]
    return {"kind": "gaps", "x": message("axis.of_range"), "format": "num", "minimum": 0.0,
            "maximum": 100.0, "rows": kept}  # fmt: skip


def _columns(rows: Sequence[dict[str, Any]]) -> tuple[Column, ...]:
    """Without columns that no row fills."""
    return tuple(c for c in _GAPS if any(row.get(c.id) is not None for row in rows))


def _notes(sure: Certainty, ranks: GapRanks, company: str) -> list[Text]:
    drawn = ranks.reason or message(f"gaps.drawn_{ranks.drawn}", n=ranks.n)
    return [message("gaps.note_company" if company else "gaps.note_all"), drawn,
            _whose_view(sure, company)]  # fmt: skip


def _whose_view(sure: Certainty, company: str) -> Text:
    """Whose answers a gap is made of: own people's alone, or an assessor's among them."""
    given = sure.scores.ratings
    if given is not None:
        latest = sure.scores.latest
        chosen = latest[latest["company_id"] == company] if company else latest
        keys = ["company_id", "wave"]
        inside = pd.MultiIndex.from_frame(given.raters[keys]).isin(
            pd.MultiIndex.from_frame(chosen[keys])
        )
        if (given.raters.loc[inside, "role"] == "assessor").any():
            return message("gaps.note_with_assessor")
    return message("gaps.note_own_view")


def _source(client: Client, sure: Certainty, company: str) -> list[Text]:
    if company:
        row = sure.row(company)
        wave = "" if row is None else row["wave"].date().isoformat()
        return [message("gaps.source_company", name=company_name(client, company), wave=wave)]
    return [message("gaps.source_all", n=len(sure.scores.latest))]


def importance_map(client: Client, sure: Certainty, company: str = "", seed: int = 0) -> Exhibit:
    """Items by performance and importance, parted at their means; clear gaps stand out."""
    id, why = "gaps.map", _why(sure, ITEM, company)
    rows = [] if why is not None else ranked(client, sure, company, ITEM, seed)[0]
    if not rows:
        return box(id, SECTION, message("gaps.map_title"), why or message("gaps.none"))
    cross = {axis: float(np.mean([row[name] for row in rows]))
             for axis, name in (("x", "performance"), ("y", "importance"))}  # fmt: skip
    points = [
        {"x": row["performance"], "y": row["importance"], "label": row["label"], "group": None,
         "highlight": quadrant(row, cross)} for row in rows
    ]  # fmt: skip
    chart = {"kind": "map", "x": message("axis.performance_items"), "x_format": "num",
             "y": message("axis.importance_items"), "y_format": "num", "points": points,
             "cross": cross}  # fmt: skip
    first = [row for row, point in zip(rows, points, strict=True) if point["highlight"]]
    headline = gaps_wording.quadrant(first, len(rows))
    notes = [message("gaps.map_note"), _whose_view(sure, company)]
    return Exhibit(id, SECTION, headline, chart, (), (), notes,
                   _source(client, sure, company), language=client.config.language)  # fmt: skip


def quadrant(row: dict[str, Any], cross: dict[str, float]) -> bool:
    """More important and done worse than the mean, with a gap beyond its error."""
    placed = row["importance"] > cross["y"] and row["performance"] < cross["x"]
    return bool(placed and row["conf_low"] is not None and row["conf_low"] > 0)


def cuts(client: Client, sure: Certainty, company: str = "", seed: int = 0) -> Exhibit:
    """Gaps by what the items are tagged with: stage of the customer's journey, channel."""
    id, why = "gaps.cuts", _why(sure, ITEM, company)
    names = tags(sure.scores.instrument)
    if why is None and not names:
        why = message("gaps.no_tags")
    rows: list[dict[str, Any]] = []
    parts, ranks = [], None
    for name in () if why is not None else names:
        found, ranks = ranked(client, sure, company, name, seed)
        heading = message(f"tags.{name}") if name in ("journey", "channel") else name
        rows += [row | {"group": heading} for row in found]
        parts.append((heading, found))
    if ranks is None or not rows:
        return box(id, SECTION, message("gaps.cuts_title"), why or message("gaps.none"))
    columns = (Column("group", message("column.cut")), *_columns(rows))
    counts = {n: sum(n in item.tags for item in sure.scores.instrument.items) for n in names}
    total = len(sure.scores.instrument.items)
    notes = [message("gaps.cuts_note", tagged=max(counts.values()), of=total),
             *_notes(sure, ranks, company)]  # fmt: skip
    return Exhibit(id, SECTION, gaps_wording.cuts(parts), _chart(rows), columns, rows, notes,
                   _source(client, sure, company), language=client.config.language)  # fmt: skip


_AGAINST = (
    Column("label", message("column.unit")),
    Column("value", message("column.own_gap"), "points"),
    Column("conf_low", message("column.conf_low"), "points"),
    Column("conf_high", message("column.conf_high"), "points"),
    Column("q25", message("column.q25"), "points"),
    Column("median", message("column.median"), "points"),
    Column("q75", message("column.q75"), "points"),
    Column("n", message("column.companies"), "int"),
)


def against(client: Client, sure: Certainty, company: str = "", seed: int = 0) -> Exhibit:
    """A company's gaps against others': by item, or by block where a named benchmark has those."""
    by = ITEM if sure.benchmark.own else BLOCK
    id, why = "gaps.against", _why(sure, by, company)
    if why is None and not company:
        why = message("maturity.no_company")
    rows = [] if why is not None else _against_rows(client, sure, company, by, seed)
    if why is None and not any(row["median"] is not None for row in rows):
        why = message("gaps.no_norms")
    if why is not None:
        return box(id, SECTION, message("gaps.against_title"), why)
    rows.sort(key=lambda r: _more(r), reverse=True)
    ends = [r[k] for r in rows for k in ("value", "conf_low", "conf_high", "q25", "q75")
            if r[k] is not None]  # fmt: skip
    chart = {"kind": "dots", "x": message("axis.gap"), "format": "points",
             "minimum": min(0.0, *ends), "maximum": max(0.0, *ends), "rows": rows}  # fmt: skip
    sems = [None if r["conf_low"] is None else (r["conf_high"] - r["conf_low"]) / 3.92
            for r in rows]  # fmt: skip
    ways = apart([r["value"] for r in rows], sems,
                 [r if r["median"] is not None else None for r in rows])  # fmt: skip
    tested = sum(s is not None for s in sems)
    columns = [c for c in _AGAINST if any(row[c.id] is not None for row in rows)]
    return Exhibit(id, SECTION, gaps_wording.against(rows, ways, tested, by), chart, columns, rows,
                   [message("gaps.against_note")],
                   [message("certainty.source", who=others(client, sure))],
                   language=client.config.language)  # fmt: skip


def _more(row: dict[str, Any]) -> float:
    """How far the own gap exceeds the others' median; rows without either come last."""
    return -np.inf if row["median"] is None else float(row["value"] - row["median"])


def _against_rows(
    client: Client, sure: Certainty, company: str, by: str, seed: int
) -> list[dict[str, Any]]:
    found, drawn = sure.gaps_by(by, company, seed)
    ranks = drawn.table.set_index("unit")
    labels, norms = unit_labels(client, by), sure.benchmark.norms
    rows = []
    for row in found.known.to_dict("records"):
        peers = norms.quartiles(row["unit"], of="gap") if not sure.benchmark.own else None
        if sure.benchmark.own and pd.notna(row["median_gap"]):
            peers = {"q25": row["q25_gap"], "median": row["median_gap"], "q75": row["q75_gap"],
                     "n": int(row["companies"])}  # fmt: skip
        ends = {k: value(ranks.loc[row["unit"], k]) for k in ("conf_low", "conf_high")}
        rows.append({"label": labels[row["unit"]], "value": value(row["gap"]), **ends,
                     **(peers or dict.fromkeys(("q25", "median", "q75", "n")))})  # fmt: skip
    return rows


def ladders(client: Client, sure: Certainty, company: str = "", seed: int = 0) -> Gallery:
    """The gap ladder of items, their map, and the gaps by block and by tag."""
    return Gallery((
        items(client, sure, company, seed), importance_map(client, sure, company, seed),
        blocks(client, sure, company, seed), cuts(client, sure, company, seed),
    ))  # fmt: skip
