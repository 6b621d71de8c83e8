"""How the score travels with an outcome, specification by specification."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import stats

from cxkit.display import Shown, message, text
from cxkit.errors import ConfigError, SampleError
from cxkit.measures import Panel
from cxkit.models import least_squares as ls
from cxkit.models.grades import grade
from cxkit.models.multiplicity import holm
from cxkit.models.power import minimum_detectable
from cxkit.models.specifications import (
    RECOMMENDED,
    SPECIFICATIONS,
    Specification,
    specification,
)

MIN_COMPANIES = 12
CLIP = (0.01, 0.99)


@dataclass(frozen=True)
class LinkageSpec:
    """What was asked of a fit: outcome, lag in fiscal periods, specification, clipping.

    clip holds the quantiles of the panel's outcomes beyond which an outcome counts as the
    quantile itself; (0, 1) clips nothing.
    """

    outcome: str
    lag: int
    specification: str = RECOMMENDED
    clip: tuple[float, float] = CLIP

    def __post_init__(self) -> None:
        specification(self.specification)
        low, high = self.clip
        if not 0 <= low < high <= 1:
            raise ConfigError(f"clip {low:g} and {high:g} are not quantiles in rising order")

    @property
    def id(self) -> str:
        return f"linkage.{self.outcome}.{self.specification}.lag{self.lag}"


@dataclass(frozen=True, eq=False, repr=False)
class LinkageResult(Shown):
    """One estimate of how an outcome travels with the score.

    table has one row per term (`score`, then controls): term, estimate, std_error, conf_low,
    conf_high, p_value, as a fraction of revenue per point (of the term). Rows of the panel that
    say nothing under the specification are left out and counted in `excluded`. Errors are
    clustered by company (CR1), t with clusters less one degrees of freedom. r is the correlation
    of score and outcome that is left after effects and controls, r_low and r_high its interval;
    mde and mde_r are the least effect and correlation this sample would find in 80 % of cases.
    covariance (terms, terms) is that of the estimates, in the table's order.
    """

    table: pd.DataFrame
    spec: LinkageSpec
    nobs: int
    entities: int
    excluded: pd.DataFrame
    per_sd_within: float
    per_tenth_of_scale: float
    mde: float
    r: float
    r_low: float
    r_high: float
    mde_r: float
    grade: str
    covariance: np.ndarray
    role: str = "secondary"
    p_adjusted: float | None = None

    @property
    def score(self) -> pd.Series:
        """The row of the score."""
        return self.table[self.table["term"] == "score"].iloc[0]

    @property
    def clear(self) -> bool:
        """True when the 95 % interval leaves zero out."""
        return bool(self.score.conf_low > 0 or self.score.conf_high < 0)

    @property
    def summary(self) -> str:
        row = self.score
        return (
            f"{self.spec.id}: {100 * row.estimate:+.3f} points per score point "
            f"({100 * row.conf_low:+.3f} to {100 * row.conf_high:+.3f}; {self.entities} companies; "
            f"detectable from {100 * self.mde:.3f}; grade {self.grade})."
        )

    @property
    def sample_line(self) -> str:
        return f"{self.nobs:,} rows, {self.entities:,} companies, errors CR1 by company."

    def as_row(self) -> dict[str, object]:
        """The estimate as one entry of `estimates` in results.json."""
        row, spec = self.score, self.spec
        return {
            "id": spec.id, "role": self.role, "family": "linkage", "outcome": spec.outcome,
            "lag": spec.lag, "specification": spec.specification, "correction": "none",
            "term": "score", "level": specification(spec.specification).level,
            "estimate": row.estimate, "std_error": row.std_error, "conf_low": row.conf_low,
            "conf_high": row.conf_high, "p_value": row.p_value, "p_adjusted": self.p_adjusted,
            "nobs": self.nobs, "entities": self.entities, "clusters": self.entities,
            "vcov": "CR1 by company", "unit": "fraction per score point",
            "per_sd_within": self.per_sd_within, "per_tenth_of_scale": self.per_tenth_of_scale,
            "mde": self.mde, "r": self.r, "r_low": self.r_low, "r_high": self.r_high,
            "mde_r": self.mde_r, "grade": self.grade,
        }  # fmt: skip


def fit_linkage(
    panel: Panel, specification: str = RECOMMENDED, clip: tuple[float, float] = CLIP
) -> LinkageResult:
    """One specification on one panel.

    Rows without a group or control, and rows alone in their company, year or industry where
    those are held fixed, say nothing and are left out. A SampleError where too few companies
    remain, or where score or outcome do not vary.
    """
    spec = LinkageSpec(panel.outcome, panel.lag, specification, clip)
    shape = SPECIFICATIONS[specification]
    rows, excluded = usable_rows(panel.table, shape)
    entities = rows["company_id"].nunique()
    if entities < MIN_COMPANIES:
        raise _cannot("few_companies", spec, companies=entities, least=MIN_COMPANIES)
    y = clipped(rows, panel.table, clip)
    fitted, covariance = _fit(y, rows, shape)
    if not np.isfinite(fitted.coef).all():
        raise _cannot("no_variation", spec)
    if fitted.residual @ fitted.residual <= 1e-18 * max(1e-300, float(y @ y)):
        raise _cannot("no_spread", spec)
    table = _tidy(fitted, covariance, ["score", *shape.controls], entities - 1)
    if not (np.isfinite(table["std_error"]) & (table["std_error"] > 0)).all():
        raise _cannot("no_error", spec)
    return _result(panel, spec, rows, excluded, fitted, table, covariance)


def _cannot(why: str, spec: LinkageSpec, **values: int) -> SampleError:
    """Why an estimate cannot be made, as an error and as a text for the report."""
    reason = message(f"linkage.cannot_{why}", **values)
    return SampleError(f"{spec.id}: {text(reason)}", reason)


@dataclass(frozen=True, eq=False, repr=False)
class LinkageFamily(Shown):
    """Every estimate of one run; the primary one was declared before.

    results holds the estimates in the order asked; left_out one row per estimate that could not
    be made: id, reason (a text). filled is the largest number of rows of one panel whose
    industry stands in for a missing sub-industry.
    """

    results: tuple[LinkageResult, ...]
    primary: LinkageSpec
    left_out: pd.DataFrame
    filled: int = 0

    @property
    def main(self) -> LinkageResult | None:
        """The primary estimate; None where it could not be made."""
        return next((r for r in self.results if r.spec == self.primary), None)

    @property
    def table(self) -> pd.DataFrame:
        """One row per estimate."""
        keep = ["id", "role", "estimate", "conf_low", "conf_high", "p_value", "p_adjusted", "mde",
                "entities", "grade"]  # fmt: skip
        return pd.DataFrame([{k: r.as_row()[k] for k in keep} for r in self.results])

    @property
    def summary(self) -> str:
        main = self.main
        return main.summary if main else f"{self.primary.id} could not be estimated."

    @property
    def sample_line(self) -> str:
        return f"{len(self.results)} estimates, {len(self.left_out)} could not be made."


def fit_linkages(
    panels: Iterable[Panel],
    primary: LinkageSpec,
    specifications: Sequence[str] = tuple(SPECIFICATIONS),
) -> LinkageFamily:
    """Every specification on every panel, the primary marked, the rest Holm-adjusted together."""
    results, left_out, filled = [], [], 0
    for panel in panels:
        filled = max(filled, panel.filled)
        for name in specifications:
            try:
                results.append(fit_linkage(panel, name, primary.clip))
            except SampleError as error:
                spec = LinkageSpec(panel.outcome, panel.lag, name, primary.clip)
                left_out.append((spec.id, error.reason))
    others = [r.spec for r in results if r.spec != primary]
    p_values = [float(r.score.p_value) for r in results if r.spec != primary]
    adjusted = dict(zip(others, holm(p_values), strict=True))
    marked = tuple(
        replace(r, role="primary") if r.spec == primary else replace(r, p_adjusted=adjusted[r.spec])
        for r in results
    )
    return LinkageFamily(marked, primary, pd.DataFrame(left_out, columns=["id", "reason"]), filled)


def usable_rows(table: pd.DataFrame, shape: Specification) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows that say something under a specification, and the count of the others by reason."""
    lost: dict[str, int] = {}
    rows = table
    for column in (*shape.effects, *shape.controls):
        has = rows[column].notna()
        if not has.all():
            lost[f"{column.replace('_', ' ')} missing"] = int((~has).sum())
        rows = rows[has]
    size = 0
    while size != len(rows):
        size = len(rows)
        for effect in shape.effects:
            alone = rows.groupby(effect)[effect].transform("size") == 1
            if alone.any():
                name = f"alone in its {effect.replace('_id', '').replace('_', ' ')}"
                lost[name] = lost.get(name, 0) + int(alone.sum())
                rows = rows[~alone]
    return rows, pd.DataFrame(list(lost.items()), columns=["reason", "rows"])


def clipped(rows: pd.DataFrame, whole: pd.DataFrame, clip: tuple[float, float]) -> np.ndarray:
    """Outcomes of the rows, clipped at quantiles of the whole panel."""
    low, high = np.quantile(whole["outcome"].to_numpy(float), clip)
    return np.clip(rows["outcome"].to_numpy(float), low, high)


def _fit(y: np.ndarray, rows: pd.DataFrame, shape: Specification) -> tuple[ls.Fit, np.ndarray]:
    x = rows[["score", *shape.controls]].to_numpy(float)
    if not shape.effects:
        x = np.column_stack([x, np.ones(len(x))])
    effects = [ls.codes(rows[e].to_numpy(str)) for e in shape.effects]
    company = ls.codes(rows["company_id"].to_numpy(str))
    fitted = ls.fit(y, x, effects)
    nested = int(company.max()) if "company_id" in shape.effects else 0
    return fitted, ls.covariance_clustered(fitted, company, nested=nested)


def _tidy(fitted: ls.Fit, covariance: np.ndarray, terms: list[str], df: int) -> pd.DataFrame:
    """Terms in the kit's column vocabulary, 95 % intervals by t with df degrees of freedom."""
    estimate = fitted.coef[: len(terms)]
    error = np.sqrt(np.diag(covariance))[: len(terms)]
    reach = stats.t.ppf(0.975, df) * error
    return pd.DataFrame(
        {
            "term": terms,
            "estimate": estimate,
            "std_error": error,
            "conf_low": estimate - reach,
            "conf_high": estimate + reach,
            "p_value": 2 * stats.t.sf(np.abs(estimate / error), df),
        }
    )


def _result(
    panel: Panel,
    spec: LinkageSpec,
    rows: pd.DataFrame,
    excluded: pd.DataFrame,
    fitted: ls.Fit,
    table: pd.DataFrame,
    covariance: np.ndarray,
) -> LinkageResult:
    entities = rows["company_id"].nunique()
    estimate, error = float(table["estimate"].iloc[0]), float(table["std_error"].iloc[0])
    within = rows["score"] - rows.groupby("company_id")["score"].transform("mean")
    sd_within = float(np.sqrt(np.square(within).sum() / max(1, len(rows) - entities)))
    low, high = table["conf_low"].iloc[0], table["conf_high"].iloc[0]
    scale = _partial_scale(fitted)
    mde = minimum_detectable(error, entities - 1)
    return LinkageResult(
        table, spec, len(rows), entities, excluded,
        per_sd_within=float(estimate * sd_within),
        per_tenth_of_scale=float(estimate * panel.span / 10),
        mde=mde, r=float(estimate * scale), r_low=max(-1.0, float(low * scale)),
        r_high=min(1.0, float(high * scale)), mde_r=min(1.0, mde * scale),
        grade=grade(SPECIFICATIONS[spec.specification], spec.lag, corrected=False, checks=()),
        covariance=covariance[: len(table), : len(table)],
    )  # fmt: skip


def _partial_scale(fitted: ls.Fit) -> float:
    """What turns the score's slope into a correlation: its spread over the outcome's, both
    after the other regressors are removed."""
    others = np.delete(fitted.x, 0, axis=1)
    outcome = fitted.residual + fitted.x[:, 0] * fitted.coef[0]
    score = fitted.x[:, 0]
    if others.shape[1]:
        score = score - others @ np.linalg.lstsq(others, score, rcond=None)[0]
        outcome = fitted.residual + score * fitted.coef[0]
    return float(np.sqrt(score @ score / (outcome @ outcome)))
