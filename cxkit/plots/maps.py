"""A map of things by two numbers, as importance and performance: points with their names.

Few points are named beside them; where the names do not all fit, every point has a number and
the names stand below; of very many points only the highlighted ones are named.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from matplotlib.figure import Figure

from cxkit.plots.frame import Drawn, Frame, Side, draw_frame
from cxkit.plots.key import Entry
from cxkit.plots.measure import height, widest, wrap
from cxkit.plots.place import Spot, around, beside, far, leader
from cxkit.plots.scale import limits
from cxkit.plots.style import GAP, INK, MARKERS, RULE, SERIES, SMALL, WIDTH
from cxkit.plots.words import our, words

_TALL, _NAME_ROOM, _NAME_LINES = 4.3, 1.45, 3
_MOST_BESIDE, _MOST_NAMED = 25, 60
_HALF, _CLEAR = 0.055, 0.085  # inches from a mark's middle to its edge, and to others' names
_MOST_RINGS, _NUMBER = 5, 0.26  # how far names may stand off; inches for a number in the key
_LOOK: dict[str, Any] = {"linestyle": "", "markeredgecolor": "white", "markeredgewidth": 0.6}


@dataclass(frozen=True)
class _Name:
    """One point's words, where it lies in inches from the top left, and whether it stands out."""

    lines: list[str]
    at: tuple[float, float]
    strong: bool

    @property
    def size(self) -> tuple[float, float]:
        return widest(self.lines, SMALL, self.weight), height(self.lines, SMALL)

    @property
    def weight(self) -> str:
        return "bold" if self.strong else "normal"


_Found = list[tuple[_Name, Spot | None]]


def map_(chart: dict[str, Any], language: str) -> Figure:
    """Points over two numbered axes, with lines at the cross that part them in four."""
    points = [p for p in chart["points"] if p["x"] is not None and p["y"] is not None]
    named = points if len(points) <= _MOST_NAMED else [p for p in points if p.get("highlight")]
    names = [words(p["label"], language) for p in named]
    rest = len(points) - len(named)
    notes = [our("plots.not_named", language, count=rest)] if rest else []
    frame = _frame(chart, points, notes, language)
    drawn = draw_frame(frame)
    found = _by_name(drawn, points, named, names)
    if found is None:
        key = _key(names)
        tall = max(height(lines, SMALL) for lines in key) + 0.08
        drawn = draw_frame(replace(frame, below=tall))
        _draw_key(drawn, key, drawn.sheet.tall - tall)
        found = _numbered(drawn, points, named)
    _draw_points(drawn, chart, points, language)
    for name, spot in found:
        if spot:
            _draw_name(drawn, name, spot)
    return drawn.sheet.figure


def _frame(
    chart: dict[str, Any], points: Sequence[dict[str, Any]], notes: list[str], language: str
) -> Frame:
    cross = chart.get("cross") or {}
    return Frame(
        x=Side(
            words(chart["x"], language),
            chart["x_format"],
            limits([*(p["x"] for p in points), cross.get("x")]),
        ),
        y=Side(
            words(chart["y"], language),
            chart["y_format"],
            limits([*(p["y"] for p in points), cross.get("y")]),
        ),
        language=language,
        key=[Entry(group, look) for group, look in _looks(points, language).items() if group],
        notes=notes,
        tall=_TALL,
    )


def _looks(points: Sequence[dict[str, Any]], language: str) -> dict[str, dict[str, Any]]:
    """A mark for every group in the order they come; its shape tells it apart in grey print."""
    groups = list(dict.fromkeys(words(p.get("group"), language) for p in points))
    return {
        group: {
            **_LOOK,
            "marker": MARKERS[i % len(MARKERS)],
            "color": SERIES[(i + i // len(MARKERS)) % len(SERIES)],
            "markersize": 6.5,
        }
        for i, group in enumerate(groups)
    }


def _by_name(
    drawn: Drawn,
    points: Sequence[dict[str, Any]],
    named: Sequence[dict[str, Any]],
    names: list[str],
) -> _Found | None:
    """Names next to their points, else near them; None where they are too many or too long."""
    if len(named) > _MOST_BESIDE:
        return None
    found = [
        _Name(wrap(name, _NAME_ROOM, SMALL, _weight(p)), _at(drawn, p), bool(p.get("highlight")))
        for p, name in zip(named, names, strict=True)
    ]
    if any(len(name.lines) > _NAME_LINES for name in found):
        return None
    places, sizes = [n.at for n in found], [n.size for n in found]
    spots = beside(places, sizes, _marks(drawn, points, _CLEAR), _area(drawn))
    if spots:
        return list(zip(found, spots, strict=True))
    if len({_rounded(place) for place in places}) < len(places):
        return None  # names all round one place would not tell whose it is
    near = around(places, sizes, _marks(drawn, points, _HALF), _area(drawn))
    if all(spot and spot.cost <= far(_MOST_RINGS) for spot in near):
        return list(zip(found, near, strict=True))
    return None


def _numbered(
    drawn: Drawn, points: Sequence[dict[str, Any]], named: Sequence[dict[str, Any]]
) -> _Found:
    """Numbers near their points; points in one place share theirs."""
    together: dict[tuple[float, float], list[int]] = {}
    for i, p in enumerate(named):
        together.setdefault(_rounded(_at(drawn, p)), []).append(i)
    found = []
    for place, members in together.items():
        numbers = ", ".join(str(i + 1) for i in members)
        strong = any(named[i].get("highlight") for i in members)
        found.append(_Name(wrap(numbers, 1.0, SMALL, "bold"), place, strong))
    marks = _marks(drawn, points, _HALF)
    spots = around([n.at for n in found], [n.size for n in found], marks, _area(drawn))
    return list(zip(found, spots, strict=True))


def _key(names: Sequence[str]) -> list[list[str]]:
    """Columns of lines, as many as the lengths allow; a line that begins a name has its number.

    The number stands before a tab, which is no letter of any name.
    """
    count = 3 if widest(names, SMALL) <= _key_room(3) else 2
    wrapped = [wrap(name, _key_room(count), SMALL) for name in names]
    each = -(-sum(map(len, wrapped)) // count)
    columns: list[list[str]] = [[]]
    for number, (first, *more) in enumerate(wrapped, start=1):
        if len(columns[-1]) >= each and len(columns) < count:
            columns.append([])
        columns[-1] += [f"{number}\t{first}", *(f"\t{line}" for line in more)]
    return columns + [[]] * (count - len(columns))


def _key_room(columns: int) -> float:
    return (WIDTH - (columns - 1) * GAP) / columns - _NUMBER


def _draw_key(drawn: Drawn, key: list[list[str]], top: float) -> None:
    for i, lines in enumerate(key):
        left = i * (WIDTH + GAP) / len(key) + _NUMBER
        numbers, names = (
            zip(*(line.split("\t") for line in lines), strict=True) if lines else ((), ())
        )
        look: dict[str, Any] = {"size": SMALL, "color": INK}
        drawn.sheet.lines(left - 0.08, top, numbers, ha="right", weight="bold", **look)
        drawn.sheet.lines(left, top, names, **look)


def _at(drawn: Drawn, point: dict[str, Any]) -> tuple[float, float]:
    return drawn.across(point["x"]), drawn.down(point["y"])


def _rounded(place: tuple[float, float]) -> tuple[float, float]:
    """Places that look the same are the same: to the nearest 0.02 inches."""
    return 0.02 * round(place[0] / 0.02), 0.02 * round(place[1] / 0.02)


def _weight(point: dict[str, Any]) -> str:
    return "bold" if point.get("highlight") else "normal"


def _area(drawn: Drawn) -> Spot:
    """Where words may stand: the axes and the free room at their right."""
    return Spot(drawn.left + 0.03, drawn.top - 0.05, drawn.room + 0.25, drawn.tall + 0.02)


def _marks(drawn: Drawn, points: Sequence[dict[str, Any]], half: float) -> list[Spot]:
    """The boxes of the points' own marks, so many inches to each side."""
    places = [_at(drawn, p) for p in points]
    return [Spot(x - half, y - half, 2 * half, 2 * half) for x, y in places]


def _draw_points(
    drawn: Drawn, chart: dict[str, Any], points: Sequence[dict[str, Any]], language: str
) -> None:
    cross = chart.get("cross")
    if cross:
        look: dict[str, Any] = {"color": RULE, "linewidth": 0.9, "linestyle": (0, (4, 3))}
        drawn.ax.axvline(cross["x"], zorder=1, **look)
        drawn.ax.axhline(cross["y"], zorder=1, **look)
    looks = _looks(points, language)
    for p in points:
        look = looks[words(p.get("group"), language)]
        if p.get("highlight"):
            look = {**look, "markersize": 9, "markeredgecolor": INK, "markeredgewidth": 1.3}
        drawn.ax.plot([p["x"]], [p["y"]], zorder=4 if p.get("highlight") else 3, **look)


def _draw_name(drawn: Drawn, name: _Name, spot: Spot) -> None:
    line = leader(name.at, spot)
    if line:
        drawn.sheet.stroke(line, color=RULE, linewidth=0.6)
    look: dict[str, Any] = {"size": SMALL, "color": INK, "weight": name.weight}
    side = {1: "left", 0: "center", -1: "right"}[spot.across]
    start = spot.left + spot.wide * (1 - spot.across) / 2
    drawn.sheet.lines(start, spot.top, name.lines, ha=side, **look)
