"""Estimates: the score's certainty and change; its linkage with outcomes, checks and grades."""

from __future__ import annotations

from cxkit.models.agreement import Agreement, icc, nested_icc, r_wg
from cxkit.models.change import Changes, changes
from cxkit.models.checks import Check, check_linkage
from cxkit.models.error_model import ErrorModel, error_model, error_model_of
from cxkit.models.evidence import Evidence, evidence
from cxkit.models.gap_ranks import GapRanks, gap_ranks
from cxkit.models.linkage import (
    LinkageFamily,
    LinkageResult,
    LinkageSpec,
    fit_linkage,
    fit_linkages,
)
from cxkit.models.periods import fit_periods
from cxkit.models.planner import Design, Plan, design_of, plan
from cxkit.models.pnl_view import PnlView, Step, pnl_view, points_step, stage_step
from cxkit.models.prior import Expectation, Prior, expectation
from cxkit.models.reliability import Reliability, alpha, omega_total, stratified_alpha
from cxkit.models.roadmap import Roadmap, roadmap
from cxkit.models.score_error import block_intervals, intervals, with_effective_raters
from cxkit.models.specifications import RECOMMENDED, SPECIFICATIONS
from cxkit.models.stages import stage_probabilities
from cxkit.models.transitions import transitions
from cxkit.models.true_scores import TruePrior, true_prior
from cxkit.models.weakest import (
    BlockPrior,
    WeakestLink,
    WeakestLinks,
    block_prior,
    weakest_link,
    weakest_links,
)

__all__ = [
    "RECOMMENDED",
    "SPECIFICATIONS",
    "Agreement",
    "BlockPrior",
    "Changes",
    "Check",
    "Design",
    "ErrorModel",
    "Evidence",
    "Expectation",
    "GapRanks",
    "LinkageFamily",
    "LinkageResult",
    "LinkageSpec",
    "Plan",
    "PnlView",
    "Prior",
    "Reliability",
    "Roadmap",
    "Step",
    "TruePrior",
    "WeakestLink",
    "WeakestLinks",
    "alpha",
    "block_intervals",
    "block_prior",
    "changes",
    "check_linkage",
    "design_of",
    "error_model",
    "error_model_of",
    "evidence",
    "expectation",
    "fit_linkage",
    "fit_linkages",
    "fit_periods",
    "gap_ranks",
    "icc",
    "intervals",
    "nested_icc",
    "omega_total",
    "plan",
    "pnl_view",
    "points_step",
    "r_wg",
    "roadmap",
    "stage_probabilities",
    "stage_step",
    "stratified_alpha",
    "transitions",
    "true_prior",
    "weakest_link",
    "weakest_links",
    "with_effective_raters",
]
