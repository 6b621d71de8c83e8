"""Kinds or more and less: the verdict, the continuum it rests on, stability and criteria."""

from __future__ import annotations

import numpy as np
import pytest

from cxkit.display import text
from cxkit.errors import ConfigError, SampleError
from cxkit.models.profiles.centres import k_means, nearest
from cxkit.models.profiles.continuum import correlations, fit_continuum, one_factor
from cxkit.models.profiles.criteria import COLUMNS, criteria
from cxkit.models.profiles.groupings import rand_index
from cxkit.models.profiles.search import fit_mixture
from cxkit.models.profiles.stability import centre_stability, mixture_stability
from cxkit.models.profiles.verdict import LEAST, judge
from tests.models.profiles.worlds import CONTINUA, continuum, kinds


def test_three_kinds_far_apart_are_structure() -> None:
    for seed in range(2):
        found = judge(kinds(seed, "high", 1000)[0], seed=seed)
        assert found.verdict == "structure"
        assert found.entropy > found.continuum_entropy + 0.05
        assert found.gain > found.continuum_gain
        assert found.draws == 59
    assert text(found.answer).startswith("There are kinds of company here: 3 profiles")
    assert "95" in text(found.rule)


@pytest.mark.parametrize("name", CONTINUA)
def test_continua_of_every_shape_are_not(name: str) -> None:
    said = [judge(continuum(name, 500, seed), seed=seed) for seed in range(4)]
    # The benchmark counts under five in a hundred; two in four would be one chance in seventy.
    assert sum(v.verdict == "structure" for v in said) <= 1
    told = next(v for v in said if v.verdict == "continuum")
    assert text(told.answer).startswith("No kinds can be told from more and less")
    assert told.draws <= 59


def test_shuffled_columns_would_have_called_a_continuum_structure() -> None:
    # The negative control: against a null without the common factor, the same figures mislead.
    x = continuum("normal", 600, 1)
    rng = np.random.default_rng(0)
    gain = _gain(x, "diagonal")
    shuffled = [
        _gain(np.column_stack([rng.permutation(c) for c in x.T]), "diagonal") for _ in "12345"
    ]
    drawn = [_gain(fit_continuum(x).draw(rng), "diagonal") for _ in "12345"]
    assert gain > 20 * max(shuffled)
    assert gain < 1.2 * max(drawn)


def _gain(x: np.ndarray, covariance: str) -> float:
    fits = [fit_mixture(x, k, covariance, starts=5).log_likelihood for k in (1, 3)]
    return fits[1] - fits[0]


def test_few_companies_are_too_few_and_missing_blocks_are_borne() -> None:
    few = judge(kinds(1, "high", 200)[0])
    assert few.verdict == "too-few"
    assert np.isnan(few.entropy)
    assert f"from {LEAST} on" in text(few.answer)
    assert judge(np.ones((12, 6))).verdict == "too-few"
    x = kinds(1, "high", 700)[0]
    x[::20, 2] = np.nan
    x[7::30, 4] = np.nan
    assert judge(x, draws=19).verdict == "structure"
    with pytest.raises(ConfigError):
        judge(x, 1)


@pytest.mark.parametrize("name", ["skewed marginals", "clipped", "ordinal"])
def test_draws_repeat_marginals_and_correlations(name: str) -> None:
    x = continuum(name, 1500, 7)
    x[:100, 1] = np.nan
    drawn = fit_continuum(x).draw(np.random.default_rng(2))
    assert np.array_equal(np.isnan(drawn), np.isnan(x))
    assert set(drawn[:, 0]) <= set(x[:, 0])
    assert np.allclose(np.nanmean(drawn, 0), np.nanmean(x, 0), atol=0.12 * np.nanstd(x, 0).max())
    ranks = [np.argsort(np.argsort(a[100:], axis=0), axis=0).astype(float) for a in (x, drawn)]
    assert np.allclose(correlations(ranks[0]), correlations(ranks[1]), atol=0.05)


def test_one_factor_gives_back_its_loadings() -> None:
    loadings = np.array([0.9, 0.7, 0.5, 0.8])
    given = np.outer(loadings, loadings)
    np.fill_diagonal(given, 1)
    assert np.allclose(one_factor(given), loadings, atol=1e-3)
    assert np.allclose(one_factor(np.array([[1, 0.36], [0.36, 1]])), 0.6, atol=0.01)


def test_kinds_far_apart_are_more_stable_than_a_continuum() -> None:
    far, even = kinds(1, "high", 600)[0], continuum("normal", 600, 1)
    one, two = (mixture_stability(x, fit_mixture(x, 3), resamples=40) for x in (far, even))
    assert one.rand.shape == (40,)
    assert one.jaccard.shape == (40, 3)
    assert one.mean_rand > 0.85
    assert one.mean_rand > two.mean_rand + 0.1
    assert (one.mean_jaccard > 0.8).all()
    holes = far.copy()
    holes[::5, 2] = np.nan
    assert mixture_stability(holes, fit_mixture(holes, 3), resamples=10).mean_rand > 0.8


def test_weights_move_centres_as_copies_do() -> None:
    x = kinds(2, "middle", 400)[0]
    fitted = k_means(x, 3)
    stable = centre_stability(x, fitted.centres, resamples=100, single=False)
    rng = np.random.default_rng(5)
    copied = []
    for _ in range(40):
        again = k_means(x[rng.integers(0, len(x), len(x))], 3, starts=0, start=fitted.centres)
        copied.append(rand_index(fitted.label, nearest(x, again.centres[None])[0]))
    assert stable.mean_rand == pytest.approx(np.mean(copied), abs=0.03)
    single = centre_stability(x, fitted.centres, resamples=100)
    assert single.mean_rand == pytest.approx(stable.mean_rand, abs=0.01)


def test_criteria_stand_side_by_side() -> None:
    x = kinds(3, "high", 500)[0]
    found = criteria(x, 4, starts=8, resamples=20, draws=3)
    table = found.table.set_index("k")
    assert list(found.table.columns) == COLUMNS
    assert table.index.tolist() == [1, 2, 3, 4]
    assert found.stopped is None
    assert table["log_likelihood"].is_monotonic_increasing
    assert table.loc[3, "gain"] > table.loc[3, "continuum_gain"]
    assert table.loc[3, "entropy"] > table.loc[3, "continuum_entropy"]
    assert table.loc[3, "explained"] > 0.4
    assert 0.4 < table.loc[3, "cuts_agreement"] < 1
    assert table.loc[2:, "jaccard_least"].between(0, 1).all()
    assert table.loc[1, "gain"] == 0
    assert found.mixtures[3].k == 3


def test_criteria_stop_where_the_sample_ends() -> None:
    x = kinds(3, "high", 100)[0][:18]
    found = criteria(x, 8, starts=3, resamples=5, draws=2)
    assert found.table["k"].tolist() == [1, 2, 3]
    assert found.stopped is not None
    assert "4 profiles need at least 20 companies; there are 18" in text(found.stopped)
    with pytest.raises(SampleError):
        criteria(x[:4], 3)
