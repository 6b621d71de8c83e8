"""What was asked of a fit of score and outcome."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from cxkit.errors import ConfigError, nearest
from cxkit.models.specifications import RECOMMENDED, specification

CLIP = (0.01, 0.99)
SEED = 20240131
Correction = Literal["none", "split-halves", "second-rater"]
CORRECTIONS: tuple[Correction, ...] = get_args(Correction)


@dataclass(frozen=True)
class LinkageSpec:
    """What was asked of a fit: outcome, lag in fiscal periods, specification, and the score.

    clip holds the quantiles of the panel's outcomes beyond which an outcome counts as the
    quantile itself; (0, 1) clips nothing. correction says how error in the score is dealt with,
    measure which score it is (`score_choice`). seed draws the halves and the bootstrap.
    """

    outcome: str
    lag: int
    specification: str = RECOMMENDED
    clip: tuple[float, float] = CLIP
    correction: Correction = "none"
    measure: str = "index"
    seed: int = SEED

    def __post_init__(self) -> None:
        chosen = specification(self.specification)
        low, high = self.clip
        if not 0 <= low < high <= 1:
            raise ConfigError(f"clip {low:g} and {high:g} are not quantiles in rising order")
        if self.correction not in CORRECTIONS:
            raise ConfigError(
                f'unknown correction "{self.correction}"{nearest(self.correction, CORRECTIONS)}; '
                f"use one of {', '.join(CORRECTIONS)}"
            )
        if self.correction == "none" and chosen.method == "deviations":
            raise ConfigError(
                f"{self.specification} needs two measures of the score: set correction to "
                "split-halves or second-rater"
            )
        if self.correction != "none" and chosen.method == "means":
            raise ConfigError(f"{self.specification} has no correction for error in the score")

    @property
    def id(self) -> str:
        """The name in `results.json`; the plain index without correction adds nothing to it."""
        parts = ["linkage", self.outcome, self.specification, f"lag{self.lag}"]
        parts += [self.measure.replace(":", "-")] if self.measure != "index" else []
        parts += [self.correction] if self.correction != "none" else []
        return ".".join(parts)
