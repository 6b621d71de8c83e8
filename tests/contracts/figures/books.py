"""Accounts of some companies that are right in everything, to be broken by a test."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from cxkit.contracts import check_client
from cxkit.contracts.kinds import FIGURES
from tests.contracts.folders import CLIENT, write_client

YEARS = range(2014, 2024)


def books(companies: int = 20, losses: bool = True, seed: int = 1) -> pd.DataFrame:
    """Accounts whose lines add up, some 15 % of them with a loss; the last company is row-last."""
    rng = np.random.default_rng(seed)
    size = np.exp(rng.normal(8, 1.2, companies))
    rows = []
    for number in range(companies):
        revenue = size[number]
        for year in YEARS:
            revenue *= 1 + rng.normal(0.04, 0.04)
            loss = losses and (number + year) % 7 == 0
            rows.append(_row(f"c{number:02d}", year, round(revenue), loss, rng))
    return pd.DataFrame(rows)


def _row(company: str, year: int, revenue: int, loss: bool, rng: np.random.Generator) -> dict:
    cost = round(0.6 * revenue * rng.uniform(0.98, 1.02))
    selling = round((0.42 if loss else 0.25) * revenue * rng.uniform(0.97, 1.03))
    operating = revenue - cost - selling
    interest = round(0.01 * revenue)
    tax = max(round(0.2 * (operating - interest)), 0)
    return {
        "company_id": company,
        "period_end": f"{year}-12-31",
        "period_months": 12,
        "currency": "USD",
        "unit": 1000,
        "revenue": revenue,
        "cost_of_revenue": cost,
        "gross_profit": revenue - cost,
        "selling_general_administrative": selling,
        "operating_income": operating,
        "interest_expense": interest,
        "income_tax": tax,
        "net_income": operating - interest - tax,
        "total_assets": round(1.4 * revenue * rng.uniform(0.98, 1.02)),
        "employees": max(round(revenue / 90), 3),
    }


def narrow(frame: pd.DataFrame) -> pd.DataFrame:
    """The same accounts with revenue and net income only: nothing adds up to anything."""
    return frame[[*frame.columns[:6], "net_income"]].copy()


def at(frame: pd.DataFrame, company: str, year: int) -> int:
    """A row's position; its number in the file is two higher."""
    own = (frame["company_id"] == company) & (frame["period_end"] == f"{year}-12-31")
    return int(np.flatnonzero(own)[0])


def write_books(
    place: Path, frame: pd.DataFrame, extra: dict[str, str] | None = None, settings: str = ""
) -> Path:
    """A client's folder with these accounts, and a score for each company."""
    names = frame["company_id"].unique()
    files = {
        "client.yml": CLIENT.replace("company: a1\n", "") + settings,
        "companies.csv": "company_id,name\n" + "".join(f"{n},{n}\n" for n in names),
        "assessments.csv": None,
        "scores.csv": "company_id,wave,measure,value\n"
        + "".join(f"{n},2020-06-30,index,10\n" for n in names),
        "pnl.csv": frame.to_csv(index=False),
    }
    return write_client(place, {**files, **(extra or {})})


def check(place: Path, frame: pd.DataFrame, **given: object) -> pd.DataFrame:
    """The findings about the figures of these accounts."""
    found = check_client(str(write_books(place, frame, **given)))  # type: ignore[arg-type]
    assert found["kind"].isin(list(FIGURES)).all(), found["kind"].unique()
    return found
