"""Dates and years along an axis: their places, the range shown, and the ticks that fit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from cxkit.plots.measure import width
from cxkit.plots.scale import limits


def placed(points: Sequence[dict[str, Any]], fmt: str) -> list[dict[str, Any]]:
    """Points in order of x; a date becomes its day's number."""
    known = [p for p in points if p["x"] is not None]
    if fmt == "date":
        days = [dt.date.fromisoformat(str(p["x"])[:10]) for p in known]
        known = [{**p, "x": float(d.toordinal())} for p, d in zip(known, days, strict=True)]
    return sorted(known, key=lambda p: p["x"])


def time_limits(places: Sequence[float]) -> tuple[float, float]:
    """Round the years or days shown; a single one stands in the middle of three."""
    if places and min(places) == max(places):
        return places[0] - 1, places[0] + 1
    return limits(places, pad=0.04)


def date_ticks(
    places: Sequence[float], ends: tuple[float, float], room: float
) -> tuple[tuple[float, str], ...]:
    """The dates that occur, as many as fit side by side in `room` inches, the last one first."""
    wide = width("2020-12-31") + 0.12
    kept: list[float] = []
    for place in sorted(set(places), reverse=True):
        if not kept or room * (kept[-1] - place) / (ends[1] - ends[0]) >= wide:
            kept.append(place)
    return tuple((x, dt.date.fromordinal(int(x)).isoformat()) for x in reversed(kept))
