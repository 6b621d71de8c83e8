"""Does the finding hang on one way of asking? All defensible ones together."""

from __future__ import annotations

from cxkit.display import message
from cxkit.models.checks.check import Check, judged, no_verdict
from cxkit.models.linkage_result import LinkageResult
from cxkit.models.specification_curve import SpecificationCurve

ID = "specification_curve"
LEVEL = 0.05


def all_specifications(curve: SpecificationCurve, result: LinkageResult) -> Check:
    """The joint test of the curve against the primary estimate, as correlations.

    Failed where the specifications together point the other way beyond chance, or where they
    are not beyond chance though a median as large as the estimate would have been found. None
    where the estimate does not differ clearly from zero, or the curve is too imprecise.
    """
    if not result.clear:
        return no_verdict(ID, message("check.estimate_unclear"), curve.table)
    joint, mde = curve.joint, curve.mde_r
    beyond = joint.p_median <= LEVEL
    against = joint.median * result.r < 0
    failed = against if beyond else mde <= abs(result.r)
    return judged(
        ID, bool(failed), mde, result.r, curve.table, specifications=len(curve.table),
        median=joint.median, clear=joint.share_clear, p=joint.p_median,
    )  # fmt: skip
