"""Instrument files: found, read, checked and built."""

from __future__ import annotations

from pathlib import Path

from cxkit.contracts.instrument import Block, Instrument, Item, Level, Move, Stage
from cxkit.contracts.instrument_checks import instrument_problems, item_bounds
from cxkit.contracts.instrument_entry import BlockEntry, InstrumentEntry, ItemEntry, StageEntry
from cxkit.contracts.project import project_root
from cxkit.contracts.strict import SLUG, build, quoted, refused
from cxkit.contracts.yamls import parse_yaml
from cxkit.errors import ConfigError, nearest


def instrument_path(name: str, folder: Path | None = None) -> Path:
    """The file of an instrument: the client's own where it has one, else the shipped one."""
    if not isinstance(name, str) or not SLUG.fullmatch(name):
        raise ConfigError(
            f"instrument {quoted(str(name))} is not a name of a-z, 0-9 and -. Name a shipped "
            "instrument or a file in the client's folder, without path and ending."
        )
    shipped = project_root() / "data" / "instruments"
    own = folder / f"{name}.yml" if folder else None
    for candidate in (own, shipped / f"{name}.yml"):
        if candidate is not None and candidate.is_file():
            return candidate
    names = sorted(file.stem for file in shipped.glob("*.yml"))
    raise ConfigError(
        f'There is no instrument "{name}"{nearest(name, names)} Shipped are {", ".join(names)}; '
        f"your own would be the file {name}.yml in the client's folder."
    )


def load_instrument(name: str, folder: Path | None = None) -> Instrument:
    """The instrument called `name`, from the client's `folder` or the shipped ones.

    ConfigError lists everything that is wrong in the file.
    """
    file = instrument_path(name, folder)
    return parse_instrument(file.read_bytes(), file.name, name)


def parse_instrument(data: bytes, label: str, name: str) -> Instrument:
    """The instrument in a file's bytes; its id must be `name`, the file's own."""
    entry = build(InstrumentEntry, parse_yaml(data, label), label)
    problems = list(instrument_problems(entry, name))
    if problems:
        raise refused(label, problems)
    return _instrument(entry)


def _instrument(entry: InstrumentEntry) -> Instrument:
    importance = entry.importance
    return Instrument(
        id=entry.id,
        version=entry.version,
        title=entry.title,
        provenance=entry.provenance,
        minimum=entry.index.minimum,
        maximum=entry.index.maximum,
        method=entry.index.method,
        scale=(entry.scale.minimum, entry.scale.maximum),
        importance=(importance.minimum, importance.maximum) if importance else None,
        blocks=tuple(_block(block, entry) for block in entry.blocks),
        stages=tuple(_stage(stage, entry) for stage in entry.stages),
    )


def _block(block: BlockEntry, entry: InstrumentEntry) -> Block:
    items = tuple(_item(item, block.id, entry) for item in block.items)
    ordered = sorted(block.levels, key=lambda level: level.stage)
    levels = tuple(Level(w.stage, w.text, w.provenance or entry.provenance) for w in ordered)
    return Block(block.id, block.title, block.weight, items, levels)


def _item(item: ItemEntry, block: str, entry: InstrumentEntry) -> Item:
    importance = item.importance or entry.importance
    low, high = item_bounds(item, entry.scale)
    return Item(
        id=item.id,
        block=block,
        text=item.text,
        minimum=low,
        maximum=high,
        importance_minimum=importance.minimum if importance else None,
        importance_maximum=importance.maximum if importance else None,
        weight=item.weight,
        tags=item.tags,
    )


def _stage(stage: StageEntry, entry: InstrumentEntry) -> Stage:
    """A stage; whose wording a move is, it says itself, for a band may be another's."""
    own = entry.provenance
    return Stage(
        id=stage.id,
        name=stage.name,
        lower=stage.lower,
        below=stage.below,
        provenance=stage.provenance or own,
        text=stage.text or {},
        drivers=stage.drivers or {},
        moves=tuple(
            Move(move.block, move.months, move.text, move.provenance or own) for move in stage.moves
        ),
    )
