"""Grade A: every need refuses alone, and chance does not earn it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cxkit.display import text
from cxkit.models.assigned import grade_a
from cxkit.models.checks.events import pre_trend
from cxkit.models.did import NEVER, Did, did
from cxkit.models.probes import NOTHING
from cxkit.simulate import BASE, Rollout, draw, roll_out
from tests.models.test_did import arrays

DESIGN = BASE.but(companies=400, years=9)


def planted(seed: int = 1, **values: object) -> tuple[Did, list[str]]:
    rollout = Rollout(**{"growth": 0.05, "first": 4, "last": 8, **values})  # type: ignore[arg-type]
    found = roll_out(draw(DESIGN, seed), rollout, seed)
    return did(*arrays(found)), [rollout.assignment] * int((found.start != NEVER).sum())


def test_a_large_assigned_effect_after_a_flat_past_has_grade_a() -> None:
    found, how = planted()
    verdict = grade_a(found, how)
    assert verdict.holds
    assert [need.met for need in verdict.needs] == [True] * 4
    assert "All" in text(verdict.reasons[0])
    assert pre_trend(found).passed is True


@pytest.mark.parametrize("how", ["chosen", "", None, float("nan"), "transition"])
def test_one_change_that_was_not_assigned_is_enough_to_refuse(how: object) -> None:
    found, assigned = planted()
    verdict = grade_a(found, [*assigned, how])
    assert not verdict.holds
    assert verdict.needs[0].met is False
    assert text(verdict.needs[0].reason)


def test_nine_companies_are_too_few() -> None:
    found, how = planted()
    assert grade_a(replace(found, changed=10, unchanged=10), how).holds
    for few in (replace(found, changed=9), replace(found, unchanged=9)):
        verdict = grade_a(few, how)
        assert [need.met for need in verdict.needs] == [True, False, True, True]


def test_a_past_that_is_not_flat_refuses() -> None:
    found, _ = planted(assignment="chosen")
    verdict = grade_a(found, ["scheduled"] * 20)
    assert verdict.needs[2].met is False
    assert not verdict.holds
    assert pre_trend(found).passed is False


def test_a_small_effect_does_not_survive_the_trend_that_could_have_been_missed() -> None:
    found, how = planted(growth=0.014)
    assert found.effect.clear
    verdict = grade_a(found, how)
    assert [need.met for need in verdict.needs] == [True, True, True, False]
    assert pre_trend(found).passed is None


def test_a_trend_of_the_missed_size_is_what_is_taken_off() -> None:
    found, _ = planted()
    bias = found.before.missed * abs(found.drift)
    low = found.effect.conf_low
    assert bias > 0
    shifted = replace(found.effect, estimate=found.effect.estimate - low + 0.999 * bias)
    assert not replace(found, effect=shifted).survives
    shifted = replace(found.effect, estimate=found.effect.estimate - low + 1.001 * bias)
    assert replace(found, effect=shifted).survives
    down = replace(found.effect, estimate=-found.effect.estimate)
    assert replace(found, effect=down).survives


def test_without_a_past_nothing_is_known() -> None:
    found, how = planted()
    blank = replace(found, before=replace(found.before, leads=(), slope=NOTHING))
    verdict = grade_a(blank, how)
    assert [need.met for need in verdict.needs] == [True, True, None, None]
    assert pre_trend(blank).passed is None
    assert not verdict.holds
    assert grade_a(found, []).needs[0].met is None


def test_no_effect_seldom_earns_grade_a() -> None:
    held = [grade_a(*planted(seed, growth=0.0)).holds for seed in range(30)]
    assert np.mean(held) <= 0.05
