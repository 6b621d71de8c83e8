"""Which came first: the lead placebo and the reverse regression, both given the lagged score."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from cxkit.display import message
from cxkit.measures import Panel
from cxkit.models.checks.check import Check, judged, no_verdict, not_applicable
from cxkit.models.checks.rows import rows_of
from cxkit.models.linkage_spec import LinkageSpec
from cxkit.models.probes import Probe
from cxkit.models.timing import lead_placebo, reverse_regression

LEAD, REVERSE = "placebo_lead", "reverse_regression"


def placebo_lead(panel: Panel, spec: LinkageSpec, estimate: float) -> Check:
    """Does the score of the year after the outcome's go with the outcome, given the lagged one?

    A later score cannot have caused it. estimate is the one under check, as a fraction per
    point. table has one row: term, estimate, std_error, conf_low, conf_high, p_value, rows,
    entities.
    """
    rows = rows_of(panel, spec)
    found = lead_placebo(
        rows.y, rows.score, rows.company, rows.year, rows.effects, rows.controls, rows.lag
    )
    if not found.known:
        return no_verdict(LEAD, message("check.placebo_lead_few", waves=rows.lag + 2))
    table = probe_table({"score_after": found})
    return judged(LEAD, found.clear, found.mde, estimate, table, **interval(found))


def reverse(panel: Panel, spec: LinkageSpec, estimate: float) -> Check:
    """Does the outcome of the score's own period go with the score, given the lagged score?

    Where it does, good years raise the score, and what follows them does not follow from it.
    table has two rows: `outcome` in points of score per unit of the outcome, and the same turned
    into the estimate's unit (`as_slope`), in which the verdict is made.
    """
    if panel.outcome.endswith("_variability"):
        return not_applicable(REVERSE, message("check.reverse_regression_span"))
    rows = rows_of(panel, spec)
    found = reverse_regression(
        rows.y, rows.score, rows.company, rows.year, rows.effects, rows.controls, rows.lag
    )
    if not found.as_slope.known:
        return no_verdict(REVERSE, message("check.reverse_regression_few", waves=rows.lag + 2))
    table = probe_table({"outcome": found.per_outcome, "as_slope": found.as_slope})
    per_point = found.per_outcome.times(0.01)
    return judged(
        REVERSE, found.as_slope.clear, found.as_slope.mde, estimate, table, **interval(per_point)
    )


def probe_table(probes: dict[str, Probe]) -> pd.DataFrame:
    """One row per probe: term, its estimate, error, interval and p-value, rows, entities."""
    keep = ("estimate", "std_error", "conf_low", "conf_high", "p_value")
    return pd.DataFrame(
        [
            {"term": term}
            | {k: getattr(p, k) for k in keep}
            | {"rows": p.nobs, "entities": p.clusters}
            for term, p in probes.items()
        ]
    )


def interval(found: Probe) -> dict[str, Any]:
    """What a sentence needs of a probe: found, low, high, and p."""
    return {"found": found.estimate, "low": found.conf_low, "high": found.conf_high,
            "p": float(np.clip(found.p_value, 0, 1))}  # fmt: skip
