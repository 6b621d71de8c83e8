"""How many companies and waves a question needs, given what a panel looks like.

A slope of company-years has, with n companies of T waves each, the variance
tr(M X M U) / (n tr(M X)^2), where X and U are the T x T covariances of score and outcome inside a
company and M is the identity between companies and takes the company's mean out within them
(Arellano 1987 is the error that allows for U). With error e of one wave in the score the slope
is too small by tr(M (X - eI)) / tr(M X). The ratio d of the two, per company, gives
n = ((z.975 + z.80) / asinh(d))^2 + 3: for one wave d = r / sqrt(1 - r^2), asinh(d) = atanh(r), and
this is Fisher's formula for a correlation. Simulated power at the number it says is .80 to .82 from
about 80 companies on and .83 to .84 at 30 to 40, where it asks for one or two too many.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import optimize, stats

from cxkit.display import Shown
from cxkit.measures import Panel
from cxkit.models import least_squares as ls
from cxkit.models.linkage import CLIP, MIN_COMPANIES, clipped
from cxkit.models.power import LEVEL, PLAUSIBLE_R, POWER

EFFECTS = (0.10, 0.20, PLAUSIBLE_R)
WAVES = (1, 2, 3, 4, 5, 6, 8, 10)
PAIRS = 30  # company-years that far apart, from which a correlation is taken
_NOTHING = 1e-12  # of a variance of one
_Z = float(stats.norm.ppf(1 - LEVEL / 2))
_REACH = _Z + float(stats.norm.ppf(POWER))
Level = Literal["between", "within"]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Design:
    """What a panel looks like, industry and year removed.

    score and rest are correlations of a company's scores, and of what the score leaves of the
    outcome, 0, 1, 2 ... waves apart (the first is 1; beyond the last it stays). error is the
    share of the score's variance that belongs to one wave's measurement alone. companies and
    waves are those of the panel (mean waves per company; 0 where there is none behind it).
    """

    score: tuple[float, ...] = (1.0,)
    rest: tuple[float, ...] = (1.0,)
    error: float = 0.0
    companies: int = 0
    waves: float = 0.0


def firms_needed(r: float) -> int:
    """Independent companies, one wave each, that find a correlation r in 80 % of samples.

    Two-sided at 5 %, by Fisher's z.
    """
    return int(np.ceil((_REACH / np.arctanh(abs(r))) ** 2 + 3))


def least_correlation(companies: int) -> float:
    """The least correlation that so many independent companies find in 80 % of samples."""
    return float(np.tanh(_REACH / np.sqrt(companies - 3)))


def chance(r: float, companies: int) -> float:
    """The probability that so many independent companies find a correlation r."""
    mean = np.arctanh(r) * np.sqrt(companies - 3)
    return float(stats.norm.sf(_Z - mean) + stats.norm.cdf(-_Z - mean))


def exaggerated(r: float, companies: int) -> float:
    """The mean size of those correlations that are found, where r is true (Gelman, Carlin 2014)."""
    error = 1 / np.sqrt(companies - 3)
    z = np.arctanh(r) + error * np.linspace(-8, 8, 20_001)
    weight = stats.norm.pdf(z, np.arctanh(r), error) * (np.abs(z) > _Z * error)
    return float((np.abs(np.tanh(z)) * weight).sum() / weight.sum())


def companies_needed(design: Design, r: float, waves: int, level: Level = "between") -> int | None:
    """Companies of so many waves each that find a slope in 80 % of samples.

    r is the correlation of score and outcome in one wave between companies; within companies the
    same slope per true point is sought. Never fewer than any estimate asks for. None within
    companies of a single wave, and where a company's score does not move but for error.
    """
    found = _per_company(design, r, waves, level)
    if found <= 0:
        return None
    return max(MIN_COMPANIES, int(np.ceil((_REACH / np.arcsinh(found)) ** 2 + 3)))


def least_effect(design: Design, companies: int, waves: int, level: Level) -> float | None:
    """The least r (as in `companies_needed`) that such a panel finds; None where there is none."""
    if companies <= 3:
        return None
    goal = np.sinh(_REACH / np.sqrt(companies - 3))

    def short(r: float) -> float:
        return _per_company(design, r, waves, level) - float(goal)

    most = 1 - 1e-9
    return None if short(most) < 0 else float(optimize.brentq(short, 1e-9, most))


def _per_company(design: Design, r: float, waves: int, level: Level) -> float:
    """Expected slope over its standard error, with one company."""
    if level == "within" and waves < 2:
        return 0.0
    centre = np.eye(waves) - (level == "within") / waves
    score = _covariance(design.score, waves)
    rest = (1 - r**2) * _covariance(design.rest, waves)
    true = score - design.error * np.eye(waves)
    slope = r / (1 - design.error)
    spread = float(np.trace(centre @ score @ centre @ rest))
    signal = slope * float(np.trace(centre @ true))
    return signal / np.sqrt(spread) if min(spread, signal) > _NOTHING else 0.0


def _covariance(apart: Sequence[float], waves: int) -> Floats:
    """waves x waves, by how many waves two of them are apart."""
    known = np.asarray(apart, float)
    away = np.abs(np.subtract.outer(np.arange(waves), np.arange(waves)))
    return known[np.minimum(away, len(known) - 1)]


def design_of(panel: Panel, reliability_within: float | None = None) -> Design:
    """How a panel's scores and outcomes hang together over time, industry and year removed.

    reliability_within is the share of the variance inside companies that is no error
    (`instruments`); without it the score counts as free of error. Rows without an industry count
    as one industry of their own. Correlations come from at least 30 pairs of company-years.
    """
    if panel.companies < 12:  # too few to tell how anything hangs together
        return Design()
    table = panel.table
    effects = [ls.codes(table["industry"].fillna("").to_numpy(str))]
    effects.append(ls.codes(table["fiscal_year"].to_numpy()))
    y = clipped(table, table, CLIP)
    swept, _ = ls.sweep(np.column_stack([y, table["score"].to_numpy(float)]), effects)
    outcome, score = swept.T
    rest = outcome - score * (score @ outcome) / (score @ score)
    years = [_by_year(table, v) for v in (score, rest)]
    companies = table["company_id"].nunique()
    inside = _inside(score, table["company_id"])
    error = 0.0 if reliability_within is None else (1 - reliability_within) * inside
    return Design(_apart(years[0]), _apart(years[1]), error, companies, len(table) / companies)


def _by_year(table: pd.DataFrame, values: Floats) -> Floats:
    """Companies by fiscal years, every year of the span a column."""
    rows = table[["company_id", "fiscal_year"]].assign(value=values)
    wide = rows.pivot_table(index="company_id", columns="fiscal_year", values="value")
    span = range(int(wide.columns.min()), int(wide.columns.max()) + 1)
    return wide.reindex(columns=span).to_numpy(float)


def _apart(values: Floats) -> tuple[float, ...]:
    """Correlations 0, 1, 2 ... columns apart, as far as there are pairs enough."""
    whole, found = float(np.nanmean(values**2)), [1.0]
    for away in range(1, values.shape[1]):
        pairs = values[:, away:] * values[:, :-away]
        if np.isfinite(pairs).sum() < PAIRS:
            break
        found.append(float(np.clip(np.nanmean(pairs) / whole, -1, 1)))
    return tuple(found)


def _inside(values: Floats, company: pd.Series) -> float:
    """The share of the variance that lies inside companies."""
    means = pd.Series(values).groupby(company.to_numpy()).transform("mean").to_numpy()
    free = len(values) - company.nunique()
    return float(np.square(values - means).sum() / free / np.mean(values**2)) if free else 0.0


@dataclass(frozen=True, eq=False, repr=False)
class Plan(Shown):
    """Companies needed, by level, waves and effect.

    table has one row per level (between, within) and waves, and per effect r: companies (missing
    where no number would do). least_between and least_within are the least effects that the
    panel behind the design finds, each a correlation of one wave.
    """

    table: pd.DataFrame
    design: Design
    effects: tuple[float, ...]
    least_between: float | None
    least_within: float | None

    @property
    def summary(self) -> str:
        first = self.table.iloc[0]
        return (
            f"A correlation of {first['r']:.2f} needs {first['companies']:,.0f} companies in one "
            "wave."
        )


def plan(
    design: Design | None = None,
    effects: Sequence[float] = EFFECTS,
    waves: Sequence[int] = WAVES,
) -> Plan:
    """How many companies each effect needs, between and within companies, by waves."""
    design = design or Design()
    rows = [
        (level, count, r, companies_needed(design, r, count, level))
        for level in ("between", "within")
        for count in waves
        for r in effects
        if level == "between" or count > 1
    ]
    table = pd.DataFrame(rows, columns=["level", "waves", "r", "companies"])
    have = max(1, round(design.waves))
    least = [least_effect(design, design.companies, have, level) for level in ("between", "within")]
    return Plan(table.astype({"companies": float}), design, tuple(effects), *least)
