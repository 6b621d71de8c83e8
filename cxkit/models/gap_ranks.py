"""Which gap is the largest, and how sure that order is: ranks over resamples.

A gap's rank hangs on who was asked. The gaps of all companies are drawn again by drawing the
companies again (Efron and Tibshirani 1993, ch. 6); those of one company by drawing its raters
again. With two or three raters there is little to draw from, so their deviations from their own
company's mean are pooled over all companies with two raters or more, widened by sqrt(n / (n-1))
for the mean they were taken from; where few are left, no error is taken to be below the mean one.
Few to draw from also leave the size of these errors unsure, so that resamples are widened by t over
the normal, as in an interval of a mean; without that five companies, or the two raters of a lone
one, would seem far surer than they are. Ranks over
resamples are read as in Goldstein and Spiegelhalter (1996): an interval each, not a new order.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri, stdtrit
from scipy.stats import rankdata

from cxkit.display import Shown, Text, message, text
from cxkit.measures import Maturity
from cxkit.measures.answers import KEY, Floats, Ratings
from cxkit.measures.disclosure import MIN_CELL
from cxkit.measures.scoring import item_points, score, set_means
from cxkit.measures.units import BLOCK, Units, company_units, unit_sets

DRAWS = 2000
COVERED = (0.025, 0.975)
LEAST_FREE = 30  # degrees of freedom from which on each unit's own error is relied upon
BATCH = 4_000_000  # cells of resampled companies held at once

Integers = NDArray[np.intp]


@dataclass(frozen=True, eq=False, repr=False)
class GapRanks(Shown):
    """Gaps with the ranks they take over resamples; rank 1 is the largest gap.

    table has one row per unit that has a gap, the largest first: unit, gap, conf_low, conf_high
    (95 %, points of 0-100), rank, rank_low, rank_high (95 % of resamples). drawn says what was
    drawn again, `companies` or `raters`, n how many there are. Where that cannot be done,
    intervals and ranks are missing and `reason` says why; `rank` is known in any case.
    """

    table: pd.DataFrame
    by: str
    company: str
    drawn: str
    n: int
    reason: Text | None = None

    @property
    def summary(self) -> str:
        if self.reason is not None:
            return text(self.reason)
        row = self.table.iloc[0]
        values = {"unit": row["unit"], "gap": row["gap"], "units": len(self.table)}
        return text(message("gap_ranks.first", **values, low=row["conf_low"],
                            high=row["conf_high"], rank_low=int(row["rank_low"]),
                            rank_high=int(row["rank_high"])))  # fmt: skip


def gap_ranks(
    scores: Maturity,
    by: str = BLOCK,
    company: str = "",
    among: Collection[str] | None = None,
    draws: int = DRAWS,
    seed: int = 0,
) -> GapRanks:
    """Gaps by `item`, `block` or a tag, in order, with intervals and ranks over resamples.

    Without `company` they are means over companies (those in `among`, if given), and five are
    needed. Of one company its raters are drawn again; it needs two, or there are no ranks.
    """
    units = company_units(scores, by)
    rng = np.random.default_rng(seed)
    if company:
        return _of_company(scores, units, company, draws, rng)
    rows = units.others("", among)
    gap = units.gap[rows]
    known = (~np.isnan(gap)).sum(axis=0) >= MIN_CELL
    n = int((~np.isnan(gap)).any(axis=1).sum())
    if not known.any():
        reason = message("gap_ranks.few_companies", companies=n, least=MIN_CELL)
        return GapRanks(_table((), np.empty(0), None), by, "", "companies", n, reason)
    ids = [u for u, k in zip(units.ids, known, strict=True) if k]
    gap = gap[:, known]
    means = np.nanmean(gap, axis=0)
    df = (~np.isnan(gap)).sum(axis=0) - 1
    drawn = widened(resampled_means(gap, draws, rng), means, df)
    return GapRanks(_table(ids, means, drawn), by, "", "companies", n)


def resampled_means(values: Floats, draws: int, rng: np.random.Generator) -> Floats:
    """Means of each column over rows drawn again, (draws, columns); values (n, columns).

    A missing value counts in no mean. Deviations from the mean are widened by sqrt(n / (n-1)).
    """
    known = ~np.isnan(values)
    filled, n = np.where(known, values, 0.0), len(values)
    out = np.empty((draws, values.shape[1]))
    step = max(1, BATCH // n)
    for start in range(0, draws, step):
        size = min(step, draws - start)
        picked = rng.integers(0, n, (size, n)) + n * np.arange(size)[:, None]
        counts = np.bincount(picked.ravel(), minlength=size * n).reshape(size, n).astype(float)
        bottom = counts @ known
        mean = np.nanmean(values, axis=0)
        out[start : start + size] = np.where(
            bottom > 0, counts @ filled / np.maximum(bottom, 1.0), mean
        )
    count = known.sum(axis=0)
    mean = np.nanmean(values, axis=0)
    return np.asarray(mean + (out - mean) * np.sqrt(count / np.maximum(count - 1, 1)))


def widened(drawn: Floats, center: Floats, df: Integers | int) -> Floats:
    """Resamples (draws, columns) drawn out around center (columns,) by t of df over the normal."""
    factor = stdtrit(df, COVERED[1]) / ndtri(COVERED[1])
    return np.asarray(center + (drawn - center) * factor)


def rank_intervals(drawn: Floats) -> tuple[Integers, Integers]:
    """The ranks that 95 % of resamples lie within, per column; drawn is (draws, columns)."""
    ranks = rankdata(-np.round(drawn, 9), axis=1, method="average")
    low, high = np.quantile(ranks, COVERED, axis=0)
    return np.floor(low + 1e-9).astype(np.intp), np.ceil(high - 1e-9).astype(np.intp)


def _table(ids: Collection[str], gap: Floats, drawn: Floats | None) -> pd.DataFrame:
    table = pd.DataFrame({"unit": pd.Series(list(ids), dtype="str"), "gap": gap})
    if drawn is None:
        table[["conf_low", "conf_high"]] = np.nan
    else:  # the interval turns the resamples' errors round, the ranks take them as they are
        low, high = np.quantile(drawn, COVERED, axis=0)
        table["conf_low"] = np.clip(2 * gap - high, -100, 100)
        table["conf_high"] = np.clip(2 * gap - low, -100, 100)
    table["rank"] = rankdata(-np.round(gap, 9), method="min").astype(int)
    table["rank_low"], table["rank_high"] = (
        (np.nan, np.nan) if drawn is None else rank_intervals(drawn)
    )
    return table.sort_values("gap", ascending=False, kind="stable", ignore_index=True)


def _of_company(
    scores: Maturity, units: Units, company: str, draws: int, rng: np.random.Generator
) -> GapRanks:
    own = units.rows(company)
    gap = units.gap[own][0] if own.any() else np.full(len(units.ids), np.nan)
    known = ~np.isnan(gap)
    ids = [u for u, k in zip(units.ids, known, strict=True) if k]
    raters = _raters(scores, units, company)
    n = int(raters.sum())
    if not ids or n < 2 or scores.ratings is None:
        id = "gap_ranks.no_gap" if not ids else "gap_ranks.one_rater"
        table = _table(ids, gap[known], None)
        return GapRanks(table, units.by, company, "raters", n, message(id))
    alone = _rater_gaps(scores, scores.ratings, units.by)[:, known]
    pool, df = _deviations(alone, scores.ratings.group)
    shares = _shares(scores, scores.ratings, raters)
    if not len(pool):
        table = _table(ids, gap[known], None)
        return GapRanks(table, units.by, company, "raters", n, message("gap_ranks.few_answers"))
    errors, hidden = np.zeros((draws, len(ids))), _unseen(pool, df)
    for share in shares:
        errors += share * pool[rng.integers(0, len(pool), draws)]
    if hidden.any():
        errors += np.sqrt((shares**2).sum()) * hidden * rng.standard_normal(errors.shape)
    own_gap = gap[known]
    drawn = widened(own_gap + errors, own_gap, df)
    return GapRanks(_table(ids, own_gap, drawn), units.by, company, "raters", n)


def _raters(scores: Maturity, units: Units, company: str) -> NDArray[np.bool_]:
    """Which raters answered for the company in its latest wave."""
    own = units.companies[units.rows(company)]
    if scores.ratings is None or own.empty:
        return np.zeros(1, dtype=bool)
    keys = pd.MultiIndex.from_frame(scores.ratings.raters[KEY])
    answered = scores.ratings.means.respondents.any(axis=1)
    return np.asarray(keys.isin(pd.MultiIndex.from_frame(own[KEY])) & answered)


def _rater_gaps(scores: Maturity, given: Ratings, by: str) -> Floats:
    """(raters, units): the gap each rater alone would give."""
    _, inside = unit_sets(scores.instrument, by)
    least = scores.rules.min_answered
    found = score(given.means, scores.instrument, least)
    points, applicable = item_points(scores.instrument), ~given.means.not_applicable
    importance, performance = (
        set_means(values, points, applicable, inside, least)
        for values in (found.importances, found.items)
    )
    return importance - performance


def _deviations(values: Floats, group: Integers) -> tuple[Floats, int]:
    """Deviations from the own group's mean, widened, of raters with every value known.

    values is (raters, units); only groups with two such raters or more count. Also their degrees
    of freedom: raters less groups.
    """
    whole = ~np.isnan(values).any(axis=1)
    values, group = values[whole], group[whole]
    _, place, count = np.unique(group, return_inverse=True, return_counts=True)
    sums = np.zeros((len(count), values.shape[1]))
    np.add.at(sums, place, values)
    deviation = values - (sums / count[:, None])[place]
    several = count[place] > 1
    n = count[place][several][:, None]
    free = int(several.sum()) - int((count > 1).sum())
    return np.asarray(deviation[several] * np.sqrt(n / (n - 1))), free


def _unseen(pool: Floats, df: int) -> Floats:
    """Standard deviation (units,) to add where few deviations show less than the usual error.

    Two or three raters who happen to agree on an item do not show that raters agree on it. Below
    LEAST_FREE degrees of freedom no unit's variance is taken to be less than the units' mean.
    """
    variance = (pool**2).mean(axis=0)
    floor = variance.mean() if df < LEAST_FREE else 0.0
    return np.asarray(np.sqrt(np.maximum(floor - variance, 0.0)))


def _shares(scores: Maturity, given: Ratings, raters: NDArray[np.bool_]) -> Floats:
    """What each of a company's raters counts in its means; they add up to one."""
    weight = given.weight[raters].mean(axis=1)
    if scores.rules.raters == "equal-roles":
        role = given.role[raters]
        weight = weight / np.bincount(role, weight)[role] if weight.all() else weight
    total = weight.sum()
    return np.asarray(weight / total if total > 0 else np.full(len(weight), 1 / len(weight)))
