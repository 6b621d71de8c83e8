"""A chart of labelled rows: words left, marks in the middle, numbers right, an axis below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from matplotlib.axes import Axes

from cxkit.display import ticks
from cxkit.plots.key import Entry, draw_key, key_height
from cxkit.plots.measure import height, line_height, widest, width, wrap
from cxkit.plots.scale import Scale, apart, scale
from cxkit.plots.sheet import Sheet
from cxkit.plots.style import ACCENT, BODY, GAP, GRID, INK, QUIET, RULE, SMALL, WIDTH

_LABEL_ROOM, _AXIS_ROOM, _CELL_ROOM = 2.5, 2.4, 1.9
_ROW_PAD, _ROW_LEAST, _LEFT_LEAST = 0.1, 0.27, 0.4


@dataclass(frozen=True)
class Row:
    """One row's words: its label, its numbers as text, and the group it stands under."""

    label: str
    cells: tuple[str, ...]
    strong: bool = False
    group: str = ""


@dataclass(frozen=True)
class Grid:
    """What a row chart says besides its marks; limits are those of the axis.

    places are the values to be numbered below, if they fit, instead of round ones; spare is
    inches between axis and numbers for marks of the caller's own.
    """

    rows: Sequence[Row]
    heads: tuple[str, ...]
    title: str
    fmt: str
    limits: tuple[float, float]
    language: str = "en"
    key: Sequence[Entry] = ()
    notes: Sequence[str] = ()
    zero: bool = False
    places: Sequence[float] = ()
    spare: float = 0.0


@dataclass(frozen=True)
class Laid:
    """A row chart without its marks: the axes, and where things lie in inches.

    The axes' vertical unit is an inch counted downwards, so a row's mark lies at its `middles`;
    `top` is where the axes begin, `spare` where the caller's own room does.
    """

    sheet: Sheet
    ax: Axes
    middles: list[float]
    top: float
    spare: float


@dataclass
class _Plan:
    """Inches of every part, found before the figure exists."""

    spare: float
    cells: list[float]
    labels: list[list[str]]
    label_width: float
    talls: list[float]
    title: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def left(self) -> float:
        return max(self.label_width + GAP, _LEFT_LEAST)

    @property
    def room(self) -> float:
        return WIDTH - self.left - self.spare - sum(self.cells) - GAP * len(self.cells) - 0.02


def draw_grid(grid: Grid) -> Laid:
    """The figure with all words in place; the caller adds the marks."""
    plan = _plan(grid)
    head = key_height(grid.key, WIDTH) + _heads_height(grid, plan)
    body = max(_ROW_LEAST, sum(plan.talls) + sum(_group_talls(grid.rows)))
    foot = 0.05 + line_height() + height(plan.title) + 0.06 + height(plan.notes, SMALL)
    sheet = Sheet(head + body + foot + 0.06)
    draw_key(sheet, grid.key, WIDTH)
    ax = sheet.axes(plan.left, head, plan.room, body)
    axis = _axis(grid, plan.room)
    ax.set_xlim(*grid.limits)
    ax.set_ylim(body, 0)
    _draw_axis(sheet, ax, plan, axis, head + body, grid.zero)
    _draw_heads(sheet, grid, plan, head)
    spare = plan.left + plan.room + GAP
    return Laid(sheet, ax, _draw_rows(sheet, grid, plan, head), head, spare)


def _axis(grid: Grid, room: float) -> Scale:
    """The places asked for where their numbers fit side by side, else round ones."""
    places = tuple(sorted(set(grid.places)))
    labels = tuple(ticks(places, grid.fmt, grid.language))
    wished = Scale(*grid.limits, places, labels)
    centres = [room * wished.share(place) for place in places]
    if places and apart(centres, [width(label) for label in labels], 0.12):
        return wished
    return scale(*grid.limits, grid.fmt, room, grid.language)


def _plan(grid: Grid) -> _Plan:
    columns = [[row.cells[i] for row in grid.rows] for i in range(len(grid.heads))]
    cells = [
        min(_CELL_ROOM, max(widest(c, SMALL, "bold"), min(0.9, width(h, SMALL))))
        for c, h in zip(columns, grid.heads, strict=True)
    ]
    taken = grid.spare + sum(cells) + GAP * (len(cells) + 1)
    room = min(_LABEL_ROOM, WIDTH - _AXIS_ROOM - taken)
    labels = [wrap(row.label, room, BODY, _weight(row)) for row in grid.rows]
    wide = max((widest(label, BODY, "bold") for label in labels), default=0.0)
    talls = [max(_ROW_LEAST, height(label) + _ROW_PAD) for label in labels]
    plan = _Plan(grid.spare, cells, labels, wide, talls)
    plan.title = wrap(grid.title, WIDTH - plan.left)
    plan.notes = [line for note in grid.notes for line in wrap(note, WIDTH, SMALL)]
    return plan


def _weight(row: Row) -> str:
    return "bold" if row.strong else "normal"


def _group_talls(rows: Sequence[Row]) -> list[float]:
    """Inches above each row for its group's heading; none where the group goes on."""
    before = ["", *(row.group for row in rows)]
    return [
        height(_group_lines(row)) + 0.14 if row.group and row.group != last else 0.0
        for row, last in zip(rows, before, strict=False)
    ]


def _group_lines(row: Row) -> list[str]:
    return wrap(row.group, WIDTH, BODY, "bold")


def _heads_height(grid: Grid, plan: _Plan) -> float:
    lines = [wrap(h, w, SMALL) for h, w in zip(grid.heads, plan.cells, strict=True)]
    return max((height(line, SMALL) for line in lines), default=0.0) + 0.05


def _draw_heads(sheet: Sheet, grid: Grid, plan: _Plan, bottom: float) -> None:
    right = WIDTH - 0.02
    for head, room in reversed(list(zip(grid.heads, plan.cells, strict=True))):
        lines = wrap(head, room, SMALL)
        top = bottom - 0.05 - height(lines, SMALL)
        sheet.lines(right, top, lines, size=SMALL, color=QUIET, ha="right")
        right -= room + GAP


def _draw_rows(sheet: Sheet, grid: Grid, plan: _Plan, top: float) -> list[float]:
    """Labels, group headings and cells; returns the rows' middles below the axes' top."""
    middles, below = [], top
    parts = zip(grid.rows, plan.labels, plan.talls, _group_talls(grid.rows), strict=True)
    for row, label, tall, heading in parts:
        if heading:
            sheet.lines(0, below + 0.1, _group_lines(row), weight="bold", color=INK)
        below += heading
        start = below + (tall - height(label)) / 2
        colour = ACCENT if row.strong else INK
        sheet.lines(0, start, label, weight=_weight(row), color=colour)
        _draw_cells(sheet, row, plan.cells, below + tall / 2)
        middles.append(below + tall / 2 - top)
        below += tall
    return middles


def _draw_cells(sheet: Sheet, row: Row, widths: Sequence[float], middle: float) -> None:
    right = WIDTH - 0.02
    look = {"size": SMALL, "ha": "right", "weight": _weight(row)}
    for cell, room in reversed(list(zip(row.cells, widths, strict=True))):
        sheet.lines(right, middle - line_height(SMALL) / 2, [cell], **look)
        right -= room + GAP


def _draw_axis(sheet: Sheet, ax: Axes, plan: _Plan, axis: Scale, bottom: float, zero: bool) -> None:
    for place, label in zip(axis.places, axis.labels, strict=True):
        ax.axvline(place, color=GRID, linewidth=0.7, zorder=0)
        across = plan.left + plan.room * axis.share(place)
        sheet.lines(across, bottom + 0.05, [label], color=QUIET, ha="center")
    if zero and axis.low <= 0 <= axis.high:
        ax.axvline(0, color=RULE, linewidth=1.1, zorder=1)
    below = bottom + 0.05 + line_height()
    below = sheet.lines(plan.left, below, plan.title, color=INK)
    sheet.lines(0, below + 0.06, plan.notes, size=SMALL, color=QUIET)
