"""Do companies of one industry move together in a year, and does an estimate survive it?

With company and year held fixed, what an industry shares in a year stays in the errors of all
its companies, which errors clustered by company take for independent. The share is told by the
means of industries' years in the residuals (analysis of variance); where it is beyond chance the
estimate has to hold with each industry's years held fixed as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from cxkit.models import least_squares as ls
from cxkit.models.grams import Array, Codes

LEVEL = 0.05


@dataclass(frozen=True)
class SharedYears:
    """p_value of no shared movement; share of the residual variance that is shared, at least 0.

    estimate, conf_low, conf_high are those with each industry's years held fixed, None where
    nothing is shared or where they cannot be had.
    """

    p_value: float
    share: float
    estimate: float | None = None
    conf_low: float | None = None
    conf_high: float | None = None

    @property
    def found(self) -> bool:
        """Whether a shared movement is beyond chance at 5 %."""
        return self.p_value < LEVEL

    def agrees(self, sign: float) -> bool:
        """Whether nothing is shared, or the estimate is clear and of this sign all the same."""
        if not self.found:
            return True
        if self.conf_low is None or self.conf_high is None:
            return False
        return self.conf_low > 0 if sign > 0 else self.conf_high < 0


def shared_years(
    y: Array, x: Array, effects: Sequence[Codes], company: Codes, cell: Codes
) -> SharedYears | None:
    """The test on y (n,) and x (n, k), effects (n,) as fitted; cell (n,) are years of industries.

    None where industries and years cannot be told apart or too few rows are left.
    """
    plain, crossed = ls.fit(y, x, effects), ls.fit(y, x, [company, cell])
    more = crossed.parameters - plain.parameters
    free = crossed.nobs - crossed.parameters
    if more <= 0 or free <= 0 or not np.isfinite(crossed.residual).all():
        return None
    own = float(crossed.residual @ crossed.residual) / free
    between = (float(plain.residual @ plain.residual) - own * free) / more
    if own <= 0:
        return None
    size = crossed.nobs / (int(cell.max()) + 1)
    variance = max(0.0, (between - own) / size)
    return SharedYears(float(stats.f.sf(between / own, more, free)), variance / (variance + own))
