"""What can be wrong in an instrument file whose every key is of the right kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from cxkit.contracts.instrument_entry import (
    IndexEntry,
    InstrumentEntry,
    ItemEntry,
    RangeEntry,
    StageEntry,
)
from cxkit.errors import nearest


def instrument_problems(entry: InstrumentEntry, name: str) -> Iterator[str]:
    """Every contradiction in `entry`, one line each; `name` is the file's own."""
    if entry.id != name:
        yield f'id: "{entry.id}" differs from the file\'s name "{name}"'
    if entry.version < 1:
        yield f"version: must be 1 or more, not {entry.version}"
    yield from _range_problems(entry)
    yield from _id_problems(entry)
    yield from _item_problems(entry)
    yield from _sum_problems(entry)
    if entry.stages:
        yield from _stage_problems(entry.stages, entry.index)
    yield from _level_problems(entry)
    yield from _move_problems(entry)


def _range_problems(entry: InstrumentEntry) -> Iterator[str]:
    ranges = {"scale": entry.scale, "index": entry.index, "importance": entry.importance}
    for key, bounds in ranges.items():
        if bounds is not None and bounds.minimum >= bounds.maximum:
            yield f"{key}: minimum {bounds.minimum:g} is not below maximum {bounds.maximum:g}"


def _id_problems(entry: InstrumentEntry) -> Iterator[str]:
    blocks = [block.id for block in entry.blocks]
    items = [item.id for block in entry.blocks for item in block.items]
    for what, ids in (("block", blocks), ("item", items)):
        for repeated in _repeated(ids):
            yield f'blocks: the {what} id "{repeated}" stands more than once'
    if "index" in blocks:
        yield 'blocks: "index" is the whole score\'s name; give the block another id'
    bare = [block.id for block in entry.blocks if not block.items]
    if items and bare:
        yield f"blocks: {', '.join(bare)} without items, though others have them"
    for stage in _repeated(str(stage.id) for stage in entry.stages):
        yield f"stages: the id {stage} stands more than once"


def _item_problems(entry: InstrumentEntry) -> Iterator[str]:
    scale, importance = entry.scale, entry.importance
    for item in (item for block in entry.blocks for item in block.items):
        low, high = item_bounds(item, scale)
        if not scale.minimum <= low < high <= scale.maximum:
            yield (
                f"item {item.id}: {low:g} to {high:g} does not lie within "
                f"the scale {scale.minimum:g} to {scale.maximum:g}"
            )
        own = item.importance
        if own is not None and importance is None:
            yield f"item {item.id}: importance, though the instrument declares none"
        elif own is not None and not _within(own, importance):
            yield f"item {item.id}: importance {own.minimum:g} to {own.maximum:g} is out of range"


def _within(own: RangeEntry, outer: RangeEntry | None) -> bool:
    return outer is None or outer.minimum <= own.minimum < own.maximum <= outer.maximum


def _sum_problems(entry: InstrumentEntry) -> Iterator[str]:
    """A total's range must be what its items (or blocks, without items) can reach."""
    if entry.index.method != "sum" or not entry.blocks:
        return
    bounds = [
        (*item_bounds(item, entry.scale), item.weight * block.weight)
        for block in entry.blocks
        for item in block.items
    ] or [(entry.scale.minimum, entry.scale.maximum, block.weight) for block in entry.blocks]
    plain = sum(low for low, _, _ in bounds), sum(high for _, high, _ in bounds)
    weighted = sum(lo * w for lo, _, w in bounds), sum(hi * w for _, hi, w in bounds)
    declared = entry.index.minimum, entry.index.maximum
    if not any(_same(reached, declared) for reached in (plain, weighted)):
        yield (
            f"index: {declared[0]:g} to {declared[1]:g} is declared, "
            f"but the answers add up to {plain[0]:g} to {plain[1]:g}"
        )


def _same(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return all(abs(a - b) < 1e-9 for a, b in zip(one, other, strict=True))


def _stage_problems(stages: Sequence[StageEntry], index: IndexEntry) -> Iterator[str]:
    """Bands are half-open, in order, and cover the index without gap or overlap."""
    if stages[0].lower != index.minimum:
        yield f"stages: the first starts at {stages[0].lower:g}, the index at {index.minimum:g}"
    for stage in stages:
        if stage.below is not None and stage.below <= stage.lower:
            yield f"stages: {stage.id} is empty, from {stage.lower:g} below {stage.below:g}"
    for one, after in pairwise(stages):
        yield from _border_problems(one, after)
    yield from _end_problems(stages[-1], index.maximum)


def _end_problems(last: StageEntry, maximum: float) -> Iterator[str]:
    if last.lower > maximum:
        yield f"stages: the last starts at {last.lower:g}, the index ends at {maximum:g}"
    elif last.below is not None and last.below <= maximum:
        yield (
            f"stages: the last ends below {last.below:g} and leaves out "
            f"{maximum:g}; write below: null"
        )


def _border_problems(one: StageEntry, after: StageEntry) -> Iterator[str]:
    if one.below is None:
        yield f"stages: {one.id} is open upward (below: null), but {after.id} follows"
    elif one.below < after.lower:
        yield f"stages: gap from {one.below:g} to {after.lower:g}, {one.id} and {after.id}"
    elif one.below > after.lower:
        yield f"stages: {one.id} and {after.id} overlap, {after.lower:g} to {one.below:g}"
    if after.id <= one.id:
        yield f"stages: {after.id} follows {one.id}; ids must rise with the index"


def _level_problems(entry: InstrumentEntry) -> Iterator[str]:
    """A block is described once per stage, and only for stages that there are."""
    known = {stage.id for stage in entry.stages}
    for block in entry.blocks:
        named = [level.stage for level in block.levels]
        for stage in _repeated(str(name) for name in named):
            yield f"block {block.id}: levels has the stage {stage} more than once"
        for unknown in sorted(set(named) - known):
            yield f"block {block.id}: levels names the stage {unknown}, which is not among stages"


def _move_problems(entry: InstrumentEntry) -> Iterator[str]:
    """Moves belong to blocks that there are."""
    known = [block.id for block in entry.blocks]
    for stage in entry.stages:
        for name in sorted({move.block for move in stage.moves} - set(known)):
            yield f'stage {stage.id}: moves names no block "{name}"{nearest(name, known)}'


def _repeated(ids: Iterable[str]) -> list[str]:
    return [name for name, count in Counter(ids).items() if count > 1]


def item_bounds(item: ItemEntry, scale: RangeEntry) -> tuple[float, float]:
    """Least and greatest answer of an item; the scale's where it names none."""
    low = scale.minimum if item.minimum is None else item.minimum
    return low, scale.maximum if item.maximum is None else item.maximum
