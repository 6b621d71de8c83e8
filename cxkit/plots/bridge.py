"""The bridge: from one level to another, each change a bar that starts where the last one ended.

Levels are marks, not bars from zero, so that an axis that starts elsewhere does not mislead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cxkit.plots.cells import Rows, grid_rows, heads, interval_cells
from cxkit.plots.grid import Grid, draw_grid
from cxkit.plots.key import Entry
from cxkit.plots.rows import interval_limits
from cxkit.plots.style import ACCENT, INK, RULE, WARM
from cxkit.plots.words import our, words

_SIGNED = {"num": "points", "int": "points", "pct": "pp"}  # how a change of a level is written
_TALL = 0.15  # inches of a bar


@dataclass(frozen=True)
class _Span:
    """Where a row's mark lies on the axis; a row without a value stays where the last one was."""

    row: dict[str, Any]
    before: float
    after: float

    @property
    def level(self) -> bool:
        return bool(self.row["role"] != "change")

    @property
    def ends(self) -> tuple[float, float] | None:
        """The interval as levels."""
        low, high = self.row.get("conf_low"), self.row.get("conf_high")
        if low is None or high is None or self.row["value"] is None:
            return None
        base = 0.0 if self.level else self.before
        return base + low, base + high

    @property
    def unclear(self) -> bool:
        """A change whose interval covers none."""
        low, high = self.row.get("conf_low"), self.row.get("conf_high")
        return not self.level and low is not None and high is not None and low <= 0 <= high


def bridge(chart: dict[str, Any], language: str) -> Figure:
    """Start, changes and end as rows from above down, each with its number and interval."""
    spans = _spans(chart["rows"])
    low, high = interval_limits([_reach(s) for s in spans if s.row["value"] is not None], False)
    notes = [our("plots.bridge_note", language)]
    if any(s.unclear for s in spans):
        notes.append(our("plots.bridge_hollow", language))
    if any(s.ends and (s.ends[0] < low or s.ends[1] > high) for s in spans):
        notes.append(our("plots.clipped", language))
    cells = [_cells(chart["rows"], chart["format"], language)]
    grid = Grid(
        rows=grid_rows(chart["rows"], cells, language),
        heads=heads(["plots.bridge_head"], language),
        title=words(chart["x"], language),
        fmt=chart["format"],
        limits=(low, high),
        language=language,
        key=_key(spans, language),
        notes=notes,
        zero=low < 0 < high,
    )
    laid = draw_grid(grid)
    for span, y, below in zip(spans, laid.middles, [*laid.middles[1:], None], strict=True):
        _draw(laid.ax, span, y, below, (low, high))
    return laid.sheet.figure


def _spans(rows: Sequence[dict[str, Any]]) -> list[_Span]:
    at, found = 0.0, []
    for row in rows:
        value, before = row["value"], at
        if value is not None:
            at = value if row["role"] != "change" else at + value
        found.append(_Span(row, before, at))
    return found


def _reach(span: _Span) -> dict[str, Any]:
    """A row as `interval_limits` takes it."""
    low, high = span.ends or (None, None)
    return {"estimate": span.after, "conf_low": low, "conf_high": high}


def _cells(rows: Rows, fmt: str, language: str) -> list[str]:
    """Levels in the chart's format, changes in the same with a sign."""
    parts = {}
    for level, shown in ((True, fmt), (False, _SIGNED.get(fmt, fmt))):
        own = [row for row in rows if (row["role"] != "change") == level]
        parts[level] = iter(interval_cells(own, "value", shown, language))
    return [next(parts[row["role"] != "change"]) for row in rows]


def _key(spans: Sequence[_Span], language: str) -> list[Entry]:
    changes = [s.row["value"] or 0.0 for s in spans if not s.level]
    found = [Entry(our("plots.bridge_up", language), bar=ACCENT)] * any(c > 0 for c in changes)
    return found + [Entry(our("plots.bridge_down", language), bar=WARM)] * any(
        c < 0 for c in changes
    )


def _draw(
    ax: Axes, span: _Span, y: float, below: float | None, limits: tuple[float, float]
) -> None:
    """One row's mark, its interval, and the line that leads to the next row."""
    if below is not None:
        ax.plot([span.after] * 2, [y, below], color=RULE, linewidth=0.8, zorder=1)
    if span.row["value"] is None:
        return
    colour = INK if span.level else (ACCENT if span.row["value"] >= 0 else WARM)
    if not span.level:
        face = "white" if span.unclear else colour
        left, wide = min(span.before, span.after), abs(span.after - span.before)
        look: dict[str, Any] = {"color": face, "edgecolor": colour, "linewidth": 1.3}
        ax.barh(y, wide, left=left, height=_TALL, zorder=2, **look)
    _draw_interval(ax, span, y, colour, limits)
    if span.level:
        ax.plot([span.after], [y], marker="D", markersize=6.5, color=colour, zorder=4)


def _draw_interval(
    ax: Axes, span: _Span, y: float, colour: str, limits: tuple[float, float]
) -> None:
    if span.ends is None:
        return
    low, high = limits
    start, end = span.ends
    ax.plot([max(start, low), min(end, high)], [y, y], color=INK, linewidth=1.1, zorder=3)
    for beyond, at, mark in ((start < low, low, "<"), (end > high, high, ">")):
        if beyond:
            ax.plot([at], [y], marker=mark, markersize=5, color=colour, clip_on=False)
