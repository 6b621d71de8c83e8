"""Shortcuts of the core change no number: integer codes, complete panels in order."""

from __future__ import annotations

import numpy as np
import pytest

from cxkit.models import least_squares as ls


@pytest.mark.parametrize(
    "values",
    [
        np.array([5, 3, 3, 9, 5]),
        np.array([-4, 0, -4, 2**62]),
        np.array([100, -100, 27], np.int8),
        np.array([7, 7]),
        np.array([2**63, 1], np.uint64),
        np.array(["b", "a", "b"]),
        np.array([], int),
        np.array([0, 1, 2, 1]),
    ],
)
def test_codes_are_those_of_sorting(values: np.ndarray) -> None:
    expected = np.unique(values, return_inverse=True)[1]
    found = ls.codes(values)
    np.testing.assert_array_equal(found, expected)
    assert found.dtype == np.intp


def test_a_complete_panel_in_order_is_swept_as_a_shuffled_one() -> None:
    rng = np.random.default_rng(5)
    company, year = np.repeat(np.arange(30), 7), np.tile(np.arange(7), 30)
    values = rng.normal(size=(210, 3)) + company[:, None] - year[:, None] ** 2
    given = values.copy()
    ordered, rank = ls.sweep(values, [company, year])
    np.testing.assert_array_equal(values, given)
    order = rng.permutation(210)
    shuffled, again = ls.sweep(values[order], [company[order], year[order]])
    np.testing.assert_allclose(ordered[order], shuffled, atol=1e-12)
    assert rank == again == 36
    assert np.abs(ordered.reshape(30, 7, 3).sum(0)).max() < 1e-9


def test_a_panel_as_long_as_a_complete_one_but_with_gaps_is_swept_as_such() -> None:
    """As many rows as companies times years, one company-year doubled and one missing."""
    rng = np.random.default_rng(6)
    company, year = np.repeat(np.arange(6), 4), np.tile(np.arange(4), 6)
    year[-1] = 0
    y, x = rng.normal(size=24), rng.normal(size=(24, 1))
    dummies = np.column_stack(
        [x, company[:, None] == np.arange(6), year[:, None] == np.arange(1, 4)]
    )
    fit = ls.fit(y, x, [company, year])
    expected = np.linalg.lstsq(dummies.astype(float), y, rcond=None)[0][0]
    np.testing.assert_allclose(fit.coef, expected, rtol=1e-9)


def test_effects_that_do_not_hang_together_are_removed_with_their_rank() -> None:
    """Companies stay in their industry, so that industry-years of two industries never meet."""
    rng = np.random.default_rng(8)
    company, year = np.repeat(np.arange(12), 5), np.tile(np.arange(5), 12)
    keep = rng.random(60) < 0.85
    company, year = ls.codes(company[keep]), year[keep]
    cell = ls.codes((company % 3) * 5 + year)
    values = rng.normal(size=(len(company), 2))
    dummies = np.column_stack(
        [company[:, None] == np.arange(12), cell[:, None] == np.arange(cell.max() + 1)]
    ).astype(float)
    swept, rank = ls.sweep(values, [company, cell])
    expected = values - dummies @ np.linalg.lstsq(dummies, values, rcond=None)[0]
    np.testing.assert_allclose(swept, expected, atol=1e-11)
    assert rank == np.linalg.matrix_rank(dummies)
