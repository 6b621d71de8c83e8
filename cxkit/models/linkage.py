"""How the score travels with an outcome: one primary estimate, and the others beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import pandas as pd

from cxkit.display import Shown
from cxkit.errors import SampleError
from cxkit.measures import Maturity, Panel
from cxkit.models.grades import grade
from cxkit.models.linkage_fit import MIN_COMPANIES, fit_one
from cxkit.models.linkage_result import ErrorCorrected, LinkageResult
from cxkit.models.linkage_rows import Rows, clipped, rows_of, usable_rows
from cxkit.models.linkage_spec import CLIP, SEED, Correction, LinkageSpec
from cxkit.models.measures_of_score import (
    SECOND_RATER,
    SPLIT_HALVES,
    Measures,
    rater_measures,
    split_measures,
)
from cxkit.models.measures_of_score import correction as allowed
from cxkit.models.multiplicity import benjamini_hochberg, holm
from cxkit.models.specifications import BASIC, CORRECTED, RECOMMENDED, SPECIFICATIONS, UNCORRECTED

__all__ = [
    "CLIP", "MIN_COMPANIES", "Correction", "ErrorCorrected", "LinkageFamily", "LinkageResult",
    "LinkageSpec", "Rows", "clipped", "fit_linkage", "fit_linkages", "rows_of", "usable_rows",
]  # fmt: skip

LATER = 2  # lags from here on are exploratory


def fit_linkage(
    panel: Panel,
    specification: str = RECOMMENDED,
    clip: tuple[float, float] = CLIP,
    correction: Correction = "none",
    measures: Measures | None = None,
    seed: int = SEED,
) -> LinkageResult:
    """One specification on one panel, error in the score dealt with as `correction` says.

    Rows without a group or control, and rows alone in their company, year or industry where
    those are held fixed, say nothing and are left out. A SampleError where too few companies
    remain, or where score or outcome do not vary.
    """
    spec = LinkageSpec(
        panel.outcome, panel.lag, specification, clip, correction, panel.measure, seed
    )
    return fit_one(panel, spec, measures)


class Verdict(Protocol):
    """What a grade asks of a check (`checks.Check`)."""

    @property
    def passed(self) -> bool | None: ...

    @property
    def applicable(self) -> bool: ...


@dataclass(frozen=True, eq=False, repr=False)
class LinkageFamily(Shown):
    """Every estimate of one run; the primary one was declared before.

    results holds the estimates in the order asked; left_out one row per estimate that could not
    be made: id, reason (a text). filled is the largest number of rows of one panel whose
    industry stands in for a missing sub-industry.
    """

    results: tuple[LinkageResult, ...]
    primary: LinkageSpec
    left_out: pd.DataFrame
    filled: int = 0

    @property
    def main(self) -> LinkageResult | None:
        """The primary estimate; None where it could not be made."""
        return next((r for r in self.results if r.spec == self.primary), None)

    def of(self, role: str) -> tuple[LinkageResult, ...]:
        """The estimates of one role."""
        return tuple(r for r in self.results if r.role == role)

    @property
    def reliability_within(self) -> float | None:
        """Reliability of change within companies; None where the score is not corrected."""
        main = self.main
        return main.corrected.reliability_within if main and main.corrected else None

    def find(self, specification: str, correction: str = "none") -> LinkageResult | None:
        """The primary question under another specification; None where it was not estimated."""
        one = self.primary
        asked = (one.outcome, one.lag, one.measure, specification, correction)
        for result in self.results:
            spec = result.spec
            if asked == (
                spec.outcome, spec.lag, spec.measure, spec.specification, spec.correction
            ):  # fmt: skip
                return result
        return None

    def graded(self, checks: Iterable[Verdict]) -> LinkageFamily:
        """The same with the primary estimate graded by its checks.

        Checks whose question does not arise are left aside; of the others a None counts as one
        that could not have failed. An estimate that industries' years undo has failed one more.
        """
        verdicts = [c.passed for c in checks if c.applicable]
        if self.main is not None and self.main.clear and not self.main.holds:
            verdicts.append(False)
        shape = SPECIFICATIONS[self.primary.specification]
        corrected = self.primary.correction != "none"
        earned = grade(shape, self.primary.lag, corrected=corrected, checks=verdicts)
        results = (replace(r, grade=earned) if r.spec == self.primary else r for r in self.results)
        return replace(self, results=tuple(results))

    @property
    def table(self) -> pd.DataFrame:
        """One row per estimate."""
        keep = ["id", "role", "estimate", "conf_low", "conf_high", "p_value", "p_adjusted", "mde",
                "entities", "grade"]  # fmt: skip
        return pd.DataFrame([{k: r.as_row()[k] for k in keep} for r in self.results])

    @property
    def summary(self) -> str:
        main = self.main
        return main.summary if main else f"{self.primary.id} could not be estimated."

    @property
    def sample_line(self) -> str:
        return f"{len(self.results)} estimates, {len(self.left_out)} could not be made."


def fit_linkages(
    panels: Iterable[Panel],
    primary: LinkageSpec,
    specifications: Sequence[str] | None = None,
    scores: Maturity | None = None,
) -> LinkageFamily:
    """Every specification on every panel, each with its role.

    Without specifications named these are all at the primary lag, corrected for error in the
    score too where scores (from which the panels were made) allow it, and the four plain ones at
    other lags. The primary estimate stands unadjusted; the secondary ones are Holm-adjusted
    together; later lags and other scores than the index are exploratory, in the primary
    specification only, adjusted by Benjamini and Hochberg.
    """
    results, left_out, filled = [], [], 0
    for panel in panels:
        filled = max(filled, panel.filled)
        measures = measures_for(panel, primary, scores)
        for spec in questions(panel, primary, specifications, measures):
            try:
                results.append(fit_one(panel, spec, measures))
            except SampleError as error:
                left_out.append((spec.id, error.reason))
    frame = pd.DataFrame(left_out, columns=["id", "reason"])
    return LinkageFamily(with_roles(results, primary), primary, frame, filled)


def measures_for(panel: Panel, primary: LinkageSpec, scores: Maturity | None) -> Measures | None:
    """Two measures of a panel's score: by the primary estimate's correction, else by the best.

    None without scores, and where a question needs none.
    """
    spec = replace(primary, outcome=panel.outcome, lag=panel.lag, measure=panel.measure)
    if scores is None or (panel.lag != primary.lag and role_of(spec, primary) == "secondary"):
        return None
    if panel.measure != primary.measure or scores.sampled is not None:
        return None
    if primary.correction == SPLIT_HALVES:
        return split_measures(scores, panel, seed=primary.seed)
    if primary.correction == SECOND_RATER:
        return rater_measures(scores, panel, seed=primary.seed)
    return allowed(scores, panel, seed=primary.seed).measures


def questions(
    panel: Panel,
    primary: LinkageSpec,
    specifications: Sequence[str] | None,
    measures: Measures | None,
) -> list[LinkageSpec]:
    """What is asked of one panel."""
    base = replace(primary, outcome=panel.outcome, lag=panel.lag, measure=panel.measure)
    if role_of(base, primary) == "exploratory":
        return [base if measures else replace(base, correction="none")]
    main = specifications is None and panel.lag == primary.lag
    raw = specifications or (UNCORRECTED if main else BASIC)
    found = [replace(base, specification=s, correction="none") for s in raw]
    if main and measures is not None:
        kind: Correction = "second-rater" if measures.kind == SECOND_RATER else "split-halves"
        found += [replace(base, specification=s, correction=kind) for s in CORRECTED]
    asked = base == primary and primary not in found
    return [*found, primary] if asked else found


def role_of(spec: LinkageSpec, primary: LinkageSpec) -> str:
    """primary, secondary, or exploratory: another score than the primary's, or a later year."""
    if spec == primary:
        return "primary"
    later = spec.lag >= LATER and spec.lag != primary.lag
    return "exploratory" if later or spec.measure != primary.measure else "secondary"


def with_roles(results: Sequence[LinkageResult], primary: LinkageSpec) -> tuple[LinkageResult, ...]:
    """Each estimate with its role and the p-value its role calls for."""
    adjusted: dict[LinkageSpec, float] = {}
    for role, adjust in (("secondary", holm), ("exploratory", benjamini_hochberg)):
        own = [r for r in results if role_of(r.spec, primary) == role]
        p_values = adjust([float(r.score.p_value) for r in own])
        adjusted |= dict(zip((r.spec for r in own), p_values, strict=True))
    return tuple(
        replace(r, role=role_of(r.spec, primary), p_adjusted=adjusted.get(r.spec)) for r in results
    )
