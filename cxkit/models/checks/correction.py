"""Does the correction for error in the score hold: halo, and growth that feeds back."""

from __future__ import annotations

import numpy as np

from cxkit.display import message
from cxkit.measures import Panel
from cxkit.models.checks.check import Check, judged, no_verdict, not_applicable
from cxkit.models.checks.timing import interval, probe_table
from cxkit.models.forward import forward_deviations
from cxkit.models.halo import halo as compared
from cxkit.models.instruments import oriv
from cxkit.models.linkage_result import LinkageResult
from cxkit.models.linkage_rows import rows_of
from cxkit.models.measures_of_score import SPLIT_HALVES, Measures
from cxkit.models.probes import Probe
from cxkit.models.specifications import SPECIFICATIONS, specification

HALO, FORWARD = "halo", "feedback_robust"
_FORWARD_LEAST = 10.0  # first-stage F


def halo(
    panel: Panel, result: LinkageResult, halves: Measures | None, raters: Measures | None
) -> Check:
    """Do halves of the items have more in common than two raters have?

    The finding is put in the estimate's unit: by so much halves would make it too small.
    Applies to an estimate corrected by split halves. table has one row: what is missing.
    """
    if result.spec.correction != SPLIT_HALVES:
        why = "none" if result.spec.correction == "none" else "raters"
        return not_applicable(HALO, message(f"check.halo_{why}"))
    if halves is None or raters is None:
        return no_verdict(HALO, message("check.halo_one_rater"))
    rows = rows_of(panel.table, specification(result.spec.specification), result.spec.clip)
    by_half, by_rater = ((rows.of(one.a), rows.of(one.b)) for one in (halves, raters))
    found = compared(by_half, by_rater, rows.effects, rows.company)
    if not found.excess.known:
        return no_verdict(HALO, message("check.halo_few", companies=found.companies))
    estimate = float(result.score.estimate)
    missing = found.excess.times(estimate)
    values = interval(found.excess) | {"companies": found.companies}
    return judged(HALO, missing.clear, missing.mde, estimate, probe_table({"missing": missing}),
                  **values)  # fmt: skip


def feedback_robust(panel: Panel, result: LinkageResult, measures: Measures | None) -> Check:
    """The estimate against one that feedback does not deceive, on the same rows.

    For the corrected estimate with company and year held fixed. table has both and their
    difference, whose error counts that they share their data.
    """
    spec = result.spec
    if spec.specification != "company-and-year" or spec.correction == "none" or measures is None:
        return not_applicable(FORWARD, message("check.feedback_robust_other"))
    rows = rows_of(panel.table, SPECIFICATIONS[spec.specification], spec.clip)
    a, b = (rows.of(m) for m in (measures.a, measures.b))
    main = oriv(rows.y, a, b, rows.effects, rows.company)
    (robust,) = forward_deviations(rows.y[:, None], a, b, rows.company, rows.years)
    if not (np.isfinite(robust.std_error) and robust.first_stage_f >= _FORWARD_LEAST):
        return no_verdict(FORWARD, message("check.feedback_robust_few"))
    apart = robust.influence - main.influence
    groups, size = robust.clusters, round(robust.nobs)
    error = float(np.sqrt(apart @ apart))
    difference = Probe(robust.coef - main.coef, error, groups - 1, size, groups)
    table = probe_table({
        "robust": Probe(robust.coef, robust.std_error, groups - 1, size, groups),
        "main": Probe(main.coef, main.std_error, main.clusters - 1, round(main.nobs),
                      main.clusters),
        "difference": difference,
    })  # fmt: skip
    values = interval(difference) | {"robust": robust.coef}
    return judged(FORWARD, difference.clear, difference.mde, main.coef, table, **values)
