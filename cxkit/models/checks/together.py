"""Every check of the primary estimate."""

from __future__ import annotations

from cxkit.measures import Panel
from cxkit.models.checks.check import Check
from cxkit.models.checks.industries import leave_one_industry_out
from cxkit.models.linkage import LinkageFamily


def check_linkage(panel: Panel, family: LinkageFamily) -> list[Check]:
    """Every check of the primary estimate, on the panel it was fitted to; none without one."""
    return [leave_one_industry_out(panel, family.main)] if family.main else []
