"""Agreement between raters of the same company: intraclass correlations and r_wg."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import stats

from cxkit.errors import SampleError
from cxkit.models.variance_curve import Floats, Ints

_NAMES = ("ICC1", "ICC2", "ICC3", "ICC1k", "ICC2k", "ICC3k")


@dataclass(frozen=True)
class Agreement:
    """Agreement of raters nested in companies, who need not be equally many.

    icc1 is the reliability of one rater's score, icck of a company's mean of `raters` (n0, the
    average number with unequal numbers allowed for); ends of 95 % intervals; F and its p-value.
    """

    icc1: float
    icc1_low: float
    icc1_high: float
    icck: float
    icck_low: float
    icck_high: float
    f: float
    p_value: float
    companies: int
    raters: float


def icc(ratings: ArrayLike, level: float = 0.95) -> pd.DataFrame:
    """The six intraclass correlations of Shrout and Fleiss (1979); ratings is (companies, raters).

    One row per coefficient under the names of R's psych: type, icc, f, df1, df2, p_value,
    conf_low, conf_high. Rows with a missing rating are left out. ICC1: another rater for every
    company; ICC2: the same raters, drawn at random; ICC3: the same raters, fixed; k: their mean.
    """
    x = np.asarray(ratings, float)
    x = x[np.isfinite(x).all(1)]
    if len(x) < 2 or x.shape[1] < 2:
        raise SampleError("ICC needs two raters and two companies rated by all of them.")
    n, k = x.shape
    grand = x.mean()
    between = k * ((x.mean(1) - grand) ** 2).sum() / (n - 1)
    judges = n * ((x.mean(0) - grand) ** 2).sum() / (k - 1)
    inside = ((x - x.mean(1, keepdims=True)) ** 2).sum()
    rest = (inside - judges * (k - 1)) / ((n - 1) * (k - 1))
    one_way = inside / (n * (k - 1))
    return _tabulated(n, k, float(between), float(judges), float(rest), float(one_way), level)


def _tabulated(
    n: int, k: int, between: float, judges: float, rest: float, one_way: float, level: float
) -> pd.DataFrame:
    df1, df_one, df_two = n - 1, n * (k - 1), (n - 1) * (k - 1)
    f_one, f_two = between / one_way, between / rest
    single = [
        (between - one_way) / (between + (k - 1) * one_way),
        (between - rest) / (between + (k - 1) * rest + k * (judges - rest) / n),
        (between - rest) / (between + (k - 1) * rest),
    ]
    average = [
        (between - one_way) / between,
        (between - rest) / (between + (judges - rest) / n),
        (between - rest) / between,
    ]
    ends = [
        _ends(f_one, df1, df_one, k, level),
        _ends_random(single[1], n, k, between, judges, rest, level),
        _ends(f_two, df1, df_two, k, level),
    ]
    ends += [(_stepped_up(low, k), _stepped_up(high, k)) for low, high in ends]
    f, df2 = [f_one, f_two, f_two] * 2, [df_one, df_two, df_two] * 2
    return pd.DataFrame(
        {
            "type": _NAMES, "icc": single + average, "f": f, "df1": df1, "df2": df2,
            "p_value": [float(stats.f.sf(v, df1, d)) for v, d in zip(f, df2, strict=True)],
            "conf_low": [pair[0] for pair in ends], "conf_high": [pair[1] for pair in ends],
        }
    )  # fmt: skip


def _stepped_up(one: float, k: float) -> float:
    """Spearman and Brown's reliability of the mean of k."""
    return k * one / (1 + (k - 1) * one)


def _ends(f: float, df1: float, df2: float, k: float, level: float) -> tuple[float, float]:
    tail = (1 + level) / 2
    low, high = f / stats.f.ppf(tail, df1, df2), f * stats.f.ppf(tail, df2, df1)
    return float((low - 1) / (low + k - 1)), float((high - 1) / (high + k - 1))


def _ends_random(
    value: float, n: int, k: int, between: float, judges: float, rest: float, level: float
) -> tuple[float, float]:
    """Interval of ICC2 by Satterthwaite's degrees of freedom (Shrout and Fleiss 1979, p. 424)."""
    ratio, tail = judges / rest, (1 + level) / 2
    free = n * (1 + (k - 1) * value) - k * value
    top = (k - 1) * (n - 1) * (k * value * ratio + free) ** 2
    df = top / ((n - 1) * k**2 * value**2 * ratio**2 + free**2)
    upper, lower = stats.f.ppf(tail, n - 1, df), stats.f.ppf(tail, df, n - 1)
    spread = k * judges + (k * n - k - n) * rest
    low = n * (between - upper * rest) / (upper * spread + n * between)
    high = n * (lower * between - rest) / (spread + n * lower * between)
    return float(low), float(high)


def nested_icc(score: Floats, company: Ints, level: float = 0.95) -> Agreement:
    """ICC(1) and ICC(k) of raters nested in companies, by one-way analysis of variance.

    score and company are one row per rater; rows without a score and companies with one rater
    are left out. Numbers of raters may differ: n0 = (N - sum of squared numbers / N) / (g - 1)
    (Shrout and Fleiss 1979; n0 as in Bliese 2000; the intervals take n0 for every company).
    """
    use = np.isfinite(score)
    score, company = np.asarray(score, float)[use], np.asarray(company)[use]
    _, code, count = np.unique(company, return_inverse=True, return_counts=True)
    several = count[code] > 1
    _, code = np.unique(company[several], return_inverse=True)
    score = score[several]
    size = np.bincount(code).astype(float)
    groups, total = len(size), len(score)
    if groups < 2:
        raise SampleError(f"ICC needs two companies with two raters; there are {groups}.")
    mean = np.bincount(code, score) / size
    one_way = float(((score - mean[code]) ** 2).sum()) / (total - groups)
    between = float((size * (mean - score.mean()) ** 2).sum()) / (groups - 1)
    if min(one_way, between) <= 1e-12 * (score.var() + np.square(score).mean()):
        raise SampleError("ICC needs raters who differ and companies whose means differ.")
    n0 = float((total - (size**2).sum() / total) / (groups - 1))
    f = between / one_way
    icc1 = (between - one_way) / (between + (n0 - 1) * one_way)
    low, high = _ends(f, groups - 1, total - groups, n0, level)
    p = float(stats.f.sf(f, groups - 1, total - groups))
    return Agreement(
        icc1, low, high, _stepped_up(icc1, n0), _stepped_up(low, n0), _stepped_up(high, n0),
        f, p, groups, n0,
    )  # fmt: skip


def r_wg(ratings: ArrayLike, options: ArrayLike) -> float:
    """r_wg(J) of one company's raters on one block (James, Demaree, Wolf 1984).

    ratings (raters, items); options is the number of answers each item offers, one for all or
    one per item. Their variance is compared with that of raters who answer at random, every
    answer alike: (options squared - 1) / 12. 1 is full agreement; worse than chance counts as 0.
    Items with fewer than two answers are left out; NaN without any.
    """
    x = np.asarray(ratings, float)
    chance = (np.broadcast_to(np.asarray(options, float), x.shape[1:]) ** 2 - 1) / 12
    enough = np.isfinite(x).sum(0) > 1
    if not enough.any():
        return float("nan")
    seen = np.nanvar(x[:, enough], axis=0, ddof=1)
    ratio, items = float((seen / chance[enough]).mean()), int(enough.sum())
    if ratio >= 1:
        return 0.0
    return items * (1 - ratio) / (items * (1 - ratio) + ratio)
