"""Did the companies that changed go their own way before the change?"""

from __future__ import annotations

from cxkit.display import message
from cxkit.models.checks.check import Check, judged, no_verdict
from cxkit.models.checks.timing import interval, probe_table
from cxkit.models.did import Did

ID = "pre_trend"


def pre_trend(found: Did) -> Check:
    """Leads and a linear trend before the change, from rows no change had reached.

    mde is what the least trend that would have been found makes of the effect. table has a row
    per year before (`lead_1` is the last) and the yearly trend, `slope`.
    """
    before = found.before
    if not (before.known and found.effect.known):
        return no_verdict(ID, message("check.pre_trend_few"))
    probes = {f"lead_{-e.year}": e.probe for e in before.leads} | {"slope": before.slope}
    bias = before.missed * abs(found.drift)
    return judged(ID, not before.flat, bias, found.effect.estimate, probe_table(probes),
                  **interval(before.slope))  # fmt: skip
