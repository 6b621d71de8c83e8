"""Every check of the primary estimate."""

from __future__ import annotations

from dataclasses import dataclass, replace

from cxkit.errors import SampleError
from cxkit.measures import Maturity, Panel
from cxkit.models.checks.check import Check
from cxkit.models.checks.companies import influence
from cxkit.models.checks.correction import FORWARD, feedback_robust, halo
from cxkit.models.checks.form import functional_form
from cxkit.models.checks.industries import leave_one_industry_out
from cxkit.models.checks.leaving import attrition
from cxkit.models.checks.omitted import robustness_value
from cxkit.models.checks.timing import placebo_lead, reverse
from cxkit.models.linkage import LinkageFamily
from cxkit.models.linkage_fit import fit_one
from cxkit.models.linkage_result import LinkageResult
from cxkit.models.measures_of_score import Measures, rater_measures, split_measures
from cxkit.models.specifications import specification


def check_linkage(
    panel: Panel,
    family: LinkageFamily,
    scores: Maturity | None = None,
    same_year: Panel | None = None,
) -> list[Check]:
    """Every check of the primary estimate, on the panel it was fitted to; none without one.

    scores are those the panel was made from, needed where the estimate is corrected for error in
    the score; same_year is the panel of the same outcome at lag 0, for the bounds of attrition.
    Checks that use the score as it was measured are held against the estimate from that score:
    like with like, since error in the score shrinks both.
    """
    main = family.main
    if main is None:
        return []
    pair = _measured(panel, main, scores)
    plain = _plain(panel, family, main)
    spec = replace(main.spec, correction="none")
    checks = [leave_one_industry_out(panel, main, pair.used), influence(panel, main, pair.used)]
    if plain is not None and specification(spec.specification).method != "differences":
        estimate = float(plain.score.estimate)
        checks += [
            placebo_lead(panel, spec, estimate),
            reverse(panel, spec, estimate),
            functional_form(panel, spec, estimate),
            attrition(panel, spec, estimate, same_year),
            robustness_value(panel, plain),
        ]
    checks.append(halo(panel, main, pair.halves, pair.raters))
    return [*checks, _feedback(panel, main, pair.used, checks)]


@dataclass(frozen=True, eq=False)
class _Pairs:
    """The measures behind the estimate, and both kinds of them; None where not to be had."""

    used: Measures | None = None
    halves: Measures | None = None
    raters: Measures | None = None


def _measured(panel: Panel, main: LinkageResult, scores: Maturity | None) -> _Pairs:
    if scores is None or main.spec.correction == "none":
        return _Pairs()
    halves = split_measures(scores, panel, seed=main.spec.seed)
    raters = rater_measures(scores, panel, seed=main.spec.seed)
    used = halves if main.spec.correction == "split-halves" else raters
    return _Pairs(used, halves, raters)


def _plain(panel: Panel, family: LinkageFamily, main: LinkageResult) -> LinkageResult | None:
    """The same estimate from the score as it was measured."""
    spec = main.spec
    if specification(spec.specification).method == "deviations":
        spec = replace(spec, specification="company-and-year")
    spec = replace(spec, correction="none")
    known = next((r for r in family.results if r.spec == spec), None)
    try:
        return known or fit_one(panel, spec)
    except SampleError:
        return None


def _feedback(
    panel: Panel, main: LinkageResult, used: Measures | None, checks: list[Check]
) -> Check:
    """The feedback-robust comparison. Where the reverse regression passed its lack of power
    counts for nothing, since it asks the same with a third of the precision; a failure counts
    always: growth that moves the score only after years is seen by nothing else."""
    found = feedback_robust(panel, main, used)
    passed = any(c.id == "reverse_regression" and c.passed for c in checks)
    counts = found.passed is False or not passed
    return replace(found, applicable=found.applicable and counts, id=FORWARD)
