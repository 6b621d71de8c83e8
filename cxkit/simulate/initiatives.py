"""Planned moves of the simulated reader's company, as a client would send them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxkit.simulate.design import Design

# block, title, owner, months after the last day of the data until it starts, and until it is due
_PLANS = (
    ("strategy_leadership", "Customer promise with one owner per goal", "CEO office", 0, 6),
    ("processes_management", "Journey reviews across sales, service and billing",
     "Head of Operations", 0, 12),
    ("processes_management", "Library of solved customer problems", "Service Excellence", 6, 12),
    ("metrics_evaluation", "Customer figures in the monthly board pack", "CFO office", 0, 6),
    ("metrics_evaluation", "A loyalty goal in managers' pay", "Human Resources", 6, 24),
    ("data_analytics", "Interviews with lost customers every quarter", "Customer Insight", 0, 12),
    ("technology_channels", "One customer record for all units", "CIO", 3, 24),
    ("people_culture", "Training for everyone who meets customers", "Human Resources", 3, 12),
)  # fmt: skip


def initiative_table(design: Design, rng: np.random.Generator) -> pd.DataFrame:
    """The table `initiatives`: titles and owners are fixed, costs and points drawn.

    cost is in euros, expected_points in points of the instrument. One plan has no owner, cost or
    date yet, as plans often have.
    """
    last = pd.Timestamp(year=design.first_wave + design.years, month=12, day=31)
    table = pd.DataFrame(_PLANS, columns=["block", "title", "owner", "start", "due"])
    for column in ("start", "due"):
        months = table[column].tolist()
        table[column] = [last + pd.DateOffset(months=m) for m in months]
    table["start"] += pd.Timedelta(days=1)
    cost = np.round(np.exp(rng.normal(11.3, 0.6, len(table))), -3)
    table["cost"] = cost
    table["expected_points"] = np.round(rng.uniform(0.5, 3.0, len(table)), 1)
    unknown = table.index[-3]
    table.loc[unknown, ["owner", "cost"]] = [None, np.nan]
    table.loc[unknown, "due"] = pd.NaT
    return table
