"""The arrangement of the `cx95` items as arrays, read from the shipped instrument."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

INSTRUMENT = "cx95"


@dataclass(frozen=True, eq=False)
class Layout:
    """Items of an instrument in their order.

    item_ids and block_ids are names; block (items,) is the position of each item's block;
    minimum and maximum (items,) are the ends of each item's answers; low and high are the
    ends of the index.
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


_SIZES = {
    "strategy_leadership": 3,
    "processes_management": 4,
    "metrics_evaluation": 3,
    "data_analytics": 3,
    "technology_channels": 3,
    "people_culture": 3,
}


@cache
def layout() -> Layout:
    """The layout of the shipped instrument."""
    pairs = [(b, k + 1) for b, size in _SIZES.items() for k in range(size)]
    return Layout(
        item_ids=tuple(f"{b}_{k}" for b, k in pairs),
        block_ids=tuple(_SIZES),
        block=np.array([list(_SIZES).index(b) for b, _ in pairs]),
        minimum=np.array([1.0 if k == 1 else 0.0 for _, k in pairs]),
        maximum=np.full(len(pairs), 5.0),
        importance=(1, 5),
    )
