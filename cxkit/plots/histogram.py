"""How many fall where: bars over bands, and a marker for the reader's own value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.figure import Figure

from cxkit.plots.frame import Drawn, Frame, Side, draw_frame, frame_room
from cxkit.plots.key import Entry
from cxkit.plots.measure import height, widest, width, wrap
from cxkit.plots.scale import limits, present
from cxkit.plots.style import GRID, INK, MUTED, QUIET, SMALL, WARM
from cxkit.plots.words import our, words

_TALL = 2.6


def histogram(chart: dict[str, Any], language: str) -> Figure:
    """Bars of counts; bands named above them, or numbered and named below where names are long.

    Bins of unequal width are as tall as their count in a bin of the narrowest width would be.
    """
    bins, marker = chart["bins"], chart.get("marker")
    x_limits = _x_limits(chart)
    bands = _bands(chart.get("bands") or [], x_limits, language)
    tall = _heights(bins)
    y = Side(words(chart["y"], language), "int", (0, 1.06 * max([1, *present(tall)])))
    room = frame_room(y, 0.0, _TALL, language)
    above, notes = _band_words(bands, x_limits, room, language)
    frame = Frame(
        x=Side(words(chart["x"], language), chart["format"], x_limits),
        y=y,
        language=language,
        key=_marker_key(marker, language),
        notes=notes,
        above=max((height(lines, SMALL) for lines in above), default=0.0) + 0.05 * bool(above),
        tall=_TALL,
    )
    drawn = draw_frame(frame)
    _draw_bands(drawn, bands, above)
    for one, top in zip(bins, tall, strict=True):
        wide = one["below"] - one["from"]
        look: dict[str, Any] = {"color": MUTED, "edgecolor": "white", "linewidth": 0.8, "zorder": 2}
        drawn.ax.bar(one["from"], top, width=wide, align="edge", **look)
    if marker and marker.get("value") is not None:
        drawn.ax.axvline(marker["value"], color=WARM, linewidth=2.2, zorder=4)
    return drawn.sheet.figure


def _heights(bins: Sequence[dict[str, Any]]) -> list[float]:
    """Counts, each for the width of the narrowest bin."""
    wide = [one["below"] - one["from"] for one in bins]
    least = min(wide, default=1.0)
    return [(one["n"] or 0) * least / w for one, w in zip(bins, wide, strict=True)]


def _x_limits(chart: dict[str, Any]) -> tuple[float, float]:
    """From the first edge to the last of bins and bands, the marker included."""
    edges = [one[end] for one in chart["bins"] for end in ("from", "below")]
    bands = chart.get("bands") or []
    edges += [band.get(end) for band in bands for end in ("from", "below")]
    marker = chart.get("marker") or {}
    return limits([*edges, marker.get("value")], pad=0.0)


def _bands(
    bands: Sequence[dict[str, Any]], ends: tuple[float, float], language: str
) -> list[tuple[float, float, str]]:
    """From, below and name; an open end is the axis's end."""
    found = []
    for band in bands:
        low = ends[0] if band.get("from") is None else band["from"]
        high = ends[1] if band.get("below") is None else band["below"]
        found.append((low, high, words(band["label"], language)))
    return found


def _band_words(
    bands: Sequence[tuple[float, float, str]],
    ends: tuple[float, float],
    room: float,
    language: str,
) -> tuple[list[list[str]], list[str]]:
    """Lines above each band; where a name is too long, numbers there and the names as notes."""
    rooms = [room * (high - low) / (ends[1] - ends[0]) - 0.08 for low, high, _ in bands]
    names = [name for _, _, name in bands]
    fits = [widest(name.split(), SMALL) <= r for name, r in zip(names, rooms, strict=True)]
    if all(fits):
        return [wrap(name, r, SMALL) for name, r in zip(names, rooms, strict=True)], []
    numbered = [str(i) for i in range(1, len(bands) + 1)]
    shown = [n if width(n, SMALL) <= r else "" for n, r in zip(numbered, rooms, strict=True)]
    pairs = zip(numbered, names, strict=True)
    return [[n] for n in shown], [
        our("plots.numbered", language, number=n, name=name) for n, name in pairs
    ]


def _draw_bands(
    drawn: Drawn, bands: Sequence[tuple[float, float, str]], above: Sequence[list[str]]
) -> None:
    for i, ((low, high, _), lines) in enumerate(zip(bands, above, strict=True)):
        if i:
            drawn.ax.axvline(low, color=INK, linewidth=0.7, linestyle=(0, (2, 2)), zorder=3)
        if i % 2:
            drawn.ax.axvspan(low, high, color=GRID, alpha=0.6, linewidth=0, zorder=0)
        middle = drawn.across((low + high) / 2)
        top = drawn.top - 0.05 - height(lines, SMALL)
        drawn.sheet.lines(middle, top, lines, size=SMALL, color=QUIET, ha="center")


def _marker_key(marker: dict[str, Any] | None, language: str) -> list[Entry]:
    if not marker or marker.get("value") is None:
        return []
    label = words(marker.get("label"), language)
    return [Entry(label, {"color": WARM, "linewidth": 2.2, "linestyle": "-"})]
