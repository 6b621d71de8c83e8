"""A radar chart: one spoke a row, own values against the others' medians.

Kept for those who ask for it, beside a dot plot: it shows a shape, and its area means nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, hypot, pi, sin, sqrt
from typing import Any, Literal

from matplotlib.figure import Figure

from cxkit.display import column
from cxkit.plots.fields import spread
from cxkit.plots.key import Entry, draw_key, key_height
from cxkit.plots.measure import height, line_height, wrap
from cxkit.plots.scale import Scale, limits, present, upright
from cxkit.plots.sheet import Sheet
from cxkit.plots.style import ACCENT, GRID, INK, QUIET, RULE, SMALL, WIDTH
from cxkit.plots.words import our, words

_RADIUS, _OFF, _NAME_ROOM = 1.55, 0.16, 1.75  # inches: spokes, from their ends to words, words
_TURNS = [2 * pi * i / 120 for i in range(121)]
_OWN: dict[str, Any] = {"color": ACCENT, "linewidth": 2.0, "linestyle": "-"}
_MEDIAN: dict[str, Any] = {"color": INK, "linewidth": 1.2, "linestyle": (0, (3, 2))}


@dataclass(frozen=True)
class _Spoke:
    """A row's direction, the words at its end, and its two values as shares of the radius."""

    turn: float
    name: list[str]
    cell: list[str]
    value: float | None
    median: float | None

    @property
    def tall(self) -> float:
        return height(self.name, SMALL) + height(self.cell, SMALL)

    def at(self, share: float, radius: float = _RADIUS) -> tuple[float, float]:
        """Inches right of and below the centre."""
        return radius * share * sin(self.turn), -radius * share * cos(self.turn)


def radar(chart: dict[str, Any], language: str) -> Figure:
    """Spokes clockwise from the top; the figure grows where the words beside it need room."""
    axis = _axis(chart, language)
    spokes = _spokes(chart, axis, language)
    key = _key(chart["rows"], language)
    places = _places(spokes)
    note = wrap(our("plots.radar_note", language), WIDTH, SMALL)
    high = -min([-_RADIUS, *(top for _, top in places)])
    deep = max([_RADIUS, *(top + s.tall for s, (_, top) in zip(spokes, places, strict=True))])
    top = key_height(key, WIDTH) + 0.06
    sheet = Sheet(top + high + deep + 0.16 + height(note, SMALL) + 0.06)
    centre = (WIDTH / 2, top + high)
    draw_key(sheet, key, WIDTH)
    _draw_web(sheet, spokes, axis, centre)
    _draw_shape(sheet, spokes, "median", centre, _MEDIAN)
    _draw_shape(sheet, spokes, "value", centre, _OWN)
    for spoke, place in zip(spokes, places, strict=True):
        _draw_name(sheet, spoke, place, centre)
    sheet.lines(0, top + high + deep + 0.16, note, size=SMALL, color=QUIET)
    return sheet.figure


def _axis(chart: dict[str, Any], language: str) -> Scale:
    """From the centre outwards; ends that are given are kept unless a value lies beyond them."""
    values = present(row[key] for row in chart["rows"] for key in ("value", "median"))
    given = present([chart.get("minimum"), chart.get("maximum")])
    ends = limits([*values, *given], pad=0.0 if len(given) == 2 else 0.06)
    return upright(*ends, chart["format"], _RADIUS, language)


def _spokes(chart: dict[str, Any], axis: Scale, language: str) -> list[_Spoke]:
    rows, fmt = chart["rows"], chart["format"]
    shown = column([row[key] for row in rows for key in ("value", "median")], fmt, language)
    found = []
    for i, row in enumerate(rows):
        value, median = shown[2 * i], shown[2 * i + 1]
        cell = our("plots.radar_cell", language, value=value, median=median)
        ends = [None if row[key] is None else axis.share(row[key]) for key in ("value", "median")]
        found.append(
            _Spoke(
                2 * pi * i / len(rows),
                wrap(words(row["label"], language), _NAME_ROOM, SMALL, "bold"),
                wrap(cell, _NAME_ROOM, SMALL),
                *ends,
            )
        )
    return found


def _key(rows: Sequence[dict[str, Any]], language: str) -> list[Entry]:
    entries = [Entry(our("plots.own", language), _OWN)]
    if all(row["value"] is None for row in rows):
        entries = []
    return [*entries, Entry(our("plots.median", language), _MEDIAN)]


def _side(spoke: _Spoke) -> int:
    """1 for words at the right, -1 at the left, 0 straight above or below."""
    across = sin(spoke.turn)
    return 0 if abs(across) < 1e-9 else 1 if across > 0 else -1


def _places(spokes: Sequence[_Spoke]) -> list[tuple[float, float]]:
    """Where each spoke's words begin: inches right of the centre, and their top below it.

    Words follow the circle; where they need more height than it has, they stand in columns.
    """
    sides = {side: [s for s in spokes if _side(s) == side] for side in (1, -1)}
    need = max(sum(s.tall + 0.06 for s in members) / 2 for members in sides.values())
    reach = max(_RADIUS, need)
    middles: dict[float, float] = {}
    for members in sides.values():
        falling = sorted(members, key=lambda s: s.at(1.0)[1])
        wished, talls = [s.at(1.0)[1] for s in falling], [s.tall for s in falling]
        found = spread(wished, talls, (-reach, reach))
        middles |= {s.turn: middle for s, middle in zip(falling, found, strict=True)}
    return [_place(s, middles.get(s.turn), reach) for s in spokes]


def _place(spoke: _Spoke, middle: float | None, reach: float) -> tuple[float, float]:
    if middle is None:
        above = cos(spoke.turn) > 0
        return 0.0, -reach - 0.08 - spoke.tall if above else reach + 0.08
    nearest = max(0.0, abs(middle) - spoke.tall / 2) if reach <= _RADIUS else 0.0
    across = sqrt((_RADIUS + _OFF) ** 2 - nearest**2)
    return _side(spoke) * across, middle - spoke.tall / 2


def _draw_web(
    sheet: Sheet, spokes: Sequence[_Spoke], axis: Scale, centre: tuple[float, float]
) -> None:
    """Rings with their numbers beside the spoke that points up, and the spokes."""
    x, y = centre
    for spoke in spokes:
        across, down = spoke.at(1.0)
        sheet.stroke([centre, (x + across, y + down)], color=RULE, linewidth=0.6)
    for place, label in zip(axis.places, axis.labels, strict=True):
        radius = _RADIUS * axis.share(place)
        ring = [(x + radius * sin(t), y - radius * cos(t)) for t in _TURNS]
        sheet.stroke(ring, color=GRID, linewidth=0.8)
        middle = y - radius + 0.08 - line_height(SMALL) / 2
        sheet.lines(x - 0.05, middle, [label], size=SMALL, color=QUIET, ha="right")


def _draw_shape(
    sheet: Sheet,
    spokes: Sequence[_Spoke],
    key: Literal["value", "median"],
    centre: tuple[float, float],
    look: dict[str, Any],
) -> None:
    """Neighbouring values joined all round; a missing one leaves a gap."""
    known = [getattr(spoke, key) for spoke in spokes]
    ends = [
        None if share is None else (centre[0] + s.at(share)[0], centre[1] + s.at(share)[1])
        for s, share in zip(spokes, known, strict=True)
    ]
    for a, b in zip(ends, [*ends[1:], *ends[:1]], strict=True):
        if a and b:
            sheet.stroke([a, b], **look)
    for end in filter(None, ends):
        size = 5 if key == "value" else 3
        sheet.stroke([end], marker="o", markersize=size, color=look["color"], linestyle="")


def _draw_name(
    sheet: Sheet, spoke: _Spoke, place: tuple[float, float], centre: tuple[float, float]
) -> None:
    """A row's label and numbers, with a thin line from the spoke's end where they stand off."""
    across, top = place
    side = _side(spoke)
    x, y = centre[0] + across, centre[1] + top
    look: dict[str, Any] = {"size": SMALL, "ha": {1: "left", -1: "right", 0: "center"}[side]}
    below = sheet.lines(x, y, spoke.name, color=INK, weight="bold", **look)
    sheet.lines(x, below, spoke.cell, color=QUIET, **look)
    end = (centre[0] + spoke.at(1.0)[0], centre[1] + spoke.at(1.0)[1])
    target = (x - 0.04 * side, y + spoke.tall / 2) if side else (x, y + spoke.tall * (top < 0))
    if hypot(target[0] - end[0], target[1] - end[1]) > 0.2:
        sheet.stroke([end, target], color=RULE, linewidth=0.5)
