"""The P&L view of one run: every line's estimate, and the reader's own accounts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from cxkit.display import message
from cxkit.errors import SampleError
from cxkit.measures import Accounts, Maturity, Panel
from cxkit.models.linkage import LinkageFamily, LinkageResult, measures_for
from cxkit.models.linkage_fit import fit_one
from cxkit.models.pnl_view import OUTCOMES, PnlView, estimate_covariance, pnl_view, points_step


def own_pnl(
    family: LinkageFamily,
    panel_of: Callable[[str], Panel],
    scores: Maturity,
    books: Accounts,
    company: str,
    points: float,
) -> PnlView | Mapping[str, Any]:
    """What so many points go with in every line of the company's accounts.

    Each line is estimated as the primary estimate is; what cannot be is left out. The reason
    (a text) where there is no view.
    """
    if not company:
        return message("pnl.no_company")
    known = {r.spec: r for r in family.results}
    fits: list[tuple[Panel, LinkageResult]] = []
    for outcome in OUTCOMES:
        panel, spec = panel_of(outcome), replace(family.primary, outcome=outcome)
        try:
            found = known.get(spec) or fit_one(panel, spec, measures_for(panel, spec, scores))
        except SampleError:
            continue
        fits.append((panel, found))
    results = {r.spec.outcome: r for _, r in fits}
    try:
        covariance = estimate_covariance(fits) if fits else None
        return pnl_view(results, books, company, points_step(points), covariance)
    except SampleError as error:
        return error.reason or message("pnl.no_growth")
