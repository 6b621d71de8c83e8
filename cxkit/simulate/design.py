"""What is planted: every quantity of the simulated world, with its unit.

Points are points of the `cx95` index (6 to 95), item points are points of one answer (0 to 5),
fractions are fractions of revenue (0.01 is one percentage point).
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from cxkit.errors import ConfigError, nearest

# Points between neighbouring profiles: chosen so that latent profiles on one wave's block means
# find the true ones with an adjusted Rand index near .40, .60 and .80 (methods.md, 2); who knew
# the profiles' true means would reach .46, .64 and .83.
SEPARATIONS = {"low": 18.0, "middle": 25.2, "high": 34.8}


@dataclass(frozen=True)
class Design:
    """The planted quantities of a simulated benchmark; the defaults are the base design.

    Sample
        companies: count. years: waves, one a year. first_wave: calendar year of the first.
    Effects, per ten points of the true score
        effect_growth: fraction of next year's revenue growth. effect_margin: fraction of next
        year's operating margin.
    Profiles
        profile_shares: from the highest score to the lowest, summing to 1; one share alone is
        a continuum. separation: points between neighbouring profiles, or low, middle, high.
        profile_pattern: item points by which the profiles differ in shape between blocks.
        share_moving: chance per year of moving to a neighbouring profile.
        importance_alignment: by profile, correlation of a company's strong items with the items
        it calls important.
    Score of a company and wave
        mean_score: points, about the middle of the benchmark. trend: points a year.
        company_sd: points, stable differences within a profile. within_sd: points, the moving
        part of a company's score; persistence: its autocorrelation from year to year.
        block_sd, item_sd: item points, stable strengths of a company's blocks and items.
        item_spread: item points, standard deviation of how hard the items are.
    Confounders, per standard deviation of the industry's standing or of log revenue
        industry_score, size_score: points within a profile. industry_profile, size_profile:
        correlation with the (latent) profile. industry_growth, size_growth, industry_margin,
        size_margin: fractions.
    Answers
        share_several: companies with more than one rater; raters: fewest and most there.
        item_error_sd: item points, an answer's own error. halo_sd: item points, common to all
        answers of a rater in a wave. leniency_sd: item points, a rater's lasting habit.
        share_missing: answers not given, at random. importance_sd: item points.
    Outcomes
        mean_growth, mean_margin: fractions. growth_sd, margin_sd: fractions, a year's shock.
        company_growth_sd, company_margin_sd: fractions, lasting and unrelated to the score.
        margin_persistence: autocorrelation of the margin's shock. year_growth_sd,
        year_margin_sd: fractions, common to all companies.
        feedback: points of score, in the same year, per percentage point of growth shock.
    Attrition
        attrition: yearly share that leaves between a wave and the end of the next fiscal year,
        and is seen no more. attrition_score: change in its log-odds per ten points of true
        score. attrition_growth: the same per ten percentage points of the growth shock of the
        year that is then not seen; 0 leaves exits unrelated to the outcome given the score.
    """

    companies: int = 1500
    years: int = 5
    first_wave: int = 2019
    effect_growth: float = 0.008
    effect_margin: float = 0.005
    profile_shares: tuple[float, ...] = (0.23, 0.50, 0.27)
    separation: str | float = "middle"
    profile_pattern: float = 0.25
    share_moving: float = 0.0
    importance_alignment: tuple[float, ...] = (0.5, 0.25, 0.0)
    mean_score: float = 48.0
    trend: float = 1.0
    company_sd: float = 2.5
    within_sd: float = 7.4
    persistence: float = 0.45
    block_sd: float = 0.25
    item_sd: float = 0.3
    item_spread: float = 0.25
    industry_score: float = 3.5
    size_score: float = 3.5
    industry_profile: float = 0.0
    size_profile: float = 0.0
    industry_growth: float = 0.015
    size_growth: float = 0.015
    industry_margin: float = 0.0195
    size_margin: float = 0.0195
    share_several: float = 0.3
    raters: tuple[int, int] = (2, 4)
    item_error_sd: float = 0.92
    halo_sd: float = 0.0
    leniency_sd: float = 0.0
    share_missing: float = 0.03
    importance_sd: float = 0.7
    mean_growth: float = 0.05
    mean_margin: float = 0.10
    growth_sd: float = 0.073
    margin_sd: float = 0.0295
    company_growth_sd: float = 0.01
    company_margin_sd: float = 0.01
    margin_persistence: float = 0.0
    year_growth_sd: float = 0.02
    year_margin_sd: float = 0.005
    feedback: float = 0.0
    attrition: float = 0.05
    attrition_score: float = -0.2
    attrition_growth: float = 0.0

    def __post_init__(self) -> None:
        problems = [text for bad, text in self._rules() if bad]
        if problems:
            raise ConfigError("The simulated design cannot be drawn:\n  " + "\n  ".join(problems))

    def _rules(self) -> list[tuple[bool, str]]:
        shares = ("share_several", "share_missing", "share_moving", "attrition")
        known = not isinstance(self.separation, str) or self.separation in SEPARATIONS
        tied = self.industry_profile**2 + self.size_profile**2
        return [
            (self.companies < 1 or self.years < 1, "companies and years start at 1"),
            (abs(sum(self.profile_shares) - 1) > 1e-9, "profile_shares must sum to 1"),
            (not known, f"separation is a number of points or one of {', '.join(SEPARATIONS)}"),
            (
                len(self.importance_alignment) < len(self.profile_shares),
                "importance_alignment needs one value per profile",
            ),
            (not 2 <= self.raters[0] <= self.raters[1], "raters are at least 2, fewest first"),
            (not -1 < self.persistence < 1, "persistence lies between -1 and 1"),
            (tied > 1, "industry_profile and size_profile squared exceed 1 together"),
            *[
                (not 0 <= getattr(self, s) < 1 + 1e-9, f"{s} is a share from 0 to 1")
                for s in shares
            ],
            *[(getattr(self, s) < 0, f"{s} cannot be negative") for s in names() if "_sd" in s],
        ]

    @property
    def profiles(self) -> int:
        """How many profiles there are."""
        return len(self.profile_shares)

    @property
    def distance(self) -> float:
        """Points between the means of neighbouring profiles."""
        if isinstance(self.separation, str):
            return SEPARATIONS[self.separation]
        return float(self.separation)

    def but(self, **planted: Any) -> Design:
        """The same design with some quantities changed; an unknown name is an error."""
        refuse_unknown(planted)
        return dataclasses.replace(self, **planted)


def names() -> tuple[str, ...]:
    """Every planted quantity, in the order of the design."""
    return tuple(field.name for field in dataclasses.fields(Design))


def refuse_unknown(planted: dict[str, Any]) -> None:
    """Raise ConfigError for names that are no planted quantity."""
    unknown = [name for name in planted if name not in names()]
    if unknown:
        known = names()
        lines = [f"{name} is not a planted quantity{nearest(name, known)}" for name in unknown]
        raise ConfigError("\n".join(lines))


BASE = Design()
# The designs on which estimators are judged. Every company has two raters where halo is at work.
_HALO = {"share_several": 1.0, "raters": (2, 2), "halo_sd": 0.265}
_FEEDBACK = {"feedback": 0.127}
DESIGNS = {
    "base": BASE,
    "halo": BASE.but(**_HALO),
    "feedback": BASE.but(**_FEEDBACK),
    "both": BASE.but(**_HALO, **_FEEDBACK),
    "no-attrition": BASE.but(attrition=0.0),
}
