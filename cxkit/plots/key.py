"""A key above a chart: marks with their words, in as many lines as they need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from cxkit.plots.measure import line_height, widest, wrap
from cxkit.plots.sheet import Sheet
from cxkit.plots.style import INK, SMALL

_MARK, _BETWEEN = 0.26, 0.22  # inches for a mark, and between entries
_LARGEST = 6.0  # points of a mark that stays within its line


@dataclass(frozen=True)
class Entry:
    """A mark and its words; `mark` holds Line2D's arguments, `bar` a filled box instead."""

    words: str
    mark: dict[str, Any] = field(default_factory=dict)
    bar: str = ""


def key_height(entries: Sequence[Entry], room: float) -> float:
    """Inches the key takes, with the space below it; none where there are no entries."""
    if not entries:
        return 0.0
    return max(top + tall for _, _, top, tall in _places(entries, room)) + 0.1


def draw_key(sheet: Sheet, entries: Sequence[Entry], room: float, below: float = 0.0) -> None:
    """The key at the sheet's left, `below` inches from its top."""
    for (entry, left, start, _), lines in zip(
        _places(entries, room), _lines(entries, room), strict=True
    ):
        top = below + start
        middle = top + line_height(SMALL) / 2
        _draw_mark(sheet, entry, left, middle)
        sheet.lines(left + _MARK, top, lines, size=SMALL, color=INK)


def _lines(entries: Sequence[Entry], room: float) -> list[list[str]]:
    return [wrap(entry.words, room - _MARK, SMALL) for entry in entries]


def _places(entries: Sequence[Entry], room: float) -> list[tuple[Entry, float, float, float]]:
    """Entry, left, top and height, in inches, row by row."""
    places: list[tuple[Entry, float, float, float]] = []
    left = top = deepest = 0.0
    for entry, lines in zip(entries, _lines(entries, room), strict=True):
        wide = _MARK + widest(lines, SMALL)
        if left and left + wide > room:
            left, top, deepest = 0.0, top + deepest, 0.0
        tall = len(lines) * line_height(SMALL)
        places.append((entry, left, top, tall))
        left, deepest = left + wide + _BETWEEN, max(deepest, tall)
    return places


def _draw_mark(sheet: Sheet, entry: Entry, left: float, middle: float) -> None:
    if entry.bar:
        sheet.box(left, middle - 0.045, 0.19, 0.09, color=entry.bar, linewidth=0)
    elif entry.mark.get("linestyle"):
        sheet.stroke([(left, middle), (left + 0.19, middle)], **entry.mark)
    else:
        size = min(_LARGEST, entry.mark.get("markersize", _LARGEST))
        sheet.stroke([(left + 0.095, middle)], **{**entry.mark, "markersize": size})
