"""The correction for error in the score: against two-stage least squares and against itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from cxkit.models import least_squares as ls
from cxkit.models.instruments import Corrected, oriv, orivs


@dataclass(frozen=True, eq=False)
class Data:
    y: np.ndarray
    a: np.ndarray
    b: np.ndarray
    company: np.ndarray
    year: np.ndarray
    industry: np.ndarray
    controls: np.ndarray


def data(companies: int = 40, splits: int = 3, seed: int = 5) -> Data:
    """An unbalanced panel, true slope .7; measures with errors of their own, some missing."""
    rng = np.random.default_rng(seed)
    company, year = np.repeat(np.arange(companies), 7), np.tile(np.arange(7), companies)
    keep = rng.random(len(company)) < 0.8
    company, year = ls.codes(company[keep]), year[keep]
    n = len(company)
    true = rng.normal(0, 2, companies)[company] + rng.normal(size=n) + 0.2 * year
    controls = rng.normal(20, 2, (n, 2)) + 0.3 * true[:, None]
    y = 0.7 * true + 0.1 * controls[:, 0] + rng.normal(size=companies)[company]
    y += rng.normal(size=n) * (1 + 0.2 * np.abs(true))
    a, b = true + rng.normal(0, 0.7, (2, splits, n))
    a[rng.random(a.shape) < 0.1] = np.nan
    return Data(y, a, b, company, year, company % 4, controls)


def stacked(d: Data, split: int, controls: bool) -> tuple[float, float, int, int]:
    """Slope and clustered error of linearmodels' IV2SLS on the stacked equation, effects and
    controls of each half of the stack removed before; without any small-sample factor."""
    iv = pytest.importorskip("linearmodels.iv")
    a, b = d.a[split], d.b[split]
    keep = np.isfinite(a) & np.isfinite(b)
    keep &= np.bincount(d.company, keep)[d.company] > 1
    columns = [d.y, a, b] + ([*d.controls.T] if controls else [])
    values = np.column_stack(columns)[keep]
    effects = [ls.codes(d.company[keep]), ls.codes(d.year[keep])]
    swept, _ = ls.sweep(values, effects)
    if controls:
        extra = swept[:, 3:]
        swept = swept[:, :3] - extra @ np.linalg.lstsq(extra, swept[:, :3], rcond=None)[0]
    y, a, b = swept.T[:3]
    fit = iv.IV2SLS(
        np.concatenate([y, y]), None, np.concatenate([a, b]), np.concatenate([b, a])
    ).fit(cov_type="clustered", clusters=np.tile(d.company[keep], 2), debiased=False)
    return (
        float(fit.params.iloc[0]),
        float(fit.std_errors.iloc[0]),
        int(keep.sum()),
        len(np.unique(d.company[keep])),
    )


@pytest.mark.parametrize("controls", [False, True])
@pytest.mark.parametrize("split", [0, 1, 2])
def test_a_division_equals_stacked_two_stage_least_squares(split: int, controls: bool) -> None:
    """Ours is theirs times G/(G-1) * (n-1)/(n-K), K the years, the controls and the score."""
    d = data()
    extra = d.controls if controls else np.empty((0, 0))
    ours = oriv(d.y, d.a[[split]], d.b[[split]], [d.company, d.year], d.company, extra, vcov="CR1")
    coef, error, n, groups = stacked(d, split, controls)
    counted = 1 + 6 + 2 * controls + 1
    factor = groups / (groups - 1) * (n - 1) / (n - counted)
    assert ours.coef == pytest.approx(coef, rel=1e-8)
    assert ours.std_error == pytest.approx(error * np.sqrt(factor), rel=1e-8)
    assert (ours.nobs, ours.clusters, ours.rows_lost) == (n, groups, len(d.y) - n)


def test_divisions_are_averaged_by_what_their_measures_share() -> None:
    d = data(splits=5)
    whole = oriv(d.y, d.a, d.b, [d.company, d.year], d.company)
    single = [oriv(d.y, d.a[[k]], d.b[[k]], [d.company, d.year], d.company) for k in range(5)]
    np.testing.assert_allclose(whole.coefs, [s.coef for s in single], rtol=1e-12)
    weight = [s.spread**2 * (s.nobs - len(np.unique(d.company)) - 6) for s in single]
    assert whole.coef == pytest.approx(np.average(whole.coefs, weights=weight), rel=1e-3)
    assert whole.std_error < np.mean([s.std_error for s in single])
    assert whole.influence @ whole.influence == pytest.approx(whole.std_error**2, rel=1e-12)
    twice = oriv(d.y, np.vstack([d.a, d.a]), np.vstack([d.b, d.b]), [d.company, d.year], d.company)
    assert twice.std_error == pytest.approx(whole.std_error, rel=1e-10)


def test_sides_and_order_do_not_matter() -> None:
    d = data(companies=120)
    whole = oriv(d.y, d.a, d.b, [d.company, d.year], d.company)
    turned = oriv(d.y, d.b, d.a, [d.year, d.company], d.company)
    order = np.random.default_rng(2).permutation(len(d.y))
    other = np.random.default_rng(3).permutation(120)[d.company]
    shuffled = oriv(
        d.y[order], d.a[:, order], d.b[:, order], [other[order], d.year[order]], other[order]
    )
    for again in (turned, shuffled):
        assert again.coef == pytest.approx(whole.coef, rel=1e-10)
        assert again.std_error == pytest.approx(whole.std_error, rel=1e-10)


@pytest.mark.parametrize("held", ["company-and-year", "industry-by-year", "industry-and-year"])
def test_two_equal_measures_are_least_squares(held: str) -> None:
    d = data()
    crossed = ls.codes(d.industry * 7 + d.year)
    effects = {
        "company-and-year": [d.company, d.year], "industry-by-year": [d.company, crossed],
        "industry-and-year": [d.industry, d.year],
    }[held]  # fmt: skip
    x = d.b[0]
    ours = oriv(d.y, x[None], x[None], effects, d.company, d.controls, vcov="CR1")
    fit = ls.fit(d.y, np.column_stack([x, d.controls]), effects)
    nested = 0 if held == "industry-and-year" else int(d.company.max())
    covariance = ls.covariance_clustered(fit, d.company, nested=nested)
    assert ours.coef == pytest.approx(fit.coef[0], rel=1e-10)
    assert ours.std_error == pytest.approx(np.sqrt(covariance[0, 0]), rel=1e-8)
    assert ours.reliability_within == pytest.approx(1.0)


@pytest.mark.filterwarnings("ignore")
def test_the_jackknife_of_equal_measures_is_pyfixests() -> None:
    """pyfixest sums the squared changes; the (G-1)/G of the jackknife is ours."""
    pf = pytest.importorskip("pyfixest")
    d = data()
    frame = pd.DataFrame({"y": d.y, "x": d.b[0], "company": d.company, "year": d.year})
    plain = pf.ssc(k_adj=False, G_adj=False)
    other = pf.feols("y ~ x | company + year", frame, vcov={"CRV3": "company"}, ssc=plain)
    ours = oriv(d.y, d.b[[0]], d.b[[0]], [d.company, d.year], d.company)
    ratio = (len(np.unique(d.company)) - 1) / len(np.unique(d.company))
    assert ours.vcov == "CR3"
    assert ours.std_error == pytest.approx(float(other.se().iloc[0]) * np.sqrt(ratio), rel=1e-7)


def one_by_one(d: Data, effects: list[np.ndarray], controls: np.ndarray) -> float:
    """The jackknife error, every company really left out and all estimated anew."""
    whole = oriv(d.y, d.a, d.b, effects, d.company, controls).coef
    moved = []
    for company in np.unique(d.company):
        rest = d.company != company
        again = oriv(
            d.y[rest], d.a[:, rest], d.b[:, rest], [ls.codes(e[rest]) for e in effects],
            ls.codes(d.company[rest]), controls[rest] if controls.size else controls,
        )  # fmt: skip
        moved.append(again.coef - whole)
    groups = len(moved)
    return float(np.sqrt((groups - 1) / groups * np.square(moved).sum()))


@pytest.mark.parametrize("within", ["company", "industry", "nothing"])
def test_the_jackknife_leaves_each_company_out_exactly(within: str) -> None:
    d = data(companies=25)
    d.year[d.company == 3] = np.arange((d.company == 3).sum()) + 5  # years no other company has
    effects = {
        "company": [d.company, d.year], "industry": [d.industry, d.year], "nothing": [],
    }[within]  # fmt: skip
    ours = oriv(d.y, d.a, d.b, effects, d.company, d.controls)
    assert ours.vcov == "CR3"
    assert ours.std_error == pytest.approx(one_by_one(d, effects, d.controls), rel=1e-7)


@pytest.mark.filterwarnings("ignore")
def test_the_first_stage_is_pyfixests_and_taken_over_all_divisions() -> None:
    """F of least squares of a measure on the other, clustered, no small-sample factor; the lesser
    of the two ways."""
    pf = pytest.importorskip("pyfixest")
    d = data(companies=120)
    keep = np.isfinite(d.a[0]) & np.isfinite(d.b[0])
    keep &= np.bincount(d.company, keep)[d.company] > 1
    frame = pd.DataFrame({"a": d.a[0], "b": d.b[0], "company": d.company, "year": d.year})[keep]
    plain = pf.ssc(k_adj=False, G_adj=False)
    fits = [
        pf.feols(f"{y} ~ {x} | company + year", frame, vcov={"CRV1": "company"}, ssc=plain)
        for y, x in ("ab", "ba")
    ]
    least = min(float(fit.tstat().iloc[0]) ** 2 for fit in fits)
    one = oriv(d.y, d.a[[0]], d.b[[0]], [d.company, d.year], d.company)
    assert one.first_stage_f == pytest.approx(least, rel=1e-8)
    again = oriv(d.y, d.a[[0, 0]], d.b[[0, 0]], [d.company, d.year], d.company)
    assert again.first_stage_f == pytest.approx(one.first_stage_f, rel=1e-10)
    more = oriv(d.y, d.a, d.b, [d.company, d.year], d.company)
    assert more.first_stage_f > one.first_stage_f


def test_several_outcomes_at_once_are_each_alone() -> None:
    d = data()
    both = orivs(np.column_stack([d.y, d.controls[:, 1]]), d.a, d.b, [d.company, d.year], d.company)
    for y, found in zip((d.y, d.controls[:, 1]), both, strict=True):
        alone = oriv(y, d.a, d.b, [d.company, d.year], d.company)
        assert found.coef == pytest.approx(alone.coef, rel=1e-10)
        assert found.std_error == pytest.approx(alone.std_error, rel=1e-10)


def test_reliability_spread_and_strength_are_what_was_planted() -> None:
    """Within: variance 1 of 1 + .49 / 2; across: 4 + 1 and the years' trend of that and .245."""
    found = _found(data(companies=4000, splits=1, seed=2))
    assert found.vcov == "CR1"
    assert found.reliability_within == pytest.approx(1 / 1.245, abs=0.01)
    across = 5 + 0.04 * 4
    assert found.reliability_across == pytest.approx(across / (across + 0.245), abs=0.01)
    assert found.spread == pytest.approx(1.0, abs=0.02)
    assert found.coef == pytest.approx(0.7, abs=4 * found.std_error)
    assert found.first_stage_f > 1000


def _found(d: Data) -> Corrected:
    return oriv(d.y - 0.1 * d.controls[:, 0], d.a, d.b, [d.company, d.year], d.company)


def test_a_cluster_without_both_measures_has_no_influence() -> None:
    d = data()
    d.a[:, d.company == 7] = np.nan
    found = oriv(d.y, d.a, d.b, [d.company, d.year], d.company)
    rest = d.company != 7
    without = oriv(
        d.y[rest], d.a[:, rest], d.b[:, rest], [ls.codes(d.company[rest]), d.year[rest]],
        ls.codes(d.company[rest]),
    )  # fmt: skip
    assert found.influence[7] == 0
    assert found.coef == pytest.approx(without.coef, rel=1e-10)
    assert found.std_error == pytest.approx(without.std_error, rel=1e-10)
    assert found.clusters == without.clusters


def test_measures_that_share_nothing_give_no_slope() -> None:
    d = data()
    found = oriv(d.y, d.b[[0]], -d.b[[0]], [d.company, d.year], d.company)
    assert np.isnan(found.coef)
    assert np.isnan(found.std_error)
