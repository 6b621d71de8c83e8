"""Words beside points: places where none lies on another, on a mark, or outside the axes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import cos, hypot, pi, sin

RING = 0.09  # inches from one ring of places to the next
_NEAR, _SWEEPS, _RINGS = 0.045, 12, 12
_SIDES = ((1, 0), (-1, 0), (0, -1), (0, 1), (1, -1), (1, 1), (-1, -1), (-1, 1))


@dataclass(frozen=True)
class Spot:
    """A box in inches, its top left corner first, with what it costs to stand there.

    across says where it stands from its point: 1 right of it, -1 left, 0 above or below.
    """

    left: float
    top: float
    wide: float
    tall: float
    cost: float = 0.0
    across: int = 0

    def overlap(self, other: Spot) -> float:
        """Square inches two boxes share."""
        across = min(self.left + self.wide, other.left + other.wide) - max(self.left, other.left)
        down = min(self.top + self.tall, other.top + other.tall) - max(self.top, other.top)
        return across * down if across > 0 and down > 0 else 0.0

    def within(self, area: Spot) -> bool:
        return (
            area.left <= self.left
            and area.top <= self.top
            and self.left + self.wide <= area.left + area.wide
            and self.top + self.tall <= area.top + area.tall
        )


def beside(
    points: Sequence[tuple[float, float]],
    sizes: Sequence[tuple[float, float]],
    marks: Sequence[Spot],
    area: Spot,
) -> list[Spot] | None:
    """A place next to each point for words of these sizes, or None where they do not all fit."""
    choices = [
        [s for s in _sides(at, size) if s.within(area)]
        for at, size in zip(points, sizes, strict=True)
    ]
    if not all(choices):
        return None
    found = [spots[0] for spots in choices]
    for _ in range(_SWEEPS):
        before = list(found)
        for i, spots in enumerate(choices):
            others = [*found[:i], *found[i + 1 :], *marks]
            found[i] = min(spots, key=lambda s: _crowding(s, others))
        if found == before:
            break
    free = all(_free(spot, [*found[:i], *marks]) for i, spot in enumerate(found))
    return found if free else None


def around(
    points: Sequence[tuple[float, float]],
    sizes: Sequence[tuple[float, float]],
    marks: Sequence[Spot],
    area: Spot,
) -> list[Spot | None]:
    """The nearest free place round each point, one point after the other; None where is none.

    A place `rings` or fewer rings of RING inches away costs at most `far(rings)`.
    """
    found: list[Spot | None] = []
    taken = list(marks)
    for at, size in zip(points, sizes, strict=True):
        free = (s for s in _rings(at, size) if s.within(area) and _free(s, taken))
        spot = next(free, None)
        found.append(spot)
        taken += [spot] if spot else []
    return found


def far(rings: int) -> int:
    """The cost of a place so many rings away."""
    return len(_SIDES) + rings


def _free(spot: Spot, taken: Sequence[Spot]) -> bool:
    return not any(spot.overlap(other) > 1e-9 for other in taken)


def _crowding(spot: Spot, others: Sequence[Spot]) -> tuple[float, float]:
    return round(sum(spot.overlap(other) for other in others), 9), spot.cost


def _sides(at: tuple[float, float], size: tuple[float, float]) -> Iterator[Spot]:
    """Right, left, above, below, and at the four corners, in order of liking."""
    for cost, (across, down) in enumerate(_SIDES):
        reach = 0.07 + _NEAR if 0 in (across, down) else 0.04 + _NEAR
        yield _spot(at, size, across, down, reach, cost)


def _rings(at: tuple[float, float], size: tuple[float, float]) -> Iterator[Spot]:
    """All round the point, farther and farther away."""
    yield from _sides(at, size)
    for ring in range(1, _RINGS):
        for step in range(16):
            turn = 2 * pi * step / 16
            reach = 0.1 + RING * ring
            yield _spot(at, size, cos(turn), sin(turn), reach, len(_SIDES) + ring)


def _spot(
    at: tuple[float, float],
    size: tuple[float, float],
    across: float,
    down: float,
    reach: float,
    cost: float,
) -> Spot:
    """A box that begins `reach` inches from the point in a direction."""
    wide, tall = size
    left = at[0] + across * reach + (across - 1) * wide / 2
    top = at[1] + down * reach + (down - 1) * tall / 2
    return Spot(left, top, wide, tall, cost, round(across))


def leader(at: tuple[float, float], spot: Spot) -> list[tuple[float, float]]:
    """A line from a point to words that stand off it; none where they stand beside it."""
    across = min(max(at[0], spot.left), spot.left + spot.wide)
    down = min(max(at[1], spot.top), spot.top + spot.tall)
    return [at, (across, down)] if hypot(across - at[0], down - at[1]) > 0.13 else []
