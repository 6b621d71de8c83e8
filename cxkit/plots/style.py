"""Look of every figure: few colours, sizes in points.

The colours are Okabe and Ito's, told apart by colour-blind readers and in grey print.
"""

from __future__ import annotations

from typing import Any

from cxkit.plots.fonts import families

WIDTH = 7.2  # inches: a report column
SMALL, BODY = 7.5, 8.5  # points
LINE = 1.32  # line height, in font sizes
GAP = 0.14  # inches between columns

INK = "#1c2530"
QUIET = "#5b6672"
GRID = "#e3e7eb"
RULE = "#9aa5b1"
MUTED = "#8796a5"
PALE = "#dce3ea"
TINT = "#a9cbe8"
ACCENT = "#0b5c9e"
WARM = "#c4500c"
SERIES = ("#0b5c9e", "#c4500c", "#00795a", "#8b4f86", "#1c2530", "#3b93c9", "#b8860b", "#7f8b97")
DASHES: tuple[Any, ...] = ("-", (0, (5, 2)), (0, (1.5, 1.5)), (0, (6, 2, 1.5, 2)))
MARKERS = ("o", "s", "D", "^", "v", "P", "X", "h")

RC: Any = {  # a dict; matplotlib types its keys as literals
    "font.family": list(families()),
    "font.size": BODY,
    "text.color": INK,
    "text.hinting": "none",
    "text.parse_math": False,
    "text.usetex": False,
    "axes.edgecolor": RULE,
    "axes.facecolor": "none",
    "axes.unicode_minus": True,
    "figure.facecolor": "white",
    "lines.solid_capstyle": "butt",
    "path.simplify": False,
    "svg.fonttype": "path",
    "svg.hashsalt": "cxkit",
    "svg.image_inline": True,
}
