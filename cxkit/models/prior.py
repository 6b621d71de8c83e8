"""What was to be expected: a normal prior from published research, and what a sample adds to it.

All on Fisher's scale z = atanh(r), where an estimate is nearly normal with a spread that does not
depend on r: prior N(atanh(m), s^2), data N(z, se^2), so the posterior is normal with precision
1/s^2 + 1/se^2 and the precision-weighted mean (conjugate; Gelman and others 2013, ch. 2). The
prior's weight in that mean is the shrinkage. The mean .10 is the meta-analysis' .101 (`evidence`),
.35 its best contingency, 0 no relation; the spread .15 is assumed.

Published correlations are between companies, inside an industry or adjusted for it, and not
corrected for error in the score. Nothing else is compared with them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from cxkit.display import Shown, message, text
from cxkit.errors import SampleError
from cxkit.models.linkage import LinkageResult
from cxkit.models.specifications import SPECIFICATIONS

MEANS = (0.10, 0.0, 0.35)  # the first is the prior, the others show how much hangs on it
SPREAD = 0.15
PERFORMANCE = (
    "revenue_growth",
    "log_revenue_growth",
    "real_revenue_growth",
    "organic_growth",
    "gross_margin",
    "operating_margin",
    "net_margin",
)
_MOST = 0.999  # a correlation of one has no place on Fisher's scale
_REACH = float(stats.norm.ppf(0.975))


@dataclass(frozen=True)
class Prior:
    """Expected correlation, and the standard deviation of what is plausible on Fisher's scale."""

    mean: float = MEANS[0]
    spread: float = SPREAD


@dataclass(frozen=True)
class Believed:
    """A normal belief on Fisher's scale: its centre and ends as correlations (95 %)."""

    r: float
    conf_low: float
    conf_high: float


@dataclass(frozen=True)
class Combined:
    """Prior and data as one: posterior, and the prior's weight in its mean (0 to 1)."""

    prior: Prior
    before: Believed
    after: Believed
    shrinkage: float


def fisher_error(companies: int, controls: int = 0) -> float:
    """Standard error of atanh(r) over independent companies: 1 / sqrt(n - 3 - controls)."""
    return float(1 / np.sqrt(companies - 3 - controls))


def combine(r: float, std_error: float, prior: Prior | None = None) -> Combined:
    """The posterior of a correlation r with a standard error on Fisher's scale."""
    prior = prior or Prior()
    before, data = prior.spread**-2, std_error**-2
    centre = (before * np.arctanh(prior.mean) + data * np.arctanh(r)) / (before + data)
    return Combined(
        prior,
        _believed(float(np.arctanh(prior.mean)), prior.spread),
        _believed(float(centre), float((before + data) ** -0.5)),
        float(before / (before + data)),
    )


def _believed(centre: float, spread: float) -> Believed:
    low, high = centre - _REACH * spread, centre + _REACH * spread
    return Believed(float(np.tanh(centre)), float(np.tanh(low)), float(np.tanh(high)))


@dataclass(frozen=True, eq=False, repr=False)
class Expectation(Shown):
    """An estimate as a correlation beside what research led one to expect.

    data holds the estimate with its own interval, std_error its error on Fisher's scale;
    combined one posterior per prior mean, the first being the one to read.
    """

    estimate: LinkageResult
    data: Believed
    std_error: float
    combined: tuple[Combined, ...]

    @property
    def main(self) -> Combined:
        """The posterior under the published mean."""
        return self.combined[0]

    @property
    def table(self) -> pd.DataFrame:
        """One row per belief: of (prior, data, posterior), prior_mean, r, conf_low, conf_high,
        shrinkage (of a posterior)."""
        rows: list[tuple[object, ...]] = [("data", None, *_ends(self.data), None)]
        for one in self.combined:
            rows += [
                ("prior", one.prior.mean, *_ends(one.before), None),
                ("posterior", one.prior.mean, *_ends(one.after), one.shrinkage),
            ]
        names = ["of", "prior_mean", "r", "conf_low", "conf_high", "shrinkage"]
        return pd.DataFrame(rows, columns=names)

    @property
    def summary(self) -> str:
        return text(self.message)

    @property
    def message(self) -> dict[str, object]:
        """What was expected, what was found, and what to believe now, in one sentence."""
        main = self.main
        return message(
            "prior.headline",
            expected=main.prior.mean,
            found=self.data.r,
            r=main.after.r,
            conf_low=main.after.conf_low,
            conf_high=main.after.conf_high,
            shrinkage=main.shrinkage,
            outcome=self.estimate.spec.outcome,
            companies=self.estimate.entities,
        )


def _ends(one: Believed) -> tuple[float, float, float]:
    return one.r, one.conf_low, one.conf_high


def expectation(result: LinkageResult, means: Sequence[float] = MEANS) -> Expectation:
    """Prior, data and posterior of one estimate between companies.

    The data's error on Fisher's scale is that of the estimate, clustered by company: the
    standard error of r as a rescaled slope over sqrt(1 - r^2), which for independent companies
    is 1 / sqrt(df). It is widened so that 1.96 of it reach as far as the estimate's own t
    interval does. SampleError where published correlations do not speak of such an estimate.
    """
    why = refusal(result)
    if why is not None:
        raise SampleError(f"{result.spec.id}: {text(why)}", why)
    row = result.score
    scale = result.r / row.estimate if row.estimate else result.mde_r / result.mde
    half = (row.conf_high - row.conf_low) / 2 / _REACH
    error = float(half * scale / np.sqrt(1 - min(abs(result.r), _MOST) ** 2))
    r = float(np.clip(result.r, -_MOST, _MOST))
    data = Believed(result.r, result.r_low, result.r_high)
    combined = tuple(combine(r, error, Prior(mean)) for mean in means)
    return Expectation(result, data, error, combined)


def refusal(result: LinkageResult) -> dict[str, object] | None:
    """Why published correlations cannot be set beside an estimate; None where they can."""
    row, shape = result.as_row(), SPECIFICATIONS[result.spec.specification]
    if shape.level != "between" or "industry" not in shape.adjusts:
        return message("prior.only_between", specification=shape.name)
    if row.get("correction", "none") != "none":
        return message("prior.only_uncorrected")
    if str(row.get("measure", "index")).startswith("gap"):
        return message("prior.only_scores")
    if result.spec.outcome not in PERFORMANCE:
        return message("prior.only_performance", outcome=result.spec.outcome)
    return None
