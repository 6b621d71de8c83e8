"""Alpha, stratified alpha and omega total: R's psych, hand-made cases, invariances."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cxkit.errors import SampleError
from cxkit.models import alpha, omega_total, stratified_alpha
from cxkit.models.reliability import one_factor

PSYCH = Path(__file__).parent / "published" / "psych.csv"


def psych() -> dict[str, float]:
    with PSYCH.open(encoding="utf-8") as file:
        return {row["quantity"]: float(row["value"]) for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def management(shared_data: Path) -> pd.DataFrame:
    """Answers of the World Management Survey's Mexican firms, one row per firm."""
    path = shared_data / "clients" / "management-mexico" / "assessments.csv"
    if not path.is_file():
        pytest.skip("no management-mexico among the reference data")
    return pd.read_csv(path).pivot(index="company_id", columns="item_id", values="performance")


def test_alpha_and_its_interval_are_those_of_psych(management: pd.DataFrame) -> None:
    found, known = alpha(management.to_numpy()), psych()
    assert round(found.value, 3) == 0.919
    assert found.value == pytest.approx(known["alpha_complete"], abs=1e-9)
    assert found.conf_low == pytest.approx(known["alpha_feldt_low"], abs=1e-9)
    assert found.conf_high == pytest.approx(known["alpha_feldt_high"], abs=1e-9)
    assert (found.companies, found.items) == (300, 18)


def test_omega_total_and_its_loadings_are_those_of_psych(management: pd.DataFrame) -> None:
    known = psych()
    found = omega_total(management.to_numpy(), draws=300)
    assert found.value == pytest.approx(known["omega_total"], abs=1e-4)
    assert found.conf_low < found.value < found.conf_high
    loading = one_factor(np.corrcoef(management.to_numpy(), rowvar=False))
    for item, value in zip(management.columns, loading, strict=True):
        assert value == pytest.approx(known[f"loading_{item}"], abs=1e-5)


def sums(rng: np.random.Generator, n: int = 400, k: int = 6, error: float = 1.0) -> np.ndarray:
    """Items of one true score: parallel, so that alpha is the reliability."""
    return rng.standard_normal((n, 1)) + error * rng.standard_normal((n, k))


def test_alpha_of_parallel_items_is_their_reliability() -> None:
    true = 6 / (6 + 1)
    drawn = [alpha(sums(np.random.default_rng(s))) for s in range(400)]
    assert np.mean([d.value for d in drawn]) == pytest.approx(true, abs=0.003)
    covered = np.mean([d.conf_low < true < d.conf_high for d in drawn])
    assert 0.92 <= covered <= 0.98


def test_omega_equals_alpha_for_parallel_items_and_exceeds_it_for_unequal_ones() -> None:
    rng = np.random.default_rng(3)
    x = sums(rng, 20_000)
    assert omega_total(x, draws=0).value == pytest.approx(alpha(x).value, abs=2e-3)
    loading = np.array([0.9, 0.8, 0.6, 0.4, 0.3])
    x = rng.standard_normal((20_000, 1)) * loading
    x = x + np.sqrt(1 - loading**2) * rng.standard_normal(x.shape)
    true = loading.sum() ** 2 / (loading.sum() ** 2 + (1 - loading**2).sum())
    assert omega_total(x, draws=0).value == pytest.approx(true, abs=5e-3)
    assert alpha(x).value < true - 0.02


def test_the_factor_of_an_exact_model_is_found_exactly() -> None:
    loading = np.array([0.9, 0.7, 0.5, 0.3])
    matrix = np.outer(loading, loading)
    np.fill_diagonal(matrix, 1)
    assert one_factor(matrix) == pytest.approx(loading, abs=1e-7)


def test_an_item_turned_round_changes_no_omega() -> None:
    x = sums(np.random.default_rng(4))
    turned = x * np.array([1, -1, 1, 1, 1, 1])
    assert omega_total(turned, draws=0).value == pytest.approx(omega_total(x, draws=0).value)
    assert alpha(turned).value < alpha(x).value


def test_stratified_alpha_is_alpha_with_one_block_and_more_where_blocks_differ() -> None:
    rng = np.random.default_rng(5)
    x = sums(rng)
    assert stratified_alpha(x, np.zeros(6, int), draws=0).value == pytest.approx(alpha(x).value)
    blocks = np.array([0, 0, 0, 1, 1, 1])
    x = rng.standard_normal((4000, 2))[:, blocks] + rng.standard_normal((4000, 6))
    # Two unrelated blocks of reliability 3/4 make a sum of reliability 3/4; alpha falls short.
    found = stratified_alpha(x, blocks, draws=200, seed=1)
    assert found.value == pytest.approx(0.75, abs=0.02)
    assert found.conf_low < 0.75 < found.conf_high
    assert alpha(x).value < 0.7


def test_order_of_companies_and_items_changes_nothing_and_the_seed_repeats() -> None:
    rng = np.random.default_rng(6)
    x, blocks = sums(rng), np.array([0, 0, 0, 1, 1, 1])
    rows, columns = rng.permutation(len(x)), rng.permutation(6)
    mixed = x[rows][:, columns]
    assert alpha(mixed).value == pytest.approx(alpha(x).value, rel=1e-12)
    assert omega_total(mixed, draws=0).value == pytest.approx(omega_total(x, draws=0).value)
    assert stratified_alpha(mixed, blocks[columns], draws=0).value == pytest.approx(
        stratified_alpha(x, blocks, draws=0).value
    )
    assert omega_total(x, draws=50, seed=2) == omega_total(x, draws=50, seed=2)
    assert omega_total(x, draws=50, seed=2) != omega_total(x, draws=50, seed=3)


def test_incomplete_rows_are_left_out_and_too_few_are_refused() -> None:
    x = sums(np.random.default_rng(7))
    holed = np.vstack([x, np.full((1, 6), np.nan)])
    assert alpha(holed) == alpha(x)
    with pytest.raises(SampleError, match="9"):
        alpha(x[:9])
    with pytest.raises(SampleError, match="vary"):
        alpha(np.column_stack([x, np.ones(len(x))]))
