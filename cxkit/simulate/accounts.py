"""Profit and loss accounts whose lines add up, around planted growth and margins."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxkit.simulate.draws import Draw
from cxkit.simulate.industries import INDUSTRIES
from cxkit.simulate.layout import Floats

UNIT = 1000
_MEDIAN_REVENUE = 150_000.0  # in thousands
_SIZE_SPREAD = 1.3  # of log revenue, per standard deviation of size
_TAX = 0.25


def revenues(drawn: Draw) -> Floats:
    """Revenue (n, T + 2) in thousands, whole, from the year before the first wave; NaN after
    exit. Growth is that of the draw up to this rounding."""
    first = _MEDIAN_REVENUE * np.exp(_SIZE_SPREAD * drawn.size)
    path = np.cumprod(1 + drawn.growth, axis=1)
    return np.rint(first[:, None] * np.column_stack([np.ones(len(first)), path]))


def lines(drawn: Draw, rng: np.random.Generator) -> dict[str, Floats]:
    """Every line of the accounts as (n, T + 2), whole thousands; NaN after exit.

    Gross profit is revenue less its cost; operating income is gross profit less the three
    operating lines; net income is operating income less interest and tax.
    """
    revenue = revenues(drawn)
    margin = np.column_stack([drawn.margin_before, drawn.margin])
    operating = np.rint(revenue * margin)
    spent = _operating_lines(drawn, revenue, operating, rng)
    gross = operating + sum(spent.values())
    assets = np.rint(revenue * _ratio(drawn, "assets", 0.25, rng))
    interest = np.rint(assets * 0.008 * rng.uniform(0.2, 1.8, (len(revenue), 1)))
    tax = np.rint(_TAX * np.maximum(operating - interest, 0))
    return {
        "revenue": revenue,
        "cost_of_revenue": revenue - gross,
        "gross_profit": gross,
        **spent,
        "operating_income": operating,
        "interest_expense": interest,
        "income_tax": tax,
        "net_income": operating - interest - tax,
        "total_assets": assets,
        "employees": _employees(drawn, revenue, rng),
    }


def _operating_lines(
    drawn: Draw, revenue: Floats, operating: Floats, rng: np.random.Generator
) -> dict[str, Floats]:
    research = np.rint(revenue * _ratio(drawn, "research", 0.2, rng))
    wear = np.rint(revenue * _ratio(drawn, "wear", 0.2, rng))
    sales = np.rint(revenue * _ratio(drawn, "sales", 0.2, rng))
    # Something is left for the cost of revenue, however good the year was.
    room = np.floor(0.95 * revenue) - operating - research - wear
    return {
        "selling_general_administrative": np.maximum(np.minimum(sales, room), 0),
        "research_development": research,
        "depreciation_amortisation": wear,
    }


def _ratio(drawn: Draw, line: str, spread: float, rng: np.random.Generator) -> Floats:
    """A line's share of revenue (n, T + 2): the industry's, a company's own and a year's."""
    usual = np.array([getattr(industry, line) for industry in INDUSTRIES])[drawn.industry]
    n, years = drawn.growth.shape
    own = np.clip(1 + spread * rng.standard_normal((n, 1)), 0.3, 1.7)
    year = np.clip(1 + 0.05 * rng.standard_normal((n, years + 1)), 0.8, 1.2)
    return np.asarray(usual[:, None] * own * year)


def _employees(drawn: Draw, revenue: Floats, rng: np.random.Generator) -> Floats:
    per_head = np.array([industry.per_head for industry in INDUSTRIES])[drawn.industry]
    own = np.exp(0.3 * rng.standard_normal((len(revenue), 1)))
    return np.asarray(np.maximum(np.rint(revenue / (per_head[:, None] * own)), 3))


def pnl_table(drawn: Draw, ids: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    """One row per company and fiscal year: the `pnl` table of a client folder."""
    values = lines(drawn, rng)
    there = ~np.isnan(values["revenue"])
    company, year = np.nonzero(there)
    first = drawn.design.first_wave - 1
    ends = pd.to_datetime([f"{first + y}-12-31" for y in range(there.shape[1])])
    head = {
        "company_id": ids[company],
        "period_end": ends[year],
        "period_months": 12,
        "currency": "EUR",
        "unit": UNIT,
    }
    return pd.DataFrame(head | {name: line[there].astype("int64") for name, line in values.items()})
