"""Exhibits on where a company stands: stage, weakest link, blocks against others, levels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from cxkit.contracts import Client
from cxkit.display import Text, in_language, message, text
from cxkit.exhibits import maturity, position_wording
from cxkit.exhibits.base import Column, Exhibit, Gallery, box, value
from cxkit.exhibits.certainty import one_rater_note
from cxkit.exhibits.common import (
    AGAINST_OTHERS,
    SECTION,
    apart,
    block_quartiles,
    block_titles,
    company_name,
    lacks,
    origin,
    others,
    stage_label,
)
from cxkit.measures.disclosure import MIN_CELL, hidden
from cxkit.models.certainty import Certainty

_LADDER = (
    Column("stage", message("column.stage")),
    Column("from", message("column.from_points"), "num"),
    Column("below", message("column.below_points"), "num"),
    Column("probability", message("column.probability"), "pct"),
    Column("share", message("column.share_of_companies"), "pct"),
    Column("provenance", message("column.provenance")),
)


def ladder(client: Client, sure: Certainty, company: str = "") -> Exhibit:
    """The stages with the probability that the company is in each; without one, their shares."""
    id, why = "position.ladder", lacks(sure, "stages")
    row = sure.row(company) if company else None
    if why is None and company and row is None:
        why = message("maturity.no_wave")
    if why is not None:
        return box(id, SECTION, message("position.ladder_title"), why)
    shares, found = _shares(sure), sure.stage_row(company) if company else None
    # To a tenth of a percent: finer ones are not known, and none may read as 0.000036 %.
    chances = None if found is None else [round(float(p), 3) for p in found]
    steps = _steps(client, shares if chances is None else chances)
    marker = None if row is None else _marker(company_name(client, company), row)
    key = "share_of_companies" if chances is None else "probability"
    chart = {
        "kind": "ladder", "x": message("axis.index", instrument=client.instrument.id),
        "format": "num", "heading": message(f"column.{key}"), "steps": steps, "marker": marker,
    }  # fmt: skip
    rows = [
        {**{k: step[k] for k in ("from", "below")}, "stage": step["label"],
         "probability": None if chances is None else chances[i], "share": shares[i],
         "provenance": origin(stage.provenance)}
        for i, (step, stage) in enumerate(zip(steps, client.instrument.stages, strict=True))
    ]  # fmt: skip
    columns = [c for c in _LADDER if c.id != "probability" or chances is not None]
    headline = position_wording.stage(client, sure, row, chances, shares, company)
    return Exhibit(
        id, SECTION, headline, chart, columns, rows, _ladder_notes(client, sure, row, chances),
        [message("certainty.source", who=others(client, sure))], language=client.config.language,
    )  # fmt: skip


def _steps(client: Client, values: Sequence[float | None]) -> list[dict[str, Any]]:
    """The bands with a value each; the largest stands out."""
    instrument, best = client.instrument, max((v for v in values if v is not None), default=None)
    return [
        {"from": s.lower, "below": instrument.maximum if s.below is None else s.below,
         "label": stage_label(client, s.id), "highlight": v is not None and v == best, "value": v}
        for s, v in zip(instrument.stages, values, strict=True)
    ]  # fmt: skip


def _marker(name: str, row: pd.Series) -> dict[str, Any]:
    return {"value": float(row["index"]), "conf_low": value(row["conf_low"]),
            "conf_high": value(row["conf_high"]), "label": name}  # fmt: skip


def _shares(sure: Certainty) -> list[float | None]:
    """Share of the companies compared with in each stage; None where it cannot be told."""
    stages = sure.scores.instrument.stages
    if not sure.benchmark.own:
        told = sure.benchmark.norms.shares()
        return [told.get(stage.id) for stage in stages]
    latest = sure.scores.latest
    counts = [int((latest["stage"] == stage.id).sum()) for stage in stages]
    if sum(counts) < MIN_CELL:
        return [None] * len(stages)
    unsaid = hidden(counts)
    return [None if no else n / sum(counts) for n, no in zip(counts, unsaid, strict=True)]


def _ladder_notes(
    client: Client, sure: Certainty, row: pd.Series | None, chances: Any
) -> list[Text]:
    notes: list[Text] = []
    if chances is not None and row is not None:
        prior = sure.benchmark.prior
        id = "position.probability_note" if prior else "position.probability_flat"
        notes.append(message(id, companies=prior.companies if prior else 0))
        notes += one_rater_note(sure, row)
    elif row is not None:
        notes.append(message("position.no_probability", reason=sure.reason or ""))
    else:
        notes.append(message("maturity.stage_edges", least=MIN_CELL))
    if any(s.provenance == "assumed" for s in client.instrument.stages):
        notes.append(message("position.assumed_bounds"))
    return notes


def weakest(client: Client, sure: Certainty, company: str = "", seed: int = 0) -> Exhibit:
    """How probable it is that each block is the lowest; without a company, the mean over all."""
    id, why = "position.weakest", lacks(sure) or sure.reason
    found = None if why is not None else sure.weakest(company, seed)
    if found is not None and found.table.empty:
        why = message("position.block_missing")
    if found is None or why is not None:
        return box(id, SECTION, message("position.weakest_title"), why or "")
    chances = found.blocks.groupby("block")["probability"].mean()
    titles = block_titles(client)
    rows = [
        {
            "label": titles[str(b)],
            "value": float(p),
            "highlight": i == 0 and bool(p > position_wording.LIKELY),
        }
        for i, (b, p) in enumerate(chances.sort_values(ascending=False, kind="stable").items())
    ]
    stages = found.stages.groupby("stage")["probability"].mean() if len(found.stages) else None
    headline = position_wording.weakest(client, sure, rows, stages, company)
    columns = (
        Column("label", message("column.block")),
        Column("value", message("column.probability_lowest"), "pct"),
    )
    chart = {"kind": "bars", "x": message("axis.probability_lowest"), "format": "pct",
             "rows": rows}  # fmt: skip
    notes = [message("position.weakest_note")]
    if sure.benchmark.block_prior is None:
        notes.append(message("position.weakest_flat"))
    return Exhibit(id, SECTION, headline, chart, columns, rows, notes,
                   [message("certainty.source", who=others(client, sure))],
                   language=client.config.language)  # fmt: skip


_BLOCKS = (
    Column("label", message("column.block")),
    *AGAINST_OTHERS,
    Column("verdict", message("column.against_median")),
)


def blocks(
    client: Client, sure: Certainty, company: str = "", radar: bool = False
) -> Exhibit | Gallery:
    """Own blocks with their intervals against the middle half of the others, on 0-100.

    Without a company the spread of all. radar adds the same medians as a radar chart.
    """
    id, why = "position.blocks", lacks(sure)
    row = sure.row(company) if company else None
    if why is None and company and row is None:
        why = message("maturity.no_wave")
    if why is not None:
        return box(id, SECTION, message("maturity.blocks_title"), why)
    if row is None and sure.benchmark.own:
        return maturity.blocks(client, sure.scores)
    peers, titles = block_quartiles(sure, company), block_titles(client)
    own = sure.blocks_of(company) if row is not None else None
    rows = [_block_row(titles[b], None if own is None else own.T[b], peers[b]) for b in peers]
    sems = [None if own is None else value(own.loc[b, "sem"]) for b in peers]
    ways = apart([r["value"] for r in rows], sems, list(peers.values()))
    chart = {"kind": "dots", "x": message("axis.performance"), "format": "num",
             "minimum": 0.0, "maximum": 100.0, "rows": [dict(r) for r in rows]}  # fmt: skip
    tested = [sem is not None and r["median"] is not None
              for sem, r in zip(sems, rows, strict=True)]  # fmt: skip
    for shown, way, known in zip(rows, ways, tested, strict=True):
        shown["verdict"] = message(f"position.apart_{way}" if known else "position.apart_unknown")
    headline = position_wording.blocks(rows, ways, tested, company_name(client, company))
    notes: list[Text] = [message("position.blocks_note")]
    if row is not None:
        notes += one_rater_note(sure, row)
    made = Exhibit(id, SECTION, headline, chart, _BLOCKS, rows, notes,
                   [message("certainty.source", who=others(client, sure))],
                   language=client.config.language)  # fmt: skip
    return Gallery((made, _radar(made, client))) if radar and own is not None else made


def _block_row(title: str, own: pd.Series | None, peers: dict[str, Any] | None) -> dict[str, Any]:
    found = peers or {"q25": None, "median": None, "q75": None, "n": None}
    names = {"value": "performance", "conf_low": "conf_low", "conf_high": "conf_high"}
    mine = {k: None if own is None else value(own[name]) for k, name in names.items()}
    return {"label": title, **mine, **found}


def _radar(dots: Exhibit, client: Client) -> Exhibit:
    """The same values as a radar chart, for those who ask for one."""
    rows = [{k: r[k] for k in ("label", "value", "median")} for r in dots.rows]
    chart = {"kind": "radar", "format": "num", "minimum": 0.0, "maximum": 100.0, "rows": rows}
    return Exhibit("position.radar", SECTION, message("position.radar"), chart, (), (),
                   [message("position.radar_note")], language=client.config.language)  # fmt: skip


_LEVELS = (
    Column("label", message("column.block")),
    Column("value", message("column.performance_100"), "num"),
    Column("level", message("column.level")),
    Column("possible", message("column.possible_levels")),
    Column("text", message("column.level_text")),
    Column("provenance", message("column.text_provenance")),
)


def levels(client: Client, sure: Certainty, company: str = "") -> Exhibit:
    """What the level of each block means, in the instrument's words, and of the stage as a whole.

    possible spans the levels that the block's interval touches. Without a company: the share of
    companies at each level of each block, as a heat map.
    """
    id, why = "position.levels", lacks(sure, "stages")
    row = sure.row(company) if company else None
    if why is None and company and row is None:
        why = message("maturity.no_wave")
    if why is None and row is None and not sure.benchmark.own:
        why = message("maturity.no_company")
    if why is not None:
        return box(id, SECTION, message("position.levels_title"), why)
    if row is None:
        return _level_shares(client, sure)
    own, titles = sure.blocks_of(company), block_titles(client)
    rows = [_level_row(client, b, titles[b], own.T[b]) for b in titles]
    notes: list[Text] = [message("position.levels_note"), message("position.possible_note")]
    if any(lv.provenance == "assumed" for b in client.instrument.blocks for lv in b.levels):
        notes.append(message("position.assumed_texts"))
    headline = position_wording.levels(client, [(r["at"], r["reach"], r["label"]) for r in rows])
    shown = [*_stage_rows(client, row), *({k: r[k] for k in r if k not in ("at", "reach")}
                                          for r in rows)]  # fmt: skip
    marked = {text(r["provenance"]) for r in shown if r["provenance"]}
    columns = [c for c in _LEVELS if c.id != "provenance" or len(marked) > 1]
    return Exhibit(id, SECTION, headline, {"kind": "table"}, columns, shown, notes,
                   language=client.config.language)  # fmt: skip


def _level_row(client: Client, block: str, title: str, own: pd.Series) -> dict[str, Any]:
    ends = np.array([own["performance"], own["conf_low"], own["conf_high"]], float)
    at, low, high = (None if np.isnan(x) else int(x) for x in client.instrument.level_of(ends))
    found = next(b for b in client.instrument.blocks if b.id == block)
    level = found.level(at) if at is not None else None
    both = _reach(low, high)
    return {
        "label": title, "value": value(own["performance"]),
        "level": stage_label(client, at) if at is not None else None, "possible": both,
        "text": in_language(level.text, client.config.language) if level else None,
        "provenance": origin(level.provenance) if level else None,
        "at": at, "reach": None if low is None or high is None else (low, high),
    }  # fmt: skip


def _reach(low: int | None, high: int | None) -> Text | None:
    """The levels an interval touches."""
    if low is None or high is None:
        return None
    return message("position.level" if low == high else "position.level_range", low=low, high=high)


def _stage_rows(client: Client, row: pd.Series) -> list[dict[str, Any]]:
    """The whole company: its stage with the stage's text, and what takes it to the next one."""
    instrument = client.instrument
    ends = np.array([row["conf_low"], row["conf_high"]], float)
    low, high = (None if np.isnan(x) else int(x) for x in instrument.stage_of(ends))
    both = _reach(low, high)
    stage = next(s for s in instrument.stages if s.id == int(row["stage"]))
    share = (float(row["index"]) - instrument.minimum) / (instrument.maximum - instrument.minimum)
    language, empty = client.config.language, dict.fromkeys(("value", "level", "possible"))
    first = {
        "label": message("label.whole_company"), "value": 100 * share,
        "level": stage_label(client, stage.id), "possible": both,
        "text": in_language(stage.text, language) if stage.text else None,
        "provenance": origin(stage.provenance) if stage.text else None,
    }  # fmt: skip
    if not stage.drivers:
        return [first]
    lines = stage.drivers.get(language) or stage.drivers["en"]
    return [first, {**empty, "label": message("label.drivers"), "text": ". ".join(lines) + ".",
                    "provenance": origin(stage.provenance)}]  # fmt: skip


def _level_shares(client: Client, sure: Certainty) -> Exhibit:
    """Share of companies at each level of each block; small counts are not told."""
    instrument, titles = client.instrument, block_titles(client)
    latest = sure.scores.latest[["company_id", "wave"]]
    frame = sure.scores.blocks.merge(latest)
    level = instrument.level_of(frame["performance"].to_numpy(float))
    rows: list[tuple[str, list[float | None], int]] = []
    for block, title in titles.items():
        inside = level[(frame["block"] == block).to_numpy()]
        counts = [int((inside == s.id).sum()) for s in instrument.stages]
        total, unsaid = sum(counts), hidden(counts)
        told = [None if no or total < MIN_CELL else n / total
                for n, no in zip(counts, unsaid, strict=True)]  # fmt: skip
        rows.append((title, told, total))
    names = [stage_label(client, s.id) for s in instrument.stages]
    chart = {"kind": "heatmap", "format": "pct", "columns": names, "minimum": 0.0, "maximum": None,
             "rows": [{"label": title, "values": told} for title, told, _ in rows]}  # fmt: skip
    columns = [Column("label", message("column.block")),
               *(Column(f"level_{s.id}", name, "pct")
                 for s, name in zip(instrument.stages, names, strict=True)),
               Column("n", message("column.companies"), "int")]  # fmt: skip
    table = [
        {"label": title, "n": n,
         **{f"level_{s.id}": v for s, v in zip(instrument.stages, told, strict=True)}}
        for title, told, n in rows
    ]  # fmt: skip
    headline = position_wording.level_shares(client, rows)
    notes = [message("position.levels_note"), message("maturity.stage_edges", least=MIN_CELL)]
    return Exhibit("position.levels", SECTION, headline, chart, columns, table, notes,
                   language=client.config.language)  # fmt: skip
