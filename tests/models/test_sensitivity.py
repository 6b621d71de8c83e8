"""Omitted variables and single companies: the identities hold, published figures come out."""

from __future__ import annotations

import numpy as np
import pytest

from cxkit.models import least_squares as ls
from cxkit.models import sensitivity
from tests.models.drawn_panels import sample


def test_robustness_of_the_published_example() -> None:
    """Cinelli and Hazlett (2020): Darfur, estimate .097, error .023, 783 degrees of freedom."""
    found = sensitivity.robustness(4.184, 783)
    assert round(found.value, 3) == 0.139
    assert round(found.value_at_5, 3) == 0.076
    assert round(found.partial_r2, 3) == 0.022


@pytest.mark.parametrize(
    ("r2_score", "r2_outcome", "estimate"),
    [(0.00916, 0.12464, 0.0752), (0.01833, 0.24930, 0.0529), (0.02750, 0.37397, 0.0304)],
)
def test_adjusted_estimates_of_the_published_example(
    r2_score: float, r2_outcome: float, estimate: float
) -> None:
    found, _ = sensitivity.adjusted(0.09731582, 0.02325654, 783, r2_score, r2_outcome)
    assert round(found, 4) == estimate


def test_a_confounder_of_that_value_brings_the_estimate_to_zero() -> None:
    t, df = 3.1, 200
    found = sensitivity.robustness(t, df)
    estimate, _ = sensitivity.adjusted(t * 0.1, 0.1, df, found.value, found.value)
    assert estimate == pytest.approx(0, abs=1e-12)
    estimate, error = sensitivity.adjusted(t * 0.1, 0.1, df, found.value_at_5, found.value_at_5)
    assert estimate / error == pytest.approx(1.972, abs=2e-3)


def test_a_clear_estimate_has_more_than_an_unclear_one() -> None:
    assert sensitivity.robustness(1.0, 100).value_at_5 == 0
    assert sensitivity.robustness(200.0, 30).value_at_5 < 1


def test_leaving_a_control_out_is_what_the_formula_says() -> None:
    """The bias of an observed control, from its two partial R-squared, is exact."""
    data = sample(3, 40)
    hidden = 0.6 * data["x"] + np.random.default_rng(1).normal(size=len(data["x"]))
    y = data["y"] + 0.8 * hidden
    effects = [data["company"], data["year"]]
    short = ls.fit(y, data["x"][:, None], effects)
    long = ls.fit(y, np.column_stack([data["x"], hidden]), effects)
    df = short.nobs - short.parameters
    t = long.coef[1] / np.sqrt(ls.covariance_classical(long)[1, 1])
    r2_outcome = t * t / (t * t + df - 1)
    a, b = ls.sweep(np.column_stack([data["x"], hidden]), effects)[0].T
    r2_score = (a @ b) ** 2 / (a @ a) / (b @ b)
    error = float(np.sqrt(ls.covariance_classical(short)[0, 0]))
    found = sensitivity.adjusted(float(short.coef[0]), error, df, r2_score, r2_outcome)
    assert found[0] == pytest.approx(float(long.coef[0]))
    assert found[1] == pytest.approx(float(np.sqrt(ls.covariance_classical(long)[0, 0])))


def test_a_confounder_like_a_control_is_bounded() -> None:
    """With one more of the same kind, uncorrelated with the first, the bound is reached."""
    rng = np.random.default_rng(4)
    n = 100_000
    first, second = rng.normal(size=(2, n))
    x = 0.5 * first + 0.5 * second + rng.normal(size=n)
    y = 0.3 * x + 0.4 * first + 0.4 * second + rng.normal(size=n)
    seen = np.column_stack([x, first, np.ones(n)])
    found = sensitivity.bound(y, seen, [], control=1, times=1.0)
    whole = ls.fit(y, np.column_stack([seen, second]))
    assert found.estimate == pytest.approx(float(whole.coef[0]), abs=0.015)
    assert found.estimate < ls.fit(y, seen).coef[0]
    assert np.isnan(sensitivity.bound(y, seen, [], control=1, times=50.0).estimate)


def orthogonal(rows: int, columns: int) -> np.ndarray:
    """Columns with mean 0, variance 1 and no correlation, in the sample itself."""
    raw = np.random.default_rng(9).normal(size=(rows, columns))
    return np.linalg.qr(raw - raw.mean(0))[0] * np.sqrt(rows)


@pytest.mark.parametrize("delta", [0.5, 1.0, 2.0])
def test_osters_delta_is_the_one_that_was_planted(delta: float) -> None:
    """Selection on the unobserved is delta times that on the control, exactly in the sample."""
    control, hidden, noise, error = orthogonal(500, 4).T
    a, b, true = 0.7, 0.9, 0.25
    # cov(x, index) / var(index) is .5 / a for the control's part and delta times that for b's.
    x = 0.5 * control + delta * 0.5 / a * b * hidden + noise
    y = true * x + a * control + b * hidden + error
    everything = 1 - 1 / y.var()
    columns = np.column_stack([x, control])
    found = sensitivity.oster_delta(y, columns, [], true=true, most=everything)
    assert found == pytest.approx(delta, rel=1e-9)
    assert np.isnan(sensitivity.oster_delta(y, x[:, None], []))


def test_one_company_that_carries_the_estimate_is_found() -> None:
    data = sample(5, 30, 0.0)
    y = data["y"] + np.where(data["company"] == 11, 6.0 * data["x"], 0.0)
    found = sensitivity.influence(
        y, data["x"][:, None], [data["company"], data["year"]], data["company"]
    )
    assert found.most == 11
    keep = data["company"] != 11
    effects = [ls.codes(data["company"][keep]), data["year"][keep]]
    again = ls.fit(y[keep], data["x"][keep][:, None], effects)
    assert found.left_out[11] == pytest.approx(float(again.coef[0]))


def test_the_companies_that_turn_the_sign_do_turn_it() -> None:
    data = sample(6, 60, 0.1)
    effects = [data["company"], data["year"]]
    found = sensitivity.influence(data["y"], data["x"][:, None], effects, data["company"])
    assert found.to_turn
    keep = ~np.isin(data["company"], found.to_turn)
    again = ls.fit(data["y"][keep], data["x"][keep][:, None],
                   [ls.codes(e[keep]) for e in effects])  # fmt: skip
    assert np.sign(again.coef[0]) == -np.sign(found.coef)
    strong = sensitivity.influence(
        data["y"] + 5 * data["x"], data["x"][:, None], effects, data["company"]
    )
    assert strong.to_turn is None
