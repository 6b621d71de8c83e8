"""The stage ladder: bands of an index as rising steps, each with its share or probability."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cxkit.display import column
from cxkit.plots.cells import grid_rows, heads, value_cells
from cxkit.plots.grid import Grid, Laid, draw_grid
from cxkit.plots.key import Entry
from cxkit.plots.scale import limits, present
from cxkit.plots.style import ACCENT, GAP, MUTED, PALE, TINT, WARM
from cxkit.plots.words import our, words

_BARS = 0.95  # inches of a bar that stands for all companies, or for certainty
_LINE: dict[str, Any] = {"color": WARM, "linewidth": 2.2, "linestyle": "-"}
_MARKER = ("value", "conf_low", "conf_high")
_SPAN = "#f6dccb"  # the marker's interval, behind everything


def ladder(chart: dict[str, Any], language: str) -> Figure:
    """Steps from the highest down; the marker's value and interval run through all of them."""
    steps, marker = list(reversed(chart["steps"])), chart.get("marker") or {}
    ends = _ends(chart["steps"], marker)
    head = chart.get("heading")
    shown = value_cells(steps, "value", "pct", language)
    default = heads(["plots.probability" if marker else "plots.share"], language)
    grid = Grid(
        rows=grid_rows(steps, [shown], language),
        heads=(words(head, language),) if head else default,
        title=words(chart["x"], language),
        fmt=chart["format"],
        limits=ends,
        language=language,
        key=_key(marker, chart["format"], language),
        places=present([step.get(end) for step in steps for end in ("from", "below")]),
        spare=_BARS,
    )
    laid = draw_grid(grid)
    _draw_marker(laid.ax, marker)
    for step, y in zip(steps, laid.middles, strict=True):
        _draw_band(laid.ax, step, y, ends)
        _draw_bar(laid, step, y)
    return laid.sheet.figure


def _ends(steps: Sequence[dict[str, Any]], marker: dict[str, Any]) -> tuple[float, float]:
    """From the lowest edge to the highest, the marker and its interval included."""
    edges = [step.get(end) for step in steps for end in ("from", "below")]
    low, high = limits([*edges, *(marker.get(e) for e in _MARKER)], pad=0.0)
    open_low = any(step.get("from") is None for step in steps)
    open_high = any(step.get("below") is None for step in steps)
    room = (high - low) / max(1, len(steps) - open_low - open_high)
    return low - room * open_low, high + room * open_high


def _key(marker: dict[str, Any], fmt: str, language: str) -> list[Entry]:
    if marker.get("value") is None:
        return []
    entries = [Entry(words(marker["label"], language), _LINE)]
    ends = [marker.get("conf_low"), marker.get("conf_high")]
    if None in ends:
        return entries
    low, high = column(ends, fmt, language)
    return [*entries, Entry(our("plots.range", language, conf_low=low, conf_high=high), bar=_SPAN)]


def _draw_marker(ax: Axes, marker: dict[str, Any]) -> None:
    value, low, high = (marker.get(key) for key in _MARKER)
    if value is None:
        return
    if low is not None and high is not None:
        ax.axvspan(low, high, color=_SPAN, linewidth=0, zorder=1)
    ax.axvline(value, color="white", linewidth=4.2, zorder=4)
    ax.axvline(value, zorder=5, **_LINE)


def _draw_band(ax: Axes, step: dict[str, Any], y: float, ends: tuple[float, float]) -> None:
    """The step itself: a box from edge to edge; an open edge ends with the axis."""
    low = ends[0] if step.get("from") is None else step["from"]
    high = ends[1] if step.get("below") is None else step["below"]
    strong = bool(step.get("highlight"))
    look: dict[str, Any] = {
        "color": TINT if strong else PALE,
        "edgecolor": ACCENT if strong else MUTED,
        "linewidth": 1.1 if strong else 0.6,
    }
    ax.barh(y, high - low, left=low, height=0.19, zorder=3, clip_on=False, **look)


def _draw_bar(laid: Laid, step: dict[str, Any], y: float) -> None:
    """How likely, or how many: a bar on a pale one that stands for all."""
    top = laid.top + y
    laid.sheet.box(laid.spare, top - 0.065, _BARS - GAP, 0.13, color=PALE, linewidth=0)
    if step.get("value"):
        wide = (_BARS - GAP) * step["value"]
        colour = ACCENT if step.get("highlight") else MUTED
        laid.sheet.box(laid.spare, top - 0.065, wide, 0.13, color=colour, linewidth=0)
