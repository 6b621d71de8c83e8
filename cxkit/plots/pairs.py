"""Row charts that set two things side by side: own value and others', importance and performance.

Ends of the axis that the chart names are kept, but never at the price of a value beyond them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cxkit.plots.cells import count_cells, grid_rows, has, heads, interval_cells, value_cells
from cxkit.plots.grid import Grid, draw_grid
from cxkit.plots.key import Entry
from cxkit.plots.scale import limits, present
from cxkit.plots.style import ACCENT, INK, MUTED, PALE, RULE, WARM
from cxkit.plots.words import our, words

_OWN: dict[str, Any] = {"marker": "o", "markersize": 7, "color": ACCENT, "markeredgecolor": "white"}
_MEDIAN: dict[str, Any] = {"marker": "|", "markersize": 11, "color": INK, "markeredgewidth": 1.6}
_INTERVAL: dict[str, Any] = {"color": ACCENT, "linewidth": 1.8, "linestyle": "-"}
_WHITE: dict[str, Any] = {"linestyle": "", "markeredgecolor": "white", "markeredgewidth": 0.7}
_PERFORMANCE: dict[str, Any] = {**_WHITE, "marker": "o", "markersize": 5.5, "color": ACCENT}
_IMPORTANCE: dict[str, Any] = {**_WHITE, "marker": "D", "markersize": 8, "color": WARM}
_SIGNED = {"num": "points", "int": "points", "pct": "pp", "size": "pp"}


def dots(chart: dict[str, Any], language: str) -> Figure:
    """The company's own value, with its interval, against the others' median and middle half."""
    rows, fmt = chart["rows"], chart["format"]
    own, sure, counted = (has(rows, key) for key in ("value", "conf_low", "n"))
    ends = _ends(chart, ("value", "conf_low", "conf_high", "q25", "median", "q75"))
    columns = [interval_cells(rows, "value", fmt, language)] if own else []
    columns += [value_cells(rows, "median", fmt, language)]
    ids = ["plots.own_interval" if sure else "plots.own_head"] if own else []
    grid = Grid(
        rows=grid_rows(
            rows, columns + ([count_cells(rows, language)] if counted else []), language
        ),
        heads=heads([*ids, "plots.median", *(["plots.count"] if counted else [])], language),
        title=words(chart["x"], language),
        fmt=fmt,
        limits=ends,
        language=language,
        key=_dots_key(language, own, sure),
    )
    laid = draw_grid(grid)
    for row, y in zip(rows, laid.middles, strict=True):
        _draw_dots(laid.ax, row, y, ends)
    return laid.sheet.figure


def gaps(chart: dict[str, Any], language: str) -> Figure:
    """Importance and performance of each row, joined; the gap with its interval and ranks right."""
    rows, fmt = chart["rows"], chart["format"]
    ends = _ends(chart, ("importance", "performance"))
    columns, ids = _gap_columns(rows, _SIGNED.get(fmt, fmt), language)
    grid = Grid(
        rows=grid_rows(rows, columns, language),
        heads=heads(ids, language),
        title=words(chart["x"], language),
        fmt=fmt,
        limits=ends,
        language=language,
        key=[
            Entry(our("plots.importance", language), _IMPORTANCE),
            Entry(our("plots.performance", language), _PERFORMANCE),
        ],
        notes=[our("plots.gap_hollow", language)] if any(map(_covers_zero, rows)) else [],
    )
    laid = draw_grid(grid)
    for row, y in zip(rows, laid.middles, strict=True):
        _draw_gap(laid.ax, row, y, ends)
    return laid.sheet.figure


def _ends(chart: dict[str, Any], keys: Sequence[str]) -> tuple[float, float]:
    """The axis's ends with a little room, so that a mark at the very end is whole."""
    values = present([row.get(key) for row in chart["rows"] for key in keys])
    given = present([chart.get("minimum"), chart.get("maximum")])
    if len(given) < 2:
        return limits([*values, *given])
    low, high = min([*given, *values]), max([*given, *values])
    pad = 0.02 * (high - low)
    return low - pad, high + pad


def _dots_key(language: str, own: bool, sure: bool) -> list[Entry]:
    entries = [Entry(our("plots.own", language), _OWN)] if own else []
    entries += [Entry(our("plots.own_range", language), _INTERVAL)] if own and sure else []
    entries.append(Entry(our("plots.median", language), _MEDIAN))
    return [*entries, Entry(our("plots.middle", language), bar=PALE)]


def _draw_dots(ax: Axes, row: dict[str, Any], y: float, ends: tuple[float, float]) -> None:
    ax.plot(ends, [y, y], color=RULE, linewidth=0.5, zorder=1)
    low, high = row.get("q25"), row.get("q75")
    if low is not None and high is not None:
        ax.barh(y, high - low, left=low, height=0.13, color=PALE, linewidth=0, zorder=2)
    start, end = row.get("conf_low"), row.get("conf_high")
    if row.get("value") is not None and start is not None and end is not None:
        ax.plot([start, end], [y, y], zorder=3, **_INTERVAL)
    if row.get("median") is not None:
        ax.plot([row["median"]], [y], zorder=3, **_MEDIAN)
    if row.get("value") is not None:
        ax.plot([row["value"]], [y], zorder=4, clip_on=False, **_OWN)


def _gap_columns(
    rows: Sequence[dict[str, Any]], fmt: str, language: str
) -> tuple[list[list[str]], list[str]]:
    """The numbers right of a gap chart, and the ids of their heads."""
    columns = [interval_cells(rows, "gap", fmt, language)]
    ids = ["plots.gap_interval" if has(rows, "conf_low") else "plots.gap"]
    if has(rows, "rank_low"):
        columns.append([_ranks(row, language) for row in rows])
        ids.append("plots.ranks")
    if has(rows, "n"):
        columns.append(count_cells(rows, language))
        ids.append("plots.count")
    return columns, ids


def _ranks(row: dict[str, Any], language: str) -> str:
    low, high = row.get("rank_low"), row.get("rank_high")
    alone = low is None or high is None or low == high
    return our("plots.rank" if alone else "plots.rank_range", language, low=low, high=high)


def _covers_zero(row: dict[str, Any]) -> bool:
    low, high = row.get("conf_low"), row.get("conf_high")
    return low is not None and high is not None and low <= 0 <= high


def _draw_gap(ax: Axes, row: dict[str, Any], y: float, ends: tuple[float, float]) -> None:
    """Where both values are the same, the diamond's corners show behind the dot."""
    ax.plot(ends, [y, y], color=RULE, linewidth=0.5, zorder=1)
    wanted, done = row.get("importance"), row.get("performance")
    if wanted is not None and done is not None:
        ax.plot([wanted, done], [y, y], color=MUTED, linewidth=2.6, zorder=2)
    for value, look, level in ((wanted, _IMPORTANCE, 3), (done, _PERFORMANCE, 4)):
        if value is not None:
            face = _hollow(look) if _covers_zero(row) else look
            ax.plot([value], [y], zorder=level, clip_on=False, **face)


def _hollow(look: dict[str, Any]) -> dict[str, Any]:
    """A mark that is white inside and a little smaller, so that it takes no more room."""
    colour, size = look["color"], look["markersize"] - 1
    edge = {"markerfacecolor": "white", "markeredgecolor": colour, "markeredgewidth": 1.4}
    return {**look, **edge, "markersize": size}
