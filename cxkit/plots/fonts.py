"""Which fonts figures are drawn with, and which letters they have.

DejaVu Sans ships with matplotlib, so figures look the same everywhere. For scripts it lacks, a
font of the machine stands in where there is one.
"""

from __future__ import annotations

from functools import cache

from matplotlib import font_manager

_FIRST = "DejaVu Sans"
_STAND_INS = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Microsoft YaHei",
    "PingFang SC",
    "WenQuanYi Zen Hei",
    "Noto Sans",
    "Arial Unicode MS",
)
_UNDRAWN = "\ufffd"


@cache
def families() -> tuple[str, ...]:
    """Names of the fonts in the order they are asked for a letter."""
    installed = {entry.name for entry in font_manager.fontManager.ttflist}
    return (_FIRST, *(name for name in _STAND_INS if name in installed))


@cache
def _letters() -> frozenset[int]:
    found: set[int] = set()
    for name in families():
        font = font_manager.get_font(font_manager.findfont(name))
        found |= set(font.get_charmap())
    return frozenset(found)


def drawable(words: str) -> str:
    """Words with a mark for every letter that no font at hand can draw."""
    return "".join(c if ord(c) in _letters() else _UNDRAWN for c in words)
