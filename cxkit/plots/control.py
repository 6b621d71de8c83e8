"""Control charts: values over time about their centre, within limits, signals marked by rule."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby, pairwise
from statistics import median
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cxkit.display import column, has_text
from cxkit.plots.fields import spread
from cxkit.plots.frame import Drawn, Frame, Side, draw_frame, frame_height, frame_left
from cxkit.plots.key import Entry
from cxkit.plots.measure import height, widest, wrap
from cxkit.plots.scale import limits
from cxkit.plots.sheet import Sheet
from cxkit.plots.style import ACCENT, INK, QUIET, RULE, SMALL, WARM, WIDTH
from cxkit.plots.times import date_ticks, placed, time_limits
from cxkit.plots.words import our, words

_TALL, _SMOOTH_TALL, _BETWEEN, _NAME_ROOM = 2.5, 1.5, 0.12, 1.4  # inches
_SMOOTH = "ewma"  # the rule of the smoothed values
_NAN, _LATE = float("nan"), 1.6  # usual steps after which a period is missing in between
_SIGNALS = ("^", "s", "D", "v", "P", "X", "h", "*")
_SIGNAL: dict[str, Any] = {
    "linestyle": "",
    "color": WARM,
    "markersize": 7.5,
    "markeredgecolor": "white",
    "markeredgewidth": 0.7,
}
_SMOOTH_SIGNAL: dict[str, Any] = {  # hollow, to be told from the others in grey print
    "marker": "o",
    "markersize": 6,
    "linestyle": "",
    "markerfacecolor": "white",
    "markeredgecolor": WARM,
    "markeredgewidth": 1.5,
}
_JOINED: dict[str, Any] = {"color": ACCENT, "linewidth": 1.0, "zorder": 3}
_CENTER: dict[str, Any] = {"color": INK, "linewidth": 0.9, "linestyle": "-"}
_LIMIT: dict[str, Any] = {"color": QUIET, "linewidth": 1.0, "linestyle": (0, (4, 2.5))}
_PHASE: dict[str, Any] = {"color": INK, "linewidth": 1.0, "linestyle": (0, (1, 1.6))}
_LEVELS = (("upper", _LIMIT), ("center", _CENTER), ("lower", _LIMIT))

Points = list[dict[str, Any]]


def control(chart: dict[str, Any], language: str) -> Figure:
    """The chart of the values and, where there is one, the chart of the smoothed values below."""
    points = placed(chart["points"], chart["x_format"])
    smooth = placed(chart.get("ewma") or [], chart["x_format"])
    if smooth:  # its signals are marked where they arise, in the chart below
        points = [{**p, "signal": None} if p.get("signal") == _SMOOTH else p for p in points]
    rules = list(dict.fromkeys(p["signal"] for p in points if p.get("signal")))
    names = [_level_names(some, chart["y_format"], language) for some in (points, smooth)]
    key = _key(points, smooth, rules, language)
    first, *more = _frames(chart, [points, *([smooth] if smooth else [])], names, key, language)
    tall = frame_height(first)
    sheet = Sheet(tall + sum(_BETWEEN + frame_height(frame) for frame in more))
    _draw_values(draw_frame(first, sheet), points, rules, names[0])
    for frame in more:
        _draw_smooth(draw_frame(frame, sheet, tall + _BETWEEN), smooth, names[1])
    return sheet.figure


def _frames(
    chart: dict[str, Any],
    parts: Sequence[Points],
    names: Sequence[dict[str, list[str]]],
    key: list[Entry],
    language: str,
) -> list[Frame]:
    """One frame or two, one below the other on the same dates; only the last names its axis."""
    titles = [words(chart["y"], language), our("plots.control_ewma", language)]
    sides = [Side(t, chart["y_format"], _ends(p)) for t, p in zip(titles, parts, strict=False)]
    right = 0.24 + max(widest(lines, SMALL) for some in names for lines in [[""], *some.values()])
    talls = [_TALL, _SMOOTH_TALL][: len(parts)]
    left = max(frame_left(side, tall, language) for side, tall in zip(sides, talls, strict=True))
    x = _x_side(chart, [p for part in parts for p in part], WIDTH - left - right, language)
    shared: dict[str, Any] = {"language": language, "right": right, "left": left}
    return [
        Frame(
            x=x if side is sides[-1] else replace(x, title=""),
            y=side,
            key=key if side is sides[0] else (),
            tall=tall,
            **shared,
        )
        for side, tall in zip(sides, talls, strict=True)
    ]


def _x_side(chart: dict[str, Any], points: Points, room: float, language: str) -> Side:
    places, fmt = [p["x"] for p in points], chart["x_format"]
    ends = time_limits(places)
    ticks = date_ticks(places, ends, room) if fmt == "date" else None
    return Side(words(chart["x"], language), fmt, ends, ticks)


def _ends(points: Points) -> tuple[float, float]:
    return limits(p.get(key) for p in points for key in ("y", "center", "lower", "upper"))


def _level_names(points: Points, fmt: str, language: str) -> dict[str, list[str]]:
    """The words at the right end of centre and limits: their last numbers."""
    lasts = {level: _last(points, level) for level, _ in _LEVELS}
    known = {level: value for level, value in lasts.items() if value is not None}
    shown = column(list(known.values()), fmt, language)
    return {
        level: wrap(our(f"plots.control_{level}", language, value=value), _NAME_ROOM, SMALL)
        for level, value in zip(known, shown, strict=True)
    }


def _last(points: Points, level: str) -> float | None:
    return next((p[level] for p in reversed(points) if p.get(level) is not None), None)


def rule_words(rule: str, language: str) -> str:
    """A run rule in words; one without a text of its own as its id."""
    id = f"control.rule.{rule}"
    return our(id, language) if has_text(id, language) else words(rule.replace("_", " "), language)


def _key(points: Points, smooth: Points, rules: Sequence[str], language: str) -> list[Entry]:
    entries = [
        Entry(our("plots.control_signal", language, rule=rule_words(rule, language)), _look(i))
        for i, rule in enumerate(rules)
    ]
    if any(_outside(p) for p in smooth):
        said = our("plots.control_signal", language, rule=rule_words(_SMOOTH, language))
        entries.append(Entry(said, _SMOOTH_SIGNAL))
    if len({p.get("phase") for p in points}) > 1:
        entries.append(Entry(our("plots.control_phase", language), _PHASE))
    return entries


def _look(number: int) -> dict[str, Any]:
    return {**_SIGNAL, "marker": _SIGNALS[number % len(_SIGNALS)]}


def _outside(point: dict[str, Any]) -> bool:
    """Whether a smoothed value lies beyond its limits."""
    y, low, high = (point.get(key) for key in ("y", "lower", "upper"))
    if y is None:
        return False
    return (low is not None and y < low) or (high is not None and y > high)


def _draw_values(
    drawn: Drawn, points: Points, rules: Sequence[str], names: dict[str, list[str]]
) -> None:
    phases = [list(members) for _, members in groupby(points, key=lambda p: p.get("phase"))]
    for members in phases:
        _draw_levels(drawn.ax, members, points)
        _draw_line(drawn.ax, members, len(points))
    for before, after in pairwise(phases):
        drawn.ax.axvline((before[-1]["x"] + after[0]["x"]) / 2, zorder=1, **_PHASE)
    for p in points:
        if p.get("signal") and p["y"] is not None:
            drawn.ax.plot([p["x"]], [p["y"]], zorder=5, **_look(rules.index(p["signal"])))
    _name_levels(drawn, points, names)


def _draw_smooth(drawn: Drawn, points: Points, names: dict[str, list[str]]) -> None:
    _draw_levels(drawn.ax, points, points)
    _draw_line(drawn.ax, points, len(points))
    for p in filter(_outside, points):
        look = {**_SMOOTH_SIGNAL, "markersize": _size(len(points)) + 1}
        drawn.ax.plot([p["x"]], [p["y"]], zorder=5, **look)
    _name_levels(drawn, points, names)


def _draw_line(ax: Axes, points: Points, count: int) -> None:
    """The values joined; a missing one breaks the line. Many points are drawn smaller."""
    x = [p["x"] for p in points]
    for run in _unbroken(points):
        ax.plot([p["x"] for p in run], [p["y"] for p in run], **_JOINED)
    usual = [_NAN if p["y"] is None or p.get("signal") else p["y"] for p in points]
    ax.plot(x, usual, marker="o", markersize=_size(count), linestyle="", color=ACCENT, zorder=4)


def _size(count: int) -> float:
    return 4.5 if count <= 60 else 3.0 if count <= 120 else 2.0


def _unbroken(points: Points) -> list[Points]:
    """Runs of values between which no period is missing, be its row empty or not there at all."""
    usual = median(b["x"] - a["x"] for a, b in pairwise(points)) if len(points) > 1 else 0.0
    runs: list[Points] = [[]]
    for point in points:
        late = runs[-1] and point["x"] - runs[-1][-1]["x"] > _LATE * usual
        if late or point["y"] is None:
            runs.append([])
        runs[-1] += [] if point["y"] is None else [point]
    return [run for run in runs if run]


def _draw_levels(ax: Axes, points: Points, everything: Points) -> None:
    """Centre and limits as steps that reach halfway to the neighbours."""
    steps = [b["x"] - a["x"] for a, b in pairwise(everything)]
    half = median(steps) / 2 if steps else 0.5
    x = [p["x"] for p in points]
    edges = [x[0] - half, *((a + b) / 2 for a, b in pairwise(x)), x[-1] + half]
    across = [edge for pair in pairwise(edges) for edge in pair]
    for level, look in _LEVELS:
        heights = [_NAN if p.get(level) is None else p[level] for p in points]
        doubled = [h for h in heights for _ in range(2)]
        if not all(map(math.isnan, heights)):
            ax.plot(across, doubled, zorder=2, **look)


def _name_levels(drawn: Drawn, points: Points, names: dict[str, list[str]]) -> None:
    """Centre and limits named at the right, at their last heights, pushed apart."""
    heights = {level: _last(points, level) for level in names}
    placed_ = sorted((drawn.down(h), level) for level, h in heights.items() if h is not None)
    sizes = [height(names[level], SMALL) for _, level in placed_]
    ends = (drawn.top - 0.08, drawn.top + drawn.tall + 0.08)
    middles = spread([down for down, _ in placed_], sizes, ends)
    edge = drawn.left + drawn.room
    for (down, level), middle, tall in zip(placed_, middles, sizes, strict=True):
        drawn.sheet.stroke([(edge, down), (edge + 0.12, middle)], color=RULE, linewidth=0.6)
        drawn.sheet.lines(edge + 0.16, middle - tall / 2, names[level], size=SMALL, color=QUIET)
