"""Nothing that is shown stands for fewer than five companies."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cxkit.measures.disclosure import MIN_CELL, held_back, hidden, merged_bins

EDGES = [float(e) for e in range(0, 105, 5)]


@given(st.lists(st.floats(0, 100), min_size=MIN_CELL, max_size=200))
def test_every_bin_is_empty_or_large_enough_and_none_is_lost(values: list[float]) -> None:
    bins = merged_bins(values, EDGES)
    assert sum(b["n"] for b in bins) == len(values)
    assert all(b["n"] == 0 or b["n"] >= MIN_CELL for b in bins)
    ends = [(b["from"], b["below"]) for b in bins]
    assert all(a[1] == b[0] for a, b in itertools.pairwise(ends))
    assert all(low < high for low, high in ends)


@given(st.lists(st.floats(0, 100), min_size=MIN_CELL, max_size=50))
def test_bins_count_what_lies_in_them(values: list[float]) -> None:
    for b in merged_bins(values, EDGES):
        top = np.inf if b["below"] == EDGES[-1] else b["below"]
        assert b["n"] == sum(b["from"] <= v < top for v in values)


def test_a_single_small_count_cannot_be_had_by_subtraction() -> None:
    assert hidden([20, 3, 9, 40]) == [False, True, True, False]
    assert hidden([20, 3, 2, 40]) == [False, True, True, False]
    assert hidden([20, 0, 9, 40]) == [False] * 4


@given(st.lists(st.integers(0, 30), min_size=1, max_size=12), st.integers(0, 12))
def test_what_is_held_back_cannot_be_had_by_subtraction(counts: list[int], rest: int) -> None:
    unsaid = held_back(counts, rest)
    said = [n for n, no in zip(counts, unsaid, strict=True) if not no]
    left = rest + sum(counts) - sum(said)
    assert all(n == 0 or n >= MIN_CELL for n in said)
    assert left == 0 or left >= MIN_CELL or not any(said)
    assert all(not no for n, no in zip(counts, unsaid, strict=True) if n == 0)


def test_no_more_is_held_back_than_must_be() -> None:
    assert held_back([20, 9, 40]) == [False, False, False]
    assert held_back([20, 3, 9, 40]) == [False, True, True, False]
    assert held_back([20, 3, 9, 40], rest=2) == [False, True, False, False]
    assert held_back([20, 9], rest=1) == [False, True]
    assert held_back([3, 1]) == [True, True]
