"""k-means, k-medoids, cuts, and how groupings are compared."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from cxkit.errors import ConfigError, SampleError
from cxkit.models.profiles.centres import k_means, k_medoids
from cxkit.models.profiles.criteria import silhouette
from cxkit.models.profiles.cuts import cut, mean_index
from cxkit.models.profiles.groupings import crossed, explained, jaccard, rand_index
from tests.models.profiles.worlds import kinds


def test_k_means_is_as_tight_as_scikit_learn() -> None:
    cluster = pytest.importorskip("sklearn.cluster")
    x = kinds(1, "middle", 400)[0]
    for k in (1, 2, 3, 5):
        other = cluster.KMeans(k, n_init=20, random_state=0, tol=1e-9).fit(x)
        assert k_means(x, k, starts=20).inertia < other.inertia_ * (1 + 1e-4)
        single = k_means(x, k, starts=20, single=True)
        assert single.inertia == pytest.approx(other.inertia_, rel=1e-3)


def test_k_means_weighs_sets_aside_and_starts_warm() -> None:
    x = kinds(2, "high", 300)[0]
    copies = np.vstack([x, x[:80]])
    weighed = k_means(x, 3, weights=np.r_[np.full(80, 2.0), np.ones(len(x) - 80)])
    assert np.allclose(weighed.centres, k_means(copies, 3).centres, atol=0.01)
    holes = x.copy()
    holes[:10, 3] = np.nan
    found = k_means(holes, 3)
    assert found.set_aside == 10
    assert (found.label[:10] == -1).all()
    assert np.allclose(found.centres, k_means(x[10:], 3).centres, atol=0.01)
    again = k_means(x, 3, starts=0, start=k_means(x, 3).centres)
    assert rand_index(again.label, k_means(x, 3).label) == 1.0
    assert (np.diff(found.centres.mean(1)) < 0).all()


def test_medoids_are_the_best_of_all_pairs_of_rows() -> None:
    x = np.random.default_rng(1).normal(size=(30, 2))
    far = np.sqrt(((x[:, None] - x) ** 2).sum(2))
    best = min(far[:, list(pair)].min(1).sum() for pair in combinations(range(30), 2))
    found = k_medoids(x, 2, starts=10)
    assert found.inertia == pytest.approx(best)
    assert all((x == c).all(1).any() for c in found.centres)


def test_too_few_different_rows_are_a_sentence() -> None:
    with pytest.raises(SampleError, match="3 profiles need as many companies that differ; 2 do"):
        k_means(np.repeat([[1.0, 2.0], [3.0, 4.0]], 10, axis=0), 3)
    with pytest.raises(ConfigError):
        k_medoids(np.ones((5, 2)), 0)


def test_cuts_keep_shares_ties_and_order() -> None:
    index = np.array([1.0, 5, 4, np.nan, 3, 2, 9, 8, 7, 6, 10])
    found = cut(index, [0.2, 0.5, 0.3])
    assert np.bincount(found.label[found.label >= 0]).tolist() == [2, 5, 3]
    assert found.label[3] == -1
    assert found.label[10] == 0
    assert found.label[0] == 2
    tied = cut(np.array([1.0, 1, 1, 2]), [0.5, 0.5])
    assert len(set(tied.label[:3])) == 1
    with pytest.raises(ConfigError, match="sum to 1"):
        cut(index, [0.5, 0.6])


def test_the_index_of_a_row_is_the_mean_of_what_it_has() -> None:
    x = np.array([[0.0, 10], [2, np.nan], [np.nan, 30], [np.nan, np.nan]])
    assert mean_index(x)[:3].tolist() == [-1.0, 1.0, 1.0]
    assert np.isnan(mean_index(x)[3])


def test_groupings_compare_as_in_scikit_learn() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng(2)
    one, other = rng.integers(0, 3, 200), rng.integers(0, 4, 200)
    other[:100] = one[:100]
    assert rand_index(one, other) == pytest.approx(metrics.adjusted_rand_score(one, other))
    assert rand_index(one, (one + 1) % 3) == 1.0  # names do not matter
    assert rand_index(np.zeros(5, int), np.zeros(5, int)) == 1.0
    swapped = crossed(one, np.array([2, 0, 1])[one][None], 3)
    assert np.allclose(jaccard(swapped), 1)
    x = kinds(1, "middle", 300)[0]
    z, label = (x - x.mean(0)) / x.std(0), k_means(x, 3).label
    assert silhouette(x, label) == pytest.approx(metrics.silhouette_score(z, label))
    within = sum(((z[label == g] - z[label == g].mean(0)) ** 2).sum() for g in range(3))
    assert explained(x, label) == pytest.approx(1 - within / (z**2).sum())
