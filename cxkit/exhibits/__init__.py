"""Exhibits: one finding each. They know no file and no language but the one they print in."""

from __future__ import annotations

from cxkit.exhibits import (
    certainty,
    change,
    control,
    curve,
    estimates,
    expectation,
    gaps,
    linkage,
    maturity,
    money,
    place,
    pnl,
    position,
    quality,
    roadmap,
    views,
)
from cxkit.exhibits.base import MIN_CELL, Column, Exhibit, Gallery, box, gathered

__all__ = [
    "MIN_CELL",
    "Column",
    "Exhibit",
    "Gallery",
    "box",
    "certainty",
    "change",
    "control",
    "curve",
    "estimates",
    "expectation",
    "gaps",
    "gathered",
    "linkage",
    "maturity",
    "money",
    "place",
    "pnl",
    "position",
    "quality",
    "roadmap",
    "views",
]
