"""A figure laid out in inches from its top left corner, so that nothing is clipped or overlaps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from cxkit.plots.measure import height, line_height
from cxkit.plots.style import BODY, INK, WIDTH


class Sheet:
    """A figure of the report's width and a given height; positions count down from the top."""

    def __init__(self, tall: float, width: float = WIDTH) -> None:
        self.tall, self.width = tall, width
        self.figure = Figure(figsize=(width, tall), dpi=100)
        FigureCanvasAgg(self.figure)

    def axes(self, left: float, top: float, width: float, tall: float) -> Axes:
        """Axes without frame or ticks; what they show is added by the caller."""
        box = (
            left / self.width,
            1 - (top + tall) / self.tall,
            width / self.width,
            tall / self.tall,
        )
        ax = self.figure.add_axes(box)
        for spine in ax.spines.values():
            spine.set_visible(False)
        ax.tick_params(length=0, labelsize=BODY)
        ax.set_xticks([])
        ax.set_yticks([])
        return ax

    def lines(self, x: float, top: float, lines: Sequence[str], **look: Any) -> float:
        """Lines of text from `top` downwards; returns where they end. `look`: Text's arguments."""
        size = look.pop("size", BODY)
        look = {"color": INK, "ha": "left", **look}
        for number, line in enumerate(lines):
            if line:
                middle = top + (number + 0.5) * line_height(size)
                self._put(x, middle, line, size, look)
        return top + height(lines, size)

    def _put(self, x: float, y: float, line: str, size: float, look: dict[str, Any]) -> None:
        baseline = y + 0.36 * size / 72  # half a capital's height below the middle
        across, up = x / self.width, 1 - baseline / self.tall
        self.figure.text(across, up, line, size=size, va="baseline", parse_math=False, **look)

    def box(self, left: float, top: float, width: float, tall: float, **look: Any) -> None:
        """A plain rectangle; `look`: Rectangle's arguments."""
        corner = (left / self.width, 1 - (top + tall) / self.tall)
        size = (width / self.width, tall / self.tall)
        patch = Rectangle(corner, *size, transform=self.figure.transFigure, **look)
        self.figure.add_artist(patch)

    def stroke(self, points: Sequence[tuple[float, float]], **look: Any) -> None:
        """A line through points, or their marks; `look`: Line2D's arguments."""
        across = [x / self.width for x, _ in points]
        up = [1 - y / self.tall for _, y in points]
        line = Line2D(across, up, transform=self.figure.transFigure, **look)
        self.figure.add_artist(line)
