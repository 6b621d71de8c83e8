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
_PERFORMANCE: dict[str, Any] = {"marker": "o", "markersize": 6.5, "color": ACCENT}
_IMPORTANCE: dict[str, Any] = {
    "marker": "D",
    "markersize": 7.5,
    "markerfacecolor": "white",
    "markeredgecolor": WARM,
    "markeredgewidth": 1.5,
}
_CLEAR: dict[str, Any] = {"color": MUTED, "linewidth": 3.2, "linestyle": "-"}
_UNCLEAR: dict[str, Any] = {"color": MUTED, "linewidth": 1.2, "linestyle": (0, (2, 1.5))}
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
    unclear = any(map(_covers_zero, rows))
    grid = Grid(
        rows=grid_rows(rows, columns, language),
        heads=heads(ids, language),
        title=words(chart["x"], language),
        fmt=fmt,
        limits=ends,
        language=language,
        key=_gaps_key(language, unclear),
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
    pad = 0.025 * (high - low)
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
        ax.plot([row["value"]], [y], zorder=4, **_OWN)


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


def _gaps_key(language: str, unclear: bool) -> list[Entry]:
    entries = [
        Entry(our("plots.importance", language), _IMPORTANCE),
        Entry(our("plots.performance", language), _PERFORMANCE),
    ]
    return entries + ([Entry(our("plots.gap_unclear", language), _UNCLEAR)] if unclear else [])


def _draw_gap(ax: Axes, row: dict[str, Any], y: float, ends: tuple[float, float]) -> None:
    """The hollow diamond is the larger mark: where both values are the same it holds the dot."""
    ax.plot(ends, [y, y], color=RULE, linewidth=0.5, zorder=1)
    wanted, done = row.get("importance"), row.get("performance")
    if wanted is not None and done is not None:
        look = _UNCLEAR if _covers_zero(row) else _CLEAR
        ax.plot([wanted, done], [y, y], zorder=2, **look)
    if wanted is not None:
        ax.plot([wanted], [y], zorder=3, linestyle="", **_IMPORTANCE)
    if done is not None:
        ax.plot([done], [y], zorder=4, linestyle="", **{**_PERFORMANCE, "markersize": 4.5})
