"""What is true of a draw: the planted values and the state of every company."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd

from cxkit.simulate.draws import Draw
from cxkit.simulate.industries import INDUSTRIES


def profile_names(profiles: int) -> tuple[str, ...]:
    """Names from the highest score to the lowest."""
    if profiles == 3:
        return "masters", "strivers", "laggards"
    return tuple(f"profile_{k}" for k in range(1, profiles + 1))


def true_table(drawn: Draw, ids: np.ndarray, waves: pd.DatetimeIndex) -> pd.DataFrame:
    """One row per company and wave, those after exit left out: profile and true scores."""
    company, wave = np.nonzero(drawn.stay[:, :-1])
    names = np.array(profile_names(drawn.design.profiles), dtype=object)
    table = pd.DataFrame(
        {
            "company_id": ids[company],
            "wave": waves[wave],
            "profile": names[drawn.profile[company, wave]],
            "score": drawn.score[company, wave],
        }
    )
    for k, block in enumerate(drawn.layout.block_ids):
        table[block] = drawn.blocks[company, wave, k]
    return table


def true_values(drawn: Draw, names: tuple[str, ...]) -> dict[str, Any]:
    """The design, and what follows from it in this draw; effects per point of score."""
    design = drawn.design
    contrasts = adjusted_contrasts(drawn)
    return {
        "design": asdict(design),
        "profiles": {
            name: {
                "share": float((drawn.profile[:, 0] == k).mean()),
                "mean_score": float(drawn.score[drawn.profile == k].mean()),
                "score_against_last": contrasts[k],
                "growth_against_last": contrasts[k] * design.effect_growth / 10,
                "margin_against_last": contrasts[k] * design.effect_margin / 10,
            }
            for k, name in enumerate(names)
        },
        "effects_per_point": {
            "revenue_growth": design.effect_growth / 10,
            "operating_margin": design.effect_margin / 10,
        },
        "effects_lag": 1,
        "units": "fractions of revenue; points of cx95 (6 to 95)",
    }


def adjusted_contrasts(drawn: Draw) -> list[float]:
    """Points of true score by which each profile lies above the last, industry, size and year
    held fixed; over all companies and waves."""
    waves = drawn.score.shape[1]
    industry = np.eye(len(INDUSTRIES))[drawn.industry]
    fixed = np.repeat(np.column_stack([industry, drawn.size]), waves, axis=0)
    year = np.tile(np.eye(waves)[:, 1:], (len(drawn.size), 1))
    last = drawn.design.profiles - 1
    dummies = np.eye(last + 1)[drawn.profile.ravel()][:, :last]
    design = np.column_stack([dummies, fixed, year])
    found = np.linalg.lstsq(design, drawn.score.ravel(), rcond=None)[0][:last]
    return [*map(float, found), 0.0]
