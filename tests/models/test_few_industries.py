"""The check that leaves out one industry in turn says how many it has, where these are too few."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxkit.display import text
from cxkit.measures import Panel
from cxkit.models import fit_linkage
from cxkit.models.checks import leave_one_industry_out


@pytest.mark.parametrize(("industries", "said"), [(1, "One industry of"), (2, "2 industries of")])
def test_too_few_industries_are_counted_in_good_words(industries: int, said: str) -> None:
    rng = np.random.default_rng(5)
    company = np.repeat(np.arange(40), 3)
    score = rng.normal(50, 10, len(company))
    table = pd.DataFrame(
        {"company_id": company.astype(str), "score": score, "log_revenue": 1.0,
         "fiscal_year": np.tile([2001, 2002, 2003], 40),
         "industry": np.char.mod("i%d", company % industries), "sub_industry": "s",
         "outcome": 0.01 * score + 0.01 * rng.normal(size=len(company))}
    )  # fmt: skip
    panel = Panel(table, pd.DataFrame(), "revenue_growth", 1, len(table), 89.0)
    check = leave_one_industry_out(panel, fit_linkage(panel, "company-and-year"))
    assert check.passed is None
    assert text(check.reason).startswith(said)
