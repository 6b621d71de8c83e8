"""Rounding: steps that depend on the companies alone, and never promise more certainty."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cxkit.models.steady import in_steps, steady, steady_coefficient, steady_covariance

POSITIVE = st.floats(1e-6, 1e6)


@given(POSITIVE, st.integers(10, 5000))
def test_a_figure_stays_within_half_a_step(value: float, n: int) -> None:
    told = steady(value, n)
    assert abs(np.log(told / value)) <= np.log1p(8 / n) / 2 + 1e-5
    assert steady(told, n) == told


@given(POSITIVE, st.integers(10, 5000))
def test_uncertainty_is_rounded_up(value: float, n: int) -> None:
    told = steady(value, n, up=True)
    assert value * (1 - 1e-5) <= told <= value * (1 + 8 / n) * (1 + 1e-5)


@given(st.floats(-2, 0.999), st.integers(10, 5000))
def test_a_coefficient_never_reaches_one(value: float, n: int) -> None:
    assert steady_coefficient(value, n) < 1
    assert steady_coefficient(1.0, n) == 1.0


def test_most_changes_of_one_company_in_fifty_do_not_show() -> None:
    """A variance to which one of 50 companies gives twice or half of what the others do."""
    rng = np.random.default_rng(2)
    means = rng.uniform(50, 150, 2000)
    same = [steady(m, 50) == steady(m * (1 + d / 50), 50) for m in means for d in (1.0, -0.5)]
    assert np.mean(same) > 0.8


def test_a_covariance_keeps_its_shape_and_loses_no_spread() -> None:
    given_ = np.array([[4.1e-6, -1e-6], [-1e-6, 1.1e-4]])
    told = steady_covariance(given_, 19)
    assert np.array_equal(told, told.T)
    assert (np.linalg.eigvalsh(told) > 0).all()
    assert (np.diag(told) >= np.diag(given_) * (1 - 1e-5)).all()


def test_steps_of_any_sign_without_minus_zero() -> None:
    assert in_steps(-0.012, 0.005) == -0.01
    assert str(in_steps(-0.001, 0.005)) == "0.0"
    assert in_steps(0.3, 0.0) == 0.3
