"""Small multiples: one small chart per thing over time, all on one scale, changes marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cxkit.display import column
from cxkit.plots.key import Entry, draw_key, key_height
from cxkit.plots.measure import height, line_height, widest, wrap
from cxkit.plots.scale import Scale, limits, scale, upright
from cxkit.plots.sheet import Sheet
from cxkit.plots.style import ACCENT, GRID, INK, MUTED, QUIET, RULE, SMALL, WARM, WIDTH
from cxkit.plots.times import date_ticks, placed, time_limits
from cxkit.plots.words import our, words

_TALL, _BETWEEN, _BELOW = 1.15, 0.28, 0.2  # inches: axes, between columns, between rows
_LOOK: dict[str, Any] = {"linestyle": "", "markeredgecolor": "white", "markeredgewidth": 0.6}
_SAME: dict[str, Any] = {**_LOOK, "marker": "o", "markersize": 5, "color": MUTED}
_UP: dict[str, Any] = {**_LOOK, "marker": "^", "markersize": 8, "color": ACCENT}
_DOWN: dict[str, Any] = {**_LOOK, "marker": "v", "markersize": 8, "color": WARM}
_MARKS = {None: _SAME, "up": _UP, "down": _DOWN}
_REFERENCE: dict[str, Any] = {"color": INK, "linewidth": 1.0, "linestyle": (0, (2, 1.6))}


@dataclass(frozen=True)
class _Panel:
    """One small chart: its title's lines, its points in order of x, and what it is held against."""

    title: list[str]
    points: list[dict[str, Any]]
    reference: list[dict[str, Any]]
    last: str


@dataclass(frozen=True)
class _Plan:
    """All panels with their common scale, and the inches of a panel's axes."""

    panels: list[_Panel]
    columns: int
    left: float
    right: float
    room: float
    x: Scale
    y: Scale
    nothing: list[str]

    def rows(self) -> list[list[_Panel]]:
        return [self.panels[i : i + self.columns] for i in range(0, len(self.panels), self.columns)]

    def place(self, number: int) -> float:
        """The left edge of a column's axes."""
        return self.left + number * (self.room + self.right + _BETWEEN)


def panels(chart: dict[str, Any], language: str) -> Figure:
    """Panels in the order given, row by row, as many side by side as can be read."""
    plan = _plan(chart, language)
    key, title = _key(plan.panels, language), _lines(chart.get("y"), language)
    below = _lines(chart.get("x"), language)
    top = key_height(key, WIDTH) + height(title) + 0.06
    talls = [_row_tall(row) for row in plan.rows()]
    sheet = Sheet(top + sum(talls) - _BELOW + 0.02 + height(below) + 0.06)
    draw_key(sheet, key, WIDTH)
    sheet.lines(0, key_height(key, WIDTH), title, color=INK)
    for row, tall in zip(plan.rows(), talls, strict=True):
        for i, panel in enumerate(row):
            _draw_panel(sheet, plan, panel, i, top + tall - _foot() - _TALL)
        top += tall
    sheet.lines(plan.left, top - _BELOW + 0.02, below, color=INK)
    return sheet.figure


def _lines(text: Any, language: str) -> list[str]:
    return wrap(words(text, language), WIDTH - 0.5) if text else []


def _foot() -> float:
    """Inches below a panel's axes: the numbers, and the space before the next row."""
    return 0.05 + line_height(SMALL) + _BELOW


def _row_tall(row: Sequence[_Panel]) -> float:
    return max(height(panel.title, SMALL) for panel in row) + 0.12 + _TALL + _foot()


def _columns(count: int) -> int:
    """Four panels stand two by two; more than nine are set closer."""
    if count <= 4:
        return 2 if count == 4 else max(1, count)
    return 3 if count <= 9 else 4 if count <= 24 else 5


def _plan(chart: dict[str, Any], language: str) -> _Plan:
    found = [(p, placed(p["points"], chart["x_format"])) for p in chart["panels"]]
    others = [placed(p.get("reference") or [], chart["x_format"]) for p in chart["panels"]]
    lasts = column([_last(points) for _, points in found], chart["y_format"], language)
    ends = [p.get(e) for _, points in found for p in points for e in ("y", "conf_low", "conf_high")]
    y = upright(*limits([*ends, *_heights(others)], pad=0.06), chart["y_format"], _TALL, language)
    left, right = max(widest(y.labels, SMALL) + 0.1, 0.25), widest(lasts, SMALL) + 0.1
    count = _columns(len(found))
    room = (WIDTH - left - 0.05 - (count - 1) * _BETWEEN) / count - right
    places = [p["x"] for points in [*(p for _, p in found), *others] for p in points]
    made = [
        _Panel(wrap(words(p["title"], language), room + right, SMALL, "bold"), points, other, last)
        for (p, points), other, last in zip(found, others, lasts, strict=True)
    ]
    x = _x_scale(places, chart["x_format"], room, language)
    nothing = wrap(our("plots.nothing", language), room, SMALL)
    return _Plan(made, count, left, right, room, x, y, nothing)


def _heights(lines: Sequence[Sequence[dict[str, Any]]]) -> list[float | None]:
    return [p["y"] for line in lines for p in line]


def _last(points: Sequence[dict[str, Any]]) -> float | None:
    return next((p["y"] for p in reversed(points) if p["y"] is not None), None)


def _x_scale(places: Sequence[float], fmt: str, room: float, language: str) -> Scale:
    low, high = time_limits(places)
    pad = 0.06 * (high - low)
    low, high = low - pad, high + pad
    if fmt != "date":
        return scale(low, high, fmt, room, language)
    ticks = date_ticks(places, (low, high), room)
    return Scale(low, high, tuple(x for x, _ in ticks), tuple(words_ for _, words_ in ticks))


def _key(shown: Sequence[_Panel], language: str) -> list[Entry]:
    """Only the marks that occur; without a change the plain mark explains itself."""
    found = {p.get("changed") for panel in shown for p in panel.points if p["y"] is not None}
    marks = {"up": ("plots.panel_up", _UP), "down": ("plots.panel_down", _DOWN)}
    entries = [Entry(our(id, language), mark) for k, (id, mark) in marks.items() if k in found]
    if entries and None in found:
        entries.append(Entry(our("plots.panel_same", language), _SAME))
    if any(panel.reference for panel in shown):
        entries.append(Entry(our("plots.panel_reference", language), _REFERENCE))
    return entries


def _draw_panel(sheet: Sheet, plan: _Plan, panel: _Panel, number: int, top: float) -> None:
    left = plan.place(number)
    title_top = top - 0.12 - height(panel.title, SMALL)
    sheet.lines(left, title_top, panel.title, size=SMALL, color=INK, weight="bold")
    ax = sheet.axes(left, top, plan.room, _TALL)
    ax.set_xlim(plan.x.low, plan.x.high)
    ax.set_ylim(plan.y.low, plan.y.high)
    _draw_scales(sheet, plan, ax, left, top, numbered=number == 0)
    _draw_lines(ax, panel)
    known = [p for p in panel.points if p["y"] is not None]
    if known:
        across = left + plan.room * plan.x.share(known[-1]["x"]) + 0.09
        down = top + _TALL * (1 - plan.y.share(known[-1]["y"])) - line_height(SMALL) / 2
        sheet.lines(across, down, [panel.last], size=SMALL, color=INK)
    else:
        shares = [plan.y.share(p["y"]) for p in panel.reference if p["y"] is not None]
        room = _TALL - height(plan.nothing, SMALL)
        down = top + (room - 0.08 if sum(shares) > len(shares) / 2 else 0.04)
        look: dict[str, Any] = {"size": SMALL, "color": QUIET, "ha": "center"}
        sheet.lines(left + plan.room / 2, down, plan.nothing, **look)


def _draw_scales(
    sheet: Sheet, plan: _Plan, ax: Axes, left: float, top: float, *, numbered: bool
) -> None:
    """Grid in every panel; the heights are numbered in the first column only."""
    for place, label in zip(plan.y.places, plan.y.labels, strict=True):
        ax.axhline(place, color=GRID, linewidth=0.7, zorder=0)
        middle = top + _TALL * (1 - plan.y.share(place)) - line_height(SMALL) / 2
        if numbered:
            sheet.lines(left - 0.07, middle, [label], size=SMALL, color=QUIET, ha="right")
    bottom = top + _TALL
    sheet.stroke([(left, bottom), (left + plan.room, bottom)], color=RULE, linewidth=0.8)
    for place, label in zip(plan.x.places, plan.x.labels, strict=True):
        across = left + plan.room * plan.x.share(place)
        sheet.stroke([(across, bottom), (across, bottom + 0.03)], color=RULE, linewidth=0.8)
        sheet.lines(across, bottom + 0.05, [label], size=SMALL, color=QUIET, ha="center")


def _draw_lines(ax: Axes, panel: _Panel) -> None:
    """Own values with their intervals, joined where no period is missing between them."""
    nan = float("nan")
    for points, look in ((panel.reference, _REFERENCE), (panel.points, _JOINED)):
        heights = [nan if p["y"] is None else p["y"] for p in points]
        ax.plot([p["x"] for p in points], heights, zorder=2, **look)
    for p in panel.points:
        low, high = p.get("conf_low"), p.get("conf_high")
        if p["y"] is not None and low is not None and high is not None:
            ax.plot([p["x"]] * 2, [low, high], color=MUTED, linewidth=1.3, zorder=2)
        if p["y"] is not None:
            ax.plot([p["x"]], [p["y"]], zorder=4, clip_on=False, **_MARKS[p.get("changed")])


_JOINED: dict[str, Any] = {"color": MUTED, "linewidth": 1.4, "linestyle": "-"}
