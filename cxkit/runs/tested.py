"""Every check of one run's primary estimate, the specification curve among them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cxkit.errors import SampleError
from cxkit.measures import Maturity, Panel
from cxkit.measures.panel import LAGS
from cxkit.measures.score_choice import INDEX, STAGE
from cxkit.models import Check, LinkageFamily, LinkageSpec, check_linkage
from cxkit.models.checks.all_specifications import all_specifications
from cxkit.models.specification_curve import SpecificationCurve, specification_curve

_ALIKE = {"revenue_growth": "log_revenue_growth", "log_revenue_growth": "revenue_growth"}
MANY_ROWS = 5000  # from which on the curve varies less, so that it takes seconds
_MORE: dict[str, Any] = {"draws": 99}
_FEWER: dict[str, Any] = {
    "draws": 39,  # enough for 5 %, not for more
    "controls": ((), ("log_revenue",), ("age",)),
    "samples": ("all", "earlier", "later"),
}
PanelOf = Callable[[str, int, str], Panel]


def curve_of(
    primary: LinkageSpec, panel_of: PanelOf, scores: Maturity
) -> SpecificationCurve | None:
    """Every defensible way to ask the primary question; None where none can be answered.

    Growth as a fraction and as a logarithm; the score as index and as stage, where there are
    stages, else the year after the primary one's as well.
    """
    outcomes = [primary.outcome, *filter(None, [_ALIKE.get(primary.outcome)])]
    versions = [(primary.lag, primary.measure)]
    if primary.measure == INDEX and scores.instrument.stages:
        versions.append((primary.lag, STAGE))
    elif primary.lag + 1 in LAGS:
        versions.append((primary.lag + 1, primary.measure))
    panels = [panel_of(outcome, *version) for outcome in outcomes for version in versions]
    varied = _FEWER if len(panels[0].table) > MANY_ROWS else _MORE
    try:
        return specification_curve(panels, seed=primary.seed, **varied)
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
