"""How much room words take, in inches, measured on the outlines that the SVG draws."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache

from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

from cxkit.plots.fonts import families
from cxkit.plots.style import BODY, LINE

_SLACK = 1.02  # other renderers hint their glyphs and run a little wider


@cache
def _font(size: float, weight: str) -> FontProperties:
    return FontProperties(family=list(families()), size=size, weight=weight)


@lru_cache(maxsize=20_000)
def width(words: str, size: float = BODY, weight: str = "normal") -> float:
    """Inches one line takes."""
    if not words:
        return 0.0
    points = text_to_path.get_text_width_height_descent(words, _font(size, weight), ismath=False)
    return _SLACK * float(points[0]) / 72


def widest(lines: Sequence[str], size: float = BODY, weight: str = "normal") -> float:
    """Inches the longest of some lines takes; nothing takes none."""
    return max((width(line, size, weight) for line in lines), default=0.0)


def height(lines: Sequence[str] | int, size: float = BODY) -> float:
    """Inches a block of lines takes."""
    count = lines if isinstance(lines, int) else len(lines)
    return count * line_height(size)


def line_height(size: float = BODY) -> float:
    """Inches from one line to the next."""
    return size * LINE / 72


def wrap(words: str, room: float, size: float = BODY, weight: str = "normal") -> list[str]:
    """Lines no wider than `room` inches; a word that is wider is broken, nothing is left out."""
    lines = [""]
    for word in words.split():
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if width(longer, size, weight) <= room:
            lines[-1] = longer
            continue
        pieces = _pieces(word, room, size, weight)
        lines += pieces if lines[-1] else []
        lines = lines if lines[-1] else pieces
    return lines


def _pieces(word: str, room: float, size: float, weight: str) -> list[str]:
    """A word cut into parts that fit, after a hyphen, slash or underscore where there is one."""
    pieces = []
    while width(word, size, weight) > room and len(word) > 1:
        fits = _fitting(word, room, size, weight)
        cut = max((word.rfind(mark, 0, fits) + 1 for mark in "-/_.,"), default=0)
        cut = cut if cut > fits // 3 else fits
        pieces.append(word[:cut])
        word = word[cut:]
    return [*pieces, word]


def _fitting(word: str, room: float, size: float, weight: str) -> int:
    """How many leading characters fit; at least one."""
    low, high = 1, len(word)
    while low < high:
        middle = (low + high + 1) // 2
        if width(word[:middle], size, weight) <= room:
            low = middle
        else:
            high = middle - 1
    return low
