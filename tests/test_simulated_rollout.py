"""The planted rollout: known sizes, three assignments, nothing changed without it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cxkit.contracts import check_client, read_client
from cxkit.errors import ConfigError
from cxkit.simulate import BASE, Rollout, draw, roll_out, simulate
from cxkit.simulate.rollout import NEVER

SMALL = BASE.but(companies=600)


def test_only_growth_and_margin_after_the_start_change_and_by_what_was_planted() -> None:
    before = draw(SMALL, 3)
    found = roll_out(before, Rollout(growth=0.03, margin=0.01, step=0.5, first=2, last=4), 3)
    year = np.arange(before.growth.shape[1]) + SMALL.first_wave
    since = year - found.start[:, None].astype(float)
    size = np.where(before.stay, np.where(since >= 0, 1 + 0.5 * since, 0), np.nan)
    assert found.drawn.growth - before.growth == pytest.approx(0.03 * size, nan_ok=True)
    assert found.drawn.margin - before.margin == pytest.approx(0.01 * size, nan_ok=True)
    assert found.drawn.answers is before.answers
    assert (found.start == NEVER).mean() == pytest.approx(0.4, abs=0.06)
    assert set(found.start[found.start != NEVER]) == {2021, 2022, 2023}


def growth_before(assignment: str) -> float:
    """Mean growth of the year before the change less that of all others, in percent."""
    drawn = draw(SMALL.but(companies=3000, attrition=0.0), 5)
    found = roll_out(drawn, Rollout(assignment=assignment, growth=0, margin=0), 5)
    column = np.where(found.start == NEVER, 1, found.start - SMALL.first_wave - 1)
    own = drawn.growth - drawn.growth.mean(0)
    chosen = found.start != NEVER
    return float(100 * own[np.flatnonzero(chosen), column[chosen]].mean())


def test_only_a_chosen_change_follows_a_bad_year() -> None:
    assert abs(growth_before("randomised")) < 0.6
    assert growth_before("chosen") < -2


def test_a_scheduled_change_goes_industry_by_industry() -> None:
    found = roll_out(draw(SMALL, 1), Rollout(assignment="scheduled"), 1)
    starts = pd.Series(found.start).groupby(found.drawn.industry).nunique()
    assert (starts == 1).all()
    assert 0.2 < (found.start == NEVER).mean() < 0.6


def test_a_client_with_a_rollout_sends_its_events(tmp_path: Path) -> None:
    made = simulate(companies=80, rollout=Rollout(assignment="scheduled"))
    made.write(tmp_path / "simulated")
    assert set(check_client(str(tmp_path / "simulated"))["severity"]) <= {"warn"}
    events = read_client(str(tmp_path / "simulated")).table("events")
    assert set(events["kind"]) == {"rollout"}
    assert set(events["assignment"]) == {"scheduled"}
    assert events["company_id"].is_unique
    assert made.planted["rollout"]["mean_effect"]["revenue_growth"] > 0.02


def test_without_a_rollout_nothing_is_sent_or_changed() -> None:
    one, two = simulate(companies=80), simulate(companies=80, rollout=Rollout())
    assert one.events is None
    assert "rollout" not in one.planted
    pd.testing.assert_frame_equal(one.assessments, two.assessments)
    early = "period_end < '2021'"
    pd.testing.assert_frame_equal(one.pnl.query(early), two.pnl.query(early))
    assert not one.pnl.equals(two.pnl)


@pytest.mark.parametrize(
    ("planted", "words"),
    [
        ({"assignment": "by whim"}, "randomised, scheduled, chosen"),
        ({"first": 4, "last": 2}, "first not later"),
        ({"never": 1.2}, "share from 0 to 1"),
    ],
)
def test_a_rollout_that_cannot_be_laid_is_refused(planted: dict[str, object], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        Rollout(**planted)  # type: ignore[arg-type]


def test_a_rollout_beyond_the_last_year_is_refused() -> None:
    with pytest.raises(ConfigError, match="the draw ends with 5"):
        roll_out(draw(SMALL, 1), Rollout(last=6), 1)
