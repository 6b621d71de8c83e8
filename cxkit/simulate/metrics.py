"""Operating metrics of a few simulated companies, with planted shifts of known date and size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from cxkit.simulate.design import Design

MONTHS = 48  # of the monthly metrics, up to the end of the last fiscal year


@dataclass(frozen=True)
class Metric:
    """How a metric is drawn, the same for all companies but for a company's own level.

    every: months between values. level and spread: mean and standard deviation over companies.
    sd: standard deviation around a company's level, 0 where counting alone gives it. cases: mean
    number behind a value. The reader's company shifts by `shift` standard deviations of a value
    from `shift_at` (a share of the series) on; 0 is no shift.
    """

    name: str
    every: int
    level: float
    spread: float
    sd: float
    cases: int
    shift: float
    shift_at: float


METRICS = (
    Metric("nps", 1, 31.0, 6.0, 3.2, 420, 1.5, 0.625),
    Metric("csat", 1, 0.78, 0.03, 0.0, 420, 0.0, 0.0),
    Metric("churn", 3, 0.024, 0.004, 0.0, 2600, 0.0, 0.0),
)


def metric_table(
    design: Design, companies: list[str], rng: np.random.Generator
) -> tuple[pd.DataFrame, list[dict[str, Any]]]:
    """The table `metrics` and what is planted in it; the first company is the reader's own.

    nps is a number, csat and churn are shares of n cases. Values are independent over time. What
    is planted has one entry per company and metric: company_id, metric, level, sd (of a value of
    mean size), and from and shift where the level moves.
    """
    frames, planted = [], []
    for number, company in enumerate(companies):
        for metric in METRICS:
            frame, known = _series(design, metric, company, number == 0, rng)
            frames.append(frame)
            planted.append(known)
    return pd.concat(frames, ignore_index=True), planted


def _series(
    design: Design, metric: Metric, company: str, own: bool, rng: np.random.Generator
) -> tuple[pd.DataFrame, dict[str, Any]]:
    days = _days(design, metric.every)
    level = metric.level + metric.spread * rng.standard_normal()
    n = rng.poisson(metric.cases, len(days))
    sd = metric.sd or float(np.sqrt(level * (1 - level) / metric.cases))
    known: dict[str, Any] = {"company_id": company, "metric": metric.name, "level": level, "sd": sd}
    mean = np.full(len(days), level)
    if own and metric.shift:
        at = round(metric.shift_at * len(days))
        mean[at:] += metric.shift * sd
        known |= {"from": days[at].date().isoformat(), "shift": metric.shift * sd}
    if metric.sd:
        value = np.round(mean + metric.sd * rng.standard_normal(len(days)), 1)
    else:
        value = np.round(rng.binomial(n, mean) / n, 4)
    frame = pd.DataFrame(
        {"company_id": company, "date": days, "metric": metric.name, "value": value, "n": n}
    )
    return frame, known


def _days(design: Design, every: int) -> pd.DatetimeIndex:
    """The last day of each period: monthly ones over four years, longer ones over all years."""
    last = pd.Timestamp(year=design.first_wave + design.years, month=12, day=31)
    years = min(MONTHS // 12, design.years + 2) if every == 1 else design.years + 2
    return pd.date_range(end=last, periods=12 * years // every, freq=f"{every}ME")
