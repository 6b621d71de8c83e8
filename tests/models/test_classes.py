"""Scores by class: no class tells a score, and grouped figures come close to the exact ones."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxkit.contracts import Block, Instrument, load_instrument
from cxkit.models.classes import (
    Classes,
    block_classes,
    gap_classes,
    index_classes,
    item_classes,
    part_classes,
    summary,
)

CX95 = load_instrument("cx95")


def held(classes: Classes, values: np.ndarray) -> list[int]:
    """How many different values each class with any holds."""
    return [len(np.unique(values[classes.of(values) == k])) for k in np.unique(classes.of(values))]


def attainable(block: Block) -> np.ndarray:
    """Every score one rater can give a block, on 0-100."""
    total = [sum(a) for a in itertools.product(*(range(int(i.minimum), 6) for i in block.items))]
    low = sum(i.minimum for i in block.items)
    return 100 * (np.unique(total) - low) / (sum(i.maximum for i in block.items) - low)


@pytest.mark.parametrize("block", CX95.blocks, ids=lambda b: str(b.id))
def test_no_class_of_a_block_holds_a_single_score(block: Block) -> None:
    classes = block_classes(block, "performance")
    assert classes is not None
    assert min(held(classes, attainable(block))) >= 2


def test_an_item_is_told_by_pairs_of_answers_or_not_at_all() -> None:
    first, second = CX95.blocks[0].items[:2]
    assert (first.minimum, second.minimum) == (1, 0)
    assert item_classes(first, "performance") is None  # five answers
    assert item_classes(second, "importance") is None
    classes = item_classes(second, "performance")
    assert classes is not None
    assert classes.of(np.arange(6) * 20.0).tolist() == [0, 0, 1, 1, 2, 2]


@given(st.integers(2, 101))
def test_any_number_of_answers_keeps_two_to_a_class(options: int) -> None:
    classes = part_classes(100 / (options - 1))
    if classes is None:
        assert options < 6
    else:
        assert min(held(classes, np.linspace(0, 100, options))) >= 2


def test_a_class_of_the_index_lies_in_one_stage() -> None:
    classes = index_classes(CX95)
    values = np.arange(6.0, 96.0)
    assert min(held(classes, values)) >= 4
    for k in np.unique(classes.of(values)):
        assert len(np.unique(CX95.stage_of(values[classes.of(values) == k]))) == 1
    assert CX95.stage_of(classes.middles(values)).tolist() == CX95.stage_of(values).tolist()


def test_an_index_of_few_points_gets_wider_classes(project: object) -> None:
    short = Instrument(
        "short", 1, {"en": "Short"}, "own", 5, 20, "sum", (1, 4), None,
        tuple(_block(f"b{k}") for k in range(5)), (),
    )  # fmt: skip
    classes = index_classes(short)
    assert min(held(classes, np.arange(5.0, 21.0))) >= 2


def _block(id: str) -> Block:
    from cxkit.contracts import Item

    return Block(id, {"en": id}, 1.0, (Item(f"{id}_1", id, {"en": "?"}, 1, 4, None, None),))


@pytest.mark.parametrize(("mean", "sd"), [(50, 18), (30, 12), (75, 6)])
def test_grouped_figures_come_close_to_the_exact_ones(mean: float, sd: float) -> None:
    x = np.clip(np.random.default_rng(1).normal(mean, sd, 1500), 6, 95)
    found = summary(x, index_classes(CX95))
    exact = [*np.quantile(x, [0.25, 0.5, 0.75]), x.mean(), x.std(ddof=1)]
    grouped = [found.q25, found.median, found.q75, found.mean, found.sd]
    assert np.abs(np.subtract(grouped, exact)).max() < 1.0


@given(st.lists(st.floats(-100, 100), min_size=5, max_size=60))
def test_quartiles_rise_and_stay_on_the_scale(values: list[float]) -> None:
    found = summary(values, gap_classes())
    assert -100 <= found.q25 <= found.median <= found.q75 <= 100
    assert found.n == len(values)


def test_missing_values_do_not_count() -> None:
    x = np.array([10.0, np.nan, 20, 30, 40, 50])
    assert summary(x, gap_classes()) == summary(x[~np.isnan(x)], gap_classes())
    assert summary(x, gap_classes()).n == 5
