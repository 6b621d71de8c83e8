"""What a sample could have seen: minimum detectable effects."""

from __future__ import annotations

from scipy import stats

LEVEL = 0.05
POWER = 0.80
EXPECTED_R = 0.10  # mean correlation of the published meta-analysis of score and performance
# From here on every clear correlation is about twice the expected one or more: t at .975 is 70 %
# of the multiplier, so that 0.28 is what a sample finds in 80 % of cases whose least clear
# correlation is 0.20.
EXAGGERATED_R = 0.28
PLAUSIBLE_R = 0.35  # the best contingency of the published meta-analysis of score and performance


def multiplier(df: float, level: float = LEVEL, power: float = POWER) -> float:
    """(t at 1 - level/2) plus (t at power): 2.8 with many clusters, 3.1 with 12."""
    return float(stats.t.ppf(1 - level / 2, df) + stats.t.ppf(power, df))


def minimum_detectable(std_error: float, df: float) -> float:
    """The smallest true effect a two-sided 5 % test would find in 80 % of samples like this."""
    return multiplier(df) * std_error
