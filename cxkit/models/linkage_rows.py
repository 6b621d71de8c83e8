"""The rows of a panel as a specification compares them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxkit.models import least_squares as ls
from cxkit.models.grams import Array, Codes
from cxkit.models.specifications import Specification


@dataclass(frozen=True, eq=False)
class Rows:
    """What goes into a fit.

    y (n,), x (n, k) with the score first, effects and company codes (n,); terms names the
    columns of x that are reported. scores (n,) and companies (n,) belong to the rows. at (n,)
    are the panel's rows, before (n,) those that are subtracted from them, None where none are.
    excluded has one row per reason: reason, rows.
    """

    y: Array
    x: Array
    effects: tuple[Codes, ...]
    company: Codes
    terms: tuple[str, ...]
    scores: Array
    years: Codes
    at: Codes
    before: Codes | None
    excluded: pd.DataFrame

    @property
    def companies(self) -> int:
        return int(self.company.max(initial=-1)) + 1

    def of(self, values: Array) -> Array:
        """values (..., rows of the panel) as the fit compares them: (..., n)."""
        own = values[..., self.at]
        return own if self.before is None else own - values[..., self.before]


def rows_of(table: pd.DataFrame, shape: Specification, clip: tuple[float, float]) -> Rows:
    """The rows of a panel's table that say something under a specification."""
    whole = table.assign(_at=np.arange(len(table)), _y=clipped(table, table, clip))
    if shape.method == "differences":
        return _differences(whole, shape)
    rows, excluded = usable_rows(whole, shape)
    x, terms = _regressors(rows, shape)
    at = rows["_at"].to_numpy(np.intp)
    return _rows(rows["_y"].to_numpy(float), x, rows, shape, terms, at, None, excluded)


def _rows(
    y: Array, x: Array, rows: pd.DataFrame, shape: Specification, terms: Sequence[str],
    at: Codes, before: Codes | None, excluded: pd.DataFrame,
) -> Rows:  # fmt: skip
    if not shape.effects:
        x = np.column_stack([x, np.ones(len(x))])
    return Rows(
        y, x, tuple(ls.codes(rows[e].to_numpy(str)) for e in shape.effects),
        ls.codes(rows["company_id"].to_numpy(str)), tuple(terms), rows["score"].to_numpy(float),
        ls.codes(rows["fiscal_year"].to_numpy()), at, before, excluded,
    )  # fmt: skip


def _regressors(rows: pd.DataFrame, shape: Specification) -> tuple[Array, list[str]]:
    """The score, the distance from the company's mean where that is asked, and the controls."""
    controls = rows[list(shape.controls)].to_numpy(float)
    if shape.method != "means":
        return np.column_stack([rows["score"], controls]), ["score", *shape.controls]
    mean = rows.groupby("company_id")["score"].transform("mean").to_numpy(float)
    apart = rows["score"].to_numpy(float) - mean
    if not np.ptp(apart, axis=0) if len(apart) else True:
        return np.column_stack([mean, controls]), ["score", *shape.controls]
    return np.column_stack([mean, apart, controls]), ["score", "score_within", *shape.controls]


def _differences(whole: pd.DataFrame, shape: Specification) -> Rows:
    """Each company-year less the one before it; those without one are counted."""
    rows = whole.sort_values(["company_id", "fiscal_year"], kind="stable")
    earlier = rows.groupby("company_id")[["fiscal_year", "_at"]].shift()
    next_to = (rows["fiscal_year"] - earlier["fiscal_year"] == 1).to_numpy()
    kept, lost = usable_rows(rows.assign(_before=earlier["_at"])[next_to], shape)
    alone = pd.DataFrame(
        {"reason": ["no score in the year before"], "rows": [int((~next_to).sum())]}
    )
    at, before = kept["_at"].to_numpy(np.intp), kept["_before"].to_numpy(np.intp)
    score, y = whole["score"].to_numpy(float), whole["_y"].to_numpy(float)
    excluded = pd.concat([alone[alone["rows"] > 0], lost], ignore_index=True)
    x = (score[at] - score[before])[:, None]
    return _rows(y[at] - y[before], x, kept, shape, ["score"], at, before, excluded)


def usable_rows(table: pd.DataFrame, shape: Specification) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows that say something under a specification, and the count of the others by reason.

    industry_year is added: a fiscal year of an industry, missing without one.
    """
    lost: dict[str, int] = {}
    rows = table
    if "industry_year" in shape.effects:
        year = rows["industry"].astype("object") + " " + rows["fiscal_year"].astype(str)
        rows = rows.assign(industry_year=year)
    for column in (*shape.effects, *shape.controls):
        has = rows[column].notna()
        if not has.all():
            lost[f"{_words(column)} missing"] = int((~has).sum())
        rows = rows[has]
    size = 0
    while size != len(rows):
        size = len(rows)
        for effect in shape.effects:
            alone = rows.groupby(effect)[effect].transform("size") == 1
            if alone.any():
                name = f"alone in its {_words(effect)}"
                lost[name] = lost.get(name, 0) + int(alone.sum())
                rows = rows[~alone]
    return rows, pd.DataFrame(list(lost.items()), columns=["reason", "rows"])


def _words(column: str) -> str:
    if column == "industry_year":
        return "industry's year"
    return column.replace("_id", "").replace("_", " ")


def clipped(rows: pd.DataFrame, whole: pd.DataFrame, clip: tuple[float, float]) -> np.ndarray:
    """Outcomes of the rows, clipped at quantiles of the whole panel."""
    if not len(whole):
        return rows["outcome"].to_numpy(float)
    low, high = np.quantile(whole["outcome"].to_numpy(float), clip)
    return np.clip(rows["outcome"].to_numpy(float), low, high)
