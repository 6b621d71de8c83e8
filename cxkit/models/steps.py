"""What a client's other companies did between one stage and the next, from their scores as such.

`transitions` tells the same from classes of scores, so that it may leave the client's house in a
benchmark; there a mean change may be several points off where companies lie close together.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd

from cxkit.measures import Maturity
from cxkit.measures.answers import KEY
from cxkit.measures.disclosure import MIN_CELL

STEP = ["from_stage", "to_stage", "block"]


def steps(scores: Maturity, least: int = MIN_CELL) -> pd.DataFrame:
    """Mean change of each block over the companies whose stage rose by one between two waves.

    One row per from_stage, to_stage and block: change (mean, points of 0-100), n (companies);
    those with fewer than `least` are left out. Waves are neighbouring ones with an index; a
    company that made the same step twice counts once, with its mean. These companies are picked
    by a score that holds error, so part of their rise is that error: the figures compare
    blocks, they are not what a move will bring.
    """
    rises = _rises(scores)
    wide = scores.blocks.set_index([*KEY, "block"])["performance"]
    parts = [
        rises.assign(block=block, change=_at(wide, rises, "wave", block)
                     - _at(wide, rises, "before", block))
        for block in scores.instrument.block_ids
    ]  # fmt: skip
    rows = pd.concat(parts).dropna(subset=["change"]) if parts else rises.assign(block="", change=0)
    company = rows.groupby([*STEP, "company_id"], sort=False)["change"].mean()
    found = company.groupby(STEP, sort=False).agg(change="mean", n="size").reset_index()
    order = {block: k for k, block in enumerate(scores.instrument.block_ids)}
    found = found[found["n"] >= least].assign(place=lambda f: f["block"].map(order))
    found = found.sort_values(["from_stage", "place"], ignore_index=True)
    return found[[*STEP, "change", "n"]]


def _rises(scores: Maturity) -> pd.DataFrame:
    """company_id, wave, before (the wave), from_stage, to_stage of every step up by one."""
    following = dict(pairwise(stage.id for stage in scores.instrument.stages))
    rows = scores.table.dropna(subset=["index", "stage"]).sort_values(KEY)
    previous = rows.groupby("company_id")[["wave", "stage"]].shift()
    found = rows[KEY].assign(
        before=previous["wave"], from_stage=previous["stage"], to_stage=rows["stage"]
    )
    rose = found["from_stage"].map(following) == found["to_stage"]
    return found[rose].astype({"from_stage": int, "to_stage": int}).reset_index(drop=True)


def _at(wide: pd.Series, rises: pd.DataFrame, wave: str, block: str) -> np.ndarray:
    keys = pd.MultiIndex.from_arrays(
        [rises["company_id"], rises[wave], [block] * len(rises)], names=[*KEY, "block"]
    )
    return np.asarray(wide.reindex(keys), dtype=float)
