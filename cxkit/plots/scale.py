"""Axis scales: limits round the data, and as many numbers as fit without touching."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from matplotlib.ticker import MaxNLocator

from cxkit.display import is_missing, ticks
from cxkit.plots.measure import line_height, width
from cxkit.plots.style import BODY

_WHOLE = ("int", "year")


@dataclass(frozen=True)
class Scale:
    """Limits of an axis with the places and words of its ticks."""

    low: float
    high: float
    places: tuple[float, ...]
    labels: tuple[str, ...]

    def share(self, value: float) -> float:
        """Where a value lies between the limits: 0 at the low end, 1 at the high end."""
        return (value - self.low) / (self.high - self.low)


def present(values: Iterable[float | None]) -> list[float]:
    """The values that are there, as floats."""
    return [float(value) for value in values if value is not None and not is_missing(value)]


def limits(
    values: Iterable[float | None], *, zero: bool = False, pad: float = 0.06
) -> tuple[float, float]:
    """The range of some values with a margin, wide enough to divide; zero joins on demand."""
    known = present(values) + ([0.0] if zero else [])
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    if math.isclose(low, high, rel_tol=1e-9, abs_tol=1e-12):
        room = abs(low) / 10 or 1.0
        return low - room, high + room
    return low - pad * (high - low), high + pad * (high - low)


def scale(low: float, high: float, fmt: str, room: float, language: str = "en") -> Scale:
    """A horizontal scale: tick words side by side within `room` inches."""
    return _densest(low, high, fmt, language, lambda s: _side_by_side(s, room))


def upright(low: float, high: float, fmt: str, room: float, language: str = "en") -> Scale:
    """A vertical scale: tick words above one another within `room` inches."""
    return _densest(low, high, fmt, language, lambda s: _stacked(s, room))


def _densest(low, high, fmt, language, fits) -> Scale:  # type: ignore[no-untyped-def]
    for count in range(14 if fmt == "year" else 7, 0, -1):
        found = _candidate(low, high, fmt, language, count)
        if found.places and fits(found):
            return found
    return Scale(low, high, (), ())


def _candidate(low: float, high: float, fmt: str, language: str, count: int) -> Scale:
    locator = MaxNLocator(nbins=count, steps=[1, 2, 2.5, 5, 10], integer=fmt in _WHOLE)
    edge = 1e-9 * (high - low)
    places = tuple(
        float(v) for v in locator.tick_values(low, high) if low - edge <= v <= high + edge
    )
    return Scale(low, high, places, tuple(ticks(places, fmt, language)))


def _side_by_side(found: Scale, room: float) -> bool:
    centres = [room * found.share(place) for place in found.places]
    return apart(centres, [width(label) for label in found.labels], 0.12)


def _stacked(found: Scale, room: float) -> bool:
    centres = [room * found.share(place) for place in found.places]
    return apart(centres, [line_height(BODY)] * len(centres), 0.08)


def apart(centres: Sequence[float], sizes: Sequence[float], gap: float) -> bool:
    """Whether things of these sizes, centred here in rising order, keep `gap` between them."""
    edges = zip(centres, centres[1:], sizes, sizes[1:], strict=False)
    return all(b - a >= (x + y) / 2 + gap for a, b, x, y in edges)
