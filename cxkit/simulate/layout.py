"""The arrangement of the `cx95` items as arrays, read from the shipped instrument."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from cxkit.contracts import load_instrument

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

INSTRUMENT = "cx95"


@dataclass(frozen=True, eq=False)
class Layout:
    """Items of an instrument in their order.

    item_ids and block_ids are names; block (items,) is the position of each item's block;
    minimum and maximum (items,) are the ends of each item's answers, importance those of the
    importance answers, one for all items.
    """

    item_ids: tuple[str, ...]
    block_ids: tuple[str, ...]
    block: Ints
    minimum: Floats
    maximum: Floats
    importance: tuple[int, int]

    @property
    def items(self) -> int:
        return len(self.item_ids)

    @property
    def membership(self) -> Floats:
        """(items, blocks), 1 where the item belongs to the block."""
        return np.eye(len(self.block_ids))[self.block]


@cache
def layout() -> Layout:
    """The layout of the shipped instrument, read once."""
    instrument = load_instrument(INSTRUMENT)
    items, blocks = instrument.items, tuple(instrument.block_ids)
    low, high = instrument.importance or (1, 5)
    return Layout(
        item_ids=tuple(item.id for item in items),
        block_ids=blocks,
        block=np.array([blocks.index(item.block) for item in items]),
        minimum=np.array([item.minimum for item in items], float),
        maximum=np.array([item.maximum for item in items], float),
        importance=(int(low), int(high)),
    )
