"""Is a line the right form?"""

from __future__ import annotations

from cxkit.display import message
from cxkit.measures import Panel
from cxkit.models.checks.check import Check, judged, no_verdict
from cxkit.models.checks.rows import rows_of
from cxkit.models.checks.timing import interval, probe_table
from cxkit.models.linkage_spec import LinkageSpec
from cxkit.models.shape import curvature

ID = "functional_form"


def functional_form(panel: Panel, spec: LinkageSpec, estimate: float) -> Check:
    """A spline against the line; failed where its terms beyond the line are clear together.

    mde is of the departure: by how much the slope above the median score, or below it, differs
    from the line's (half the difference of the two). table has the slope at the 10 %, 50 % and
    90 % quantiles of the score, and the departure.
    """
    rows = rows_of(panel, spec)
    found = curvature(rows.y, rows.score, rows.controls, rows.effects, rows.company)
    if not found.known:
        return no_verdict(ID, message("check.functional_form_few"))
    names = ("slope_low", "slope_middle", "slope_high")
    departure = found.bend.times(0.5)
    table = probe_table(dict(zip(names, found.slopes, strict=True)) | {"departure": departure})
    values = interval(departure) | {
        "p": found.p_value, "slope_low": found.slopes[0].estimate,
        "slope_high": found.slopes[-1].estimate,
        "score_low": float(found.at[0]), "score_high": float(found.at[-1]),
    }  # fmt: skip
    return judged(ID, bool(found.p_value < 0.05), departure.mde, estimate, table, **values)
