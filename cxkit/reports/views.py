"""What a page says, drawn from the results: words and rows, no markup."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cxkit.display import Text, column, has_text, message, number, text

MOST_ROWS = 40
PRINTING = ("gaps", "dots", "heatmap")  # charts with the numbers beside or in their marks
MOST_OPEN = 14  # rows under a figure that are shown without being asked for
_LOOKS = {"text": "text", "date": "date"}  # every other format is a number's


@dataclass(frozen=True)
class Head:
    """A table column's words; `look` is number (right-aligned), date (one line) or text."""

    label: str
    unit: str = ""
    look: str = "text"


@dataclass(frozen=True)
class Table:
    """A table as it is read: every cell a word; `strong` lists the rows printed bold.

    fold is what a reader opens it by, where a figure above already prints what is in it.
    """

    heads: tuple[Head, ...]
    rows: tuple[tuple[str, ...], ...]
    strong: frozenset[int] = frozenset()
    caption: str = ""
    more: str = ""
    fold: str = ""


@dataclass(frozen=True)
class Exhibit:
    """One exhibit: headline, figure or reason, table, note, source."""

    anchor: str
    label: str
    headline: str
    grade: str | None
    figure: str | None
    reason: str
    table: Table | None
    note: str
    source: str


@dataclass(frozen=True)
class Section:
    """One notebook's part: its exhibits, or why there are none."""

    anchor: str
    number: int
    title: str
    status: str
    reason: str
    exhibits: tuple[Exhibit, ...] = ()


@dataclass(frozen=True)
class Omission:
    """A heading with what was left out under it, and how many rows where they are counted."""

    heading: str
    lines: tuple[str, ...] = field(default=())


class Words:
    """Draws texts in one language; `say` takes an id, `draw` a text, `term` a known word."""

    def __init__(self, language: str) -> None:
        self.language = language

    def say(self, id: str, **values: Any) -> str:
        """One of the report's own texts."""
        return text(message(f"report.{id}", **values), self.language)

    def count(self, id: str, count: int, **values: Any) -> str:
        """A text about a number of things; one thing has a text of its own."""
        one = f"{id}_one"
        chosen = one if count == 1 and has_text(f"report.{one}", self.language) else id
        return self.say(chosen, count=count, **values)

    def draw(self, t: Text | None) -> str:
        """Any text; nothing is an empty string."""
        return text(t, self.language) if t else ""

    def term(self, word: Any) -> str:
        """A fixed word in the report's language; an unknown one as it is."""
        id = f"term.{word}"
        return text(message(id), self.language) if has_text(id, self.language) else str(word)

    def number(self, value: Any, fmt: str) -> str:
        return number(value, fmt, self.language)


def exhibit_table(exhibit: Mapping[str, Any], words: Words, file: str) -> Table | None:
    """An exhibit's table; a long one is cut, with where the rest is."""
    shape = exhibit["table"]
    columns, rows = shape["columns"], shape["rows"]
    if not columns or not rows:
        return None
    shown = rows[:MOST_ROWS]
    values = [[row.get(c["id"]) for row in shown] for c in columns]
    drawn = cells(values, [c["format"] for c in columns], words)
    rest = len(rows) - len(shown)
    prints = exhibit["figure"] and exhibit["chart"]["kind"] in PRINTING
    folded = prints and len(rows) > MOST_OPEN
    return Table(
        heads=tuple(_head(c, words) for c in columns),
        rows=tuple(zip(*drawn, strict=True)),
        caption=exhibit["headline"],
        more=words.count("more_rows", rest, file=file) if rest else "",
        fold=words.count("numbers", len(rows), file=file) if folded else "",
    )


def cells(values: Sequence[Sequence[Any]], formats: Sequence[str], words: Words) -> list[list[str]]:
    """Columns of words; those of one format are read together and share their decimals."""
    found: list[list[str]] = [[] for _ in formats]
    for fmt in dict.fromkeys(formats):
        same = [i for i, one in enumerate(formats) if one == fmt]
        shown = iter(column([v for i in same for v in values[i]], fmt, words.language))
        for i in same:
            found[i] = [next(shown) for _ in values[i]]
    return found


def _head(shape: Mapping[str, Any], words: Words) -> Head:
    label, unit = words.draw(shape["label"]), words.draw(shape["unit"])
    return Head(label, unit, _LOOKS.get(shape["format"], "number"))


def plain_table(
    words: Words, heads: Sequence[tuple[str, bool]], rows: Sequence[Sequence[str]], caption: str
) -> Table | None:
    """A table of the report's own; heads are ids of column texts and whether they are numbers."""
    if not rows:
        return None
    shown = tuple(
        Head(words.say(f"column.{id}"), look="number" if right else "text") for id, right in heads
    )
    return Table(shown, tuple(tuple(row) for row in rows), caption=words.say(caption))
