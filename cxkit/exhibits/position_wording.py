"""Sentences on where a company stands, chosen by how probable each of them is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from cxkit.contracts import Client
from cxkit.display import message
from cxkit.exhibits.common import company_name, listed, stage_label
from cxkit.models.certainty import Certainty

SURE = 0.9  # from this probability on it is said without its rival
LIKELY = 0.5
DRAWN = 0.04  # by which two shares from 1,000 draws may differ by chance
MOST = 0.999  # no sentence says 100 %


def stage(
    client: Client,
    sure: Certainty,
    row: pd.Series | None,
    chances: Sequence[float] | None,
    shares: Sequence[float | None],
    company: str,
) -> dict[str, Any]:
    """In which stage the company is, as surely as its probability lets it be said."""
    ids = [s.id for s in client.instrument.stages]
    if row is None:
        found = commonest({id: p for id, p in zip(ids, shares, strict=True) if p is not None}, 1.0)
        if found is None:
            return message("position.stage_untold")
        most, share = found
        return message("position.stage_all", share=share, stage=stage_label(client, most),
                       n=len(sure.scores.latest))  # fmt: skip
    values = {"name": company_name(client, company), "index": float(row["index"]),
              "maximum": client.instrument.maximum}  # fmt: skip
    if chances is None:
        return message(
            "position.stage_unsure", **values, stage=stage_label(client, int(row["stage"]))
        )
    first, second = (int(k) for k in np.argsort([-p for p in chances], kind="stable")[:2])
    values |= {"stage": stage_label(client, ids[first]), "probability": min(chances[first], MOST),
               "other": stage_label(client, ids[second]), "rest": chances[second]}  # fmt: skip
    return message(f"position.stage_{_degree(chances[first])}", **values)


def commonest(told: Mapping[int, float], total: float) -> tuple[int, float] | None:
    """The stage with the largest part of total, unless one that is not told may hold more."""
    most = max(told, key=lambda id: told[id], default=None)
    if most is None or told[most] <= 0:
        return None
    untold = total - sum(told.values())
    return None if untold > told[most] + 1e-9 else (most, told[most])


def weakest(
    client: Client,
    sure: Certainty,
    rows: Sequence[dict[str, Any]],
    stages: pd.Series | None,
    company: str,
) -> dict[str, Any]:
    """Which block is the lowest, and in which stage that one is."""
    first, second = rows[0], rows[1] if len(rows) > 1 else rows[0]
    values = {"block": first["label"], "probability": first["value"], "other": second["label"],
              "rest": second["value"]}  # fmt: skip
    if not company:
        id = "all" if values["probability"] - values["rest"] > DRAWN else "all_open"
        return message(f"position.weakest_{id}", **values, even=1 / len(rows))
    degree = _degree(float(first["value"]))
    if stages is None or stages.empty:
        return message(f"position.weakest_{degree}", **values)
    at = int(str(stages.idxmax()))
    return message(f"position.weakest_{degree}_stage", **values, stage=stage_label(client, at),
                   chance=min(float(stages.max()), MOST))  # fmt: skip


def _degree(probability: float) -> str:
    if probability >= SURE:
        return "sure"
    return "likely" if probability > LIKELY else "open"


def blocks(
    rows: Sequence[dict[str, Any]], ways: Sequence[int], tested: Sequence[bool], name: str
) -> dict[str, Any]:
    """Which blocks lie above or below the others' median by more than error explains."""
    told = [r for r in rows if r["median"] is not None]
    if not told:
        return message("position.blocks_alone", name=name)
    if not any(r["value"] is not None for r in rows):
        low, high = min(told, key=_median), max(told, key=_median)
        return message("position.blocks_medians", low=low["label"], low_value=low["median"],
                       high=high["label"], high_value=high["median"])  # fmt: skip
    if not any(tested):
        return message("position.blocks_untested", name=name)
    above, below = (
        listed([str(r["label"]) for r, way in zip(rows, ways, strict=True) if way == sign])
        for sign in (1, -1)
    )
    if above and below:
        return message("position.blocks_both", name=name, above=above, below=below)
    if above or below:
        return message(f"position.blocks_{'above' if above else 'below'}", name=name,
                       blocks=above or below)  # fmt: skip
    return message("position.blocks_none", name=name, blocks=sum(tested))


def _median(row: dict[str, Any]) -> float:
    return float(row["median"])


def level_shares(
    client: Client, rows: Sequence[tuple[str, list[float | None], int]]
) -> dict[str, Any]:
    """The level that most block scores are at; rows are title, shares by level, scores."""
    n = sum(scores for _, _, scores in rows)
    told = {
        stage.id: sum((told[k] or 0.0) * scores for _, told, scores in rows)
        for k, stage in enumerate(client.instrument.stages)
        if all(told[k] is not None for _, told, _ in rows)
    }
    found = commonest(told, n)
    if found is None:
        return message("position.level_shares_untold")
    most, scores = found
    return message("position.level_shares", level=stage_label(client, most), share=scores / n, n=n)


Level = tuple[int | None, tuple[int, int] | None, str]  # level, its interval's reach, title


def levels(client: Client, found: Sequence[Level]) -> dict[str, Any]:
    """On which levels the blocks are; a difference only where no one level would fit them all."""
    known = [(at, name) for at, _, name in found if at is not None]
    if not known:
        return message("position.levels_unknown")
    low, high = min(known)[0], max(known)[0]
    if low == high:
        return message("position.levels_same", blocks=len(known), level=stage_label(client, low))
    values = {
        "low": stage_label(client, low), "high": stage_label(client, high),
        "lowest": listed([name for at, name in known if at == low]),
        "highest": listed([name for at, name in known if at == high]),
    }  # fmt: skip
    ends = [reach for at, reach, _ in found if at is not None and reach is not None]
    apart = len(ends) == len(known) and max(e[0] for e in ends) > min(e[1] for e in ends)
    return message(f"position.levels_{'differ' if apart else 'unclear'}", **values)
