"""Scores that were made elsewhere: the index as given, or from the blocks where it is absent."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxkit.contracts import Instrument
from cxkit.measures.answers import KEY
from cxkit.measures.index import block_shares, on_scale


def from_sent(scores: pd.DataFrame, instrument: Instrument) -> tuple[pd.DataFrame, pd.DataFrame]:
    """One row per company and wave: index; and one per block of these, on 0-100."""
    wide = scores.pivot(index=KEY, columns="measure", values="value")
    given = wide.get("index", pd.Series(np.nan, index=wide.index))
    long = scores[scores["measure"].isin(instrument.block_ids)]
    ends = {b: instrument.measure_range(b) for b in instrument.block_ids}
    low = long["measure"].map({b: end[0] for b, end in ends.items()}).astype(float)
    high = long["measure"].map({b: end[1] for b, end in ends.items()}).astype(float)
    blocks = long[[*KEY, "measure"]].rename(columns={"measure": "block"})
    blocks = blocks.assign(
        performance=100 * (long["value"] - low) / (high - low),
        importance=np.nan,
        gap=np.nan,
    )
    if len(instrument.blocks) and len(blocks):
        given = given.fillna(_index(blocks, instrument).reindex(given.index))
    table = given.rename("index").to_frame().assign(respondents=np.nan, answered=np.nan)
    return table.reset_index(), blocks


def _index(blocks: pd.DataFrame, instrument: Instrument) -> pd.Series:
    """The index from block scores; missing when any block is."""
    wide = blocks.pivot(index=KEY, columns="block", values="performance")
    wide = wide.reindex(columns=list(instrument.block_ids))
    values = wide.to_numpy(float) @ block_shares(instrument)
    return on_scale(pd.Series(values, index=wide.index), instrument)
