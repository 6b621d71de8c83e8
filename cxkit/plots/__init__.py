"""Figures from chart data alone, as `results.json` keeps it; knows no result type.

`draw(chart, language)` gives a matplotlib figure, `svg(figure)` the bytes of an SVG that are
the same for the same chart. No pyplot, no global state: figures may be drawn in any order.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from cxkit.errors import ConfigError, nearest

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DRAWN = (
    "intervals", "binned", "bars", "dots", "histogram", "lines", "ladder", "gaps", "map",
    "heatmap", "panels", "control", "radar", "bridge",
)  # fmt: skip
UNDRAWN = ("box", "table")


def draw(chart: dict[str, Any], language: str = "en") -> Figure:
    """The figure of a chart; words wrap and the height grows, so that no label is clipped."""
    import matplotlib

    from cxkit.plots.style import RC

    painter = _painter(str(chart.get("kind")))
    with matplotlib.rc_context(RC):
        return painter(chart, language) if _holds_values(chart) else _nothing(language)


def svg(figure: Figure) -> bytes:
    """A figure as SVG: letters as outlines, no date, no outside address."""
    import matplotlib

    from cxkit.plots.style import RC

    buffer = io.BytesIO()
    nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    with matplotlib.rc_context(RC):
        figure.savefig(buffer, format="svg", metadata=nothing)
    return _lean(buffer.getvalue())


def _painter(kind: str) -> Callable[[dict[str, Any], str], Figure]:
    from cxkit.plots import (
        bridge,
        control,
        fields,
        heatmap,
        histogram,
        ladder,
        maps,
        pairs,
        panels,
        radar,
        rows,
    )

    painters = {
        "intervals": rows.intervals,
        "bars": rows.bars,
        "dots": pairs.dots,
        "binned": fields.binned,
        "lines": fields.lines,
        "histogram": histogram.histogram,
        "ladder": ladder.ladder,
        "gaps": pairs.gaps,
        "map": maps.map_,
        "heatmap": heatmap.heatmap,
        "panels": panels.panels,
        "control": control.control,
        "radar": radar.radar,
        "bridge": bridge.bridge,
    }
    if kind not in painters:
        raise ConfigError(f'no figure is drawn for a chart of kind "{kind}"{nearest(kind, DRAWN)}')
    return painters[kind]


def _holds_values(chart: dict[str, Any]) -> bool:
    """Whether a chart has anything to draw; empty axes would look like a finding."""
    kind = chart["kind"]
    if kind in ("lines", "panels"):
        parts = chart["series" if kind == "lines" else "panels"]
        return any(point["y"] is not None for part in parts for point in part["points"])
    if kind == "heatmap":
        return any(value is not None for row in chart["rows"] for value in row["values"])
    if kind == "map":
        return any(p["x"] is not None and p["y"] is not None for p in chart["points"])
    if kind == "ladder" and (chart.get("marker") or {}).get("value") is not None:
        return bool(chart["steps"])
    name, keys = _VALUES[kind]
    return any(thing.get(key) is not None for thing in chart[name] for key in keys)


_VALUES = {  # where a chart's values lie, and under which keys
    "intervals": ("rows", ("estimate",)),
    "bars": ("rows", ("value",)),
    "dots": ("rows", ("value", "median")),
    "binned": ("points", ("y",)),
    "histogram": ("bins", ("n",)),
    "ladder": ("steps", ("value",)),
    "gaps": ("rows", ("importance", "performance")),
    "control": ("points", ("y",)),
    "radar": ("rows", ("value", "median")),
    "bridge": ("rows", ("value",)),
}


def _nothing(language: str) -> Figure:
    from cxkit.plots.sheet import Sheet
    from cxkit.plots.style import QUIET
    from cxkit.plots.words import our

    sheet = Sheet(0.5)
    sheet.lines(0, 0.15, [our("plots.nothing", language)], color=QUIET)
    return sheet.figure


def _lean(drawn: bytes) -> bytes:
    """Without document type and comments, which name addresses and repeat the labels."""
    lean = re.sub(rb"<!DOCTYPE[^>]*>\s*", b"", drawn)
    return re.sub(rb"\s*<!--.*?-->", b"", lean, flags=re.S)
