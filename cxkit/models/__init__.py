"""Estimates: linkage of score and outcome, with their checks, power and grades."""

from __future__ import annotations

from cxkit.models.checks import Check, check_linkage
from cxkit.models.linkage import (
    LinkageFamily,
    LinkageResult,
    LinkageSpec,
    fit_linkage,
    fit_linkages,
)
from cxkit.models.specifications import RECOMMENDED, SPECIFICATIONS

__all__ = [
    "RECOMMENDED",
    "SPECIFICATIONS",
    "Check",
    "LinkageFamily",
    "LinkageResult",
    "LinkageSpec",
    "check_linkage",
    "fit_linkage",
    "fit_linkages",
]
