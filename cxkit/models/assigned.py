"""Grade A: what a change must have been, and what the data must show, before a sentence may say
"raised" (the rule printed in every report).

Assigned, not chosen; at least ten companies with it and ten without; flat before it; and an
interval that leaves zero out even if a linear trend of the size the pre-test could have missed
is taken off.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cxkit.display import message
from cxkit.models.did import Did

ENOUGH = 10  # companies with, and as many without
NOT_BY_CHOICE = ("randomised", "scheduled")


@dataclass(frozen=True)
class Need:
    """One thing grade A needs: met is None where it cannot be known; reason is a text."""

    id: str
    met: bool | None
    reason: Mapping[str, Any]


@dataclass(frozen=True)
class GradeA:
    """Whether an effect has grade A, and every need with its reason, in the rule's order."""

    holds: bool
    needs: tuple[Need, ...]

    @property
    def reasons(self) -> tuple[Mapping[str, Any], ...]:
        return tuple(need.reason for need in self.needs)


def grade_a(found: Did, assignments: Iterable[object]) -> GradeA:
    """The rule. assignments are those of the events behind the changed companies, one each.

    One event chosen by the company, or of which it is not known, is enough to refuse; so is a
    stage transition, which is a threshold crossing of a noisy score: pass "transition".
    """
    needs = (_assigned(assignments), _companies(found), _flat(found), _survives(found))
    return GradeA(all(need.met is True for need in needs), needs)


def _assigned(assignments: Iterable[object]) -> Need:
    given = [str(a) if isinstance(a, str) and a else "unknown" for a in assignments]
    wrong = [a for a in given if a not in NOT_BY_CHOICE]
    id = "assigned"
    if not given:
        return Need(id, None, message("assigned.no_events"))
    if "transition" in wrong:
        return Need(id, False, message("assigned.transition"))
    if wrong:
        values = {"chosen": wrong.count("chosen"), "unknown": len(wrong) - wrong.count("chosen")}
        return Need(id, False, message("assigned.chosen", of=len(given), **values))
    return Need(id, True, message("assigned.assigned", of=len(given)))


def _companies(found: Did) -> Need:
    met = min(found.changed, found.unchanged) >= ENOUGH
    values = {"changed": found.changed, "unchanged": found.unchanged, "least": ENOUGH}
    return Need("companies", met, message(f"assigned.companies_{_met(met)}", **values))


def _flat(found: Did) -> Need:
    before = found.before
    if not before.known:
        return Need("flat", None, message("assigned.flat_unknown"))
    values = {"slope": before.slope.estimate, "low": before.slope.conf_low,
              "high": before.slope.conf_high, "p": before.p_value}  # fmt: skip
    return Need("flat", before.flat, message(f"assigned.flat_{_met(before.flat)}", **values))


def _survives(found: Did) -> Need:
    if not (found.before.known and found.effect.known):
        return Need("survives", None, message("assigned.survives_unknown"))
    bias = found.before.missed * abs(found.drift)
    values = {"low": found.effect.conf_low, "high": found.effect.conf_high, "bias": bias,
              "missed": found.before.missed}  # fmt: skip
    met = found.survives
    return Need("survives", met, message(f"assigned.survives_{_met(met)}", **values))


def _met(met: bool) -> str:
    return "met" if met else "unmet"
