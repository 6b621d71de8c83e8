"""Clustered errors: the jackknife is exact, equals others', and holds its size where CR1 fails."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cxkit.display import text
from cxkit.models import least_squares as ls
from cxkit.models.cluster import cr1, inference, jackknife, two_way
from cxkit.models.inference import infer
from tests.models.drawn_panels import sample
from tests.models.test_published import columns

HERE = Path(__file__).parent


def regressors(data: dict[str, np.ndarray]) -> np.ndarray:
    return np.column_stack([data["x"], data["z"]])


@pytest.mark.parametrize("way", ["_by_algebra", "_by_refits"])
def test_left_out_is_a_refit_without_the_cluster(way: str, monkeypatch) -> None:
    from cxkit.models import cluster

    monkeypatch.setattr(cluster, "_MOST_INDICATORS", 300 if way == "_by_algebra" else 0)
    data = sample(1, 14)
    found = jackknife(data["y"], regressors(data), [data["year"]], data["company"])
    for company in range(14):
        keep = data["company"] != company
        again = ls.fit(data["y"][keep], regressors(data)[keep], [data["year"][keep]])
        np.testing.assert_allclose(found.left_out[company], again.coef, rtol=1e-9)
    pull = found.left_out - found.coef
    np.testing.assert_allclose(found.covariance, 13 / 14 * pull.T @ pull)


def test_a_regressor_one_cluster_carries_has_no_jackknife() -> None:
    data = sample(1, 14)
    x = np.column_stack([data["x"], (data["company"] == 3) * data["z"]])
    found = jackknife(data["y"], x, [data["company"], data["year"]], data["company"])
    assert np.isfinite(found.coef).all()
    assert np.isnan(found.left_out[3]).all()
    assert np.isnan(found.std_error).all()


def test_the_jackknife_equals_pyfixest() -> None:
    """CRV3 without its factors is the plain sum of squares: times (G-1)/G it is ours."""
    pf = pytest.importorskip("pyfixest")
    data = sample(2, 15)
    frame = pd.DataFrame(data)
    other = pf.feols("y ~ x + z | company + year", frame, vcov={"CRV3": "company"},
                     ssc=pf.ssc(k_adj=False, G_adj=False))  # fmt: skip
    found = jackknife(data["y"], regressors(data), [data["company"], data["year"]], data["company"])
    np.testing.assert_allclose(found.coef, other.coef().to_numpy(), rtol=1e-8)
    np.testing.assert_allclose(found.std_error, np.sqrt(14 / 15) * other.se().to_numpy(), rtol=1e-6)


@pytest.mark.parametrize("names", [("year",), ("firm", "year")])
def test_the_jackknife_equals_r_on_grunfeld(shared_data: Path, names: tuple[str, ...]) -> None:
    """clubSandwich's CR3 times (G-1)/G with year effects; refits by lm with firm effects too."""
    with (HERE / "published" / "jackknife.csv").open(encoding="utf-8") as file:
        theirs = {r["quantity"]: float(r["value"]) for r in csv.DictReader(file)}
    data = columns(shared_data, "plm_Grunfeld")
    x = np.column_stack([data["value"], data["capital"]])
    found = jackknife(data["inv"], x, [ls.codes(data[n]) for n in names], ls.codes(data["firm"]))
    prefix = "years" if len(names) == 1 else "firms_years"
    expected = [theirs[f"{prefix}_se_{name}"] for name in ("value", "capital")]
    np.testing.assert_allclose(found.std_error, expected, rtol=1e-8)


def test_two_ways_equal_pyfixest() -> None:
    """pyfixest's `conventional` factor gives each term its own G/(G-1), as ours.

    It counts no mean that is nested in either way; ours leaves the company effects less one
    out and counts the years: (n-K) differs, and the factor is written out.
    """
    pf = pytest.importorskip("pyfixest")
    data = sample(3, 50)
    other = pf.feols("y ~ x + z | company + year", pd.DataFrame(data),
                     vcov={"CRV1": "company + year"},
                     ssc=pf.ssc(k_adj=False, G_df="conventional"))  # fmt: skip
    effects = [data["company"], data["year"]]
    fitted = ls.fit(data["y"], regressors(data), effects)
    found = two_way(fitted, effects, data["company"], data["year"])
    n = len(data["y"])
    factor = np.sqrt((n - 1) / (n - (fitted.parameters - 49)))
    np.testing.assert_allclose(found.std_error, factor * other.se().to_numpy(), rtol=1e-8)
    assert (found.df, found.clusters) == (5, 6)


def test_a_sum_of_two_ways_that_is_not_positive_is_mended() -> None:
    data = sample(4, 50)
    effects = [data["company"], data["year"]]
    fitted = ls.fit(data["y"], regressors(data), effects)
    raw = ls.covariance_clustered(fitted, *effects, nested=49)
    assert np.linalg.eigvalsh(raw)[0] < 0
    found = two_way(fitted, effects, *effects).covariance
    size = np.linalg.eigvalsh(found)
    np.testing.assert_allclose(size, [0, np.linalg.eigvalsh(raw)[1]], atol=1e-12)


def test_two_ways_equal_linearmodels() -> None:
    """With group_debias its terms have their own G/(G-1), and every mean counts.

    Ours leaves the company effects less one out of that count: the factor is written out.
    """
    panel = pytest.importorskip("linearmodels.panel")
    data = sample(3, 50)
    frame = pd.DataFrame(data).set_index(["company", "year"])
    model = panel.PanelOLS(frame["y"], frame[["x", "z"]], entity_effects=True, time_effects=True)
    other = model.fit(cov_type="clustered", cluster_entity=True, cluster_time=True,
                      group_debias=True)  # fmt: skip
    effects = [data["company"], data["year"]]
    fitted = ls.fit(data["y"], regressors(data), effects)
    found = two_way(fitted, effects, data["company"], data["year"])
    free = len(data["y"]) - fitted.parameters
    expected = other.std_errors.to_numpy() * np.sqrt(free / (free + 49))
    np.testing.assert_allclose(found.std_error, expected, rtol=1e-8)


@pytest.mark.parametrize(("clusters", "kind"), [(39, "wild"), (40, "CR3"), (99, "CR3"),
                                                (100, "CR1")])  # fmt: skip
def test_the_number_of_clusters_chooses(clusters: int, kind: str) -> None:
    data = sample(5, clusters)
    assert inference(clusters) == kind
    effects = [data["company"], data["year"]]
    found = infer(data["y"], regressors(data), effects, data["company"], seed=1, draws=199)
    assert (found.kind, found.df, found.clusters) == (kind, clusters - 1, clusters)
    assert str(clusters) in text(found.factor)
    assert (found.conf_low < found.coef).all()
    assert (found.coef < found.conf_high).all()
    fitted = ls.fit(data["y"], regressors(data), effects)
    expected = (
        cr1(fitted, effects, data["company"])
        if kind == "CR1"
        else jackknife(data["y"], regressors(data), effects, data["company"])
    )
    np.testing.assert_allclose(found.std_error, expected.std_error)


def test_without_effects_the_constant_stands_last() -> None:
    data = sample(6, 20)
    x = np.column_stack([data["x"], np.ones(len(data["x"]))])
    found = infer(data["y"], x, [], data["company"], seed=1, draws=199)
    assert found.kind == "wild"
    assert found.conf_low[0] < found.coef[0] < found.conf_high[0]


def unequal(seed: int) -> dict[str, np.ndarray]:
    """60 companies, five years, no effect; a few companies vary far more than the others."""
    rng = np.random.default_rng(seed)
    company, year = np.repeat(np.arange(60), 5), np.tile(np.arange(5), 60)
    spread = np.exp(0.5 * rng.normal(size=60))[company]
    x = rng.normal(size=60)[company] + spread * rng.normal(size=300)
    y = rng.normal(size=60)[company] + spread * rng.normal(size=300)
    return {"x": x, "y": y, "company": company, "year": year}


def test_on_60_companies_cr3_holds_its_size_and_cr1_does_not() -> None:
    """2,000 runs: two standard errors are 1 point; the two kinds see the same samples."""
    rejected = []
    for seed in range(2000):
        data = unequal(seed)
        cluster, effects = data["company"], [data["company"], data["year"]]
        x = data["x"][:, None]
        kinds = [infer(data["y"], x, effects, cluster, seed=1, kind=k) for k in ("CR3", "CR1")]
        rejected.append([found.p_value[0] <= 0.05 for found in kinds])
    three, one = np.mean(rejected, axis=0)
    assert 0.04 <= three <= 0.06
    assert one > 0.06
    assert one - three > 0.008
