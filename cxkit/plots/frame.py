"""A chart with two numbered axes: what is measured above, numbers left and below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes

from cxkit.plots.key import Entry, draw_key, key_height
from cxkit.plots.measure import height, line_height, widest, wrap
from cxkit.plots.scale import Scale, scale, upright
from cxkit.plots.sheet import Sheet
from cxkit.plots.style import GRID, INK, QUIET, RULE, SMALL, WIDTH

_EDGE = 0.3  # inches kept free where the last tick's words reach beyond the axes


@dataclass(frozen=True)
class Side:
    """One axis: its title, number format and limits; ticks replace the numbers it would find."""

    title: str
    fmt: str
    limits: tuple[float, float]
    ticks: tuple[tuple[float, str], ...] | None = None


@dataclass(frozen=True)
class Frame:
    """What such a chart says besides its marks.

    right, above and below are inches the caller needs beside, above and under the axes for words
    of its own; left is the least room for the numbers, so that two frames can stand in line.
    """

    x: Side
    y: Side
    language: str = "en"
    key: Sequence[Entry] = ()
    notes: Sequence[str] = ()
    right: float = 0.0
    above: float = 0.0
    below: float = 0.0
    left: float = 0.0
    tall: float = 2.7


@dataclass(frozen=True)
class Drawn:
    """The sheet and axes, with the axes' place on the sheet in inches."""

    sheet: Sheet
    ax: Axes
    left: float
    top: float
    room: float
    tall: float

    def across(self, value: float) -> float:
        """Inches from the sheet's left edge of a value on the horizontal axis."""
        low, high = self.ax.get_xlim()
        return self.left + self.room * (value - low) / (high - low)

    def down(self, value: float) -> float:
        """Inches from the sheet's top of a value on the vertical axis."""
        low, high = self.ax.get_ylim()
        return self.top + self.tall * (high - value) / (high - low)


def frame_room(y: Side, right: float, tall: float = 2.7, language: str = "en") -> float:
    """Inches the axes of such a frame are wide."""
    return WIDTH - frame_left(y, tall, language) - max(right, _EDGE)


def frame_height(frame: Frame) -> float:
    """Inches the whole frame is tall, from its key to the caller's room below."""
    return _top(frame) + frame.tall + _foot(frame)


def draw_frame(frame: Frame, sheet: Sheet | None = None, top: float = 0.0) -> Drawn:
    """The figure with titles, numbers and grid in place; the caller adds marks and words.

    On a sheet that is given, the frame stands `top` inches from its upper end.
    """
    sheet = sheet or Sheet(frame_height(frame))
    left = _start(frame)
    room = WIDTH - left - max(frame.right, _EDGE)
    draw_key(sheet, frame.key, WIDTH, top)
    sheet.lines(0, top + key_height(frame.key, WIDTH), _title(frame), color=INK)
    ax = sheet.axes(left, top + _top(frame), room, frame.tall)
    ax.set_xlim(*frame.x.limits)
    ax.set_ylim(*frame.y.limits)
    drawn = Drawn(sheet, ax, left, top + _top(frame), room, frame.tall)
    _draw_ticks(drawn, frame)
    end = sheet.lines(
        left, drawn.top + frame.tall + 0.07 + line_height(), _x_title(frame), color=INK
    )
    sheet.lines(0, end + 0.06, _notes(frame), size=SMALL, color=QUIET)
    return drawn


def _title(frame: Frame) -> list[str]:
    return wrap(frame.y.title, WIDTH) if frame.y.title else []


def _x_title(frame: Frame) -> list[str]:
    room = WIDTH - _start(frame) - max(frame.right, _EDGE)
    return wrap(frame.x.title, room) if frame.x.title else []


def _notes(frame: Frame) -> list[str]:
    return [line for note in frame.notes for line in wrap(note, WIDTH, SMALL)]


def _top(frame: Frame) -> float:
    return key_height(frame.key, WIDTH) + height(_title(frame)) + 0.1 + frame.above


def _foot(frame: Frame) -> float:
    words = height(_x_title(frame)) + 0.06 + height(_notes(frame), SMALL)
    return 0.07 + line_height() + words + 0.06 + frame.below


def _start(frame: Frame) -> float:
    return max(frame_left(frame.y, frame.tall, frame.language), frame.left)


def _side(side: Side, room: float, language: str, *, up: bool) -> Scale:
    if side.ticks is None:
        find = upright if up else scale
        return find(*side.limits, side.fmt, room, language)
    places, labels = zip(*side.ticks, strict=True) if side.ticks else ((), ())
    return Scale(*side.limits, places, labels)


def frame_left(y: Side, tall: float, language: str = "en") -> float:
    """Inches the numbers of the vertical axis take at its left."""
    labels = _side(y, tall, language, up=True).labels
    return max(widest(labels) + 0.1, _EDGE)


def _draw_ticks(drawn: Drawn, frame: Frame) -> None:
    sheet, ax, bottom = drawn.sheet, drawn.ax, drawn.top + drawn.tall
    y = _side(frame.y, frame.tall, frame.language, up=True)
    for place, label in zip(y.places, y.labels, strict=True):
        ax.axhline(place, color=GRID, linewidth=0.7, zorder=0)
        middle = drawn.down(place) - line_height() / 2
        sheet.lines(drawn.left - 0.08, middle, [label], color=QUIET, ha="right")
    x = _side(frame.x, drawn.room, frame.language, up=False)
    for place, label in zip(x.places, x.labels, strict=True):
        sheet.lines(drawn.across(place), bottom + 0.07, [label], color=QUIET, ha="center")
        sheet.stroke(
            [(drawn.across(place), bottom), (drawn.across(place), bottom + 0.04)],
            color=RULE,
            linewidth=0.8,
        )
    sheet.stroke([(drawn.left, bottom), (drawn.left + drawn.room, bottom)], color=RULE, linewidth=1)
