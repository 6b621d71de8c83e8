"""Every check of one run's primary estimate, the specification curve among them."""

from __future__ import annotations

from collections.abc import Callable

from cxkit.errors import SampleError
from cxkit.measures import Maturity, Panel
from cxkit.measures.score_choice import INDEX, STAGE
from cxkit.models import Check, LinkageFamily, LinkageSpec, check_linkage
from cxkit.models.checks.all_specifications import all_specifications
from cxkit.models.specification_curve import SpecificationCurve, specification_curve

_ALIKE = {"revenue_growth": "log_revenue_growth", "log_revenue_growth": "revenue_growth"}
PanelOf = Callable[[str, int, str], Panel]


def curve_of(
    primary: LinkageSpec, panel_of: PanelOf, scores: Maturity
) -> SpecificationCurve | None:
    """Every defensible way to ask the primary question; None where none can be answered.

    Growth as a fraction and as a logarithm, the score as index and as stage, where there is one.
    """
    outcomes = [primary.outcome, *filter(None, [_ALIKE.get(primary.outcome)])]
    measures = [primary.measure]
    if primary.measure == INDEX and scores.instrument.stages:
        measures.append(STAGE)
    panels = [panel_of(outcome, primary.lag, m) for outcome in outcomes for m in measures]
    try:
        return specification_curve(panels, seed=primary.seed)
    except SampleError:
        return None


def checks_of(
    panel: Panel,
    family: LinkageFamily,
    scores: Maturity,
    same_year: Panel,
    curve: SpecificationCurve | None,
) -> list[Check]:
    """The checks in the order of the report; none without a primary estimate."""
    found = check_linkage(panel, family, scores, same_year)
    if curve is not None and family.main is not None:
        found.append(all_specifications(curve, family.main))
    return found
