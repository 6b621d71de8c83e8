"""Instrument files as written: their keys, before they are checked against each other."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from cxkit.contracts.strict import LANGUAGES, Number, Slug, Strict, Texts, Whole

PROVENANCE = ("published", "assumed", "own")
MONTHS = (6, 12, 24)  # horizons of the roadmap
IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,62}")


def _provenance(value: Any) -> str:
    if not isinstance(value, str) or re.split(r"\W", value.strip())[0] not in PROVENANCE:
        raise ValueError("must start with published, assumed or own; a note may follow")
    return value.strip()


def _identifier(value: Any) -> str:
    if not isinstance(value, str) or not IDENTIFIER.fullmatch(value):
        raise ValueError("must be text of letters, digits, _, - and ., in quotes if a number")
    return value


def _weight(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1e9:
        raise ValueError("must be a number above zero")
    return float(value)


def _drivers(value: Any) -> dict[str, tuple[str, ...]]:
    if not isinstance(value, dict) or "en" not in value or set(value) - set(LANGUAGES):
        raise ValueError('must be lists per language with English among them: {en: ["..."]}')
    for lines in value.values():
        if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
            raise ValueError('must be lists of text per language: {en: ["..."]}')
    return {language: tuple(lines) for language, lines in value.items()}


def _months(value: Any) -> int:
    if isinstance(value, bool) or value not in MONTHS:
        raise ValueError("must be 6, 12 or 24")
    return int(value)


Provenance = Annotated[str, BeforeValidator(_provenance)]
Identifier = Annotated[str, BeforeValidator(_identifier)]
Weight = Annotated[float, BeforeValidator(_weight)]
Months = Annotated[int, BeforeValidator(_months)]
Drivers = Annotated[dict[str, tuple[str, ...]], BeforeValidator(_drivers)]


class RangeEntry(Strict):
    """`minimum` to `maximum`, both possible answers."""

    minimum: Number
    maximum: Number


class ItemEntry(Strict):
    """An item as written; what it leaves out comes from the scale."""

    id: Identifier
    text: Texts
    minimum: Number | None = None
    maximum: Number | None = None
    importance: RangeEntry | None = None
    weight: Weight = 1.0
    tags: dict[str, str] = Field(default_factory=dict)


class LevelEntry(Strict):
    """A block's level as written."""

    stage: Whole
    text: Texts
    provenance: Provenance | None = None


class BlockEntry(Strict):
    """A block as written."""

    id: Identifier
    title: Texts
    weight: Weight = 1.0
    items: tuple[ItemEntry, ...] = ()
    levels: tuple[LevelEntry, ...] = ()


class IndexEntry(Strict):
    """The index's range and how items make it."""

    minimum: Number
    maximum: Number
    method: Literal["sum", "mean-of-items", "mean-of-blocks"] = "sum"


class MoveEntry(Strict):
    """A move as written."""

    block: Identifier
    months: Months
    text: Texts
    provenance: Provenance | None = None


class StageEntry(Strict):
    """A stage as written."""

    id: Whole
    name: Texts
    lower: Number = Field(alias="from")
    below: Number | None
    provenance: Provenance | None = None
    text: Texts | None = None
    drivers: Drivers | None = None
    moves: tuple[MoveEntry, ...] = ()


class InstrumentEntry(Strict):
    """An instrument file's keys."""

    id: Slug
    version: Whole
    title: Texts
    provenance: Provenance
    scale: RangeEntry
    importance: RangeEntry | None = None
    blocks: tuple[BlockEntry, ...] = ()
    index: IndexEntry
    stages: tuple[StageEntry, ...] = ()
