"""Exhibits: one finding each. They know no file and no language but the one they print in."""

from __future__ import annotations

from cxkit.exhibits import control, linkage, maturity, money, quality
from cxkit.exhibits.base import MIN_CELL, Column, Exhibit, Gallery, box

__all__ = [
    "MIN_CELL",
    "Column",
    "Exhibit",
    "Gallery",
    "box",
    "control",
    "linkage",
    "maturity",
    "money",
    "quality",
]
