"""Who sees it how: executives against staff, the company's own people against an assessor."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from cxkit.display import Shown, message, text
from cxkit.errors import ConfigError, nearest
from cxkit.measures.answers import KEY, ROLES, UNSTATED, Floats, Ratings, pooled
from cxkit.measures.disclosure import MIN_CELL
from cxkit.measures.scores import Maturity
from cxkit.measures.scoring import Scored, item_points, score, set_means
from cxkit.measures.units import BLOCK, ITEM, last_waves, unit_sets

EXECUTIVES, STAFF, ASSESSOR = ("executive",), ("staff",), ("assessor",)
OWN_PEOPLE = ("executive", "manager", "staff", "")


@dataclass(frozen=True, eq=False, repr=False)
class Perceptions(Shown):
    """How two groups of raters see the same company, in performance of 0-100.

    table has one row per unit: unit, first, second, difference (first less second), conf_low,
    conf_high, n_first, n_second, companies; the largest absolute difference first, units that
    only one of the two answered last. Of one company, n counts raters and there is no interval.
    Of all, first and second are means over the companies where both answered, the interval (95 %,
    t) is over companies, and fewer than five are missing.
    """

    table: pd.DataFrame
    by: str
    first: tuple[str, ...]
    second: tuple[str, ...]
    company: str = ""

    @property
    def known(self) -> pd.DataFrame:
        """The rows that both groups answered."""
        return self.table.dropna(subset=["difference"]).reset_index(drop=True)

    @property
    def summary(self) -> str:
        if self.known.empty:
            return text(message("perceptions.none"))
        row = self.known.iloc[0]
        return text(message("perceptions.largest", unit=row["unit"], difference=row["difference"],
                            first=row["first"], second=row["second"]))  # fmt: skip


def perceptions(
    scores: Maturity,
    by: str = BLOCK,
    company: str = "",
    first: Collection[str] = EXECUTIVES,
    second: Collection[str] = STAFF,
) -> Perceptions:
    """Performance as one group of roles sees it, less as another does, in the latest wave.

    Roles are executive, manager, staff, assessor, and "" for raters whose role was not given.
    The raters of a group are averaged by their weights, whatever their role in it. A group that
    did not answer enough of a unit's items has no value for it.
    """
    frames = [_seen(scores, by, _checked(roles), company) for roles in (first, second)]
    keys = ["company_id", "unit"]
    both = frames[0].merge(frames[1], how="outer", on=keys, suffixes=("_first", "_second"))
    ids, _ = unit_sets(scores.instrument, by)
    rows = [_row(unit, both[both["unit"] == unit], bool(company)) for unit in ids]
    table = pd.DataFrame(rows, columns=list(_row("", both.iloc[:0], False)))
    size = table["difference"].abs()
    table = table.iloc[np.argsort(-size.fillna(-1.0).to_numpy(), kind="stable")]
    return Perceptions(table.reset_index(drop=True), by, tuple(first), tuple(second), company)


def evidence(scores: Maturity, by: str = BLOCK, company: str = "") -> Perceptions:
    """What a company's own people say, less what an assessor found."""
    return perceptions(scores, by, company, OWN_PEOPLE, ASSESSOR)


def by_roles(scores: Maturity, by: str = ITEM, company: str = "") -> pd.DataFrame:
    """Each role's view: one row per company, role and unit that role answered.

    company_id, role (missing where not given), unit, importance, performance (0-100), raters;
    of each company's latest scored wave, of `company` alone where it is given.
    """
    parts = []
    for role in (*ROLES, ""):
        frame = _seen(scores, by, (role,), company)
        parts.append(frame.assign(role=pd.array([role or None] * len(frame), dtype="str")))
    found = pd.concat(parts, ignore_index=True).dropna(subset=["performance"])
    columns = ["company_id", "role", "unit", "importance", "performance", "raters"]
    return found.sort_values("company_id", kind="stable", ignore_index=True)[columns]


def _row(unit: str, rows: pd.DataFrame, single: bool) -> dict[str, object]:
    pairs = rows.dropna(subset=["performance_first", "performance_second"])
    rows = rows if single else pairs.iloc[: len(pairs) * (len(pairs) >= MIN_CELL)]
    first, second = (_mean(rows[f"performance_{n}"]) for n in ("first", "second"))
    difference = (pairs["performance_first"] - pairs["performance_second"]).to_numpy(float)
    low, high = (np.nan, np.nan) if single else _interval(difference)
    return {
        "unit": unit,
        "first": first,
        "second": second,
        "difference": first - second,
        "conf_low": low,
        "conf_high": high,
        "n_first": int(rows["raters_first"].sum()),
        "n_second": int(rows["raters_second"].sum()),
        "companies": len(pairs),
    }


def _mean(values: pd.Series) -> float:
    return float(values.mean()) if len(values) else np.nan


def _interval(values: Floats) -> tuple[float, float]:
    """Of a mean over companies, 95 %, t; NaN below MIN_CELL of them."""
    n = len(values)
    if n < MIN_CELL:
        return np.nan, np.nan
    half = stats.t.ppf(0.975, n - 1) * values.std(ddof=1) / np.sqrt(n)
    return values.mean() - half, values.mean() + half


def _checked(roles: Collection[str]) -> tuple[str, ...]:
    wrong = next((role for role in roles if role not in (*ROLES, "")), None)
    if wrong is not None:
        raise ConfigError(f'roles are {", ".join(ROLES)}; not "{wrong}"{nearest(wrong, ROLES)}')
    return tuple(roles)


def _seen(scores: Maturity, by: str, roles: tuple[str, ...], company: str = "") -> pd.DataFrame:
    """company_id, unit, importance, performance, raters: what these roles say."""
    ids, inside = unit_sets(scores.instrument, by)
    given = scores.ratings and _raters_of(scores, scores.ratings, roles, company)
    if not given or not len(given.group):
        empty = pd.DataFrame({"company_id": [], "unit": []}, dtype="str")
        return empty.assign(importance=0.0, performance=0.0, raters=0.0)
    groups, unit = np.unique(given.group, return_inverse=True)
    means = pooled(given, unit, len(groups))
    found = score(means, scores.instrument, scores.rules.min_answered)
    importance, performance = _values(found, ~means.not_applicable, inside, by, scores)
    raters = np.column_stack([means.respondents[:, items].max(axis=1) for items in inside])
    row, column = np.nonzero(~np.isnan(performance) | ~np.isnan(importance))
    return pd.DataFrame(
        {
            "company_id": given.groups["company_id"].take(groups[row]).reset_index(drop=True),
            "unit": pd.array(list(ids), dtype="str").take(column),
            "importance": importance[row, column],
            "performance": performance[row, column],
            "raters": raters[row, column],
        }
    )


def _values(
    found: Scored, applicable: np.ndarray, inside: np.ndarray, by: str, scores: Maturity
) -> tuple[Floats, Floats]:
    if by == ITEM:
        return found.importances, found.items
    points, least = item_points(scores.instrument), scores.rules.min_answered
    importance = set_means(found.importances, points, applicable, inside, least)
    return importance, set_means(found.items, points, applicable, inside, least)


def _raters_of(scores: Maturity, given: Ratings, roles: tuple[str, ...], company: str) -> Ratings:
    """The raters with one of the roles, in their company's latest wave."""
    numbers = [ROLES.index(role) if role else UNSTATED for role in roles]
    waves = last_waves(scores)
    if company:
        waves = waves[waves["company_id"] == company]
    latest = pd.MultiIndex.from_frame(given.groups[KEY]).isin(pd.MultiIndex.from_frame(waves[KEY]))
    return given.of(np.isin(given.role, numbers) & latest[given.group])
