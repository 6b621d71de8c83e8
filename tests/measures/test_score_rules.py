"""Scores by the rules: n/a, several raters, roles; and what may not change a score."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxkit.contracts import Instrument, load_instrument
from cxkit.measures import Maturity, maturity
from tests.measures.sheets import random_answers, score_by_hand

CX95 = load_instrument("cx95")
POOLED, EQUAL = "pooled", "equal-roles"
seeds = st.integers(0, 2**32 - 1)
rules = st.sampled_from([POOLED, EQUAL])
few = settings(max_examples=15)


def scored(
    frame: pd.DataFrame, raters: str = POOLED, least: float = 0.5, instrument: Instrument = CX95
) -> Maturity:
    """The scores of a client that holds these answers and nothing else."""
    scoring = SimpleNamespace(min_answered=least, raters=raters)
    client = SimpleNamespace(
        instrument=instrument, large={}, table=lambda name: frame,
        has=lambda name: name == "assessments", config=SimpleNamespace(scoring=scoring, company=""),
    )  # fmt: skip
    return maturity(client)


def indices(found: Maturity) -> pd.Series:
    return found.table.set_index("company_id")["index"]


def block_scores(found: Maturity) -> pd.Series:
    return found.blocks.set_index(["company_id", "block"])["performance"]


def one(values: dict[str, list[float | str | None]], **columns: list[object]) -> pd.DataFrame:
    """Answers of one company; values holds a list per rater, of item answers, n/a or nothing."""
    rows = []
    for k, (rater, given_values) in enumerate(values.items()):
        for item, value in zip(CX95.items, given_values, strict=True):
            number = np.nan if value is None or value == "n/a" else float(value)
            rows.append({
                "company_id": "a", "wave": pd.Timestamp("2024-06-30"), "respondent_id": rater,
                "item_id": item.id, "performance": number, "importance": 3.0,
                "not_applicable": value == "n/a", "weight": np.nan,
            } | {name: column[k] for name, column in columns.items()})  # fmt: skip
    return pd.DataFrame(rows).astype(dict.fromkeys(columns, "str"))


def sheet(fill: float = 3.0, **changes: float | str | None) -> list[float | str | None]:
    """One answer per item; changes by item id."""
    return [changes.get(item.id, fill) for item in CX95.items]


@given(seeds, rules, st.sampled_from([0.3, 0.5, 0.67, 1.0]))
@settings(max_examples=25)
def test_scores_are_those_worked_out_by_hand(seed: int, raters: str, least: float) -> None:
    frame = random_answers(CX95, seed)
    found = scored(frame, raters, least)
    index, blocks = indices(found), block_scores(found)
    for company, rows in frame.groupby("company_id"):
        expected, by_block = score_by_hand(rows, CX95, least, raters)
        np.testing.assert_allclose(index[company], expected, rtol=1e-12)
        for block, value in by_block.items():
            np.testing.assert_allclose(blocks[company, block], value, rtol=1e-12, atol=1e-12)


@given(seeds, rules, st.integers(0, 10_000))
@few
def test_raising_an_answer_lowers_nothing(seed: int, raters: str, at: int) -> None:
    frame = random_answers(CX95, seed)
    highest = frame["item_id"].map({i.id: i.maximum for i in CX95.items})
    can = np.flatnonzero(frame["performance"] < highest)
    if not len(can):
        return
    raised = frame.copy()
    raised.loc[can[at % len(can)], "performance"] += 1
    before, after = scored(frame, raters), scored(raised, raters)
    for one, two in (
        (indices(before), indices(after)),
        (block_scores(before), block_scores(after)),
        (before.raters["index"], after.raters["index"]),
    ):
        assert (one.isna() == two.isna()).all()
        assert (two - one).min() >= -1e-9 or one.isna().all()
    row = frame.loc[can[at % len(can)]]
    block = next(i.block for i in CX95.items if i.id == row["item_id"])
    key = row["company_id"], block
    if not np.isnan(block_scores(before)[key]):
        assert block_scores(after)[key] > block_scores(before)[key]


@given(seeds, rules)
@few
def test_the_order_of_rows_changes_nothing(seed: int, raters: str) -> None:
    frame = random_answers(CX95, seed)
    shuffled = frame.sample(frac=1, random_state=seed % 1000)
    one, two = scored(frame, raters), scored(shuffled, raters)
    for name in ("table", "blocks", "missing", "items", "raters", "rater_blocks"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(two, name), rtol=1e-12)


@given(seeds, rules)
@few
def test_other_names_of_companies_and_raters_change_nothing(seed: int, raters: str) -> None:
    frame = random_answers(CX95, seed)
    companies = {"c0": "z", "c1": "m", "c2": "a"}
    people = {"r0": "p9", "r1": "p1", "r2": "p5", "r3": "p0"}
    renamed = frame.assign(
        company_id=frame["company_id"].map(companies),
        respondent_id=frame["respondent_id"].map(people),
    )
    one, two = scored(frame, raters), scored(renamed, raters)
    back = indices(two).rename(index={v: k for k, v in companies.items()}).sort_index()
    pd.testing.assert_series_equal(back, indices(one), rtol=1e-12)
    of_raters = two.raters.assign(
        company_id=two.raters["company_id"].map({v: k for k, v in companies.items()}),
        respondent_id=two.raters["respondent_id"].map({v: k for k, v in people.items()}),
    )
    key = ["company_id", "respondent_id"]
    pd.testing.assert_frame_equal(
        of_raters.sort_values(key, ignore_index=True)[[*key, "role", "index", "answered"]],
        one.raters.sort_values(key, ignore_index=True)[[*key, "role", "index", "answered"]],
        rtol=1e-12,
    )


@given(seeds, rules)
@few
def test_other_names_and_another_order_of_items_change_nothing(seed: int, raters: str) -> None:
    rng = np.random.default_rng(seed)
    names = {item.id: f"q{rng.integers(1 << 40)}" for item in CX95.items}
    blocks = []
    for block in rng.permutation(len(CX95.blocks)):
        old = CX95.blocks[int(block)]
        items = [replace(i, id=names[i.id], block=f"x{old.id}") for i in old.items]
        blocks.append(replace(old, id=f"x{old.id}", items=tuple(rng.permutation(items))))
    other = replace(CX95, blocks=tuple(blocks))
    frame = random_answers(CX95, seed)
    renamed = frame.assign(item_id=frame["item_id"].map(names))
    one, two = scored(frame, raters), scored(renamed, raters, instrument=other)
    pd.testing.assert_series_equal(indices(two), indices(one), rtol=1e-12)
    back = block_scores(two).rename(index=lambda name: name.removeprefix("x"), level="block")
    pd.testing.assert_series_equal(back.sort_index(), block_scores(one).sort_index(), rtol=1e-12)


@given(seeds, rules)
@few
def test_an_unanswered_item_never_equals_a_zero(seed: int, raters: str) -> None:
    """Where the others of its block are above the least answer, leaving one out beats a zero."""
    rng = np.random.default_rng(seed)
    item = CX95.items[int(rng.integers(len(CX95.items)))]
    least = {i.id: i.minimum for i in CX95.items}
    frame = random_answers(CX95, seed, companies=1)
    frame["not_applicable"] = False
    frame["performance"] = frame["item_id"].map(least) + rng.integers(1, 5, len(frame))
    asked = frame["item_id"] == item.id
    zero = frame.assign(performance=frame["performance"].mask(asked, item.minimum))
    missing = frame.assign(performance=frame["performance"].mask(asked))
    gone = frame[~asked]
    assert indices(scored(missing, raters))["c0"] > indices(scored(zero, raters))["c0"] + 1e-6
    assert indices(scored(gone, raters))["c0"] == pytest.approx(
        indices(scored(missing, raters))["c0"]
    )


@given(seeds)
@few
def test_a_raters_own_index_is_that_of_the_rater_alone(seed: int) -> None:
    frame = random_answers(CX95, seed, companies=1)
    found = scored(frame).raters.set_index("respondent_id")
    for rater, rows in frame.groupby("respondent_id"):
        alone = scored(rows)
        np.testing.assert_allclose(found.loc[rater, "index"], indices(alone)["c0"], rtol=1e-12)
        np.testing.assert_allclose(found.loc[rater, "answered"], alone.table["answered"].iloc[0])


def test_not_applicable_leaves_the_count_of_what_a_block_needs() -> None:
    block = CX95.blocks[0]
    ids = [i.id for i in block.items]
    denied = scored(one({"r": sheet(**dict.fromkeys(ids[1:], "n/a"))}))
    assert block_scores(denied)["a", block.id] == pytest.approx(50)
    assert denied.missing.empty
    unanswered = scored(one({"r": sheet(**dict.fromkeys(ids[1:]))}))
    assert np.isnan(block_scores(unanswered)["a", block.id])
    assert unanswered.missing[["block", "reason"]].to_numpy().tolist() == [
        [block.id, "not_answered"]
    ]
    assert denied.table["answered"].iloc[0] == 1
    assert unanswered.table["answered"].iloc[0] == pytest.approx(1 - (len(ids) - 1) / 19)


def test_a_block_that_does_not_apply_is_missing_and_says_so() -> None:
    ids = [i.id for i in CX95.blocks[4].items]
    found = scored(one({"r": sheet(**dict.fromkeys(ids, "n/a"))}))
    assert found.missing[["block", "reason"]].to_numpy().tolist() == [
        [CX95.blocks[4].id, "not_applicable"]
    ]
    assert found.excluded.to_numpy().tolist() == [["a block of the index does not apply", 1]]
    assert not found.items.set_index("item_id").loc[ids, "applicable"].any()
    assert found.items["applicable"].sum() == len(CX95.items) - len(ids)


def test_what_one_rater_answers_applies_whatever_another_says() -> None:
    item = CX95.items[5]
    found = scored(one({"r1": sheet(**{item.id: "n/a"}), "r2": sheet(**{item.id: 5.0})}))
    row = found.items.set_index("item_id").loc[item.id]
    assert row[["performance", "respondents"]].tolist() == [5, 1]
    assert row["applicable"]
    nobody = scored(one({"r1": sheet(**{item.id: "n/a"}), "r2": sheet(**{item.id: None})}))
    assert not nobody.items.set_index("item_id").loc[item.id, "applicable"]


def test_importance_of_what_does_not_apply_does_not_count() -> None:
    item = CX95.items[0]
    frame = one({"r1": sheet(**{item.id: "n/a"}), "r2": sheet()})
    frame.loc[(frame["item_id"] == item.id) & (frame["respondent_id"] == "r1"), "importance"] = 5.0
    row = scored(frame).items.set_index("item_id").loc[item.id]
    assert row["importance"] == 3
    assert row["gap"] == pytest.approx(50 - 50)


def test_under_equal_roles_three_of_the_staff_do_not_outvote_one_executive() -> None:
    values = {f"s{k}": sheet(1.0) for k in range(3)} | {"e": sheet(4.0)}
    roles = ["staff", "staff", "staff", "executive"]
    frame = one(values, role=roles)
    alone = {name: indices(scored(one({"r": sheet(value)})))["a"] for name, value in
             (("low", 1.0), ("high", 4.0))}  # fmt: skip
    pooled, equal = (indices(scored(frame, rule))["a"] for rule in (POOLED, EQUAL))
    assert pooled == pytest.approx((3 * alone["low"] + alone["high"]) / 4)
    assert equal == pytest.approx((alone["low"] + alone["high"]) / 2)


def test_one_rater_a_role_and_both_rules_agree() -> None:
    frame = one({"e": sheet(4.0), "m": sheet(2.0), "s": sheet(1.0)},
                role=["executive", "manager", "staff"])  # fmt: skip
    assert indices(scored(frame, POOLED))["a"] == pytest.approx(indices(scored(frame, EQUAL))["a"])


def test_raters_without_a_role_count_as_one_role_more() -> None:
    values = {"e": sheet(4.0), "x": sheet(1.0), "y": sheet(1.0)}
    frame = one(values, role=["executive", None, None])
    halves = one({"e": sheet(4.0), "x": sheet(1.0)}, role=["executive", None])
    assert indices(scored(frame, EQUAL))["a"] == pytest.approx(indices(scored(halves))["a"])
    nobody = frame.assign(role=pd.Series([None] * len(frame), dtype="str"))
    assert indices(scored(nobody, EQUAL))["a"] == pytest.approx(indices(scored(nobody))["a"])


def test_the_rules_of_client_yml_hold_unless_others_are_given() -> None:
    ids = [i.id for i in CX95.blocks[0].items]
    frame = one({"r": sheet(**{ids[0]: None})})
    assert np.isnan(indices(scored(frame, least=0.9))["a"])
    scoring = SimpleNamespace(min_answered=0.9, raters=POOLED)
    client = SimpleNamespace(
        instrument=CX95, large={}, table=lambda name: frame,
        has=lambda name: name == "assessments", config=SimpleNamespace(scoring=scoring, company=""),
    )  # fmt: skip
    assert np.isfinite(indices(maturity(client, min_answered=0.5))["a"])
    assert maturity(client, raters=EQUAL).rules.raters == EQUAL


def test_everyone_else_is_the_same_without_one_company() -> None:
    frame = random_answers(CX95, 4)
    rest = scored(frame).without("c1")
    again = scored(frame[frame["company_id"] != "c1"])
    for name in ("table", "blocks", "missing", "items", "raters", "rater_blocks"):
        pd.testing.assert_frame_equal(getattr(rest, name), getattr(again, name))
    assert rest.ratings is not None
    assert set(rest.ratings.raters["company_id"]) == {"c0", "c2"}
