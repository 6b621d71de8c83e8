"""What a step of score goes with in the reader's own accounts: each line, and a bridge.

With R the company's revenue of the last year, s points of score, g the estimate for growth and c
that for a line's share of revenue (per point), a line of share m today changes by

    s R (m g + c):

its part in the growth of revenue, and the change of its share. First order: the product of the
two, s^2 R g c, is left out, as the interval is far wider. Estimates of several outcomes come from
the same companies, so their errors are correlated; `estimate_covariance` gives by how much. Where
it is not given, the interval is the widest that any correlation allows (the sum of the parts).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from cxkit.contracts import Instrument
from cxkit.display import Shown, Text, message, text
from cxkit.errors import SampleError
from cxkit.measures import Accounts, Panel
from cxkit.measures.outcomes import COSTS
from cxkit.models import least_squares as ls
from cxkit.models.linkage import LinkageFamily, LinkageResult, rows_of
from cxkit.models.specifications import SPECIFICATIONS

GROWTH, MARGIN = "revenue_growth", "operating_margin"
YEAR = 12
LINES: Mapping[str, str] = {
    "cost_of_revenue": "cost_of_revenue_share",
    "gross_profit": "gross_margin",
    "selling_general_administrative": "selling_general_administrative_share",
    "research_development": "research_development_share",
    "depreciation_amortisation": "depreciation_amortisation_share",
    "operating_income": MARGIN,
    "net_income": "net_margin",
}
OUTCOMES = (GROWTH, *LINES.values())  # what a whole view is made from
_WORST = "ABCD"


@dataclass(frozen=True)
class Step:
    """A step of score, in its points, and its name."""

    points: float
    name: Text


def points_step(points: float) -> Step:
    """So many points more."""
    return Step(points, message("pnl.step_points", points=points))


def stage_step(instrument: Instrument, index: float, stage: int | None = None) -> Step:
    """From an index to the lower edge of a stage: the next one, or the one named.

    SampleError where the instrument has no such stage above, or the index is missing.
    """
    above = [s for s in instrument.stages if s.lower > index and stage in (None, s.id)]
    if not above:
        raise _cannot("no_stage")
    points = above[0].lower - index
    return Step(points, message("pnl.step_stage", stage=above[0].id, points=points))


@dataclass(frozen=True, eq=False, repr=False)
class PnlView(Shown):
    """The change in each line of the reader's accounts that goes with one step of score.

    table has one row per line: line, amount and share (of revenue) in the last twelve-month
    period, by_growth and by_share (the two parts of the change), change, conf_low, conf_high
    (95 %), grade, reason (a text; the numbers are then missing), amounts in the client's
    currency. bridge leads from last year's operating income to that after the step: role
    (start, growth, cost, other, end), line, value, conf_low, conf_high; empty without operating
    income or its estimate, or where its grade is D. grade is the lowest of what is shown.
    bounded is true where correlations between the estimates were not given. told holds the
    lines that may stand as a difference (`_told`).
    """

    table: pd.DataFrame
    bridge: pd.DataFrame
    step: Step
    company: str
    period_end: pd.Timestamp
    grade: str
    bounded: bool
    lag: int
    companies: int
    told: tuple[str, ...] = ()

    @property
    def summary(self) -> str:
        row = self.table.set_index("line").loc["revenue"]
        return (
            f"{text(self.step.name)}: revenue {row.change:+,.0f} ({row.conf_low:+,.0f} to "
            f"{row.conf_high:+,.0f}), grade {self.grade}."
        )

    @property
    def sample_line(self) -> str:
        return (
            f"{self.companies:,} companies, lag {self.lag}, accounts to {self.period_end:%Y-%m-%d}."
        )


def of_family(
    family: LinkageFamily, specification: str = "", lag: int | None = None
) -> dict[str, LinkageResult]:
    """The estimates of one specification and lag by outcome; by default those of the primary.

    Of several for an outcome the one whose error in the score is dealt with as the primary's.
    """
    primary = family.primary
    asked = (specification or primary.specification, primary.lag if lag is None else lag)
    found: dict[str, LinkageResult] = {}
    for result in family.results:
        spec = result.spec
        if (spec.specification, spec.lag) != asked or spec.measure != primary.measure:
            continue
        if spec.outcome not in found or spec.correction == primary.correction:
            found[spec.outcome] = result
    return found


def pnl_view(
    results: Mapping[str, LinkageResult],
    books: Accounts,
    company: str,
    step: Step,
    covariance: pd.DataFrame | None = None,
) -> PnlView:
    """The change in every line of one company's accounts; results by outcome, of one lag.

    covariance is that of the estimates (outcomes by outcomes). SampleError, with its reason as
    a text, without a company, its accounts or revenue, without an estimate for growth, and
    where that has grade D: a raw comparison says nothing about one company's accounts.
    """
    own = _own_year(books, company)
    growth = results.get(GROWTH)
    if growth is None:
        raise _cannot("no_growth")
    if growth.grade == "D":
        raise _cannot("grade_d")
    sums = _Sums(results, float(own["revenue"]) * step.points, covariance)
    rows = [_revenue(own, growth, sums)]
    rows += [_line(line, outcome, own, growth, sums) for line, outcome in LINES.items()]
    table = pd.DataFrame(rows)
    shown = table.loc[table["reason"].isna(), "grade"]
    grade = max(shown, key=_WORST.index)
    bridge = pd.DataFrame(_bridge(own, sums), columns=["role", "line", "value", *_ENDS])
    return PnlView(table, bridge, step, company, own["period_end"], grade, covariance is None,
                   growth.spec.lag, growth.entities, _told(results))  # fmt: skip


_ENDS = ("conf_low", "conf_high")
_LEVEL = 0.05


def _told(results: Mapping[str, LinkageResult]) -> tuple[str, ...]:
    """Lines made from an estimate that may headline, and from none that industries' years undo.

    The primary one may by its own interval, a secondary one only adjusted for all that was asked:
    else a line would tell as a difference what neither of its estimates does.
    """
    made = {"revenue": (GROWTH,)} | {line: (GROWTH, o) for line, o in LINES.items()}
    fits = {line: [results[o] for o in used if o in results] for line, used in made.items()}
    return tuple(
        line for line, own in fits.items()
        if any(map(_may_headline, own)) and not any(f.clear and not f.holds for f in own)
    )  # fmt: skip


def _may_headline(fit: LinkageResult) -> bool:
    if fit.role == "primary":
        return fit.holds
    return fit.holds and fit.p_adjusted is not None and fit.p_adjusted < _LEVEL


def _cannot(why: str, **values: Any) -> SampleError:
    reason = message(f"pnl.{why}", **values)
    return SampleError(text(reason), reason)


def _own_year(books: Accounts, company: str) -> pd.Series:
    """The company's last twelve-month period with revenue above zero."""
    if not company:
        raise _cannot("no_company")
    own = books.table[books.table["company_id"] == company]
    own = own[own["period_months"] == YEAR]
    if own.empty:
        raise _cannot("no_accounts")
    own = own[own["revenue"] > 0]
    if own.empty:
        raise _cannot("no_revenue")
    return own.sort_values("period_end").iloc[-1]


@dataclass(frozen=True, eq=False)
class _Sums:
    """Weighted sums of estimates with their interval; base is revenue times points."""

    results: Mapping[str, LinkageResult]
    base: float
    covariance: pd.DataFrame | None

    def of(self, weights: Mapping[str, float]) -> tuple[float, float, float]:
        """base times the weighted sum of estimates, and the ends of its 95 % interval."""
        used = [o for o, w in weights.items() if w]
        fits, size = [self.results[o] for o in used], np.array([weights[o] for o in used])
        value = float(size @ [f.score.estimate for f in fits])
        if len(fits) == 1:
            ends = [size[0] * fits[0].score[end] for end in _ENDS]
        else:
            reach = self._error(used, size) * max(map(_t, fits))
            ends = [value - reach, value + reach]
        low, high = sorted(float(self.base * end) for end in ends)
        return self.base * value, low, high

    def _error(self, used: list[str], size: np.ndarray) -> float:
        if self.covariance is None:
            return float(np.abs(size) @ [_error(self.results[o]) for o in used])
        known = self.covariance.loc[used, used].to_numpy(float)
        return float(np.sqrt(max(0.0, size @ known @ size)))

    def has(self, outcome: str) -> bool:
        return outcome in self.results and self.results[outcome].grade != "D"


def _t(fit: LinkageResult) -> float:
    return float(stats.t.ppf(0.975, fit.entities - 1))


def _error(fit: LinkageResult) -> float:
    """The standard error whose t interval is as wide as the estimate's own.

    They differ where the interval is the wild bootstrap's.
    """
    return float(fit.score.conf_high - fit.score.conf_low) / 2 / _t(fit)


def _revenue(own: pd.Series, growth: LinkageResult, sums: _Sums) -> dict[str, Any]:
    change = sums.of({GROWTH: 1.0})
    return _row("revenue", float(own["revenue"]), 1.0, change[0], 0.0, change, growth.grade)


def _line(
    line: str, outcome: str, own: pd.Series, growth: LinkageResult, sums: _Sums
) -> dict[str, Any]:
    """One line's change, or why it has none."""
    share, fit = float(own[outcome]), sums.results.get(outcome)
    amount = share * float(own["revenue"])
    if fit is None:
        return _row(line, amount, share, reason=message("pnl.line_not_estimated"))
    if fit.grade == "D":
        return _row(line, amount, share, reason=message("pnl.line_grade_d"))
    if np.isnan(share):
        return _row(line, amount, share, reason=message("pnl.line_not_sent"))
    by_growth, by_share = sums.of({GROWTH: share})[0] if share else 0.0, sums.of({outcome: 1.0})[0]
    grade = max(growth.grade, fit.grade, key=_WORST.index)
    change = sums.of({GROWTH: share, outcome: 1.0})
    return _row(line, amount, share, by_growth, by_share, change, grade)


def _row(
    line: str,
    amount: float,
    share: float,
    by_growth: float = np.nan,
    by_share: float = np.nan,
    change: tuple[float, float, float] = (np.nan,) * 3,
    grade: str | None = None,
    reason: dict[str, Any] | None = None,
) -> dict[str, Any]:
    names = (
        "line",
        "amount",
        "share",
        "by_growth",
        "by_share",
        "change",
        *_ENDS,
        "grade",
        "reason",
    )
    values = (line, amount, share, by_growth, by_share, *change, grade, reason)
    return dict(zip(names, values, strict=True))


def _bridge(own: pd.Series, sums: _Sums) -> list[tuple[Any, ...]]:
    """From operating income to operating income: growth, cost lines, the rest, the end."""
    share = float(own[MARGIN])
    if np.isnan(share) or not sums.has(MARGIN):
        return []
    start = share * float(own["revenue"])
    costs = [line for line in COSTS if sums.has(LINES[line])]
    rows: list[tuple[Any, ...]] = [("start", "operating_income", start, None, None)]
    if share:
        rows.append(("growth", "revenue", *sums.of({GROWTH: share})))
    rows += [("cost", line, *sums.of({LINES[line]: -1.0})) for line in costs]
    rest = {MARGIN: 1.0} | {LINES[line]: 1.0 for line in costs}
    rows.append(("other", "other" if costs else "operating_margin", *sums.of(rest)))
    change = sums.of({GROWTH: share, MARGIN: 1.0})
    return [*rows, ("end", "operating_income", *(start + c for c in change))]


def estimate_covariance(fits: Iterable[tuple[Panel, LinkageResult]]) -> pd.DataFrame:
    """Covariance of estimates of several outcomes from overlapping companies, by outcome.

    The correlation is that of the companies' influences on the least-squares slopes
    (seemingly unrelated estimates, clustered; Zellner 1962, White 1982), also where an estimate
    is corrected for error in the score, which moves both alike; the diagonal is the square of the
    error behind each estimate's own interval.
    """
    pairs = list(fits)
    parts = [_influence(panel, result) for panel, result in pairs]
    wide = pd.concat(parts, axis=1).fillna(0.0).to_numpy(float)
    size = np.sqrt(np.square(wide).sum(0))
    correlation = (wide.T @ wide) / np.outer(size, size)
    error = np.array([_error(result) for _, result in pairs])
    names = [result.spec.outcome for _, result in pairs]
    return pd.DataFrame(correlation * np.outer(error, error), index=names, columns=names)


def _influence(panel: Panel, result: LinkageResult) -> pd.Series:
    """Each company's share in the error of the score's slope, by company_id."""
    shape = SPECIFICATIONS[result.spec.specification]
    rows = rows_of(panel.table, shape, result.spec.clip)
    fitted = ls.fit(rows.y, rows.x, rows.effects)
    scores = (fitted.x @ fitted.bread[:, 0]) * fitted.residual
    company = panel.table["company_id"].to_numpy()[rows.at]
    return pd.Series(scores).groupby(company).sum()
