"""An instrument: blocks of items, the index they make, and the stages the index falls into."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Item:
    """One question. `minimum` to `maximum` is the range of performance answers.

    The importance range is None where importance is not asked; `text` is per language.
    """

    id: str
    block: str
    text: Mapping[str, str]
    minimum: float
    maximum: float
    importance_minimum: float | None
    importance_maximum: float | None
    weight: float = 1.0
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Level:
    """What a block at the level of stage `stage` looks like, per language."""

    stage: int
    text: Mapping[str, str]
    provenance: str


@dataclass(frozen=True)
class Block:
    """A group of items; without items its score is made elsewhere and sent in `scores`.

    `levels` describes the block stage by stage, rising; stages may be left out.
    """

    id: str
    title: Mapping[str, str]
    weight: float
    items: tuple[Item, ...]
    levels: tuple[Level, ...] = ()

    def level(self, stage: int) -> Level | None:
        """The level of that stage; None where the instrument describes none."""
        return next((level for level in self.levels if level.stage == stage), None)


@dataclass(frozen=True)
class Move:
    """What takes a block from its stage towards the next, to be done within `months`."""

    block: str
    months: int
    text: Mapping[str, str]
    provenance: str


@dataclass(frozen=True)
class Stage:
    """A band of the index: `lower` is in it, `below` is not; None reaches the maximum.

    `moves` are those of a company, or of a block, that is in this stage.
    """

    id: int
    name: Mapping[str, str]
    lower: float
    below: float | None
    provenance: str
    text: Mapping[str, str]
    drivers: Mapping[str, tuple[str, ...]]
    moves: tuple[Move, ...] = ()


@dataclass(frozen=True)
class Instrument:
    """A checked instrument file; `minimum` to `maximum` is the range of the index.

    `scale` is the range of performance answers, `importance` that of importance or None.
    """

    id: str
    version: int
    title: Mapping[str, str]
    provenance: str
    minimum: float
    maximum: float
    method: str
    scale: tuple[float, float]
    importance: tuple[float, float] | None
    blocks: tuple[Block, ...]
    stages: tuple[Stage, ...]

    @property
    def items(self) -> tuple[Item, ...]:
        """Every item, in the file's order."""
        return tuple(item for block in self.blocks for item in block.items)

    @property
    def block_ids(self) -> tuple[str, ...]:
        """The blocks' ids, in the file's order."""
        return tuple(block.id for block in self.blocks)

    @property
    def has_items(self) -> bool:
        """Whether blocks are scored from answers, rather than sent as scores."""
        return any(block.items for block in self.blocks)

    @property
    def measures(self) -> tuple[str, ...]:
        """What a row of `scores` may measure: the index and each block."""
        return ("index", *self.block_ids)

    def measure_range(self, measure: str) -> tuple[float, float]:
        """Least and greatest score sent for `index` or a block.

        A block is on the answers' scale; where its items narrow it, on the mean of their ranges.
        """
        if measure == "index":
            return self.minimum, self.maximum
        items = next((b.items for b in self.blocks if b.id == measure), ())
        weight = sum(item.weight for item in items)
        if not weight:
            return self.scale
        low = sum(item.weight * item.minimum for item in items) / weight
        return low, sum(item.weight * item.maximum for item in items) / weight

    def stage_of(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """The stage's id for each index; NaN where the index is missing or out of range.

        Bands are half-open. Values are rounded to nine decimals first, so that a total that
        floating point leaves a hair below a band's edge stays in its band.
        """
        index = np.round(np.asarray(values, dtype=float), 9)
        if not self.stages:
            return np.full(index.shape, np.nan)
        lower = np.array([stage.lower for stage in self.stages])
        ids = np.array([stage.id for stage in self.stages], dtype=float)
        inside = (index >= self.minimum) & (index <= self.maximum)
        place = np.clip(np.searchsorted(lower, index, side="right") - 1, 0, None)
        return np.where(inside, ids[place], np.nan)

    def level_of(self, performance: NDArray[np.float64]) -> NDArray[np.float64]:
        """The stage's id for each block score on 0-100: the band it would fall into as an index.

        The bands are rescaled from the index's range to 0-100 and are half-open, as `stage_of`
        has them; NaN where the score is missing or out of range.
        """
        share = np.asarray(performance, dtype=float) / 100
        return self.stage_of(self.minimum + share * (self.maximum - self.minimum))
