"""Powers of ten by which a value is off the level of its own neighbours."""

from __future__ import annotations

import numpy as np

from cxkit.contracts.cells import Mask
from cxkit.contracts.figures.ledger import Floats, Ints, Series

NEAREST = 0.75  # a step of a power of ten is at least that large (log10): beyond known mergers
INSIDE = 0.25  # how far from a power of ten a step may lie that is undone later
AT_END = 0.2  # the same at an end of the series, where nothing undoes it
CALM = 0.35  # the largest other step of a series whose end may be accused of a tenfold slip
BACK = 0.5, 0.65  # the least step that undoes a slip, and how far from it that may lie
FAR = 1.5  # a step of that size is a slip, however far from a power of ten
ANY_POWER = 0.3  # how far a step of 100 times or more may lie: no real growth is near
REACH = 4  # periods to each side that say what is usual for a company
FEWEST = 3  # of them


def powers(step: Floats, inside: float = INSIDE) -> Ints:
    """The power of ten each step comes near to, 0 for none; a missing step is none."""
    known = np.where(np.isnan(step), 0.0, step)
    power = np.rint(known)
    far = np.where(np.abs(power) > 1, ANY_POWER, inside)
    near = (np.abs(known) >= NEAREST) & (np.abs(known - power) <= far)
    return np.where(near, power, 0).astype(np.int64)


def off_level(run: Series, level: Floats, spared: Mask) -> Ints:
    """By which power of ten each value (n,) is off its series, 0 where it is not.

    level is log10 of the values; the level most values share is the right one. spared is true
    where a step into the value has another cause, such as a merger.
    """
    if not len(run.at):
        return np.empty(0, np.int64)
    step = run.step(level)
    offset = _offsets(run, np.where(spared, 0.0, np.nan_to_num(step)))
    jump = np.where(run.first, 0, np.diff(offset, prepend=0))
    power = offset - _shared(run, offset, level)
    return np.where(_believed(run, step, jump, power), power, 0)


def _offsets(run: Series, step: Floats) -> Ints:
    """Each value's power of ten against its series' first, from the steps between them.

    A step that all but takes back what earlier ones added takes it back: beside a slip the
    business may have changed as well.
    """
    near = powers(step)
    offset = np.zeros(len(step), np.int64)
    starts = np.flatnonzero(np.append(run.first, True))
    number = np.cumsum(run.first) - 1
    for one in np.unique(number[np.abs(step) >= NEAREST]).tolist():
        held = 0
        for at in range(starts[one], starts[one + 1]):
            own = float(step[at])
            if held and abs(own) >= BACK[0] and abs(own + held) <= BACK[1]:
                held = 0
            elif near[at] or abs(own) >= FAR:
                held += int(near[at]) or round(own)
            offset[at] = held
    return offset


def _shared(run: Series, offset: Ints, level: Floats) -> Ints:
    """The offset most values of each series share; among equals, nearest to all values' middle."""
    number = np.cumsum(run.first) - 1
    _, group, count = np.unique(
        np.column_stack([number, offset]), axis=0, return_inverse=True, return_counts=True
    )
    group = group.ravel()
    mean = np.bincount(group, level) / count
    far = np.abs(mean - np.median(level))[group] if len(level) else level
    order = np.lexsort([far, -count[group], number])
    best = order[np.flatnonzero(np.diff(number[order], prepend=-1))]
    return np.asarray(offset[best][number])


def _believed(run: Series, step: Floats, jump: Ints, power: Ints) -> Mask:
    """Stretches that step off and back, or that step off by far more than business does."""
    number = np.cumsum(run.first) - 1
    before = run.shifted(power.astype(float), 1)
    starts = run.first | (power != before)
    part = np.cumsum(starts) - 1
    ends = np.append(starts[1:], True)
    left = np.where(run.first, np.nan, before)[starts][part]
    right = run.shifted(power.astype(float), -1)[ends][part]
    returns = (left == 0) & (right == 0)
    rest = np.nan_to_num(np.abs(step - jump))
    worst = np.zeros(number[-1] + 1 if len(number) else 0)
    np.maximum.at(worst, number, rest)
    inner = np.nan_to_num(np.abs(step))[starts]
    edge = np.where(np.isnan(left[starts]), _next(inner), inner)
    exact = np.abs(edge - np.rint(edge))[part] <= AT_END
    base = np.bincount(number, power == 0, minlength=len(worst))
    tenfold = (worst[number] <= CALM) & exact & (base[number] >= FEWEST)
    one_sided = np.where(np.abs(power) > 1, True, tenfold)
    return (power != 0) & (returns | one_sided)


def _next(values: Floats) -> Floats:
    return np.append(values[1:], 0.0)


def around(run: Series, level: Floats, reach: int = REACH) -> tuple[Floats, Floats, Ints]:
    """Median and median deviation of each value's neighbours in the series, and their number."""
    other = np.array([run.shifted(level, by) for by in range(-reach, reach + 1) if by])
    count = np.isfinite(other).sum(axis=0)
    middle = _median(other, count)
    spread = _median(np.abs(other - middle), count)
    return middle, spread, count


def _median(values: Floats, count: Ints) -> Floats:
    """Medians of (k, n) values by column; missing ones, of which there are k - count, sort last."""
    ordered = np.sort(values, axis=0)
    at = np.arange(values.shape[1])
    low, high = np.maximum(count - 1, 0) // 2, count // 2
    middle = (ordered[low, at] + ordered[np.minimum(high, len(values) - 1), at]) / 2
    return np.where(count > 0, middle, np.nan)


def beside(run: Series, level: Floats) -> Floats:
    """The mean of the values just before and after each, or of the one there is."""
    pair = np.array([run.shifted(level, 1), run.shifted(level, -1)])
    count = np.isfinite(pair).sum(axis=0)
    return np.where(count > 0, np.nansum(pair, axis=0) / np.maximum(count, 1), np.nan)
