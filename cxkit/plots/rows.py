"""Charts with one labelled row per thing: estimates with their intervals, and bars."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cxkit.plots.cells import count_cells, grid_rows, has, heads, interval_cells, value_cells
from cxkit.plots.grid import Grid, draw_grid
from cxkit.plots.scale import limits, present
from cxkit.plots.style import ACCENT, MUTED
from cxkit.plots.words import our, words


def intervals(chart: dict[str, Any], language: str) -> Figure:
    """Estimates with their intervals about a zero line; a hollow mark covers zero."""
    rows, fmt = chart["rows"], chart["format"]
    low, high = interval_limits(rows)
    counted = has(rows, "n")
    columns = [interval_cells(rows, "estimate", fmt, language)]
    columns += [count_cells(rows, language)] if counted else []
    notes = [our("plots.hollow", language)] if any(map(_covers_zero, rows)) else []
    if any(_beyond(row, low, high) for row in rows):
        notes.append(our("plots.clipped", language))
    grid = Grid(
        rows=grid_rows(rows, columns, language),
        heads=heads(["plots.interval", *(["plots.count"] if counted else [])], language),
        title=words(chart["x"], language),
        fmt=fmt,
        limits=(low, high),
        language=language,
        notes=notes,
        zero=True,
    )
    laid = draw_grid(grid)
    for row, y in zip(rows, laid.middles, strict=True):
        _draw_interval(laid.ax, row, y, low, high)
    return laid.sheet.figure


def interval_limits(rows: Sequence[dict[str, Any]], zero: bool = True) -> tuple[float, float]:
    """Limits that hold every estimate, and zero unless it is not asked for; one very wide
    interval does not flatten the rest.

    An interval counts up to three times the median half-width beyond its estimate.
    """
    known = [row for row in rows if row["estimate"] is not None]
    halves = [h for row in known for h in _halves(row)]
    most = 3 * median(halves) if halves else 0.0
    reach = [row["estimate"] for row in known]
    for row in known:
        for end, sign in ((row.get("conf_low"), -1), (row.get("conf_high"), 1)):
            if end is not None:
                reach.append(row["estimate"] + sign * min(sign * (end - row["estimate"]), most))
    return limits(reach, zero=zero)


def bars(chart: dict[str, Any], language: str) -> Figure:
    """Horizontal bars from zero, with their values."""
    rows, fmt = chart["rows"], chart["format"]
    counted = has(rows, "n")
    columns = [value_cells(rows, "value", fmt, language)]
    columns += [count_cells(rows, language)] if counted else []
    values = [row["value"] for row in rows]
    low, high = limits(values, zero=True, pad=0)
    edge = 0.04 * (high - low)
    grid = Grid(
        rows=grid_rows(rows, columns, language),
        heads=heads(["plots.value", *(["plots.count"] if counted else [])], language),
        title=words(chart["x"], language),
        fmt=fmt,
        limits=(low - edge * (min(present(values), default=0) < 0), high + edge),
        language=language,
        zero=True,
    )
    laid = draw_grid(grid)
    strong = any(row.get("highlight") for row in rows)
    for row, y in zip(rows, laid.middles, strict=True):
        if row["value"] is not None:
            colour = ACCENT if row.get("highlight") or not strong else MUTED
            laid.ax.barh(y, row["value"], height=0.16, color=colour, linewidth=0, zorder=2)
    return laid.sheet.figure


def _covers_zero(row: dict[str, Any]) -> bool:
    low, high = row.get("conf_low"), row.get("conf_high")
    return low is not None and high is not None and low <= 0 <= high


def _halves(row: dict[str, Any]) -> list[float]:
    ends = (row.get("conf_low"), row.get("conf_high"))
    return [abs(end - row["estimate"]) for end in ends if end is not None]


def _beyond(row: dict[str, Any], low: float, high: float) -> bool:
    start, end = row.get("conf_low"), row.get("conf_high")
    return (start is not None and start < low) or (end is not None and end > high)


def _draw_interval(ax: Axes, row: dict[str, Any], y: float, low: float, high: float) -> None:
    if row["estimate"] is None:
        return
    colour = ACCENT if row.get("highlight") else MUTED
    start, end = (row.get(k) for k in ("conf_low", "conf_high"))
    if start is not None and end is not None:
        wide = 2.4 if row.get("highlight") else 1.6
        ax.plot([max(start, low), min(end, high)], [y, y], color=colour, linewidth=wide, zorder=2)
        for beyond, at, mark in ((start < low, low, "<"), (end > high, high, ">")):
            if beyond:
                ax.plot([at], [y], marker=mark, markersize=5, color=colour, clip_on=False)
    face = "white" if _covers_zero(row) else colour
    look: dict[str, Any] = {
        "markerfacecolor": face,
        "markeredgecolor": colour,
        "markeredgewidth": 1.5,
    }
    ax.plot([row["estimate"]], [y], marker="o", markersize=6.5, zorder=3, linestyle="", **look)
