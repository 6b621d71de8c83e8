"""Exhibits on what moves a company on: blocks in their order, and moves over 6, 12, 24 months."""

from __future__ import annotations

from typing import Any

import pandas as pd

from cxkit.contracts import Client
from cxkit.display import Text, in_language, message
from cxkit.exhibits.base import Column, Exhibit, Gallery, box, records, value
from cxkit.exhibits.common import (
    SECTION,
    block_titles,
    company_name,
    lacks,
    origin,
    others,
    stage_label,
)
from cxkit.models import Roadmap, roadmap
from cxkit.models.certainty import Certainty

_ORDER = (
    Column("order", message("column.order"), "int"),
    Column("label", message("column.block")),
    Column("level", message("column.level")),
    Column("target", message("column.target")),
    Column("gap", message("column.gap"), "points"),
    Column("importance", message("column.importance_100"), "num"),
    Column("rise", message("column.rise_of_block"), "points"),
    Column("companies", message("column.companies"), "int"),
)
_MOVES = (
    Column("label", message("column.block")),
    Column("months", message("column.months"), "int"),
    Column("title", message("column.move")),
    Column("source", message("column.from_where")),
    Column("owner", message("column.owner")),
    Column("start", message("column.start"), "date"),
    Column("due", message("column.due"), "date"),
    Column("cost", message("column.cost"), "int"),
    Column("expected_points", message("column.expected_points"), "num"),
)
_OPTIONAL = ("owner", "start", "due", "cost", "expected_points")


def plan(client: Client, sure: Certainty, company: str = "", target: int = 0) -> Gallery:
    """The blocks in the order of the roadmap, and the moves; target 0 is the company's next stage.

    Owner, dates, cost and expected points are the client's own and are shown where it filled them.
    """
    title, why = message("roadmap.title"), lacks(sure, "stages")
    if why is None and not company:
        why = message("maturity.no_company")
    if why is not None:
        return Gallery((box("roadmap.moves", SECTION, title, why),))
    found = roadmap(
        sure.scores, client.instrument, client.table("initiatives"), company, target or None,
        None if sure.benchmark.own else sure.benchmark.transitions,
    )  # fmt: skip
    if found.reason is not None and found.table.empty:
        return Gallery((box("roadmap.moves", SECTION, title, found.reason),))
    if found.table.empty:
        reached = message("roadmap.reached", target=found.target)
        return Gallery((_order(client, sure, found),
                        box("roadmap.moves", SECTION, title, reached)))  # fmt: skip
    return Gallery((_order(client, sure, found), _moves(client, found)))


def _order(client: Client, sure: Certainty, found: Roadmap) -> Exhibit:
    """The blocks by the stated rule, with what the rule looks at."""
    titles = block_titles(client)
    rows = [
        {"order": int(r["order"]) if r["levels_left"] else None, "label": titles[r["block"]],
         "level": stage_label(client, int(r["level"])),
         "target": stage_label(client, int(r["target"])),
         **{k: value(r[k]) for k in ("gap", "importance", "rise")},
         "companies": int(r["companies"]) or None} for r in records(found.blocks)
    ]  # fmt: skip
    columns = [c for c in _ORDER if any(r[c.id] is not None for r in rows)]
    notes: list[Text] = [found.rule, message("roadmap.order_note")]
    return Exhibit("roadmap.order", SECTION, _headline(client, found, titles), {"kind": "table"},
                   columns, rows, notes, [message("roadmap.source", who=others(client, sure))],
                   language=client.config.language)  # fmt: skip


def _headline(client: Client, found: Roadmap, titles: dict[str, str]) -> dict[str, Any]:
    name = company_name(client, found.company)
    short = found.blocks[found.blocks["levels_left"] > 0]
    goal = stage_label(client, int(found.target or 0))
    if short.empty:
        return message("roadmap.all_reached", name=name, target=goal)
    first = short.iloc[0]
    id = "roadmap.order_one" if len(short) == 1 else "roadmap.order"
    return message(id, name=name, blocks=len(short), of=len(found.blocks), target=goal,
                   block=titles[first["block"]],
                   level=stage_label(client, int(first["level"])))  # fmt: skip


def _moves(client: Client, found: Roadmap) -> Exhibit:
    """Every move by block and horizon, the instrument's and the client's own."""
    titles, language = block_titles(client), client.config.language
    rows = [_move(r, titles[r["block"]], language) for r in records(found.table)]
    columns = [c for c in _MOVES
               if c.id not in _OPTIONAL or any(r[c.id] is not None for r in rows)]  # fmt: skip
    own = found.table["source"] == "client"
    filled = own | found.table["owner"].notna()
    cost = found.table.loc[filled, "cost"].sum()
    values = {"moves": int((~own).sum()), "planned": int(filled.sum()), "cost": float(cost),
              "currency": client.config.currency,
              "owned": int(found.table["owner"].notna().sum())}  # fmt: skip
    id = "roadmap.moves_planned" if values["planned"] else "roadmap.moves"
    if values["planned"] and cost > 0:
        id = "roadmap.moves_cost"
    notes: list[Text] = [message("roadmap.moves_note")]
    if (found.table["provenance"] == "assumed").any():
        notes.append(message("position.assumed_texts"))
    if not values["planned"]:
        notes.append(message("roadmap.fill_in"))
    return Exhibit("roadmap.moves", SECTION, message(id, **values), {"kind": "table"}, columns,
                   rows, notes, language=language)  # fmt: skip


def _move(row: dict[str, Any], title: str, language: str) -> dict[str, Any]:
    words = row["title"]
    days = {k: None if pd.isna(row[k]) else row[k].date().isoformat() for k in ("start", "due")}
    provenance = origin(row["provenance"])
    return {
        "label": title, "months": None if pd.isna(row["months"]) else int(row["months"]),
        "title": words if isinstance(words, str) else in_language(words, language),
        "source": message(f"roadmap.from_{row['source']}", provenance=provenance),
        "owner": None if pd.isna(row["owner"]) else str(row["owner"]), **days,
        "cost": value(row["cost"]), "expected_points": value(row["expected_points"]),
    }  # fmt: skip
