"""From where a company's blocks stand to the next stage: which moves, where first, by when.

The moves are the instrument's, for the level a block is at; what is planned is the client's. The
order is a stated rule, not an estimate: `roadmap.rule` in the display texts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from cxkit.contracts import Instrument
from cxkit.display import Shown, Text, message, text
from cxkit.errors import ConfigError
from cxkit.measures import Maturity
from cxkit.measures.units import BLOCK, Units, company_units
from cxkit.models.steps import steps

MONTHS = (6, 12, 24)
CRITERIA = ("gap", "importance", "rise")
MOVES = ["block", "order", "months", "source", "title", "provenance", "from_level", "to_level",
         "gap", "importance", "rise", "companies", "owner", "start", "due", "cost",
         "expected_points"]  # fmt: skip

BLOCKS = ["block", "order", "performance", "level", "target", "levels_left", "gap", "importance",
          "rise", "companies"]  # fmt: skip


@dataclass(frozen=True, eq=False, repr=False)
class Roadmap(Shown):
    """Moves of one company towards a target stage.

    table has one row per move, blocks in their order, then months (6, 12, 24): block, order,
    months, source (`instrument` or `client`), title (texts per language of the instrument's, a
    text of the client's), provenance, from_level and to_level of the block, gap, importance
    (0-100), rise and companies (see blocks); owner, start, due, cost and expected_points of the
    client's `initiatives`, missing elsewhere. months is missing for an initiative without `due`.
    blocks has one row per block with a score, in order: block, order, performance, level,
    target, levels_left, gap, importance, rise (mean change of the block, in points of 0-100, of
    the benchmark's companies whose index rose from stage `level` to the next; missing below five
    of them), companies (how many those are, 0 where rise is missing). Levels and stages are ids
    of the instrument's. rule says the order; reason says why there is no roadmap.
    """

    table: pd.DataFrame
    blocks: pd.DataFrame
    company: str
    stage: int | None
    target: int | None
    rule: Text
    reason: Text | None = None

    @property
    def summary(self) -> str:
        if self.reason is not None:
            return text(self.reason)
        short = self.blocks[self.blocks["levels_left"] > 0]
        if short.empty:
            return text(message("roadmap.reached", target=self.target))
        first = short.iloc[0]
        id = "roadmap.first_one" if len(short) == 1 else "roadmap.first"
        return text(message(id, blocks=len(short), target=self.target, block=first["block"],
                            level=int(first["level"])))  # fmt: skip


def roadmap(
    scores: Maturity,
    instrument: Instrument,
    initiatives: pd.DataFrame,
    company: str,
    target: int | None = None,
    transitions: pd.DataFrame | None = None,
) -> Roadmap:
    """The moves that take a company's blocks to the next level, and what the client plans.

    A block below `target` (a stage's id; the stage after the company's own, if none is given)
    gets the moves its level has in the instrument, one level at a time. `initiatives` is the
    client's table; each is listed under its block at the first of 6, 12 and 24 months after the
    company's latest wave that its due date does not pass, and beyond them at 24. One whose title
    is a move's text, in any language, fills that move's row. `transitions` are a benchmark's;
    without them they come from the other companies in `scores`.
    """
    units = company_units(scores, BLOCK)
    own = units.rows(company)
    if not instrument.stages or not own.any():
        id = "roadmap.no_score" if instrument.stages else "roadmap.no_stages"
        return _without(company, message(id, company=company))
    wave = units.companies.loc[own, "wave"].iloc[0]
    stage, blocks = _stage(scores, company, wave), _standing(units, own, instrument)
    goal = _target(instrument, target, stage, blocks["level"])
    if transitions is None:
        transitions = steps(scores.without(company))
    blocks = _in_order(_with_rise(blocks, transitions), goal, instrument)
    table = _with_initiatives(_moves(blocks, instrument), blocks, initiatives, instrument, wave)
    reason = None if any(s.moves for s in instrument.stages) else message("roadmap.no_moves")
    rule = message("roadmap.rule" if blocks["gap"].notna().any() else "roadmap.rule_performance")
    return Roadmap(table, blocks, company, stage, goal, rule, reason)


def _without(company: str, reason: Text) -> Roadmap:
    blocks = pd.DataFrame(columns=BLOCKS)
    return Roadmap(
        pd.DataFrame(columns=MOVES), blocks, company, None, None, message("roadmap.rule"), reason
    )


def _standing(units: Units, own: np.ndarray, instrument: Instrument) -> pd.DataFrame:
    """The company's blocks that have a score, with the level each is at."""
    blocks = pd.DataFrame(
        {
            "block": pd.Series(units.ids, dtype="str"),
            "performance": units.performance[own][0],
            "gap": units.gap[own][0],
            "importance": units.importance[own][0],
        }
    ).dropna(subset=["performance"])
    level = instrument.level_of(blocks["performance"].to_numpy(float))
    return blocks.assign(level=level.astype(int))


def _stage(scores: Maturity, company: str, wave: pd.Timestamp) -> int | None:
    rows = scores.table[(scores.table["company_id"] == company) & (scores.table["wave"] == wave)]
    found = rows["stage"].dropna()
    return int(found.iloc[0]) if len(found) else None


def _target(
    instrument: Instrument, target: int | None, stage: int | None, levels: pd.Series
) -> int:
    """The target asked for, else the stage after the company's, or after its lowest block's."""
    ids = [s.id for s in instrument.stages]
    if target is not None and target not in ids:
        known = ", ".join(str(i) for i in ids)
        raise ConfigError(f"target {target} is no stage of {instrument.id} ({known})")
    if target is not None:
        return target
    at = ids.index(int(levels.min()) if stage is None else stage)
    return ids[min(at + 1, len(ids) - 1)]


def _with_rise(blocks: pd.DataFrame, transitions: pd.DataFrame) -> pd.DataFrame:
    """rise and companies: what others' block did while they rose from the block's level."""
    found = transitions.rename(columns={"from_stage": "level", "change": "rise", "n": "companies"})
    found = found[["level", "block", "rise", "companies"]].astype({"block": "str"})
    found = found.astype({"level": "int64", "rise": float, "companies": float})
    joined = blocks.merge(found, on=["level", "block"], how="left", sort=False)
    return joined.fillna({"companies": 0.0}).astype({"companies": "int64"})


def _in_order(blocks: pd.DataFrame, goal: int, instrument: Instrument) -> pd.DataFrame:
    """Blocks below the target first, by the mean of their ranks on the criteria known.

    Where importance was not asked, how far performance is from 100 stands for the gap.
    """
    place = {s.id: k for k, s in enumerate(instrument.stages)}
    left = place[goal] - blocks["level"].map(place)
    blocks = blocks.assign(target=goal, levels_left=np.maximum(left, 0))
    keys = {name: blocks[name].to_numpy(float) for name in CRITERIA}
    if np.isnan(keys["gap"]).all():
        keys["gap"] = 100 - blocks["performance"].to_numpy(float)
    ranks = np.column_stack([_ranks(values) for values in keys.values()])
    known = (~np.isnan(ranks)).sum(axis=1)
    mean = np.where(known > 0, np.nansum(ranks, axis=1) / np.maximum(known, 1), np.inf)
    blocks = blocks.assign(below=blocks["levels_left"] == 0, mean=np.round(mean, 9),
                           lead=-np.nan_to_num(np.round(keys["gap"], 9), nan=-np.inf))  # fmt: skip
    blocks = blocks.sort_values(["below", "mean", "lead"], kind="stable", ignore_index=True)
    blocks["order"] = np.arange(1, len(blocks) + 1)
    return blocks[BLOCKS]


def _ranks(values: np.ndarray) -> np.ndarray:
    """1 for the largest; equal ones share the mean of their ranks; NaN stays."""
    return rankdata(-np.round(values, 9), method="average", nan_policy="omit")


def _moves(blocks: pd.DataFrame, instrument: Instrument) -> list[dict[str, Any]]:
    """One row per move of each block below its target, at the block's level."""
    stages = {s.id: s for s in instrument.stages}
    ids = list(stages)
    rows = []
    for block in blocks[blocks["levels_left"] > 0].to_dict("records"):
        level = int(block["level"])
        for move in stages[level].moves:
            if move.block == block["block"]:
                rows.append(_row(block, ids) | {
                    "months": float(move.months), "source": "instrument", "title": move.text,
                    "provenance": move.provenance,
                })  # fmt: skip
    return rows


def _row(block: Mapping[Any, Any], ids: list[int]) -> dict[str, Any]:
    level = int(block["level"])
    following = ids[min(ids.index(level) + 1, len(ids) - 1)]
    shared = ("block", "order", "gap", "importance", "rise", "companies")
    return {name: block[name] for name in shared} | {"from_level": level, "to_level": following}


def _with_initiatives(
    rows: list[dict[str, Any]],
    blocks: pd.DataFrame,
    initiatives: pd.DataFrame,
    instrument: Instrument,
    wave: pd.Timestamp,
) -> pd.DataFrame:
    """The client's initiatives joined to the moves they name, the others as rows of their own."""
    known = {block["block"]: block for block in blocks.to_dict("records")}
    ids = [s.id for s in instrument.stages]
    for planned in initiatives.to_dict("records"):
        if planned["block"] not in known:
            continue
        filled = {name: planned.get(name) for name in ("owner", "start", "due", "cost",
                                                       "expected_points")}  # fmt: skip
        same = [
            row for row in rows
            if row["block"] == planned["block"] and row["source"] == "instrument"
            and planned["title"] in row["title"].values() and "owner" not in row
        ]  # fmt: skip
        if same:
            same[0].update(filled)
            continue
        rows.append(_row(known[planned["block"]], ids) | filled | {
            "months": _horizon(planned.get("due"), wave), "source": "client",
            "title": planned["title"], "provenance": "own",
        })  # fmt: skip
    table = pd.DataFrame(rows, columns=MOVES)
    order = table.assign(client=table["source"] == "client", months=table["months"].astype(float))
    return order.sort_values(
        ["order", "months", "client", "due"], kind="stable", ignore_index=True, na_position="last"
    )[MOVES]


def _horizon(due: Any, wave: pd.Timestamp) -> float:
    """The first horizon the due date does not pass, else the last; NaN without a date."""
    if pd.isna(due):
        return np.nan
    within = [m for m in MONTHS if pd.Timestamp(due) <= wave + pd.DateOffset(months=m)]
    return float(within[0] if within else MONTHS[-1])
