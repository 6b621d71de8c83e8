"""Does one industry carry the estimate?"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from cxkit.display import message
from cxkit.errors import SampleError
from cxkit.measures import Panel
from cxkit.measures.disclosure import MIN_CELL
from cxkit.models.checks.check import Check, judged, no_verdict, why
from cxkit.models.linkage_fit import fit_one
from cxkit.models.linkage_result import LinkageResult
from cxkit.models.linkage_rows import rows_of
from cxkit.models.linkage_spec import LinkageSpec
from cxkit.models.measures_of_score import Measures
from cxkit.models.probes import Probe, first
from cxkit.models.specifications import specification

ID = "leave_one_industry_out"
FEWEST = 3  # industries


def leave_one_industry_out(
    panel: Panel, result: LinkageResult, measures: Measures | None = None
) -> Check:
    """Refit without each industry in turn: does one industry carry the estimate?

    measures are the two of the score behind a corrected estimate, by the panel's rows.

    table has one row per industry left out: industry, rows, entities, estimate, conf_low,
    conf_high; industries of fewer than five companies are left out together, as "". Failed
    when leaving one out turns the sign. Passed only when no sign turns and every refit's
    minimum detectable effect is no larger than the estimate. None where the estimate does not
    differ clearly from zero, whose sign is chance, or where the sample is too small.
    """
    groups = _industries(panel.table)
    if not result.clear:
        return no_verdict(ID, message("check.estimate_unclear"))
    if groups.nunique() < FEWEST:
        few = int(groups.nunique())
        told = "check.few_industries_one" if few == 1 else "check.few_industries"
        return no_verdict(ID, message(told, found=few, least=FEWEST))
    rows: list[dict[str, Any]] = []
    mdes: list[float] = []
    for industry in sorted(groups.dropna().unique()):
        others = (groups != industry).to_numpy()
        kept = replace(panel, table=panel.table[others])
        try:
            refit = _refit(kept, result.spec, of_rows(measures, others))
        except SampleError as error:
            named = _named([industry])
            return no_verdict(ID, message("check.without_industry", industry=named, why=why(error)))
        mdes.append(refit.mde)
        rows.append(
            {"industry": industry, "rows": refit.nobs, "entities": refit.clusters}
            | {k: getattr(refit, k) for k in ("estimate", "conf_low", "conf_high")}
        )
    return _verdict(pd.DataFrame(rows), max(mdes), float(result.score.estimate))


def _refit(panel: Panel, spec: LinkageSpec, measures: Measures | None) -> Probe:
    """The estimate on a part of the panel; a SampleError where there is none."""
    if spec.correction == "none":
        rows = rows_of(panel.table, specification(spec.specification), spec.clip)
        found = first(rows.y, rows.x[:, : len(rows.terms)], rows.effects, rows.company)
        if found.known:
            return found
    refit = fit_one(panel, spec, measures)
    return Probe(
        float(refit.score.estimate), float(refit.score.std_error), refit.entities - 1,
        refit.nobs, refit.entities,
    )  # fmt: skip


def of_rows(measures: Measures | None, keep: np.ndarray) -> Measures | None:
    """The same measures for a part of the panel's rows."""
    if measures is None:
        return None
    return replace(measures, a=measures.a[:, keep], b=measures.b[:, keep], rows=measures.rows[keep])


def _industries(table: pd.DataFrame) -> pd.Series:
    """Each row's industry; "" for the industries too small to be told apart, if not all too few."""
    companies = table.groupby("industry")["company_id"].transform("nunique")
    small = companies < MIN_CELL
    enough = table.loc[small, "company_id"].nunique() >= MIN_CELL
    return table["industry"].mask(small, "" if enough else np.nan)


def _verdict(table: pd.DataFrame, mde: float, estimate: float) -> Check:
    turned = table[np.sign(table["estimate"]) != np.sign(estimate)]
    low, high = table["estimate"].min(), table["estimate"].max()
    named = _named(list(turned["industry"]))
    return judged(ID, bool(len(turned)), mde, estimate, table, low=low, high=high, industry=named)


def _named(industries: list[str]) -> Any:
    """The industries in one text; those too small to be named are called so."""
    names = ", ".join(i for i in industries if i)
    if "" not in industries:
        return names
    small = message("check.small_industries")
    return message("check.and_small_industries", industry=names) if names else small
