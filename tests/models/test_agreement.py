"""Intraclass correlations against R's psych and analysis of variance; r_wg by its formula."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cxkit.errors import SampleError
from cxkit.models import icc, nested_icc, r_wg

PSYCH = Path(__file__).parent / "published" / "psych.csv"
# Shrout and Fleiss (1979), table 2: six targets, four judges.
JUDGED = np.array(
    [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], float
)
COLUMNS = {
    "icc": "ICC", "f": "F", "df1": "df1", "df2": "df2", "p_value": "p",
    "conf_low": "lower_bound", "conf_high": "upper_bound",
}  # fmt: skip


def psych() -> dict[str, float]:
    with PSYCH.open(encoding="utf-8") as file:
        return {row["quantity"]: float(row["value"]) for row in csv.DictReader(file)}


def agrees(found: pd.DataFrame, name: str) -> None:
    known = psych()
    for row in found.to_dict("records"):
        for ours, theirs in COLUMNS.items():
            value = known[f"{name}_{row['type']}_{theirs}"]
            assert row[ours] == pytest.approx(value, abs=1e-6, rel=1e-6), (row["type"], ours)


def test_icc_of_the_published_example() -> None:
    found = icc(JUDGED)
    agrees(found, "shrout_fleiss")
    # The paper's own figures, to its two decimals.
    assert [round(v, 2) for v in found["icc"]] == [0.17, 0.29, 0.71, 0.44, 0.62, 0.91]


def test_icc_of_the_management_survey(shared_data: Path) -> None:
    path = shared_data / "clients" / "management-mexico" / "assessments.csv"
    if not path.is_file():
        pytest.skip("no management-mexico among the reference data")
    answers = pd.read_csv(path)
    answers["part"] = answers["item_id"].str.extract(r"^(lean|perf|talent)", expand=False)
    parts = answers.pivot_table(index="company_id", columns="part", values="performance")
    agrees(icc(parts.to_numpy()), "management")


def test_nested_icc_is_icc1_where_raters_are_equally_many() -> None:
    company = np.repeat(np.arange(6), 4)
    found, balanced = nested_icc(JUDGED.ravel(), company), icc(JUDGED).set_index("type")
    assert found.raters == pytest.approx(4)
    assert (found.icc1, found.icck) == pytest.approx(tuple(balanced.loc[["ICC1", "ICC1k"], "icc"]))
    assert found.icc1_low == pytest.approx(balanced.loc["ICC1", "conf_low"])
    assert found.icck_high == pytest.approx(balanced.loc["ICC1k", "conf_high"])


def test_nested_icc_with_unequal_numbers_is_that_of_r() -> None:
    keep = np.ones(24, bool)
    keep[[3, 10, 11, 16]] = False
    found, known = nested_icc(JUDGED.ravel()[keep], np.repeat(np.arange(6), 4)[keep]), psych()
    assert found.raters == pytest.approx(known["unequal_n0"])
    assert found.f == pytest.approx(known["unequal_F"], rel=1e-9)
    assert found.p_value == pytest.approx(known["unequal_p"], rel=1e-9)
    assert found.icc1 == pytest.approx(known["unequal_ICC1"], rel=1e-9)


def test_nested_icc_finds_a_planted_correlation_and_needs_no_codes_in_order() -> None:
    rng = np.random.default_rng(2)
    count = rng.integers(1, 5, 3000)
    company = np.repeat(np.arange(3000), count)
    score = np.sqrt(0.4) * rng.standard_normal(3000)[company]
    score = score + np.sqrt(0.6) * rng.standard_normal(len(company))
    found = nested_icc(score, company)
    assert found.icc1 == pytest.approx(0.4, abs=0.03)
    assert found.companies == int((count > 1).sum())
    order = rng.permutation(len(score))
    mixed = nested_icc(score[order], 7 * (5000 - company[order]))
    assert mixed.icc1 == pytest.approx(found.icc1, rel=1e-12)
    score[0] = np.nan
    assert np.isfinite(nested_icc(score, company).icc1)


def test_icc_refuses_what_it_cannot_say() -> None:
    with pytest.raises(SampleError):
        icc(JUDGED[:, :1])
    with pytest.raises(SampleError, match="there are 1"):
        nested_icc(np.array([1.0, 2.0, 3.0]), np.array([0, 0, 1]))


def test_r_wg_of_one_item_is_one_less_the_variance_over_chance() -> None:
    # Five options: chance has a variance of 2. Answers 2, 3, 4 have a variance of 1.
    assert r_wg([[2], [3], [4]], 5) == pytest.approx(0.5)
    assert r_wg([[3, 4], [3, 4]], 5) == 1.0
    assert r_wg([[1], [5]], 5) == 0.0  # worse than chance


def test_r_wg_of_several_items_follows_the_paper() -> None:
    # J items of mean variance 1 against chance 2: J(1 - .5) / (J(1 - .5) + .5).
    ratings = np.array([[2, 3, 2, 1], [3, 4, 3, 2], [4, 5, 4, 3]], float)
    assert r_wg(ratings, 5) == pytest.approx(4 * 0.5 / (4 * 0.5 + 0.5))
    # An item with four options: chance 1.25, ratio .8 for it and .5 for the others.
    mean = (0.5 * 3 + 0.8) / 4
    assert r_wg(ratings, [5, 5, 5, 4]) == pytest.approx(4 * (1 - mean) / (4 * (1 - mean) + mean))


def test_r_wg_leaves_out_items_without_two_answers() -> None:
    ratings = np.array([[2, np.nan], [3, 1], [4, np.nan]])
    assert r_wg(ratings, 5) == pytest.approx(0.5)
    assert np.isnan(r_wg([[2.0, 3.0]], 5))


@pytest.mark.parametrize(
    "score", [np.full(24, 47.3), np.repeat(np.arange(12) / 3, 2), np.tile([40.0, 60.0], 12)]
)
def test_answers_without_any_spread_show_no_agreement(score: np.ndarray) -> None:
    """All alike, copied from rater to rater, or the same in every company."""
    with pytest.raises(SampleError, match="differ"):
        nested_icc(score, np.repeat(np.arange(12), 2))
