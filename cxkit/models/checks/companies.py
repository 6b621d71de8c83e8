"""Does one company carry the estimate?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxkit.display import message
from cxkit.measures import Panel
from cxkit.models.checks.check import Check, judged, no_verdict, not_applicable
from cxkit.models.cluster import jackknife
from cxkit.models.grams import Array
from cxkit.models.instruments import NO_CONTROLS, oriv
from cxkit.models.linkage_result import LinkageResult
from cxkit.models.linkage_rows import rows_of
from cxkit.models.measures_of_score import Measures
from cxkit.models.specifications import specification

ID = "influence"
MOST = 0.5  # of the estimate that one company may be


def influence(panel: Panel, result: LinkageResult, measures: Measures | None = None) -> Check:
    """Leave out each company in turn: does one change the estimate by more than half?

    Exact, effects estimated anew without the company. table has the five of most influence,
    without their names (a report shows no company): rank, estimate without it, share of the
    estimate that it was. Passed only where the estimate's own minimum detectable effect is no
    larger than it, so that what is carried is more than chance.
    """
    if specification(result.spec.specification).method == "deviations":
        return not_applicable(ID, message("check.influence_deviations"))
    if not result.clear:
        return no_verdict(ID, message("check.influence_unclear"))
    estimate = float(result.score.estimate)
    without = _without(panel, result, measures)
    if without is None or not np.isfinite(without).all():
        return no_verdict(ID, message("check.influence_few"))
    moved = (estimate - without) / estimate
    top = np.argsort(-np.abs(moved), kind="stable")[:5]
    table = pd.DataFrame(
        {"rank": np.arange(1, len(top) + 1), "estimate": without[top], "share": moved[top]}
    )
    largest = float(moved[top[0]])
    return judged(ID, abs(largest) > MOST, result.mde, estimate, table,
                  share=abs(largest), without=float(without[top[0]]))  # fmt: skip


def _without(panel: Panel, result: LinkageResult, measures: Measures | None) -> Array | None:
    """(companies,): the estimate without each company that has part in it."""
    rows = rows_of(panel.table, specification(result.spec.specification), result.spec.clip)
    if result.spec.correction == "none":
        return jackknife(rows.y, rows.x, rows.effects, rows.company).left_out[:, 0]
    if measures is None:
        return None
    a, b = (rows.of(m) for m in (measures.a, measures.b))
    kept = rows.x[:, 1 : len(rows.terms)]
    found = oriv(rows.y, a, b, rows.effects, rows.company,
                 kept if kept.shape[1] else NO_CONTROLS, vcov="CR3")  # fmt: skip
    pull = found.influence / np.sqrt((found.clusters - 1) / found.clusters)
    return np.asarray(found.coef - pull[pull != 0], np.float64)
