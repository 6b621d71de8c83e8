"""Charts with two numbered axes: binned scatter, and lines over time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cxkit.plots.frame import Drawn, Frame, Side, draw_frame, frame_room
from cxkit.plots.measure import height, widest, wrap
from cxkit.plots.scale import limits, present
from cxkit.plots.style import ACCENT, DASHES, MARKERS, RULE, SERIES, SMALL, WARM
from cxkit.plots.times import date_ticks, placed, time_limits
from cxkit.plots.words import words

_ENDS = ("y", "conf_low", "conf_high")
_LABEL_ROOM, _APART = 1.75, 0.06


def binned(chart: dict[str, Any], language: str) -> Figure:
    """Means of equal groups with their intervals, and the fitted line through all rows."""
    points, line = chart["points"], chart.get("line")
    line_y = [line["y_from"], line["y_to"]] if line else []
    line_x = [line["x_from"], line["x_to"]] if line else []
    x = [*(p["x"] for p in points), *line_x]
    y = [*(p.get(end) for p in points for end in _ENDS), *line_y]
    frame = Frame(
        x=Side(words(chart["x"], language), chart["x_format"], limits(x)),
        y=Side(words(chart["y"], language), chart["y_format"], limits(y)),
        language=language,
        tall=3.0,
    )
    drawn = draw_frame(frame)
    _zero(drawn.ax)
    if line:
        drawn.ax.plot(line_x, line_y, color=WARM, linewidth=1.8, zorder=2)
    _intervals(drawn.ax, points, ACCENT)
    known = [p for p in points if p["x"] is not None and p["y"] is not None]
    look: dict[str, Any] = {
        "linestyle": "",
        "marker": "o",
        "markersize": 6,
        "markeredgecolor": "white",
    }
    drawn.ax.plot([p["x"] for p in known], [p["y"] for p in known], color=ACCENT, zorder=4, **look)
    return drawn.sheet.figure


def lines(chart: dict[str, Any], language: str) -> Figure:
    """One line per series, named at its end; a missing value breaks the line."""
    series = [{**s, "points": placed(s["points"], chart["x_format"])} for s in chart["series"]]
    points = [p for s in series for p in s["points"]]
    names = [wrap(words(s["label"], language), _LABEL_ROOM, SMALL) for s in series]
    tall = max(2.7, sum(height(name, SMALL) + _APART for name in names))
    right = max((widest(name, SMALL) for name in names), default=0.0) + 0.3
    y = Side(
        words(chart["y"], language),
        chart["y_format"],
        limits(p.get(end) for p in points for end in _ENDS),
    )
    room = frame_room(y, right, tall, language)
    x_limits = time_limits([p["x"] for p in points])
    dates = chart["x_format"] == "date"
    x_ticks = date_ticks([p["x"] for p in points], x_limits, room) if dates else None
    x = Side(words(chart["x"], language), chart["x_format"], x_limits, x_ticks)
    drawn = draw_frame(Frame(x=x, y=y, language=language, right=right, tall=tall))
    _zero(drawn.ax)
    for number, one in enumerate(series):
        _draw_series(drawn.ax, one["points"], number)
    _name_series(drawn, series, names)
    return drawn.sheet.figure


def _zero(ax: Axes) -> None:
    low, high = ax.get_ylim()
    if low < 0 < high:
        ax.axhline(0, color=RULE, linewidth=1.1, zorder=1)


def _intervals(ax: Axes, points: Sequence[dict[str, Any]], colour: str) -> None:
    for p in points:
        ends = present([p.get("conf_low"), p.get("conf_high")])
        if p["x"] is not None and len(ends) == 2:
            ax.plot([p["x"]] * 2, ends, color=colour, linewidth=1.3, alpha=0.55, zorder=3)


def _draw_series(ax: Axes, points: Sequence[dict[str, Any]], number: int) -> None:
    colour = SERIES[number % len(SERIES)]
    dashes = DASHES[(number // len(SERIES) + number) % len(DASHES)]
    nan = float("nan")
    y = [nan if p["y"] is None else p["y"] for p in points]
    x = [p["x"] for p in points]
    look: dict[str, Any] = {
        "marker": MARKERS[number % len(MARKERS)],
        "markersize": 4.5,
        "linewidth": 1.8,
    }
    ax.plot(x, y, color=colour, linestyle=dashes, zorder=3, **look)
    ends = [[p.get(e) for p in points] for e in ("conf_low", "conf_high")]
    low, high = ([nan if v is None else v for v in end] for end in ends)
    ax.fill_between(x, low, high, color=colour, alpha=0.12, linewidth=0, zorder=1)


def _name_series(
    drawn: Drawn, series: Sequence[dict[str, Any]], names: Sequence[list[str]]
) -> None:
    """Each series' name at the right, at the height of its last value, pushed apart."""
    lasts = [next((p for p in reversed(s["points"]) if p["y"] is not None), None) for s in series]
    named = [(i, last) for i, last in enumerate(lasts) if last is not None]
    named.sort(key=lambda pair: drawn.down(pair[1]["y"]))
    sizes = [height(names[i], SMALL) for i, _ in named]
    wished = [drawn.down(last["y"]) for _, last in named]
    ends = (drawn.top - 0.05, drawn.top + drawn.tall + 0.05)
    edge = drawn.left + drawn.room
    for (i, last), middle, tall in zip(named, spread(wished, sizes, ends), sizes, strict=True):
        colour = SERIES[i % len(SERIES)]
        start = (drawn.across(last["x"]) + 0.05, drawn.down(last["y"]))
        drawn.sheet.stroke([start, (edge + 0.14, middle)], color=colour, linewidth=0.6, alpha=0.7)
        drawn.sheet.lines(edge + 0.18, middle - tall / 2, names[i], size=SMALL, color=colour)


def spread(
    wished: Sequence[float], sizes: Sequence[float], ends: tuple[float, float]
) -> list[float]:
    """Middles as near as may be to those wished (rising), apart, and between the ends."""
    middles: list[float] = []
    floor = ends[0]
    for wish, size in zip(wished, sizes, strict=True):
        middles.append(max(wish, floor + size / 2))
        floor = middles[-1] + size / 2 + _APART
    ceiling = ends[1]
    for i in range(len(middles) - 1, -1, -1):
        middles[i] = min(middles[i], ceiling - sizes[i] / 2)
        ceiling = middles[i] - sizes[i] / 2 - _APART
    return middles
