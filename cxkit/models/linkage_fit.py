"""One specification on one panel: the score as it is, or corrected for its error."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from cxkit.display import message, text
from cxkit.errors import ConfigError, SampleError
from cxkit.measures import Panel
from cxkit.models import least_squares as ls
from cxkit.models.cluster import VERY_FEW
from cxkit.models.common_shocks import SharedYears, shared_years
from cxkit.models.forward import Forward, forward_deviations
from cxkit.models.grades import grade
from cxkit.models.grams import Array
from cxkit.models.inference import Inference, infer
from cxkit.models.instruments import NO_CONTROLS, Corrected, oriv
from cxkit.models.linkage_result import ErrorCorrected, LinkageResult
from cxkit.models.linkage_rows import Rows, rows_of
from cxkit.models.linkage_spec import LinkageSpec
from cxkit.models.measures_of_score import Measures
from cxkit.models.power import minimum_detectable
from cxkit.models.specifications import SPECIFICATIONS
from cxkit.models.wild_iv import wild_iv

MIN_COMPANIES = 12
SHARED = "industry-by-year"  # what else has to be held fixed where industries share their years
WEAK = 10.0  # F of one measure on the other below which they share too little


def fit_one(panel: Panel, spec: LinkageSpec, measures: Measures | None = None) -> LinkageResult:
    """The estimate asked for; measures holds the two measures a correction needs.

    A SampleError where too few companies remain, or where score or outcome do not vary.
    """
    _fits(panel, spec, measures)
    shape = SPECIFICATIONS[spec.specification]
    rows = rows_of(panel.table, shape, spec.clip)
    if rows.companies < MIN_COMPANIES:
        raise cannot("few_companies", spec, companies=rows.companies, least=MIN_COMPANIES)
    if spec.correction == "none" or measures is None:
        return _uncorrected(panel, spec, rows)
    return _corrected(panel, spec, rows, measures)


def _fits(panel: Panel, spec: LinkageSpec, measures: Measures | None) -> None:
    """An error where panel, specification and measures are of different questions.

    Measures that the scores do not allow are a SampleError, since a client may ask for them.
    """
    asked = (spec.outcome, spec.lag, spec.measure)
    if asked != (panel.outcome, panel.lag, panel.measure):
        raise ConfigError(f"{spec.id} was asked of a panel of {panel.outcome}, lag {panel.lag}")
    if spec.correction not in ("none", measures.kind if measures else ""):
        raise cannot("no_measures", spec, correction=spec.correction)


def cannot(why: str, spec: LinkageSpec, **values: Any) -> SampleError:
    """Why an estimate cannot be made, as an error and as a text for the report."""
    reason = message(f"linkage.cannot_{why}", **values)
    return SampleError(f"{spec.id}: {text(reason)}", reason)


def _uncorrected(panel: Panel, spec: LinkageSpec, rows: Rows) -> LinkageResult:
    fitted = _varied(spec, rows)
    found = infer(rows.y, rows.x, rows.effects, rows.company, seed=spec.seed)
    table = _tidy(found, rows.terms)
    if not (np.isfinite(table["std_error"]) & (table["std_error"] > 0)).all():
        raise cannot("no_error", spec)
    k = len(table)
    result = _result(panel, spec, rows, table, _partial_scale(fitted), _sd_within(rows))
    result = replace(result, covariance=found.covariance[:k, :k], kind=found.kind,
                     factor=found.factor)  # fmt: skip
    return replace(result, shared=_shared(panel, spec, rows, None))


def _varied(spec: LinkageSpec, rows: Rows) -> ls.Fit:
    """The least-squares fit, where score and outcome vary on their own."""
    fitted = ls.fit(rows.y, rows.x, rows.effects)
    if not np.isfinite(fitted.coef).all():
        raise cannot("no_variation", spec)
    if fitted.residual @ fitted.residual <= 1e-18 * max(1e-300, float(rows.y @ rows.y)):
        raise cannot("no_spread", spec)
    return fitted


def _corrected(panel: Panel, spec: LinkageSpec, rows: Rows, measures: Measures) -> LinkageResult:
    fitted = _varied(spec, rows)
    found, table, kind = _by_measures(spec, rows, measures)
    return _corrected_result(panel, spec, rows, found, table, kind, fitted, measures)


def _by_measures(
    spec: LinkageSpec, rows: Rows, measures: Measures
) -> tuple[Corrected | Forward, pd.DataFrame, str]:
    """The corrected fit, the score's row of it, and its kind of errors."""
    a, b = (rows.of(one) for one in (measures.a, measures.b))
    kept = rows.x[:, 1 : len(rows.terms)]
    found: Corrected | Forward
    known = (np.isfinite(a) & np.isfinite(b)).any(0)
    companies = len(np.unique(rows.company[known]))
    if companies < MIN_COMPANIES:
        raise cannot("few_companies", spec, companies=companies, least=MIN_COMPANIES)
    if SPECIFICATIONS[spec.specification].method == "deviations":
        (found,) = forward_deviations(rows.y[:, None], a, b, rows.company, rows.years)
    else:
        controls = kept if kept.shape[1] else NO_CONTROLS
        found = oriv(rows.y, a, b, rows.effects, rows.company, controls)
    if not np.isfinite([found.coef, found.std_error]).all() or found.std_error <= 0:
        raise cannot("no_error", spec)
    if found.first_stage_f < WEAK:
        raise cannot("weak", spec, f=found.first_stage_f)
    return found, *_corrected_table(found, rows, a, b, spec)


def _corrected_table(
    found: Corrected | Forward, rows: Rows, a: Array, b: Array, spec: LinkageSpec
) -> tuple[pd.DataFrame, str]:
    """The score's row; below 40 companies interval and p-value by the wild bootstrap."""
    df = found.clusters - 1
    reach = float(stats.t.ppf(0.975, df)) * found.std_error
    low, high = found.coef - reach, found.coef + reach
    p, kind = float(2 * stats.t.sf(abs(found.coef / found.std_error), df)), str(found.vcov)
    if found.clusters < VERY_FEW and isinstance(found, Corrected):
        kept = rows.x[:, 1 : len(rows.terms)]
        drawn = wild_iv(rows.y, a, b, rows.effects, rows.company,
                        kept if kept.shape[1] else NO_CONTROLS, seed=spec.seed)  # fmt: skip
        low, high, p, kind = drawn.conf_low, drawn.conf_high, drawn.p_value, "wild"
    row = ("score", found.coef, found.std_error, low, high, p)
    return pd.DataFrame([row], columns=COLUMNS), kind


def _corrected_result(
    panel: Panel, spec: LinkageSpec, rows: Rows, found: Corrected | Forward,
    table: pd.DataFrame, kind: str, fitted: ls.Fit, measures: Measures,
) -> LinkageResult:  # fmt: skip
    linear = isinstance(found, Corrected)
    within = found.reliability_within if isinstance(found, Corrected) else np.nan
    across = found.reliability_across if isinstance(found, Corrected) else np.nan
    # Published correlations are of scores as observed: the corrected slope is brought back there.
    scale = _partial_scale(fitted) * (within if linear and np.isfinite(within) else 1.0)
    inside = SPECIFICATIONS[spec.specification].level == "within"
    levels = inside and SPECIFICATIONS[spec.specification].method == "levels"
    spread = found.spread if isinstance(found, Corrected) and levels else _sd_within(rows)
    result = _result(panel, spec, rows, table, scale, spread, found.clusters)
    dealt = ErrorCorrected(within, across, found.rows_lost, found.splits, found.first_stage_f)
    lost = round(found.rows_lost)
    reason = {"split-halves": "a block with no answer in one half of its items",
              "second-rater": "fewer than two raters"}[spec.correction]  # fmt: skip
    more = pd.DataFrame({"reason": [reason] * bool(lost), "rows": [lost] * bool(lost)})
    return replace(
        result, nobs=round(found.nobs), covariance=np.array([[found.std_error**2]]),
        kind=kind, factor=_factor(kind, found.clusters), corrected=dealt,
        excluded=pd.concat([rows.excluded, more], ignore_index=True),
        shared=_shared(panel, spec, rows, measures),
    )  # fmt: skip


COLUMNS = ["term", "estimate", "std_error", "conf_low", "conf_high", "p_value"]


def _factor(kind: str, clusters: int) -> dict[str, Any]:
    if kind == "wild":
        return message("inference.factor_wild_corrected", clusters=clusters)
    return message(f"inference.factor_{kind.lower()}", clusters=clusters)


def _tidy(found: Inference, terms: tuple[str, ...]) -> pd.DataFrame:
    """Terms in the kit's column vocabulary."""
    k = len(terms)
    numbers = (found.coef, found.std_error, found.conf_low, found.conf_high, found.p_value)
    columns = [list(terms), *(n[:k] for n in numbers)]
    return pd.DataFrame(dict(zip(COLUMNS, columns, strict=True)))


def _shared(
    panel: Panel, spec: LinkageSpec, rows: Rows, measures: Measures | None
) -> SharedYears | None:
    """Whether industries share their years, and the estimate with those held fixed if so.

    Asked wherever only the year is held fixed; told by the company's own deviations, whatever
    the specification, since what companies differ in for good would hide it.
    """
    shape = SPECIFICATIONS[spec.specification]
    if "fiscal_year" not in shape.effects or shape.method == "deviations":
        return None
    crossed = rows_of(panel.table, SPECIFICATIONS[SHARED], spec.clip)
    if crossed.companies < MIN_COMPANIES or len(crossed.y) < 2 * (crossed.companies + 1):
        return None
    years = [crossed.effects[0], ls.codes(crossed.years)]
    found = shared_years(crossed.y, crossed.x, years, *crossed.effects)
    if found is None or not found.found:
        return found
    try:
        twin = _with_industry_years(panel, spec, measures)
    except SampleError:
        return found
    return replace(found, estimate=float(twin["estimate"]), conf_low=float(twin["conf_low"]),
                   conf_high=float(twin["conf_high"]))  # fmt: skip


def _with_industry_years(panel: Panel, spec: LinkageSpec, measures: Measures | None) -> pd.Series:
    """The score's row with each industry's years held fixed instead of the years alone."""
    shape = SPECIFICATIONS[spec.specification]
    effects = tuple("industry_year" if e == "fiscal_year" else e for e in shape.effects)
    rows = rows_of(panel.table, replace(shape, effects=effects), spec.clip)
    if rows.companies < MIN_COMPANIES:
        raise cannot("few_companies", spec, companies=rows.companies, least=MIN_COMPANIES)
    _varied(spec, rows)
    if spec.correction != "none" and measures is not None:
        return _by_measures(spec, rows, measures)[1].iloc[0]
    found = infer(rows.y, rows.x, rows.effects, rows.company, seed=spec.seed)
    return _tidy(found, rows.terms).iloc[0]


def _sd_within(rows: Rows) -> float:
    """Standard deviation of the score inside companies; NaN where none was scored twice."""
    if len(rows.scores) <= rows.companies:
        return float("nan")
    mean = np.bincount(rows.company, rows.scores) / np.maximum(1, np.bincount(rows.company))
    apart = rows.scores - mean[rows.company]
    return float(np.sqrt(np.square(apart).sum() / (len(apart) - rows.companies)))


def _result(
    panel: Panel, spec: LinkageSpec, rows: Rows, table: pd.DataFrame,
    scale: float, spread: float, clusters: int | None = None,
) -> LinkageResult:  # fmt: skip
    entities = clusters or rows.companies
    row = table.iloc[0]
    estimate = float(row["estimate"])
    mde = minimum_detectable(float(row["std_error"]), entities - 1)
    return LinkageResult(
        table, spec, len(rows.y), entities, rows.excluded,
        per_sd_within=estimate * spread, per_tenth_of_scale=float(estimate * panel.span / 10),
        mde=mde, r=float(np.clip(estimate * scale, -1, 1)),
        r_low=max(-1.0, float(row["conf_low"] * scale)),
        r_high=min(1.0, float(row["conf_high"] * scale)), mde_r=min(1.0, mde * scale),
        grade=grade(SPECIFICATIONS[spec.specification], spec.lag,
                    corrected=spec.correction != "none", checks=()),
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
