"""Where what matters most is done worst: importance minus performance, both on 0-100."""

from __future__ import annotations

import warnings
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxkit.display import Shown, message, text
from cxkit.measures.answers import Floats
from cxkit.measures.disclosure import MIN_CELL
from cxkit.measures.scores import Maturity
from cxkit.measures.units import BLOCK, Units, company_units

NORMS = ("median_importance", "median_performance", "q25_gap", "median_gap", "q75_gap")


@dataclass(frozen=True, eq=False, repr=False)
class Gaps(Shown):
    """Importance minus performance by unit (item, block or a tag's value), the largest first.

    table has one row per unit: unit, block (of an item), importance, performance, gap (points of
    0-100), n (respondents of a company, companies otherwise). Of one company also what others
    say: median_importance, median_performance, q25_gap, median_gap, q75_gap, companies (how many
    others), difference (own gap less the median gap). Without `company` a row is the mean over
    companies. Fewer than five companies and a value is missing; a unit where importance or
    performance is missing stays, last.
    """

    table: pd.DataFrame
    by: str
    company: str = ""
    wave: pd.Timestamp | None = None

    @property
    def known(self) -> pd.DataFrame:
        """The rows that have a gap."""
        return self.table.dropna(subset=["gap"]).reset_index(drop=True)

    @property
    def summary(self) -> str:
        if self.known.empty:
            return text(message("gaps.none"))
        first = self.known.iloc[0]
        values = {"unit": first["unit"], "gap": first["gap"], "units": len(self.known)}
        return text(message("gaps.largest", **values, importance=first["importance"],
                            performance=first["performance"]))  # fmt: skip


def gaps(
    scores: Maturity,
    by: str = BLOCK,
    company: str = "",
    among: Collection[str] | None = None,
    norms: pd.DataFrame | None = None,
) -> Gaps:
    """Gaps by `item`, `block` or the name of a tag, in each company's latest scored wave.

    With `company` they are that company's, against the other companies: all, or those in `among`
    (members of a profile), or the rows of `norms` (a benchmark's `gap_norms`). Without it they
    are the means over companies. Importance and performance are each on 0-100 of their items'
    own ranges. Values as low as they come are listed, not left out: see `Gaps`.
    """
    units = company_units(scores, by)
    if not company:
        return Gaps(_ordered(_means(scores, units, among)), by)
    own = units.rows(company)
    rows = _named(scores, units)
    for name in ("importance", "performance", "gap"):
        rows[name] = _of(getattr(units, name), own)
    rows["n"] = _of(units.respondents, own)
    if norms is None:
        norms = gap_norms(scores, by, without=company, among=among)
    rows = rows.merge(norms[["unit", *NORMS, "companies"]], on="unit", how="left", sort=False)
    rows["difference"] = rows["gap"] - rows["median_gap"]
    waves = units.companies.loc[own, "wave"]
    return Gaps(_ordered(rows), by, company, waves.iloc[0] if len(waves) else None)


def gap_norms(
    scores: Maturity, by: str, without: str = "", among: Collection[str] | None = None
) -> pd.DataFrame:
    """What companies say of each unit: medians, and the quartiles of their gaps.

    One row per unit, in the instrument's order: unit, median_importance, median_performance,
    q25_gap, median_gap, q75_gap, companies. The company `without` is left out. A value over
    fewer than five companies is missing.
    """
    units = company_units(scores, by)
    rest = units.others(without, among)
    importance, performance, gap = (
        _at_least(getattr(units, name)[rest]) for name in ("importance", "performance", "gap")
    )
    quartiles = _quantiles(gap, (0.25, 0.5, 0.75))
    rows = {
        "unit": pd.Series(units.ids, dtype="str"),
        "median_importance": _quantiles(importance, (0.5,))[0],
        "median_performance": _quantiles(performance, (0.5,))[0],
        "q25_gap": quartiles[0],
        "median_gap": quartiles[1],
        "q75_gap": quartiles[2],
        "companies": (~np.isnan(units.performance[rest])).sum(axis=0),
    }
    return pd.DataFrame(rows)


def _means(scores: Maturity, units: Units, among: Collection[str] | None) -> pd.DataFrame:
    """Means over the companies that gave both; without importance, of performance alone."""
    rest = units.others("", among)
    gap, importance, performance = units.gap[rest], units.importance[rest], units.performance[rest]
    both = ~np.isnan(gap)
    asked = both.any(axis=0)
    rows = _named(scores, units)
    rows["importance"] = _mean(np.where(both, importance, np.nan))
    rows["performance"] = _mean(np.where(both | ~asked, performance, np.nan))
    rows["gap"] = rows["importance"] - rows["performance"]
    rows["n"] = np.where(asked, both.sum(axis=0), (~np.isnan(performance)).sum(axis=0))
    return rows


def _named(scores: Maturity, units: Units) -> pd.DataFrame:
    block = {item.id: item.block for item in scores.instrument.items}
    names = pd.Series(units.ids, dtype="str")
    return pd.DataFrame({"unit": names, "block": names.map(block).astype("str")})


def _ordered(rows: pd.DataFrame) -> pd.DataFrame:
    """The largest gap first; ties and rows without one in the instrument's order."""
    return rows.sort_values("gap", ascending=False, kind="stable", ignore_index=True)


def _of(values: Floats, rows: np.ndarray) -> Floats:
    return values[rows][0] if rows.any() else np.full(values.shape[1], np.nan)


def _at_least(values: Floats) -> Floats:
    """NaN throughout a column with fewer than MIN_CELL known values."""
    known = (~np.isnan(values)).sum(axis=0)
    return np.where(known >= MIN_CELL, values, np.nan)


def _mean(values: Floats) -> Floats:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a column without a value
        return np.asarray(np.nanmean(_at_least(values), axis=0))


def _quantiles(values: Floats, at: tuple[float, ...]) -> Floats:
    if not values.size:
        return np.full((len(at), values.shape[1]), np.nan)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a column without a value
        return np.asarray(np.nanquantile(values, at, axis=0))
