"""A table whose cells are coloured by their numbers: rows by columns, the numbers written in.

Every colour is light enough for dark figures, and darker means farther from the pale end, so
that the chart reads in grey print. Where the numbers lie on both sides of zero, two colours
part from white at zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from cxkit.display import MISSING, column
from cxkit.plots.measure import height, line_height, widest, width, wrap
from cxkit.plots.scale import limits, present
from cxkit.plots.sheet import Sheet
from cxkit.plots.style import BODY, GAP, INK, QUIET, RULE, SMALL, WIDTH
from cxkit.plots.words import our, words

_LABEL_ROOM, _ROOMY, _PAD = 2.5, 1.05, 0.14  # inches: labels, the widest cell, in a cell
_ROW_LEAST, _GROUP_PAD, _BETWEEN = 0.27, 0.14, 0.2
_STRIP, _BOXES = 1.3, 13  # the key: inches, and boxes of colour
_PALE, _HIGH, _LOW = "#f4f7fa", "#5b9fd6", "#e58a4e"


@dataclass(frozen=True)
class _Line:
    """A row's words and numbers: its label wrapped, its group if a new one begins."""

    label: list[str]
    heading: list[str]
    values: Sequence[float | None]
    shown: Sequence[str]

    @property
    def tall(self) -> float:
        return max(_ROW_LEAST, height(self.label) + 0.1)

    @property
    def above(self) -> float:
        return height(self.heading) + _GROUP_PAD if self.heading else 0.0


@dataclass(frozen=True)
class _Plan:
    """Where everything goes: lines, columns by block (blocks stand one below the other)."""

    lines: list[_Line]
    names: list[list[str]]
    blocks: list[range]
    notes: list[str]
    left: float
    cell: float
    ends: tuple[float, float]

    @property
    def head(self) -> float:
        return max((height(name, SMALL) for name in self.names), default=0.0) + 0.06

    @property
    def block(self) -> float:
        return self.head + sum(line.above + line.tall for line in self.lines)


def heatmap(chart: dict[str, Any], language: str) -> Figure:
    """Rows by columns; more columns than fit side by side go on in a further block below."""
    plan = _plan(chart, language)
    top = line_height(SMALL) + 0.16
    blocks = len(plan.blocks) * (plan.block + _BETWEEN) - _BETWEEN
    sheet = Sheet(top + blocks + 0.1 + height(plan.notes, SMALL) + 0.06)
    _draw_strip(sheet, plan, chart["format"], language)
    for block in plan.blocks:
        _draw_block(sheet, plan, block, top)
        top += plan.block + _BETWEEN
    sheet.lines(0, top - _BETWEEN + 0.1, plan.notes, size=SMALL, color=QUIET)
    return sheet.figure


def _plan(chart: dict[str, Any], language: str) -> _Plan:
    rows, names = chart["rows"], [words(name, language) for name in chart["columns"]]
    labels = [wrap(words(row["label"], language), _LABEL_ROOM) for row in rows]
    left = max((widest(label) for label in labels), default=0.0) + GAP
    shown = _numbers(chart, language)
    least = max((widest(row, SMALL) for row in shown), default=0.0) + _PAD
    count = max(1, int((WIDTH - left) / max(least, 0.3)))
    parts = max(1, -(-len(names) // count))
    size = max(1, -(-len(names) // parts))
    blocks = [range(i, min(i + size, len(names))) for i in range(0, len(names), size)]
    cell = min(_ROOMY, (WIDTH - left) / size)
    heads, notes = _heads(names, cell - 0.08, language)
    headings = _headings(rows, language)
    lines = [
        _Line(label, heading, row["values"], cells)
        for label, heading, row, cells in zip(labels, headings, rows, shown, strict=True)
    ]
    return _Plan(lines, heads, blocks, notes, left, cell, _ends(chart))


def _numbers(chart: dict[str, Any], language: str) -> list[list[str]]:
    """The cells' words row by row, all with the same decimals."""
    values = [value for row in chart["rows"] for value in row["values"]]
    shown = iter(column(values, chart["format"], language))
    return [[next(shown) for _ in row["values"]] for row in chart["rows"]]


def _heads(names: list[str], room: float, language: str) -> tuple[list[list[str]], list[str]]:
    """Column heads; where a word is wider than its column, numbers, and the names as notes."""
    if all(width(word, SMALL) <= room for name in names for word in name.split()):
        return [wrap(name, room, SMALL) for name in names], []
    numbered = [(str(i), name) for i, name in enumerate(names, start=1)]
    notes = [our("plots.numbered", language, number=n, name=name) for n, name in numbered]
    wrapped = [line for note in notes for line in wrap(note, WIDTH, SMALL)]
    return [[n] for n, _ in numbered], wrapped


def _headings(rows: Sequence[dict[str, Any]], language: str) -> list[list[str]]:
    """Each row's group where it differs from the row's before."""
    groups = [words(row.get("group"), language) for row in rows]
    return [
        wrap(group, WIDTH, BODY, "bold") if group and group != last else []
        for group, last in zip(groups, ["", *groups], strict=False)
    ]


def _ends(chart: dict[str, Any]) -> tuple[float, float]:
    """The palest and the strongest number; the same reach on both sides of a zero within."""
    values = present(value for row in chart["rows"] for value in row["values"])
    given = present([chart.get("minimum"), chart.get("maximum")])
    low, high = limits([*values, *given], pad=0.0) if len(given) < 2 else (given[0], given[1])
    if low < 0 < high:
        reach = max(-low, high)
        return -reach, reach
    return low, high


def _colour(value: float, ends: tuple[float, float]) -> tuple[float, ...]:
    """From pale to strong; beyond the ends as at the ends."""
    low, high = ends
    if low < 0 < high:
        share, strong = min(1.0, abs(value) / high), _HIGH if value > 0 else _LOW
    else:
        share, strong = min(1.0, max(0.0, (value - low) / (high - low))), _HIGH
    pairs = zip(to_rgb(_PALE), to_rgb(strong), strict=True)
    return tuple(a + share * (b - a) for a, b in pairs)


def _draw_strip(sheet: Sheet, plan: _Plan, fmt: str, language: str) -> None:
    """The key at the right end of the first line: the lowest number, the colours, the highest."""
    low, high = plan.ends
    ends = column([low, high], fmt, language)
    right = plan.left + plan.cell * max((len(block) for block in plan.blocks), default=0)
    start = max(plan.left, right - _STRIP - width(ends[1], SMALL) - 0.06)
    start = max(start, width(ends[0], SMALL) + 0.06)
    sheet.lines(start - 0.06, 0, ends[:1], size=SMALL, color=QUIET, ha="right")
    wide = _STRIP / _BOXES
    for i in range(_BOXES):
        value = low + (high - low) * i / (_BOXES - 1)
        colour = _colour(value, plan.ends)
        sheet.box(start + i * wide, 0.02, wide, 0.1, color=colour, linewidth=0)
    sheet.lines(start + _STRIP + 0.06, 0, ends[1:], size=SMALL, color=QUIET)


def _draw_block(sheet: Sheet, plan: _Plan, block: range, top: float) -> None:
    middles = [plan.left + plan.cell * (i + 0.5) for i in range(len(block))]
    for column_, middle in zip(block, middles, strict=True):
        name = plan.names[column_]
        start = top + plan.head - 0.06 - height(name, SMALL)
        sheet.lines(middle, start, name, size=SMALL, color=QUIET, ha="center")
    below = top + plan.head
    for line in plan.lines:
        sheet.lines(0, below + 0.1, line.heading, weight="bold", color=INK)
        below += line.above
        sheet.lines(0, below + (line.tall - height(line.label)) / 2, line.label, color=INK)
        _draw_cells(sheet, plan, line, block, below)
        below += line.tall


def _draw_cells(sheet: Sheet, plan: _Plan, line: _Line, block: range, top: float) -> None:
    """Coloured boxes with a thin gap between them; a missing number has none, only a dash."""
    middle = top + line.tall / 2 - line_height(SMALL) / 2
    for place, i in enumerate(block):
        left, value = plan.left + plan.cell * place, line.values[i]
        missing = line.shown[i] == MISSING
        if value is not None and not missing:
            look: dict[str, Any] = {"color": _colour(value, plan.ends), "linewidth": 0}
            sheet.box(left + 0.012, top + 0.012, plan.cell - 0.024, line.tall - 0.024, **look)
        words_ = [line.shown[i]]
        colour = RULE if missing else INK
        sheet.lines(left + plan.cell / 2, middle, words_, size=SMALL, color=colour, ha="center")
