"""Which score meets an outcome: the index, its stage, a block, or a gap."""

from __future__ import annotations

import pandas as pd

from cxkit.errors import ConfigError, nearest
from cxkit.measures.answers import KEY
from cxkit.measures.index import block_shares
from cxkit.measures.scores import Maturity

INDEX, STAGE, GAP = "index", "stage", "gap"
_HUNDRED = 100.0


def chosen(scores: Maturity, measure: str = INDEX) -> tuple[pd.DataFrame, float]:
    """One row per company and wave (company_id, wave, score), and the length of its scale.

    measure is `index` (points of the instrument), `stage` (1 to 5), a block's id (its
    performance, points of 0-100), `gap` (importance less performance, points of 0-100, blocks
    weighted as in the index; missing where one block's is) or `gap:` and a block's id. Indices
    and blocks sent in `scores` count as those from answers do. The length of a gap's scale is
    that of the two scores it compares, 100. Missing stays missing; an unknown measure is a
    ConfigError with the nearest name.
    """
    known = measures(scores)
    if measure not in known:
        raise ConfigError(
            f'unknown measure "{measure}"{nearest(measure, known)}; use one of {", ".join(known)}'
        )
    rows = scores.table[KEY]
    if measure in (INDEX, STAGE):
        return rows.assign(score=scores.table[measure].astype(float)), _length(scores, measure)
    values = _mean_gap(scores) if measure == GAP else _of_block(scores, measure)
    joined = rows.merge(values.rename("score").reset_index(), on=KEY, how="left", sort=False)
    return joined, _HUNDRED


def measures(scores: Maturity) -> tuple[str, ...]:
    """The measures these scores can be asked for, the index first."""
    instrument = scores.instrument
    blocks = tuple(getattr(instrument, "block_ids", ()))
    stages = (STAGE,) if getattr(instrument, "stages", ()) else ()
    return (INDEX, *stages, *blocks, *((GAP, *(f"{GAP}:{b}" for b in blocks)) if blocks else ()))


def _length(scores: Maturity, measure: str) -> float:
    instrument = scores.instrument
    if measure == STAGE:
        ids = [stage.id for stage in instrument.stages]
        return float(max(ids) - min(ids))
    return instrument.maximum - instrument.minimum


def _of_block(scores: Maturity, measure: str) -> pd.Series:
    """A block's performance or gap by company and wave."""
    column, block = (GAP, measure.split(":")[1]) if ":" in measure else ("performance", measure)
    rows = scores.blocks[scores.blocks["block"] == block]
    return rows.set_index(KEY)[column].astype(float)


def _mean_gap(scores: Maturity) -> pd.Series:
    """The gap of the whole by company and wave, blocks weighted as in the index."""
    wide = scores.blocks.pivot(index=KEY, columns="block", values=GAP)
    wide = wide.reindex(columns=list(scores.instrument.block_ids)).astype(float)
    weighted = wide.mul(block_shares(scores.instrument), axis="columns")
    return weighted.sum(axis="columns", skipna=False)
