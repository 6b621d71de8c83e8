"""Charts with one labelled row per thing: intervals, bars, own value against the others."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cxkit.display import column, number
from cxkit.plots.grid import Grid, Row, draw_grid
from cxkit.plots.key import Entry
from cxkit.plots.scale import limits, present
from cxkit.plots.style import ACCENT, INK, MUTED, PALE, RULE
from cxkit.plots.words import our, words

_OWN: dict[str, Any] = {"marker": "o", "markersize": 7, "color": ACCENT, "markeredgecolor": "white"}
_MEDIAN: dict[str, Any] = {"marker": "|", "markersize": 11, "color": INK, "markeredgewidth": 1.6}


def intervals(chart: dict[str, Any], language: str) -> Figure:
    """Estimates with their intervals about a zero line; a hollow mark covers zero."""
    rows, fmt = chart["rows"], chart["format"]
    low, high = interval_limits(rows)
    counted = any(row.get("n") is not None for row in rows)
    notes = [our("plots.hollow", language)] if any(map(_covers_zero, rows)) else []
    if any(_beyond(row, low, high) for row in rows):
        notes.append(our("plots.clipped", language))
    grid = Grid(
        rows=_interval_rows(rows, fmt, language, counted),
        heads=_heads(["plots.interval", *(["plots.count"] if counted else [])], language),
        title=words(chart["x"], language),
        fmt=fmt,
        limits=(low, high),
        language=language,
        notes=notes,
        zero=True,
    )
    ax, middles, _ = draw_grid(grid)
    for row, y in zip(rows, middles, strict=True):
        _draw_interval(ax, row, y, low, high)
    return _figure(ax)


def interval_limits(rows: Sequence[dict[str, Any]]) -> tuple[float, float]:
    """Limits that hold zero and every estimate; one very wide interval does not flatten the rest.

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
    return limits(reach, zero=True)


def bars(chart: dict[str, Any], language: str) -> Figure:
    """Horizontal bars from zero, with their values."""
    rows, fmt = chart["rows"], chart["format"]
    counted = any(row.get("n") is not None for row in rows)
    values = [row["value"] for row in rows]
    low, high = limits(values, zero=True, pad=0)
    edge = 0.04 * (high - low)
    grid = Grid(
        rows=_value_rows(rows, fmt, language, counted, ["value"]),
        heads=_heads(["plots.value", *(["plots.count"] if counted else [])], language),
        title=words(chart["x"], language),
        fmt=fmt,
        limits=(low - edge * (min(present(values), default=0) < 0), high + edge),
        language=language,
        zero=True,
    )
    ax, middles, _ = draw_grid(grid)
    strong = any(row.get("highlight") for row in rows)
    for row, y in zip(rows, middles, strict=True):
        if row["value"] is not None:
            colour = ACCENT if row.get("highlight") or not strong else MUTED
            ax.barh(y, row["value"], height=0.16, color=colour, linewidth=0, zorder=2)
    return _figure(ax)


def dots(chart: dict[str, Any], language: str) -> Figure:
    """The company's own value against the others' median and middle half, row by row."""
    rows, fmt = chart["rows"], chart["format"]
    counted = any(row.get("n") is not None for row in rows)
    own = any(row.get("value") is not None for row in rows)
    low, high = _dots_limits(chart)
    heads = [*(["plots.own_head"] if own else []), "plots.median"]
    grid = Grid(
        rows=_value_rows(rows, fmt, language, counted, [*(["value"] if own else []), "median"]),
        heads=_heads([*heads, *(["plots.count"] if counted else [])], language),
        title=words(chart["x"], language),
        fmt=fmt,
        limits=(low, high),
        language=language,
        key=_dots_key(language, own),
    )
    ax, middles, _ = draw_grid(grid)
    for row, y in zip(rows, middles, strict=True):
        _draw_dots(ax, row, y, (low, high))
    return _figure(ax)


def _heads(ids: Sequence[str], language: str) -> tuple[str, ...]:
    return tuple(our(id, language) for id in ids)


def _figure(ax: Axes) -> Figure:
    return ax.figure  # type: ignore[return-value]


def _covers_zero(row: dict[str, Any]) -> bool:
    low, high = row.get("conf_low"), row.get("conf_high")
    return low is not None and high is not None and low <= 0 <= high


def _halves(row: dict[str, Any]) -> list[float]:
    ends = (row.get("conf_low"), row.get("conf_high"))
    return [abs(end - row["estimate"]) for end in ends if end is not None]


def _beyond(row: dict[str, Any], low: float, high: float) -> bool:
    start, end = row.get("conf_low"), row.get("conf_high")
    return (start is not None and start < low) or (end is not None and end > high)


def _count(row: dict[str, Any], language: str, counted: bool) -> tuple[str, ...]:
    return (number(row.get("n"), "int", language),) if counted else ()


def _interval_rows(
    rows: Sequence[dict[str, Any]], fmt: str, language: str, counted: bool
) -> list[Row]:
    ends = ("estimate", "conf_low", "conf_high")
    shown = iter(column([row.get(end) for row in rows for end in ends], fmt, language))
    return [_interval_row(row, [next(shown) for _ in ends], language, counted) for row in rows]


def _interval_row(row: dict[str, Any], shown: list[str], language: str, counted: bool) -> Row:
    estimate, low, high = shown
    alone = row.get("conf_low") is None and row.get("conf_high") is None
    values = {"estimate": estimate, "conf_low": low, "conf_high": high}
    cell = estimate if alone else our("plots.interval_cell", language, **values)
    group = row.get("group")
    return Row(
        label=words(row["label"], language),
        cells=(cell, *_count(row, language, counted)),
        strong=bool(row.get("highlight")),
        group=words(group, language) if group else "",
    )


def _value_rows(
    rows: Sequence[dict[str, Any]], fmt: str, language: str, counted: bool, keys: Sequence[str]
) -> list[Row]:
    """Rows whose cells are the values under some keys, each column with its own decimals."""
    columns = [column([row.get(key) for row in rows], fmt, language) for key in keys]
    cells = zip(*columns, strict=True) if columns else [()] * len(rows)
    return [
        Row(
            words(row["label"], language),
            (*shown, *_count(row, language, counted)),
            bool(row.get("highlight")),
        )
        for row, shown in zip(rows, cells, strict=True)
    ]


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


def _dots_limits(chart: dict[str, Any]) -> tuple[float, float]:
    low, high = chart.get("minimum"), chart.get("maximum")
    if low is not None and high is not None and low < high:
        pad = 0.02 * (high - low)
        return low - pad, high + pad
    keys = ("value", "q25", "median", "q75")
    return limits([row.get(key) for row in chart["rows"] for key in keys])


def _dots_key(language: str, own: bool) -> list[Entry]:
    entries = [Entry(our("plots.own", language), _OWN)] if own else []
    entries.append(Entry(our("plots.median", language), _MEDIAN))
    return [*entries, Entry(our("plots.middle", language), bar=PALE)]


def _draw_dots(ax: Axes, row: dict[str, Any], y: float, ends: tuple[float, float]) -> None:
    ax.plot(ends, [y, y], color=RULE, linewidth=0.5, zorder=1)
    low, high = row.get("q25"), row.get("q75")
    if low is not None and high is not None:
        ax.barh(y, high - low, left=low, height=0.13, color=PALE, linewidth=0, zorder=2)
    if row.get("median") is not None:
        ax.plot([row["median"]], [y], zorder=3, **_MEDIAN)
    if row.get("value") is not None:
        ax.plot([row["value"]], [y], zorder=4, **_OWN)
