"""Ranks of gaps: known orders are found, intervals cover the truth, resamples are repeatable."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxkit.contracts import load_instrument
from cxkit.display import text
from cxkit.measures import Maturity
from cxkit.models import gap_ranks
from cxkit.models.gap_ranks import rank_intervals, resampled_means, widened
from tests.measures.test_score_rules import scored

CX95 = load_instrument("cx95")
WAVE = pd.Timestamp("2024-06-30")
PERFORMANCE = np.array([45.0, 50, 55, 50, 40, 60])  # true block means of 0-100
IMPORTANCE = np.array([80.0, 70, 65, 55, 45, 60])
GAPS = dict(zip(CX95.block_ids, IMPORTANCE - PERFORMANCE, strict=True))


def planted(
    companies: int, raters: int, *, between: float = 0.0, error: float = 6.0, seed: int = 0
) -> tuple[pd.DataFrame, np.ndarray]:
    """Answers with known gaps of blocks, and these (companies, blocks).

    Companies differ by `between` points in each block; raters err by `error` points in every
    block at once and as much in each item. Answers are not rounded.
    """
    rng = np.random.default_rng(seed)
    blocks = [CX95.block_ids.index(i.block) for i in CX95.items]
    low = np.array([i.minimum for i in CX95.items])
    span = np.array([i.maximum - i.minimum for i in CX95.items])
    state = PERFORMANCE + between * rng.standard_normal((companies, 6))
    rows = []
    for company in range(companies):
        for rater in range(raters):
            leniency, items = rng.standard_normal(6), rng.standard_normal(len(blocks))
            seen = state[company][blocks] + error * (leniency[blocks] + items)
            rows.append(pd.DataFrame({
                "company_id": f"c{company:03d}", "wave": WAVE, "respondent_id": f"r{rater}",
                "item_id": [i.id for i in CX95.items], "performance": low + span * seen / 100,
                "importance": 1 + 4 * IMPORTANCE[blocks] / 100, "not_applicable": False,
                "weight": np.nan,
            }))  # fmt: skip
    return pd.concat(rows, ignore_index=True), IMPORTANCE - state


@pytest.fixture(scope="module")
def many() -> tuple[Maturity, np.ndarray]:
    """Sixty companies with two raters each."""
    frame, truth = planted(60, 2, between=8.0, seed=3)
    return scored(frame), truth


def test_the_order_planted_is_found_and_said() -> None:
    found = gap_ranks(scored(planted(80, 1, between=5.0)[0]))
    expected = sorted(GAPS, key=lambda block: -GAPS[block])[:3]
    assert found.table["unit"].tolist()[:3] == expected
    first = found.table.iloc[0]
    assert first[["rank", "rank_low", "rank_high"]].tolist() == [1, 1, 1]
    assert first["conf_low"] < GAPS[expected[0]] < first["conf_high"]
    assert expected[0] in found.summary
    assert found.n == 80


def test_equal_gaps_have_no_order() -> None:
    rng = np.random.default_rng(1)
    drawn = resampled_means(rng.normal(10, 5, (50, 4)), 2000, rng)
    low, high = rank_intervals(drawn - drawn.mean(axis=0))
    assert low.tolist() == [1] * 4
    assert high.tolist() == [4] * 4


def test_resampled_means_spread_as_the_standard_error() -> None:
    """Against theory: sd / sqrt(n), also with three rows, and with values missing."""
    rng = np.random.default_rng(2)
    for n in (3, 40):
        values = rng.normal(0, 5, (n, 3))
        values[0, 2] = np.nan
        drawn = resampled_means(values, 40_000, rng)
        count = (~np.isnan(values)).sum(axis=0)
        error = np.nanstd(values, axis=0, ddof=1) / np.sqrt(count)
        np.testing.assert_allclose(drawn.mean(axis=0), np.nanmean(values, axis=0), atol=0.1)
        np.testing.assert_allclose(drawn.std(axis=0)[:2], error[:2], rtol=0.03)
        if n > 3:
            np.testing.assert_allclose(drawn.std(axis=0), error, rtol=0.03)


def test_with_two_raters_a_companys_intervals_cover_its_gaps(
    many: tuple[Maturity, np.ndarray],
) -> None:
    scores, truth = many
    inside, ranked = [], []
    for k in range(60):
        table = gap_ranks(scores, company=f"c{k:03d}", draws=600).table.set_index("unit")
        table = table.loc[list(CX95.block_ids)]
        true = truth[k]
        inside.append((table["conf_low"] < true) & (true < table["conf_high"]))
        place = np.argsort(np.argsort(-true)) + 1
        ranked.append((table["rank_low"] <= place) & (place <= table["rank_high"]))
    assert 0.92 <= np.mean(inside) <= 0.98
    assert np.mean(ranked) >= 0.95


def test_a_company_with_one_rater_has_an_order_and_no_ranks() -> None:
    found = gap_ranks(scored(planted(6, 1)[0]), company="c000")
    assert found.table["rank"].tolist() == [1, 2, 3, 4, 5, 6]
    assert found.table[["conf_low", "rank_low"]].isna().all(axis=None)
    assert found.reason is not None
    assert "One person answered" in text(found.reason)


def test_four_companies_are_too_few() -> None:
    found = gap_ranks(scored(planted(4, 2)[0]))
    assert found.table.empty
    assert "4 companies" in found.summary


def test_without_importance_there_is_nothing_to_rank() -> None:
    frame = planted(6, 2)[0].assign(importance=np.nan)
    for company in ("", "c000"):
        found = gap_ranks(scored(frame), company=company)
        assert found.table.empty
        assert found.reason is not None


def test_the_order_of_rows_and_the_seed_decide_as_they_should(
    many: tuple[Maturity, np.ndarray],
) -> None:
    frame, _ = planted(12, 2, between=8.0)
    for company in ("", "c004"):
        one = gap_ranks(scored(frame), "item", company, draws=200)
        two = gap_ranks(scored(frame.sample(frac=1, random_state=1)), "item", company, draws=200)
        pd.testing.assert_frame_equal(one.table, two.table, rtol=1e-9)
        other = gap_ranks(scored(frame), "item", company, draws=200, seed=7).table
        assert (other["gap"] == one.table["gap"]).all()
        assert (other["conf_low"] != one.table["conf_low"]).any()


def test_equal_roles_count_each_role_alike() -> None:
    """Three of the staff and one executive: the executive's error counts for half."""
    frame, _ = planted(30, 4, error=6.0)
    roles = {"r0": "executive", "r1": "staff", "r2": "staff", "r3": "staff"}
    frame["role"] = frame["respondent_id"].map(roles).astype("str")
    width = {}
    for rule in ("pooled", "equal-roles"):
        table = gap_ranks(scored(frame, rule), company="c000", draws=4000).table
        width[rule] = (table["conf_high"] - table["conf_low"]).mean()
    expected = np.sqrt((1 / 4 + 3 / 36) / (4 / 16))
    assert width["equal-roles"] / width["pooled"] == pytest.approx(expected, rel=0.03)


@pytest.mark.parametrize(("companies", "least"), [(5, 0.92), (8, 0.92)])
def test_gaps_over_few_companies_are_no_surer_than_they_are(companies: int, least: float) -> None:
    """Normal quantiles cover the true gap in .87 of five companies, .90 of eight."""
    rng = np.random.default_rng(companies)
    hits = []
    for _ in range(300):
        gap = rng.normal(10, 8, (companies, 6))
        mean = gap.mean(axis=0)
        drawn = widened(resampled_means(gap, 500, rng), mean, companies - 1)
        low, high = np.quantile(drawn, (0.025, 0.975), axis=0)
        hits.append((2 * mean - high <= 10) & (2 * mean - low >= 10))
    assert least <= np.mean(hits) <= 0.98


def test_two_raters_of_a_lone_company_say_little_of_their_error() -> None:
    """Their own difference is all there is: the interval held the true gap in .59 before."""
    hits = []
    for seed in range(40):
        frame, truth = planted(1, 2, error=10.0, seed=seed)
        table = gap_ranks(scored(frame), company="c000", draws=300).table.set_index("unit")
        low, high = table.loc[list(CX95.block_ids), ["conf_low", "conf_high"]].to_numpy().T
        hits.append((low <= truth[0]) & (truth[0] <= high))
    assert np.mean(hits) > 0.85


def test_raters_who_happen_to_agree_on_an_item_do_not_make_it_certain() -> None:
    """Two raters alike on one item and apart on others: no item's gap is without error."""
    frame = planted(1, 2, seed=5)[0]
    alike = CX95.items[3].id
    chosen = frame["item_id"] == alike
    frame.loc[chosen, "performance"] = frame.loc[chosen, "performance"].mean()
    found = gap_ranks(scored(frame), "item", "c000").table.set_index("unit")
    width = found["conf_high"] - found["conf_low"]
    assert width[alike] > 0.5 * width.median()
    many = planted(60, 2, seed=5)[0]
    chosen = many["item_id"] == alike  # sixty pairs who agree do show that raters agree on it
    many.loc[chosen, "performance"] = many.loc[chosen, "performance"].mean()
    found = gap_ranks(scored(many), "item", "c000").table.set_index("unit")
    assert found.loc[alike, "conf_low"] == pytest.approx(found.loc[alike, "conf_high"])
