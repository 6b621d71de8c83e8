"""One estimate of score and outcome, with what it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from cxkit.display import Shown, text
from cxkit.models.common_shocks import SharedYears
from cxkit.models.linkage_spec import LinkageSpec
from cxkit.models.specifications import specification


def known(value: float) -> float | None:
    """None for what is not a number."""
    return float(value) if np.isfinite(value) else None


@dataclass(frozen=True)
class ErrorCorrected:
    """How error in the score was dealt with.

    reliability_within is the share of the score's variance that is no error once effects are
    out, reliability_across that of the score as it is. rows_lost is the mean number of rows
    without both measures, splits how many divisions were averaged, first_stage_f the least F of
    one measure on the other.
    """

    reliability_within: float
    reliability_across: float
    rows_lost: float
    splits: int
    first_stage_f: float


@dataclass(frozen=True, eq=False, repr=False)
class LinkageResult(Shown):
    """One estimate of how an outcome travels with the score.

    table has one row per term (`score`, then controls): term, estimate, std_error, conf_low,
    conf_high, p_value, as a fraction of revenue per point (of the term). Rows of the panel that
    say nothing under the specification are left out and counted in `excluded`. Errors are
    clustered by company, kind and factor say how: CR1, CR3 (cluster jackknife) below 100
    companies, the wild cluster bootstrap below 40. r is the correlation of observed score and
    outcome left after effects and controls, r_low and r_high its interval; mde and mde_r
    are the least effect and correlation this sample would find in 80 % of cases; per_sd_within is
    NaN where no company was scored twice. covariance
    (terms, terms) is that of the estimates, in the table's order. corrected is None where error
    in the score stands. shared tells whether companies of one industry move together in a year
    where only the year is held fixed, None where that was not asked.
    """

    table: pd.DataFrame
    spec: LinkageSpec
    nobs: int
    entities: int
    excluded: pd.DataFrame
    per_sd_within: float
    per_tenth_of_scale: float
    mde: float
    r: float
    r_low: float
    r_high: float
    mde_r: float
    grade: str
    covariance: np.ndarray = field(default_factory=lambda: np.full((1, 1), np.nan))
    kind: str = "CR1"
    factor: Mapping[str, Any] | str = ""
    corrected: ErrorCorrected | None = None
    shared: SharedYears | None = None
    role: str = "secondary"
    p_adjusted: float | None = None

    @property
    def score(self) -> pd.Series:
        """The row of the score."""
        return self.table[self.table["term"] == "score"].iloc[0]

    @property
    def clear(self) -> bool:
        """True when the 95 % interval leaves zero out."""
        return bool(self.score.conf_low > 0 or self.score.conf_high < 0)

    @property
    def bounded(self) -> bool:
        """Whether the interval has an end on either side; without one no power is known."""
        return bool(np.isfinite([self.score.conf_low, self.score.conf_high]).all())

    @property
    def holds(self) -> bool:
        """Clear, and still so where industries' own years would make the interval too narrow."""
        sign = float(np.sign(self.score.estimate))
        return self.clear and (self.shared is None or self.shared.agrees(sign))

    @property
    def vcov(self) -> str:
        """How errors were clustered."""
        return f"{self.kind} by company"

    @property
    def summary(self) -> str:
        row = self.score
        return (
            f"{self.spec.id}: {100 * row.estimate:+.3f} points per score point "
            f"({100 * row.conf_low:+.3f} to {100 * row.conf_high:+.3f}; {self.entities} companies; "
            f"detectable from {100 * self.mde:.3f}; grade {self.grade})."
        )

    @property
    def sample_line(self) -> str:
        return f"{self.nobs:,} rows, {self.entities:,} companies, errors {self.vcov}."

    def as_row(self) -> dict[str, object]:
        """The estimate as one entry of `estimates` in results.json."""
        row, spec, dealt = self.score, self.spec, self.corrected
        return {
            "id": spec.id, "role": self.role, "family": "linkage", "outcome": spec.outcome,
            "lag": spec.lag, "specification": spec.specification, "correction": spec.correction,
            "measure": spec.measure, "term": "score",
            "level": specification(spec.specification).level,
            "estimate": row.estimate, "std_error": row.std_error, "conf_low": row.conf_low,
            "conf_high": row.conf_high, "p_value": row.p_value, "p_adjusted": self.p_adjusted,
            "nobs": self.nobs, "entities": self.entities, "clusters": self.entities,
            "vcov": self.vcov, "small_sample": text(self.factor) if self.factor else "",
            "unit": "fraction per score point",
            "per_sd_within": known(self.per_sd_within),
            "per_tenth_of_scale": self.per_tenth_of_scale,
            "mde": self.mde if self.bounded else None,
            "r": self.r, "r_low": self.r_low, "r_high": self.r_high,
            "mde_r": self.mde_r if self.bounded else None, "grade": self.grade,
            "reliability_within": dealt.reliability_within if dealt else None,
            "first_stage_f": dealt.first_stage_f if dealt else None,
        }  # fmt: skip
