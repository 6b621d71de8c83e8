"""Two-stage difference in differences for changes that come to companies at different times.

First stage: company and year effects from the rows no change has reached yet. Second stage: what
is left, on what the change should have moved (Gardner 2021, Two-stage differences in differences;
Butts and Gardner 2022, R Journal 14). A plain dummy with two-way effects compares late comers
with early ones, whose effect then counts against them (Goodman-Bacon 2021); this does not. The
error takes the first stage into account and is clustered by company.

Arrays are rows of a panel, one per company and year: y (n,), company and year (n,) whole
numbers, start (n,) the year in which the company's change began, NEVER where there was none.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cxkit.models import least_squares as ls
from cxkit.models.grams import Array, Codes
from cxkit.models.power import multiplier
from cxkit.models.probes import NOTHING, Probe, probed

NEVER = np.iinfo(np.int64).max
MAX_LEADS = 4  # years before the change that the pre-trend looks at one by one
MAX_LAGS = 6  # years after it that stand alone; later ones are one row
_EACH = 0.025  # level of either half of the pre-test, so that both together have 5 %


@dataclass(frozen=True)
class EventTime:
    """The effect `year` years after the change (0 is its first year; below 0 before it).

    probe is in the outcome's unit, companies are those changed that are behind it; last is True
    where later years are in it as well.
    """

    year: int
    probe: Probe
    companies: int
    last: bool = False


@dataclass(frozen=True)
class PreTrend:
    """What the years before the change show, from rows no change has reached.

    leads has one probe per year before, against all earlier ones; f and p_value are those of all
    leads being zero. slope is the yearly trend by which companies that will change pull away.
    Probes are NaN and leads empty where there is too little before.
    """

    leads: tuple[EventTime, ...]
    f: float
    p_value: float
    slope: Probe

    @property
    def known(self) -> bool:
        return bool(self.leads) and self.slope.known

    @property
    def flat(self) -> bool:
        """Neither the leads nor the trend are clear, each at half of 5 %; needs `known`."""
        return self.known and min(self.p_value, self.slope.p_value) >= _EACH

    @property
    def missed(self) -> float:
        """The least yearly trend this test would have found in 80 % of samples."""
        return multiplier(self.slope.df, _EACH) * self.slope.std_error


@dataclass(frozen=True, eq=False)
class Did:
    """effect is the mean over changed companies' years from the change on.

    by_year its course, before how companies went that would change. drift is the bias of effect
    per unit of a yearly trend of the changed companies. changed and unchanged count companies,
    never_changed the share of companies without a change; always counts companies already
    changed in their first year, not_compared rows of years nobody was unchanged: both are out.
    """

    effect: Probe
    by_year: tuple[EventTime, ...]
    before: PreTrend
    drift: float
    changed: int
    unchanged: int
    never_changed: float
    always: int
    not_compared: int
    nobs: int

    @property
    def survives(self) -> bool:
        """Whether the interval leaves zero out even less the bias of a linear trend of the
        size the pre-test could have missed."""
        bias = self.before.missed * abs(self.drift)
        low, high = self.effect.conf_low, self.effect.conf_high
        return bool(self.before.known and (low - bias > 0 or high + bias < 0))


def did(y: Array, company: Codes, year: Codes, start: Codes) -> Did:
    """The effect of a change that began in `start`, two-stage.

    Rows with a missing y, companies seen only after their change began (`always`) and changed
    rows of years with no unchanged row (`not_compared`) are left out. The effect is NaN with
    fewer than two companies changed or unchanged, or where unchanged rows do not tie all years.
    """
    sample = _sample(y, company, year, start)
    y, company, year, start = (v[sample.keep] for v in (y, company, year, start))
    changed = len(np.unique(company[start != NEVER]))
    unchanged = len(np.unique(company)) - changed
    share = unchanged / max(1, changed + unchanged)
    before = pre_trend(y, company, year, start)
    stage = _Stage.of(y, company, year, year >= start) if min(changed, unchanged) >= 2 else None
    effect, drift = NOTHING, np.nan
    course: tuple[EventTime, ...] = ()
    if stage is not None and stage.joined:
        effect = stage.second((year >= start)[:, None].astype(float))[0]
        course = _course(stage, year, start)
        drift = _drift(company, year, start)
    return Did(effect, course, before, drift, changed, unchanged, share, sample.always,
               sample.not_compared, len(y))  # fmt: skip


def effect(y: Array, company: Codes, year: Codes, start: Codes) -> Probe:
    """The effect of `did` alone."""
    keep = _sample(y, company, year, start).keep
    y, company, year, start = (v[keep] for v in (y, company, year, start))
    changed = len(np.unique(company[start != NEVER]))
    if min(changed, len(np.unique(company)) - changed) < 2:
        return NOTHING
    stage = _Stage.of(y, company, year, year >= start)
    after = (year >= start)[:, None].astype(float)
    return stage.second(after)[0] if stage.joined else NOTHING


@dataclass(frozen=True, eq=False)
class _Sample:
    keep: np.ndarray
    always: int
    not_compared: int


def _sample(y: Array, company: Codes, year: Codes, start: Codes) -> _Sample:
    """Rows with a counterpart in the first stage, and the count of the others."""
    keep = np.isfinite(y)
    clean = keep & (year < start)
    seen = np.bincount(company, clean, int(company.max(initial=0)) + 1)[company] > 0
    at = year - year.min() if len(year) else year
    compared = np.bincount(at, clean, int(at.max(initial=0)) + 1)[at] > 0
    always = len(np.unique(company[keep & ~seen]))
    return _Sample(keep & seen & compared, always, int((keep & seen & ~compared).sum()))


@dataclass(frozen=True, eq=False)
class _Stage:
    """The first stage: left (n,) is y less the effects of the unchanged rows.

    inner (years, years) is the inverse of what is left of the year effects once company means
    of the unchanged rows are removed; counts (companies,) and table (companies, years) count
    unchanged rows. first (n,) is the first stage's residual, 0 in changed rows.
    """

    company: Codes
    year: Codes
    counts: Array
    table: Array
    inner: Array
    left: Array
    first: Array

    @classmethod
    def of(cls, y: Array, company: Codes, year: Codes, treated: np.ndarray) -> _Stage:
        own, at = ls.codes(company), ls.codes(year)
        groups, years = int(own.max()) + 1, int(at.max()) + 1
        clean = (~treated).astype(float)
        table = _table(own, at, clean, groups, years)
        counts = table.sum(1)
        gram = np.diag(table.sum(0)) - table.T @ (table / counts[:, None])
        inner = np.linalg.pinv(gram, rcond=1e-10, hermitian=True)
        bare = cls(own, at, counts, table, inner, np.empty(0), np.empty(0))
        effects = bare.solve((clean * y)[:, None])
        left = y - bare.fitted(effects)[:, 0]
        return cls(own, at, counts, table, inner, left, clean * left)

    def solve(self, values: Array) -> tuple[Array, Array]:
        """Effects (companies, k) and (years, k): the first stage's normal equations, for rows
        already weighted: sums of values (n, k) by company and by year stand on the right."""
        by_company = _sums(self.company, values, len(self.counts))
        by_year = _sums(self.year, values, len(self.inner))
        means = by_company / self.counts[:, None]
        years = self.inner @ (by_year - self.table.T @ means)
        return means - (self.table / self.counts[:, None]) @ years, years

    def fitted(self, effects: tuple[Array, Array]) -> Array:
        """(n, k): a row's company effect plus its year effect."""
        return np.asarray(effects[0][self.company] + effects[1][self.year], np.float64)

    def second(self, x: Array, *, small: bool = True) -> list[Probe]:
        """Second stage: left on x (n, k); one probe per column.

        Each company's part in the error is x'e of the second stage less what its unchanged rows
        add through the first: fitted values of the same first stage for x, times its residual.
        small is G/(G-1).
        """
        bread = np.linalg.inv(x.T @ x)
        coef = bread @ (x.T @ self.left)
        residual = self.left - x @ coef
        through = self.fitted(self.solve(x))
        groups = len(self.counts)
        parts = _sums(self.company, x * residual[:, None] - through * self.first[:, None], groups)
        factor = groups / (groups - 1) if small else 1.0
        error = np.sqrt(factor * np.diag(bread @ (parts.T @ parts) @ bread))
        return [
            Probe(float(b), float(s), groups - 1, len(self.left), groups)
            for b, s in zip(coef, error, strict=True)
        ]

    @property
    def joined(self) -> bool:
        """Whether unchanged rows tie all years together, so that effects can be compared."""
        return int(np.linalg.matrix_rank(self.inner, hermitian=True)) == len(self.inner) - 1


def _table(rows: Codes, columns: Codes, weights: Array, height: int, width: int) -> Array:
    cells = np.bincount(rows * width + columns, weights, height * width)
    return np.asarray(cells.reshape(height, width), np.float64)


def _sums(by: Codes, values: Array, groups: int) -> Array:
    return np.column_stack([np.bincount(by, c, groups) for c in values.T])


def _course(stage: _Stage, year: Codes, start: Codes) -> tuple[EventTime, ...]:
    """Effects by year since the change; years beyond MAX_LAGS are one."""
    since = np.where(year >= start, year - np.where(start == NEVER, 0, start), -1)
    since = np.minimum(since, MAX_LAGS)
    known = np.unique(since[since >= 0])
    x = (since[:, None] == known).astype(float)
    return tuple(
        EventTime(int(k), probe, len(np.unique(stage.company[since == k])), bool(k == MAX_LAGS))
        for k, probe in zip(known, stage.second(x), strict=True)
    )


def _drift(company: Codes, year: Codes, start: Codes) -> float:
    """What `did` makes of a trend of one unit a year in the companies that change."""
    trend = np.where(start == NEVER, 0.0, year - year.min())
    stage = _Stage.of(trend, company, year, year >= start)
    after = year >= start
    return float(stage.left[after].mean())


def pre_trend(y: Array, company: Codes, year: Codes, start: Codes) -> PreTrend:
    """Leads and a linear trend of companies that will change, from unchanged rows alone.

    Company and year effects are removed. A lead stands against all earlier years (Borusyak,
    Jaravel, Spiess 2024, Review of Economic Studies 91, test 3): the effect's own rows are no
    part of it, so that it is independent of what is found after the change.
    """
    clean = (year < start) & np.isfinite(y)
    y, own, at, begin = y[clean], company[clean], year[clean], start[clean]
    nothing = PreTrend((), np.nan, np.nan, NOTHING)
    until = np.where(begin == NEVER, 0, at - np.where(begin == NEVER, 0, begin))
    if not len(y) or not until.any() or until.all():
        return nothing
    company, effects = ls.codes(own), (ls.codes(own), ls.codes(at))
    trend = np.where(begin == NEVER, 0.0, at - at.min())
    found = probed(y, trend[:, None], effects, company)
    deepest = int(-until.min())
    leads = min(MAX_LEADS, deepest - 1)
    if found is None or leads < 1:
        return nothing
    x = (until[:, None] == -np.arange(1, leads + 1)).astype(float)
    each = probed(y, x, effects, company)
    if each is None:
        return nothing
    f, p_value = each.wald(range(leads))
    course = tuple(
        EventTime(-k - 1, each.probe(np.eye(leads)[k]), len(np.unique(own[until == -k - 1])))
        for k in range(leads)
    )
    return PreTrend(course, f, p_value, found.probe(np.ones(1)))


def plain_dummy(y: Array, company: Codes, year: Codes, start: Codes) -> Probe:
    """The comparison this module is there to replace: a dummy with company and year effects."""
    keep = np.isfinite(y)
    after = (year >= start)[keep].astype(float)[:, None]
    own = ls.codes(company[keep])
    found = probed(y[keep], after, (own, ls.codes(year[keep])), own)
    return NOTHING if found is None else found.probe(np.ones(1))
