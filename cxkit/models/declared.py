"""The primary estimate: what was declared, and what the data allow where nothing was."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from cxkit.display import message
from cxkit.measures import Maturity, Panel
from cxkit.models.linkage_fit import MIN_COMPANIES
from cxkit.models.linkage_spec import Correction, LinkageSpec
from cxkit.models.measures_of_score import correction as allowed
from cxkit.models.specifications import RECOMMENDED, RECOMMENDED_BETWEEN, SPECIFICATIONS


def recommended(panel: Panel) -> str:
    """Each company with itself; like with like where too few companies were scored twice."""
    twice = panel.table["company_id"].value_counts() >= 2
    return RECOMMENDED if twice.sum() >= MIN_COMPANIES else RECOMMENDED_BETWEEN


def declared(
    panel: Panel,
    scores: Maturity,
    specification: str | None,
    correction: str | None,
    clip: tuple[float, float],
    seed: int,
) -> tuple[LinkageSpec, Mapping[str, Any]]:
    """The primary estimate on a panel, and why its correction was chosen, as a text.

    Without a specification the recommended one; without a correction a second rater, else
    halves of the items, else none, as the panel's scores allow. Only within companies, since
    published comparisons between them hold error in the score.
    """
    name = specification or recommended(panel)
    why: Mapping[str, Any] = message("measures.declared")
    kind = correction or ""
    if not kind:
        kind, why = _chosen(panel, scores, name, seed)
    spec = LinkageSpec(
        panel.outcome, panel.lag, name, clip, cast(Correction, kind), panel.measure, seed
    )
    return spec, why


def _chosen(
    panel: Panel, scores: Maturity, specification: str, seed: int
) -> tuple[str, Mapping[str, Any]]:
    shape = SPECIFICATIONS.get(specification)
    if shape is not None and shape.level == "between":
        return "none", message("measures.between")
    if scores.sampled is not None:
        return "none", message("measures.large")
    found = allowed(scores, panel, seed=seed)
    return found.kind, found.reason
