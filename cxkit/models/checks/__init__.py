"""Checks that could have overturned an estimate, as objects with a verdict."""

from __future__ import annotations

from cxkit.models.checks.check import Check
from cxkit.models.checks.industries import leave_one_industry_out
from cxkit.models.checks.together import check_linkage

__all__ = ["Check", "check_linkage", "leave_one_industry_out"]
