"""Gaps: importance less performance by item, block and tag; against others; by role."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxkit.contracts import Instrument, load_instrument
from cxkit.errors import ConfigError
from cxkit.measures import by_roles, evidence, gap_norms, gaps, maturity, perceptions
from cxkit.measures.units import tags, unit_sets
from tests.measures.sheets import random_answers
from tests.measures.test_score_rules import scored

CX95 = load_instrument("cx95")
BLOCK, OTHER = CX95.blocks[0], CX95.blocks[1]
SETTINGS = SimpleNamespace(scoring=SimpleNamespace(min_answered=0.5, raters="pooled"), company="")
seeds = st.integers(0, 2**32 - 1)


def tagged(instrument: Instrument = CX95) -> Instrument:
    """The instrument with a tag on all items but the last of each block."""
    blocks = []
    for block in instrument.blocks:
        items = [
            replace(item, tags={"channel": "digital" if k % 2 else "analogue"})
            if item is not block.items[-1] else replace(item, tags={})
            for k, item in enumerate(block.items)
        ]  # fmt: skip
        blocks.append(replace(block, items=tuple(items)))
    return replace(instrument, blocks=tuple(blocks))


def whole(company: str, performance: float, importance: float, **columns: object) -> pd.DataFrame:
    """One rater's answers: every item at the same share (0-1) of its own range."""
    rows = [
        {
            "company_id": company, "wave": pd.Timestamp("2024-06-30"), "respondent_id": "r1",
            "item_id": i.id, "performance": i.minimum + performance * (i.maximum - i.minimum),
            "importance": 1 + 4 * importance, "not_applicable": False, "weight": np.nan,
            "role": "executive",
        } | columns
        for i in CX95.items
    ]  # fmt: skip
    return pd.DataFrame(rows).astype({"role": "str"})


def everyone(*frames: pd.DataFrame) -> pd.DataFrame:
    return pd.concat(frames, ignore_index=True)


def test_both_are_on_0_to_100_of_their_own_ranges() -> None:
    found = gaps(scored(whole("a", 0.5, 0.75)), "item", "a").table
    assert len(found) == len(CX95.items)
    np.testing.assert_allclose(found["performance"], 50)  # of 0-5 and of 1-5 alike
    np.testing.assert_allclose(found["importance"], 75)
    np.testing.assert_allclose(found["gap"], 25)
    assert gaps(scored(whole("a", 0.5, 0.75)), "item", "a").wave == pd.Timestamp("2024-06-30")


def test_the_largest_gap_comes_first_and_one_that_is_not_known_last() -> None:
    frame = whole("a", 0.5, 0.5)
    inside = {block.id: frame["item_id"].isin([i.id for i in block.items])
              for block in CX95.blocks}  # fmt: skip
    frame.loc[inside[OTHER.id], "importance"] = 5.0
    frame.loc[inside[BLOCK.id], "importance"] = np.nan
    found = gaps(scored(frame), "block", "a")
    assert found.table["unit"].iloc[0] == OTHER.id
    assert found.table["unit"].iloc[-1] == BLOCK.id
    assert np.isnan(found.table["gap"].iloc[-1])
    assert list(found.table["unit"][1:-1]) == list(CX95.block_ids[2:])
    assert OTHER.id in found.summary


@given(seeds)
@settings(max_examples=10)
def test_gaps_of_blocks_and_items_are_those_of_the_scores(seed: int) -> None:
    found = scored(random_answers(CX95, seed))
    rows = gaps(found, "block", "c0").table.set_index("unit")["gap"]
    expected = found.blocks[found.blocks["company_id"] == "c0"].set_index("block")["gap"]
    if len(found.latest.query("company_id == 'c0'")):
        pd.testing.assert_series_equal(
            rows.sort_index(), expected.reindex(rows.index).sort_index(), check_names=False
        )


def test_others_are_the_others_and_five_of_them_are_needed() -> None:
    shares = [0.1, 0.2, 0.3, 0.4, 0.5]
    others = [whole(f"c{k}", p, 0.5) for k, p in enumerate(shares)]
    found = scored(everyone(whole("a", 0.9, 0.5), *others))
    row = gaps(found, "block", "a").table.iloc[0]
    assert row["median_performance"] == pytest.approx(30)
    assert row["median_gap"] == pytest.approx(20)
    assert row[["q25_gap", "q75_gap"]].tolist() == pytest.approx([10, 30])
    assert row["companies"] == 5
    assert row["gap"] == pytest.approx(-40)
    assert row["difference"] == pytest.approx(-60)
    few = gaps(scored(everyone(whole("a", 0.9, 0.5), *others[1:])), "block", "a").table.iloc[0]
    assert few["companies"] == 4
    assert few[["median_gap", "median_performance", "q25_gap", "difference"]].isna().all()
    some = [f"c{k}" for k in range(4)]
    assert gaps(found, "block", "a", among=some).table["median_gap"].isna().all()


def test_without_a_company_gaps_are_means_over_companies_that_gave_both() -> None:
    frames = [whole(f"c{k}", p, 0.5) for k, p in enumerate([0.0, 0.1, 0.2, 0.3, 0.4])]
    silent = whole("x", 1.0, 0.5).assign(importance=np.nan)
    row = gaps(scored(everyone(*frames, silent)), "item").table.iloc[0]
    assert row["gap"] == pytest.approx(30)
    assert row["performance"] == pytest.approx(20)
    assert row["n"] == 5
    none = gaps(scored(everyone(*[f.assign(importance=np.nan) for f in frames])), "block")
    assert none.known.empty
    np.testing.assert_allclose(none.table["performance"], 20)
    assert "importance was not asked" in none.summary


def test_norms_given_stand_in_for_the_other_companies() -> None:
    many = scored(everyone(*[whole(f"c{k}", k / 10, 0.5) for k in range(6)]))
    alone = scored(whole("a", 0.9, 0.5))
    norms = gap_norms(many, "block")
    found = gaps(alone, "block", "a", norms=norms).table
    np.testing.assert_allclose(found["median_gap"], 25)
    np.testing.assert_allclose(found["difference"], -65)
    assert gap_norms(many, "block", without="c0")["companies"].tolist() == [5] * 6


def test_only_the_latest_scored_wave_counts() -> None:
    early = whole("a", 0.1, 0.5, wave=pd.Timestamp("2022-06-30"))
    late = whole("a", 0.6, 0.5, wave=pd.Timestamp("2024-06-30"))
    empty = whole("a", 0.6, 0.5, wave=pd.Timestamp("2025-06-30")).assign(performance=np.nan)
    found = gaps(scored(everyone(early, late, empty)), "block", "a")
    assert found.wave == pd.Timestamp("2024-06-30")
    np.testing.assert_allclose(found.table["performance"], 60)


def test_by_a_tag_only_items_that_have_it_count_by_their_points() -> None:
    instrument = tagged()
    frame = whole("a", 0.5, 0.5)
    values, inside = unit_sets(instrument, "channel")
    digital = [i for i, m in zip(instrument.items, inside[values.index("digital")], strict=True)
               if m]  # fmt: skip
    assert tags(instrument) == ("channel",)
    frame.loc[frame["item_id"] == digital[0].id, "performance"] = digital[0].maximum
    found = gaps(scored(frame, instrument=instrument), "channel", "a").table.set_index("unit")
    points = [i.maximum - i.minimum for i in digital]
    expected = 50 + 50 * points[0] / sum(points)
    assert found.loc["digital", "performance"] == pytest.approx(expected)
    assert found.loc["analogue", "performance"] == pytest.approx(50)
    assert len(found) == 2


def test_an_unknown_tag_is_refused_with_the_nearest() -> None:
    with pytest.raises(ConfigError, match='did you mean "channel"'):
        gaps(scored(whole("a", 0.5, 0.5), instrument=tagged()), "chanel", "a")


def test_a_tag_with_too_few_answers_is_missing() -> None:
    instrument = tagged()
    _, inside = unit_sets(instrument, "channel")
    ids = [i.id for i, m in zip(instrument.items, inside[0], strict=True) if m]
    frame = whole("a", 0.5, 0.5)
    frame.loc[frame["item_id"].isin(ids[: len(ids) // 2 + 1]), "performance"] = np.nan
    found = gaps(scored(frame, least=0.01, instrument=instrument), "channel", "a").table
    assert found["performance"].notna().all()
    strict = gaps(scored(frame, least=0.5, instrument=instrument), "channel", "a").table
    found = strict.set_index("unit")["performance"]
    assert np.isnan(found["analogue"])
    assert found["digital"] == pytest.approx(50)


@given(seeds, st.randoms(use_true_random=False))
@settings(max_examples=10)
def test_order_and_names_of_companies_change_no_norm(seed: int, random) -> None:
    frame = random_answers(CX95, seed, companies=8)
    names = [f"n{k}" for k in range(8)]
    random.shuffle(names)
    new = frame["company_id"].map({f"c{k}": name for k, name in enumerate(names)})
    renamed = frame.assign(company_id=new).sample(frac=1, random_state=1)
    for by in ("item", "block"):
        one, two = gap_norms(scored(frame), by), gap_norms(scored(renamed), by)
        pd.testing.assert_frame_equal(one, two, rtol=1e-9, atol=1e-9)


def pair(company: str, first: float, second: float, roles: tuple[str, str]) -> pd.DataFrame:
    """Two raters of one company, at two shares of every item's range."""
    return everyone(
        whole(company, first, 0.5, respondent_id="r1", role=roles[0]),
        whole(company, second, 0.5, respondent_id="r2", role=roles[1]),
    )


def test_executives_against_staff_of_one_company() -> None:
    frame = everyone(
        pair("a", 0.8, 0.4, ("executive", "staff")),
        whole("a", 0.2, 0.5, respondent_id="r3", role="staff"),
        whole("a", 0.0, 0.5, respondent_id="r4", role="manager"),
    )
    found = perceptions(scored(frame), "block", "a")
    row = found.table.iloc[0]
    assert row[["first", "second", "difference"]].tolist() == pytest.approx([80, 30, 50])
    assert row[["n_first", "n_second", "companies"]].tolist() == [1, 2, 1]
    assert np.isnan(row["conf_low"])
    one_sided = perceptions(scored(whole("a", 0.8, 0.5)), "block", "a").table.iloc[0]
    assert one_sided["first"] == pytest.approx(80)
    assert np.isnan(one_sided["difference"])


def test_over_companies_the_difference_has_an_interval_and_needs_five() -> None:
    planted = [0.05, 0.1, 0.15, 0.2, 0.25]
    frames = [pair(f"c{k}", 0.5 + d, 0.5, ("executive", "staff")) for k, d in enumerate(planted)]
    found = perceptions(scored(everyone(*frames, whole("x", 0.9, 0.5)))).table.iloc[0]
    assert found["difference"] == pytest.approx(15)
    half = 2.776445 * np.std(np.array(planted) * 100, ddof=1) / np.sqrt(5)
    assert [found["conf_low"], found["conf_high"]] == pytest.approx([15 - half, 15 + half])
    assert found["companies"] == 5
    few = perceptions(scored(everyone(*frames[1:]))).table
    assert few[["first", "difference", "conf_low"]].isna().all(axis=None)
    assert (few["companies"] == 4).all()


def test_evidence_is_the_companys_own_people_less_the_assessor() -> None:
    frame = everyone(
        pair("a", 0.9, 0.4, ("executive", "assessor")),
        whole("a", 0.7, 0.5, respondent_id="r3", role="staff"),
    )
    row = evidence(scored(frame), "item", "a").table.iloc[0]
    assert row[["first", "second", "difference"]].tolist() == pytest.approx([80, 40, 40])
    assert evidence(scored(whole("a", 0.9, 0.5))).known.empty


def test_an_instrument_that_is_one_index_has_no_gaps() -> None:
    instrument = load_instrument("satisfaction-0-100")
    sent = pd.DataFrame({"company_id": ["a"], "wave": [pd.Timestamp("2024-06-30")],
                         "measure": ["index"], "value": [70.0]})  # fmt: skip
    client = SimpleNamespace(
        instrument=instrument, large={}, table=lambda name: sent,
        has=lambda name: name == "scores", config=SETTINGS,
    )  # fmt: skip
    found = maturity(client)
    assert found.latest["index"].tolist() == [70]
    for by in ("item", "block"):
        assert gaps(found, by, "a").known.empty
        assert gaps(found, by).known.empty
        assert gap_norms(found, by).empty
        assert perceptions(found, by).known.empty
        assert by_roles(found, by).empty


def test_roles_are_known_ones() -> None:
    with pytest.raises(ConfigError, match='did you mean "executive"'):
        perceptions(scored(whole("a", 0.5, 0.5)), first=("executives",))


def test_each_roles_view_item_by_item() -> None:
    frame = everyone(pair("a", 0.8, 0.4, ("executive", "staff")),
                     whole("a", 0.2, 0.5, respondent_id="r3", role=None))  # fmt: skip
    found = by_roles(scored(frame.astype({"role": "str"})), "item", "a")
    means = found.groupby(found["role"].fillna(""))["performance"].mean()
    assert means.to_dict() == pytest.approx({"executive": 80, "staff": 40, "": 20})
    assert len(found) == 3 * len(CX95.items)
    assert (found["raters"] == 1).all()
