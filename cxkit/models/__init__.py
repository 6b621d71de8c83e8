"""Estimates: the score's certainty and change; its linkage with outcomes, checks and grades."""

from __future__ import annotations

from cxkit.models.agreement import Agreement, icc, nested_icc, r_wg
from cxkit.models.change import Changes, changes
from cxkit.models.checks import Check, check_linkage
from cxkit.models.linkage import (
    LinkageFamily,
    LinkageResult,
    LinkageSpec,
    fit_linkage,
    fit_linkages,
)
from cxkit.models.reliability import Reliability, alpha, omega_total, stratified_alpha
from cxkit.models.score_error import ErrorModel, block_intervals, error_model, intervals
from cxkit.models.specifications import RECOMMENDED, SPECIFICATIONS
from cxkit.models.stages import (
    BlockPrior,
    WeakestLink,
    block_prior,
    stage_probabilities,
    weakest_link,
)
from cxkit.models.true_scores import TruePrior, true_prior

__all__ = [
    "RECOMMENDED",
    "SPECIFICATIONS",
    "Agreement",
    "BlockPrior",
    "Changes",
    "Check",
    "ErrorModel",
    "LinkageFamily",
    "LinkageResult",
    "LinkageSpec",
    "Reliability",
    "TruePrior",
    "WeakestLink",
    "alpha",
    "block_intervals",
    "block_prior",
    "changes",
    "check_linkage",
    "error_model",
    "fit_linkage",
    "fit_linkages",
    "icc",
    "intervals",
    "nested_icc",
    "omega_total",
    "r_wg",
    "stage_probabilities",
    "stratified_alpha",
    "true_prior",
    "weakest_link",
]
