"""Two measures of one score: halves of items, groups of raters."""

from __future__ import annotations

import numpy as np
import pytest

from cxkit.models.splits import Scale, half_indexes, halves, rater_groups

ITEMS = [f"b{block}_{k}" for block, size in enumerate((3, 4, 5, 3, 2)) for k in range(size)]
BLOCK = np.repeat(np.arange(5), (3, 4, 5, 3, 2))


def scale() -> Scale:
    points = np.tile([4.0, 5.0], 9)[: len(ITEMS)]
    shares = np.bincount(BLOCK, points) / points.sum()
    return Scale(BLOCK, points, shares, (6.0, 95.0))


def plainly(answers: np.ndarray, chosen: np.ndarray, how: Scale) -> np.ndarray:
    """The index of the chosen items, block by block."""
    out = np.zeros(len(answers))
    for code, share in enumerate(how.shares):
        own = chosen & (how.block == code)
        weight = np.where(np.isnan(answers[:, own]), 0, how.points[own])
        total = (np.nan_to_num(answers[:, own]) * weight).sum(1)
        with np.errstate(invalid="ignore"):
            out += share * total / weight.sum(1)
    return how.ends[0] + out / 100 * (how.ends[1] - how.ends[0])


def test_each_half_has_its_part_of_every_block() -> None:
    first = halves(ITEMS, BLOCK, 40, 3)
    size = np.bincount(BLOCK)
    larger = np.zeros(40, int)
    for code in range(5):
        own = first[:, code == BLOCK].sum(1)
        assert set(own) <= {size[code] // 2, -(-size[code] // 2)}
        larger += own > size[code] / 2
    assert set(larger) == {1, 2}  # of three odd blocks
    assert len(np.unique(first, axis=0)) > 35


def test_halves_follow_the_names_of_items_and_nothing_else() -> None:
    order = np.random.default_rng(1).permutation(len(ITEMS))
    again = halves([ITEMS[i] for i in order], np.array([4, 2, 0, 1, 3])[BLOCK][order], 20, 3)
    np.testing.assert_array_equal(again, halves(ITEMS, BLOCK, 20, 3)[:, order])
    assert (halves(ITEMS, BLOCK, 20, 4) != halves(ITEMS, BLOCK, 20, 3)).any()


def test_half_indexes_equal_a_sum_by_block() -> None:
    rng = np.random.default_rng(2)
    answers = rng.uniform(0, 100, (200, len(ITEMS)))
    answers[rng.random(answers.shape) < 0.2] = np.nan
    first = halves(ITEMS, BLOCK, 12, 5)
    a, b = half_indexes(answers, first, scale())
    assert 0.1 < np.isnan(a).mean() < 0.9
    for at, chosen in enumerate(first):
        np.testing.assert_allclose(a[at], plainly(answers, chosen, scale()), rtol=1e-12)
        np.testing.assert_allclose(b[at], plainly(answers, ~chosen, scale()), rtol=1e-12)


def test_half_empty_blocks_are_filled_only_when_asked() -> None:
    answers = np.full((1, len(ITEMS)), 50.0)
    answers[0, :3] = [np.nan, np.nan, 80.0]
    first = halves(ITEMS, BLOCK, 30, 5)
    a, b = half_indexes(answers, first, scale())
    assert (np.isnan(a) != np.isnan(b)).all()
    a, b = half_indexes(answers, first, scale(), impute=True)
    expected = 6 + 89 * (0.5 + 0.3 * scale().shares[0])
    np.testing.assert_allclose(np.stack([a, b]), expected)


def test_a_block_of_one_item_leaves_one_half_without_it() -> None:
    first = halves(["a1", "b1", "b2"], np.array([0, 1, 1]), 8, 1)
    how = Scale(np.array([0, 1, 1]), np.ones(3), np.array([0.3, 0.7]), (0.0, 100.0))
    a, b = half_indexes(np.full((4, 3), 10.0), first, how)
    assert (np.isnan(a) != np.isnan(b)).all()


def test_groups_of_raters_are_disjoint_even_and_lasting() -> None:
    rng = np.random.default_rng(4)
    row = np.repeat(np.arange(30), 5)  # ten companies of five raters in three waves
    rater = (row // 3) * 5 + np.tile(np.arange(5), 30)
    score = rng.normal(50, 10, len(row))
    a, b = rater_groups(score, row, rater, 30, 20, 7)
    people = score.reshape(10, 3, 5)
    for at in range(20):
        for company in range(10):
            sums = people[company]
            found = False
            for size in (2, 3):
                for chosen in _subsets(5, size):
                    one = sums[:, chosen].mean(1)
                    rest = np.delete(sums, chosen, axis=1).mean(1)
                    own = slice(3 * company, 3 * company + 3)
                    found |= np.allclose(one, a[at, own]) and np.allclose(rest, b[at, own])
            assert found


def _subsets(n: int, size: int) -> list[list[int]]:
    from itertools import combinations

    return [list(c) for c in combinations(range(n), size)]


def test_newcomers_join_the_side_that_lacks_a_rater() -> None:
    row = np.array([0, 0, 1, 1, 2, 2, 3, 5, 5, 5])  # p q, q r, r s, s alone; another's three
    rater = np.array([10, 11, 11, 12, 12, 13, 13, 20, 21, 22])
    score = np.arange(10.0)
    a, b = rater_groups(score, row, rater, 6, 30, 1)
    assert a.shape == (30, 6)
    assert np.isfinite(np.stack([a, b])[:, :, :3]).all()
    np.testing.assert_allclose(a[:, :3] + b[:, :3], np.tile([1.0, 5.0, 9.0], (30, 1)))
    assert (np.isnan(a[:, 3]) != np.isnan(b[:, 3])).all()
    assert np.isnan(np.stack([a, b])[:, :, 4]).all()
    assert len(np.unique(a[:, 0])) == 2


def test_two_raters_to_a_row_are_divided_once() -> None:
    row, rater = np.array([0, 0, 1, 1]), np.array([1, 2, 1, 2])
    a, b = rater_groups(np.array([1.0, 2.0, 5.0, 7.0]), row, rater, 2, 30, 1)
    assert sorted([a[0].tolist(), b[0].tolist()]) == [[1.0, 5.0], [2.0, 7.0]]


def test_a_score_that_is_missing_leaves_its_rater_out() -> None:
    row, rater = np.array([0, 0, 0]), np.array([1, 2, 3])
    a, b = rater_groups(np.array([1.0, np.nan, 5.0]), row, rater, 1, 9, 1)
    np.testing.assert_allclose(a + b, 6.0)


@pytest.mark.parametrize("splits", [1, 7])
def test_groups_follow_the_seed(splits: int) -> None:
    row, rater = np.repeat(np.arange(40), 3), np.arange(120)
    score = np.random.default_rng(1).normal(size=120)
    one = rater_groups(score, row, rater, 40, splits, 5)
    np.testing.assert_array_equal(one, rater_groups(score, row, rater, 40, splits, 5))
    assert (one[0] != rater_groups(score, row, rater, 40, splits, 6)[0]).any()
