"""A planted change that comes to companies in different years, with a known effect.

It is laid over a draw and uses a generator of its own: without it nothing of the draw changes.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import expit, logit

from cxkit.errors import ConfigError
from cxkit.simulate.draws import Draw
from cxkit.simulate.industries import INDUSTRIES
from cxkit.simulate.layout import Floats, Ints

ASSIGNMENTS = ("randomised", "scheduled", "chosen")
NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Rollout:
    """What is planted.

    growth, margin: fractions, the effect in the first year of the change. step: share of that
    effect added in each further year, so 0.5 makes it grow by half a year. first, last: fiscal
    years counted from the first wave's (0), in which changes begin, each on the year's first
    day. never: share of companies that never change. assignment: randomised (by lot), scheduled
    (industry by industry, in the order of their names) or chosen (sooner after a bad year).
    dip: of a chosen change, by how much its log-odds rise per standard deviation of growth that
    the year before was worse than others'.
    """

    growth: float = 0.02
    margin: float = 0.01
    step: float = 0.5
    first: int = 2
    last: int = 4
    never: float = 0.4
    assignment: str = "randomised"
    dip: float = 1.5

    def __post_init__(self) -> None:
        if self.assignment not in ASSIGNMENTS:
            raise ConfigError(f"assignment is one of {', '.join(ASSIGNMENTS)}")
        if not 1 <= self.first <= self.last:
            raise ConfigError("first and last are years after the first wave's, first not later")
        if not 0 <= self.never <= 1:
            raise ConfigError("never is a share from 0 to 1")


@dataclass(frozen=True, eq=False)
class RolledOut:
    """drawn has the effect in its growth and margin; start (n,) the calendar fiscal year in
    which a company's change begins, NEVER without one; effect_growth, effect_margin (n, T + 1)
    what was added, 0 before the change."""

    drawn: Draw
    start: Ints
    effect_growth: Floats
    effect_margin: Floats
    rollout: Rollout


def roll_out(drawn: Draw, rollout: Rollout, seed: int) -> RolledOut:
    """Lay a change over a draw; the same draw, change and seed give the same numbers."""
    columns = drawn.growth.shape[1]
    if rollout.last >= columns:
        raise ConfigError(f"last is year {rollout.last}, but the draw ends with {columns - 1}")
    rng = np.random.default_rng(np.random.SeedSequence([seed, 3]))
    begins = _STARTS[rollout.assignment](drawn, rollout, rng)
    since = np.arange(columns) - begins[:, None]
    size = np.where(since >= 0, 1 + rollout.step * np.maximum(since, 0), 0.0)
    growth, margin = rollout.growth * size, rollout.margin * size
    changed = replace(drawn, growth=drawn.growth + growth, margin=drawn.margin + margin)
    none = begins >= columns
    start = np.where(none, NEVER, drawn.design.first_wave + np.where(none, 0, begins))
    return RolledOut(changed, start, growth, margin, rollout)


def _randomised(drawn: Draw, rollout: Rollout, rng: np.random.Generator) -> Ints:
    n = len(drawn.size)
    begins = rng.integers(rollout.first, rollout.last + 1, n)
    return np.where(rng.random(n) < rollout.never, drawn.growth.shape[1], begins)


def _scheduled(drawn: Draw, rollout: Rollout, rng: np.random.Generator) -> Ints:
    """Industries in the order of their names; the last ones never change. No draw is used."""
    order = np.argsort([industry.name for industry in INDUSTRIES], kind="stable")
    place = np.argsort(order)[drawn.industry]
    turns = max(1, round((1 - rollout.never) * len(INDUSTRIES)))
    steps = rollout.last - rollout.first + 1
    begins = rollout.first + np.minimum(place * steps // turns, steps - 1)
    return np.where(place >= turns, drawn.growth.shape[1], begins)


def _chosen(drawn: Draw, rollout: Rollout, rng: np.random.Generator) -> Ints:
    """Each year some of those left begin, sooner after a worse year."""
    columns = drawn.growth.shape[1]
    begins = np.full(len(drawn.size), columns)
    steps = rollout.last - rollout.first + 1
    hazard = 1 - max(rollout.never, 1e-6) ** (1 / steps)
    for year in range(rollout.first, rollout.last + 1):
        before = drawn.growth[:, year - 1]
        worse = np.nan_to_num((np.nanmean(before) - before) / np.nanstd(before))
        odds = expit(logit(hazard) + rollout.dip * worse)
        left = begins == columns
        begins[left & (rng.random(len(begins)) < odds)] = year
    return begins


_STARTS = {"randomised": _randomised, "scheduled": _scheduled, "chosen": _chosen}


def event_table(found: RolledOut, ids: np.ndarray) -> pd.DataFrame:
    """The table `events`: one row per company whose change began while it was there."""
    first = found.drawn.design.first_wave
    columns = found.drawn.growth.shape[1]
    began = np.flatnonzero(found.start != NEVER)
    at = np.minimum(found.start[began] - first, columns - 1)
    began = began[found.drawn.stay[began, at]]
    dates = pd.to_datetime([f"{year}-01-01" for year in found.start[began]])
    return pd.DataFrame(
        {
            "company_id": ids[began],
            "date": dates,
            "kind": "rollout",
            "assignment": found.rollout.assignment,
        }
    )


def true_rollout(found: RolledOut) -> dict[str, Any]:
    """What was planted, and the mean effect over the years seen from the change on."""
    there = found.drawn.stay & (found.effect_growth + found.effect_margin != 0)
    return asdict(found.rollout) | {
        "mean_effect": {
            "revenue_growth": _mean(found.effect_growth, there),
            "operating_margin": _mean(found.effect_margin, there),
        }
    }


def _mean(effect: Floats, there: np.ndarray) -> float:
    return float(effect[there].mean()) if there.any() else 0.0
