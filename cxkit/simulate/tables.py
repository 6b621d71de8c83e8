"""The tables of a client folder from a draw: companies and assessments."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxkit.simulate.answers import draw_importance
from cxkit.simulate.draws import Draw
from cxkit.simulate.industries import INDUSTRIES

COUNTRIES = ("DE", "FR", "PL", "NL", "ES", "IT", "SE", "CZ")
_COUNTRY_SHARES = (0.22, 0.17, 0.15, 0.12, 0.11, 0.11, 0.07, 0.05)
_OWNERSHIP = ("private", "listed", "family", "public")
_ROLES = np.array(["executive", "manager", "staff"])


def company_ids(companies: int) -> np.ndarray:
    """Ids as text, in order: c0001, c0002, ..."""
    width = max(4, len(str(companies)))
    return np.array([f"c{i:0{width}d}" for i in range(1, companies + 1)], dtype=object)


def company_table(
    drawn: Draw, ids: np.ndarray, employees: np.ndarray, rng: np.random.Generator
) -> pd.DataFrame:
    """One row per company; employees are those of the year before the first wave."""
    n = len(ids)
    part = rng.integers(0, 3, n)
    age = np.clip(np.rint(np.exp(3.3 + 0.8 * rng.standard_normal(n))), 2, 180)
    names = [INDUSTRIES[k].name for k in drawn.industry]
    return pd.DataFrame(
        {
            "company_id": ids,
            "name": [f"Simulated {name} {i[1:]}" for name, i in zip(names, ids, strict=True)],
            "industry": names,
            "sub_industry": [
                INDUSTRIES[k].parts[p] for k, p in zip(drawn.industry, part, strict=True)
            ],
            "country": rng.choice(COUNTRIES, n, p=_COUNTRY_SHARES),
            "founded_year": (drawn.design.first_wave - 1 - age).astype("int64"),
            "employees": employees.astype("int64"),
            "ownership": rng.choice(_OWNERSHIP, n, p=(0.45, 0.25, 0.22, 0.08)),
        }
    )


def wave_dates(drawn: Draw) -> pd.DatetimeIndex:
    """The day of each wave, inside the fiscal year it belongs to."""
    first = drawn.design.first_wave
    return pd.to_datetime([f"{first + t}-09-30" for t in range(drawn.design.years)])


def assessment_table(drawn: Draw, ids: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    """One row per question asked: the `assessments` table of a client folder.

    Where a rater gave no answer, performance is empty, never zero.
    """
    shape, company = drawn.layout, drawn.company
    importance = draw_importance(
        drawn.design, shape, drawn.importance, company, drawn.design.years, rng
    )
    asked = np.broadcast_to(drawn.stay[company, :-1, None], drawn.answers.shape)
    rater, wave, item = np.nonzero(asked)
    number = np.arange(len(company)) - np.searchsorted(company, company) + 1
    respondents = np.array(
        [f"{ids[c]}-r{k}" for c, k in zip(company, number, strict=True)], dtype=object
    )
    roles = _roles(company, number, rng)
    return pd.DataFrame(
        {
            "company_id": ids[company[rater]],
            "wave": wave_dates(drawn)[wave],
            "respondent_id": respondents[rater],
            "item_id": np.array(shape.item_ids, dtype=object)[item],
            "performance": pd.Series(drawn.answers[rater, wave, item]).astype("Int8"),
            "importance": importance[rater, wave, item].astype("int8"),
            "role": roles[rater],
        }
    )


def _roles(company: np.ndarray, number: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A company's raters from the top down; a single one is most often an executive."""
    alone = np.bincount(company)[company] == 1
    drawn = rng.choice(_ROLES, len(company), p=(0.6, 0.3, 0.1))
    return np.where(alone, drawn, _ROLES[np.minimum(number, 3) - 1]).astype(object)
