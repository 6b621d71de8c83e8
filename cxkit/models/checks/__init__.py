"""Checks that could have overturned an estimate, as objects with a verdict."""

from __future__ import annotations

from cxkit.models.checks.check import Check
from cxkit.models.checks.companies import influence
from cxkit.models.checks.correction import feedback_robust, halo
from cxkit.models.checks.events import pre_trend
from cxkit.models.checks.form import functional_form
from cxkit.models.checks.industries import leave_one_industry_out
from cxkit.models.checks.leaving import attrition
from cxkit.models.checks.omitted import robustness_value
from cxkit.models.checks.timing import placebo_lead, reverse
from cxkit.models.checks.together import check_linkage

__all__ = [
    "Check",
    "attrition",
    "check_linkage",
    "feedback_robust",
    "functional_form",
    "halo",
    "influence",
    "leave_one_industry_out",
    "placebo_lead",
    "pre_trend",
    "reverse",
    "robustness_value",
]
