"""Run rules of control charts: which points of a series of deviations give a signal.

A rule looks at the last few values, each as a number of standard deviations from the centre, and
fires at the point that completes its pattern. Values that are missing belong to no pattern.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cxkit.errors import ConfigError, nearest

ON = 1e-9  # standard deviations within which a value lies on a limit, and so not beyond it

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Rule:
    """`of` values in a row, of which `least` show the pattern named by `kind`.

    kind is `zone` (beyond `beyond` standard deviations, all on one side), `trend` (each value
    higher than the one before, or each lower), `turning` (up and down in turn), `inside` (all
    within `beyond`) or `outside` (all beyond it, on either side).
    """

    id: str
    kind: str
    least: int
    of: int
    beyond: float = 0.0


# Western Electric Company (1956), Statistical Quality Control Handbook.
WESTERN_ELECTRIC = (
    Rule("beyond_3", "zone", 1, 1, 3.0),
    Rule("two_of_three_beyond_2", "zone", 2, 3, 2.0),
    Rule("four_of_five_beyond_1", "zone", 4, 5, 1.0),
    Rule("eight_on_one_side", "zone", 8, 8, 0.0),
)
# Nelson (1984), Journal of Quality Technology 16, 237-239.
NELSON = (
    Rule("beyond_3", "zone", 1, 1, 3.0),
    Rule("nine_on_one_side", "zone", 9, 9, 0.0),
    Rule("six_in_a_trend", "trend", 6, 6),
    Rule("fourteen_turning", "turning", 14, 14),
    Rule("two_of_three_beyond_2", "zone", 2, 3, 2.0),
    Rule("four_of_five_beyond_1", "zone", 4, 5, 1.0),
    Rule("fifteen_within_1", "inside", 15, 15, 1.0),
    Rule("eight_beyond_1", "outside", 8, 8, 1.0),
)
RULE_SETS: dict[str, tuple[Rule, ...]] = {
    "limits": WESTERN_ELECTRIC[:1],
    "western-electric": WESTERN_ELECTRIC,
    "nelson": NELSON,
}


def rule_set(name: str) -> tuple[Rule, ...]:
    """The rules of a set by its name; an unknown name is a ConfigError."""
    if name not in RULE_SETS:
        known = ", ".join(RULE_SETS)
        raise ConfigError(
            f'"{name}" is no set of run rules{nearest(name, RULE_SETS)}; use one of: {known}'
        )
    return RULE_SETS[name]


def fires(z: Floats, rule: Rule) -> Bools:
    """Where a rule fires in series of deviations.

    z (..., n) holds standard deviations from the centre; so does what comes back. A zone rule
    fires only at a point that lies in the zone itself, so that the end of a pattern is not
    counted again.
    """
    if rule.kind == "zone":
        edge = rule.beyond + (ON if rule.beyond else 0.0)
        return np.asarray(_enough(z > edge, rule) | _enough(z < -edge, rule))
    if rule.kind == "inside":
        return _enough(np.abs(z) < rule.beyond, rule)
    if rule.kind == "outside":
        return _enough(np.abs(z) > rule.beyond, rule)
    step = np.diff(z, axis=-1, prepend=np.nan)
    if rule.kind == "trend":
        return _run(step > 0, rule.of - 1) | _run(step < 0, rule.of - 1)
    turned = step[..., 1:] * step[..., :-1] < 0
    turned = np.concatenate([np.zeros((*z.shape[:-1], 1), bool), turned], axis=-1)
    return _run(turned, rule.of - 2)


def _enough(inside: Bools, rule: Rule) -> Bools:
    """Points inside, with `least` of the last `of` values inside."""
    return np.asarray(inside & (_counts(inside, rule.of) >= rule.least))


def _run(holds: Bools, length: int) -> Bools:
    return np.asarray(_counts(holds, length) == length)


def _counts(holds: Bools, of: int) -> Ints:
    """How many of the last `of` values hold; fewer values than that count as what there are."""
    total = np.cumsum(holds, axis=-1, dtype=np.int64)
    before = np.zeros_like(total)
    before[..., of:] = total[..., :-of]
    return np.asarray(total - before)


def signals(z: Floats, rules: tuple[Rule, ...], phase: Ints | None = None) -> dict[str, Bools]:
    """Where each rule fires, by the rule's id, (..., n); no pattern crosses from phase to phase.

    phase (n,) numbers the stretches that are judged apart; None is one stretch.
    """
    found: dict[str, Bools] = {rule.id: np.zeros(z.shape, bool) for rule in rules}
    for part in stretches(z.shape[-1], phase):
        for rule in rules:
            found[rule.id][..., part] = fires(z[..., part], rule)
    return found


def stretches(length: int, phase: Ints | None) -> list[slice]:
    """The consecutive stretches of equal phase, in their order."""
    if phase is None:
        return [slice(0, length)]
    edges = [0, *(np.flatnonzero(np.diff(phase)) + 1).tolist(), length]
    return [slice(a, b) for a, b in pairwise(edges) if b > a]


def any_signal(found: Mapping[str, Bools]) -> Bools:
    """Points at which any rule fires."""
    return np.asarray(np.logical_or.reduce(list(found.values())))


def run_length(found: Bools) -> Any:
    """Values up to and with the first signal, (...); NaN where there is none."""
    first = np.argmax(found, axis=-1) + 1.0
    return np.where(found.any(axis=-1), first, np.nan)
