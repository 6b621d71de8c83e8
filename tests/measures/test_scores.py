"""Scores: unanswered is never zero, orders never matter, more is never less."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxkit.contracts import load_instrument
from cxkit.measures.score_parts import Parts, Rules
from cxkit.measures.scores import assemble, from_answers
from cxkit.measures.sent_scores import from_sent

CX95 = load_instrument("cx95")
ITEMS = list(CX95.items)
WAVE = pd.Timestamp("2024-06-30")


def answers(values: list[list[float | None]], weight: float = np.nan) -> pd.DataFrame:
    """One row per respondent and item of one company; values holds a list per respondent."""
    rows = [
        ("a", WAVE, f"r{r}", item.id, np.nan if v is None else float(v), np.nan, weight)
        for r, given_values in enumerate(values)
        for item, v in zip(ITEMS, given_values, strict=True)
    ]
    columns = ["company_id", "wave", "respondent_id", "item_id", "performance", "importance"]
    return pd.DataFrame(rows, columns=[*columns, "weight"])


def index(frame: pd.DataFrame) -> float:
    return float(from_answers(frame, CX95, Rules())[0].table["index"].iloc[0])


answer = st.integers(0, 4)
full = st.tuples(*[st.integers(int(i.minimum), int(i.maximum)) for i in ITEMS]).map(list)


def test_the_range_is_reached() -> None:
    assert index(answers([[i.minimum for i in ITEMS]])) == pytest.approx(6)
    assert index(answers([[i.maximum for i in ITEMS]])) == pytest.approx(95)


@given(full)
def test_with_every_answer_the_index_is_the_sum(values: list[int]) -> None:
    assert index(answers([values])) == pytest.approx(sum(values))


@given(full, st.integers(0, len(ITEMS) - 1))
def test_raising_an_answer_never_lowers_the_index(values: list[int], at: int) -> None:
    if values[at] < ITEMS[at].maximum:
        raised = [v + (i == at) for i, v in enumerate(values)]
        assert index(answers([raised])) > index(answers([values]))


@given(full, full, st.randoms(use_true_random=False))
@settings(max_examples=25)
def test_order_of_rows_and_raters_changes_nothing(a: list, b: list, random) -> None:
    frame = answers([a, b])
    order = list(range(len(frame)))
    random.shuffle(order)
    assert index(frame.iloc[order]) == pytest.approx(index(frame), rel=1e-12)
    assert index(answers([b, a])) == pytest.approx(index(frame), rel=1e-12)


@given(full, st.integers(0, len(ITEMS) - 1))
def test_an_unanswered_item_is_not_a_zero(values: list, at: int) -> None:
    block = [i for i, item in enumerate(ITEMS) if item.block == ITEMS[at].block]
    high = [5 if i in block else v for i, v in enumerate(values)]
    missing = [None if i == at else v for i, v in enumerate(high)]
    zero = [ITEMS[at].minimum if i == at else v for i, v in enumerate(high)]
    assert index(answers([missing])) == pytest.approx(index(answers([high])))
    assert index(answers([missing])) > index(answers([zero]))


def test_a_block_without_half_of_its_items_is_missing_and_so_is_the_index() -> None:
    values: list[float | None] = [3] * len(ITEMS)
    block = CX95.blocks[0]
    for item in block.items[: len(block.items) // 2 + 1]:
        values[ITEMS.index(item)] = None
    found, _ = from_answers(answers([values]), CX95, Rules())
    assert np.isnan(found.table["index"].iloc[0])
    missing = found.blocks.set_index("block")["performance"].isna()
    assert missing[block.id]
    assert missing.sum() == 1


def test_a_weighted_respondent_counts_more() -> None:
    low, high = [1.0] * len(ITEMS), [4.0] * len(ITEMS)
    even = index(answers([low, high]))
    frame = answers([low, high])
    frame.loc[frame["respondent_id"] == "r1", "weight"] = 3.0
    assert index(frame) > even


def sent(values: dict[str, float]) -> pd.DataFrame:
    """Scores made elsewhere of company a, by measure."""
    rows = [("a", WAVE, measure, value) for measure, value in values.items()]
    return pd.DataFrame(rows, columns=["company_id", "wave", "measure", "value"])


@given(full)
@settings(max_examples=20)
def test_block_means_sent_elsewhere_give_the_same_index_as_their_answers(values: list) -> None:
    by_block = {
        b.id: float(np.mean([v for v, i in zip(values, ITEMS, strict=True) if i.block == b.id]))
        for b in CX95.blocks
    }
    table, _ = from_sent(sent(by_block), CX95)
    assert float(table["index"].iloc[0]) == pytest.approx(index(answers([values])))


def test_an_index_that_was_sent_stands_in_for_answers_that_give_none() -> None:
    few, detail = from_answers(answers([[3.0] + [None] * 18]), CX95, Rules())
    sent_in = Parts(*from_sent(sent({"index": 55.0}), CX95))
    found = assemble([few, sent_in], CX95, detail, Rules())
    assert found.table["index"].tolist() == [55.0]
