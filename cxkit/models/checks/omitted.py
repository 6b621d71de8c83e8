"""Would something left out, as strong as the company's size, overturn the estimate?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxkit.display import message
from cxkit.measures import Panel
from cxkit.models import least_squares as ls
from cxkit.models.checks.check import Check, judged, no_verdict
from cxkit.models.checks.rows import rows_of
from cxkit.models.linkage_result import LinkageResult
from cxkit.models.probes import FEWEST, Probe, not_alone
from cxkit.models.sensitivity import bound, robustness

ID = "robustness_value"
COMPARED = "log_revenue"


def robustness_value(panel: Panel, plain: LinkageResult) -> Check:
    """The estimate were a confounder left out that is as strong as log revenue.

    For least squares only (Cinelli, Hazlett 2020), so plain is the estimate from the score as it
    was measured. Failed where such a confounder would make a clear estimate unclear; the
    clustered error grows as the classical one does. None where size explains so much that nothing
    as strong could be beside it. table has one row: the shares a confounder
    would have to explain of score and outcome alike to bring the estimate to zero (value) or its
    interval there (value_at_5), and the estimate, error and interval with one like size.
    """
    if not plain.clear:
        return no_verdict(ID, message("check.robustness_value_unclear"))
    rows = rows_of(panel, plain.spec)
    size = rows.table[COMPARED].to_numpy(float)
    keep = not_alone(np.isfinite(size), rows.effects)
    if len(np.unique(rows.company[keep])) < FEWEST:
        return no_verdict(ID, message("check.robustness_value_few"))
    known = rows.controls if rows.controls.shape[1] else size[:, None]
    x = np.column_stack([rows.score, known])[keep]
    y, effects = rows.y[keep], [ls.codes(e[keep]) for e in rows.effects]
    columns = x if effects else np.column_stack([x, np.ones(len(x))])
    fitted = ls.fit(y, columns, effects)
    if not np.isfinite(fitted.coef).all():
        return no_verdict(ID, message("check.robustness_value_few"))
    classical = float(np.sqrt(ls.covariance_classical(fitted)[0, 0]))
    value = robustness(float(fitted.coef[0]) / classical, fitted.nobs - fitted.parameters)
    like = bound(y, columns, effects, 1, 1.0)
    if not (np.isfinite(like.estimate) and like.std_error > 0):
        return no_verdict(ID, message("check.robustness_value_all"))
    error = float(plain.score.std_error) * like.std_error / classical
    left = Probe(like.estimate, error, plain.entities - 1, fitted.nobs, plain.entities)
    same_side = np.sign(left.estimate) == np.sign(float(plain.score.estimate))
    table = pd.DataFrame([{
        "value": value.value, "value_at_5": value.value_at_5, "partial_r2": value.partial_r2,
        "estimate": left.estimate, "std_error": error, "conf_low": left.conf_low,
        "conf_high": left.conf_high,
    }])  # fmt: skip
    return judged(
        ID, not (left.clear and same_side), left.mde, float(plain.score.estimate), table,
        value=value.value, found=left.estimate, low=left.conf_low, high=left.conf_high,
    )  # fmt: skip
