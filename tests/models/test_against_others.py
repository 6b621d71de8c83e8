"""The same fits by other people's software, errors included.

Small-sample factors: pyfixest (`ssc` default) and ours both leave company effects that are
nested in the clusters out of the count, so they agree without a factor. linearmodels and
statsmodels count every effect; where that matters the factor is written out below.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxkit.models import least_squares as ls

pf = pytest.importorskip("pyfixest")


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    """An unbalanced panel of 60 companies with a fixed seed; one row per company and year."""
    rng = np.random.default_rng(7)
    company = np.repeat(np.arange(60), 9)
    year = np.tile(np.arange(2010, 2019), 60)
    keep = rng.random(len(company)) < 0.8
    company, year = company[keep], year[keep]
    effect = rng.normal(size=60)[company] + 0.3 * (year - 2014)
    x = effect + rng.normal(size=len(company))
    z = rng.normal(size=len(company))
    y = 0.4 * x - 0.2 * z + effect + rng.normal(size=len(company)) * (1 + np.abs(x))
    return pd.DataFrame({"company": company, "year": year, "x": x, "z": z, "y": y})


def ours(frame: pd.DataFrame, effects: list[str], nested: bool) -> tuple[np.ndarray, np.ndarray]:
    company = ls.codes(frame["company"].to_numpy())
    fit = ls.fit(
        frame["y"].to_numpy(),
        frame[["x", "z"]].to_numpy(),
        [ls.codes(frame[e].to_numpy()) for e in effects],
    )
    covariance = ls.covariance_clustered(fit, company, nested=59 if nested else 0)
    return fit.coef, np.sqrt(np.diag(covariance))


def test_two_way_effects_equal_pyfixest(frame: pd.DataFrame) -> None:
    other = pf.feols("y ~ x + z | company + year", frame, vcov={"CRV1": "company"})
    coef, error = ours(frame, ["company", "year"], nested=True)
    np.testing.assert_allclose(coef, other.coef().to_numpy(), rtol=1e-8)
    np.testing.assert_allclose(error, other.se().to_numpy(), rtol=1e-8)


def test_two_way_effects_equal_linearmodels(frame: pd.DataFrame) -> None:
    """linearmodels' factor is n / (n - k - every effect), without G/(G-1); ours replaces it."""
    panel = pytest.importorskip("linearmodels.panel")
    data = frame.set_index(["company", "year"])
    model = panel.PanelOLS(data["y"], data[["x", "z"]], entity_effects=True, time_effects=True)
    other = model.fit(cov_type="clustered", cluster_entity=True)
    coef, error = ours(frame, ["company", "year"], nested=True)
    n, groups, years = len(frame), frame["company"].nunique(), frame["year"].nunique()
    factor = groups / (groups - 1) * (n - 1) / (n - 2 - years)
    theirs = n / (n - 2 - groups - (years - 1))
    np.testing.assert_allclose(coef, other.params.to_numpy(), rtol=1e-8)
    expected = other.std_errors.to_numpy() * np.sqrt(factor / theirs)
    np.testing.assert_allclose(error, expected, rtol=1e-8)


def test_dummies_in_statsmodels_give_the_same(frame: pd.DataFrame) -> None:
    """Two sets of effects as dummies: no nesting, so every mean counts."""
    sm = pytest.importorskip("statsmodels.api")
    frame = frame.assign(group=frame["company"] % 7)
    dummies = [pd.get_dummies(frame[c], drop_first=True, dtype=float) for c in ("group", "year")]
    x = np.column_stack([frame[["x", "z"]], np.ones(len(frame)), *dummies])
    other = sm.OLS(frame["y"].to_numpy(), x).fit(
        cov_type="cluster", cov_kwds={"groups": frame["company"].to_numpy()}
    )
    coef, error = ours(frame, ["group", "year"], nested=False)
    np.testing.assert_allclose(coef, other.params[:2], rtol=1e-8)
    np.testing.assert_allclose(error, other.bse[:2], rtol=1e-8)


def test_random_effects_equal_linearmodels_on_a_balanced_panel(frame: pd.DataFrame) -> None:
    panel = pytest.importorskip("linearmodels.panel")
    rng = np.random.default_rng(3)
    company, year = np.repeat(np.arange(20), 6), np.tile(np.arange(6), 20)
    x = rng.normal(size=(120, 2))
    y = x @ [0.5, -1.0] + rng.normal(size=20)[company] + rng.normal(size=120)
    data = pd.DataFrame(
        {"y": y, "a": x[:, 0], "b": x[:, 1], "one": 1.0},
        index=pd.MultiIndex.from_arrays([company, year]),
    )
    other = panel.RandomEffects(data["y"], data[["one", "a", "b"]]).fit()
    fit, _ = ls.random_effects(y, x, ls.codes(company))
    np.testing.assert_allclose(fit.coef, other.params.to_numpy(), rtol=1e-8)


def test_random_effects_refuse_an_unbalanced_panel(frame: pd.DataFrame) -> None:
    with pytest.raises(ValueError, match="balanced"):
        ls.random_effects(
            frame["y"].to_numpy(), frame[["x"]].to_numpy(), ls.codes(frame["company"].to_numpy())
        )


def test_a_regressor_without_variation_left_is_not_a_number(frame: pd.DataFrame) -> None:
    constant = frame.groupby("company")["x"].transform("mean").to_numpy()[:, None]
    fit = ls.fit(frame["y"].to_numpy(), constant, [ls.codes(frame["company"].to_numpy())])
    assert np.isnan(fit.coef).all()
