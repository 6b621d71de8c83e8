"""A rollout from a client's tables: found with its size, graded by how it was assigned."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cxkit.contracts import read_client
from cxkit.measures import accounts, maturity
from cxkit.models.rollout import ChangeEffect, rollout_effect, transition_effect
from cxkit.simulate import Rollout, simulate

BIG = {"growth": 0.06, "margin": 0.03, "first": 3, "last": 7}


def effect(folder: Path, outcome: str, **planted: object) -> tuple[ChangeEffect, float]:
    rollout = Rollout(**(BIG | planted))  # type: ignore[arg-type]
    made = simulate(seed=5, companies=250, years=8, rollout=rollout)
    made.write(folder / "simulated")
    client = read_client(str(folder / "simulated"))
    truth = made.planted["rollout"]["mean_effect"][outcome]
    return rollout_effect(client, accounts(client), outcome), truth


@pytest.mark.parametrize("outcome", ["revenue_growth", "operating_margin"])
def test_an_assigned_rollout_is_found_and_has_grade_a(tmp_path: Path, outcome: str) -> None:
    found, truth = effect(tmp_path, outcome)
    last = found.table.iloc[-1]
    assert np.isnan(last["year"])
    assert last["conf_low"] < truth < last["conf_high"]
    assert found.grade == "A"
    assert "raised" in found.summary
    assert found.table["year"].dropna().is_monotonic_increasing
    assert {-1.0, 0.0} <= set(found.table["year"].dropna())


def test_a_chosen_rollout_never_has_grade_a_and_is_not_said_to_have_raised(tmp_path: Path) -> None:
    found, _ = effect(tmp_path, "revenue_growth", assignment="chosen")
    assert found.grade == "C"
    assert "raised" not in found.summary
    assert found.verdict.needs[0].met is False


def test_a_stage_reached_never_has_grade_a(tmp_path: Path) -> None:
    simulate(seed=5, companies=250, years=8).write(tmp_path / "simulated")
    client = read_client(str(tmp_path / "simulated"))
    found = transition_effect(maturity(client), accounts(client), "operating_margin")
    assert found.found.changed > 20
    assert found.grade == "C"
    assert found.verdict.needs[0].met is False
    assert found.found.changed + found.found.unchanged <= 250


def test_without_events_there_is_nothing_to_compare(tmp_path: Path) -> None:
    simulate(seed=5, companies=40).write(tmp_path / "simulated")
    client = read_client(str(tmp_path / "simulated"))
    found = rollout_effect(client, accounts(client), "revenue_growth")
    assert found.found.changed == 0
    assert found.grade == "C"
    assert "nothing can be compared" in found.summary
