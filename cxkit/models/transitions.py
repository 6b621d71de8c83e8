"""What companies did that rose a stage: the change of each block between the two waves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from cxkit.measures import Maturity
from cxkit.measures.disclosure import MIN_CELL
from cxkit.models.coarse import Coarse, coarse

COLUMNS = {
    "from_stage": "int64", "to_stage": "int64", "block": "str", "change": "float64", "n": "int64",
}  # fmt: skip


def transitions(scores: Maturity, least: int = MIN_CELL) -> pd.DataFrame:
    """Mean change of each block in companies that rose from one stage to the next.

    One row per from_stage, to_stage and block: change in points of 0-100 between neighbouring
    waves, n companies (a company's first such rise counts). Computed from classes of scores, so
    that it may stand in a benchmark; rises of fewer than `least` companies are left out. Where
    errors are large some of these companies only seem to have risen.
    """
    instrument = scores.instrument
    scored = scores.table.dropna(subset=["index"])
    if not instrument.stages or not instrument.blocks or scored.empty:
        return transition_frame([])
    found = coarse(scores, scored)
    rises = _rises(found, scores)
    rows: list[tuple[int, int, str, float, int]] = []
    for _, pairs in rises.groupby(["from_stage", "to_stage"], sort=True):
        start, end = (int(pairs[c].iloc[0]) for c in ("from_stage", "to_stage"))
        for block in instrument.block_ids:
            part = found.parts.get((block, "performance"))
            if part is None:
                continue
            after, before = (_at(part.values, pairs, wave) for wave in ("after", "before"))
            change = after - before
            n = int(np.isfinite(change).sum())
            if n >= least:
                rows.append((start, end, block, round(float(np.nanmean(change)), 1), n))
    return transition_frame(rows)


def _at(values: pd.Series, pairs: pd.DataFrame, wave: str) -> np.ndarray:
    keys = pd.MultiIndex.from_frame(pairs[["company_id", wave]])
    return values.reindex(keys).to_numpy(float)


def _rises(found: Coarse, scores: Maturity) -> pd.DataFrame:
    """Each company's first rise from a stage to the next: company_id, before, after, stages."""
    frame = found.parts[("index", "performance")].values.rename("index").reset_index()
    frame = frame.sort_values(["company_id", "wave"], ignore_index=True)
    frame["to_stage"] = scores.instrument.stage_of(frame["index"].to_numpy(float))
    earlier = frame.groupby("company_id")[["wave", "to_stage"]].shift(1)
    frame["before"], frame["from_stage"] = earlier["wave"], earlier["to_stage"]
    rose = frame[frame["to_stage"] == frame["from_stage"] + 1].rename(columns={"wave": "after"})
    return rose.drop_duplicates(["company_id", "from_stage"], keep="first")


def transition_frame(rows: Sequence[Any]) -> pd.DataFrame:
    """Rows of transitions in their columns and types."""
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)
