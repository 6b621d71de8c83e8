"""How blocks make an index: their shares in it, and its scale."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import pandas as pd

from cxkit.contracts import Block, Instrument

Values = TypeVar("Values", pd.Series, np.ndarray)


def block_shares(instrument: Instrument) -> np.ndarray:
    """Each block's share in the index, in the instrument's order; they add up to one."""
    weights = np.array([_block_points(b, instrument) for b in instrument.blocks], float)
    return np.asarray(weights / weights.sum())


def _block_points(block: Block, instrument: Instrument) -> float:
    """A block's own weight, times its items' points under `sum`."""
    if instrument.method == "mean-of-blocks" or not block.items:
        return float(block.weight)
    return block.weight * sum(i.weight * (i.maximum - i.minimum) for i in block.items)


def on_scale(percent: Values, instrument: Instrument) -> Values:
    """Percent of the index's range as points of the instrument."""
    return percent / 100 * (instrument.maximum - instrument.minimum) + instrument.minimum
