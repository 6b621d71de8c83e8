"""Adjusted p-values: those of statsmodels, and what they promise."""

from __future__ import annotations

import numpy as np
import pytest

from cxkit.models.multiplicity import benjamini_hochberg, holm


@pytest.mark.parametrize(("ours", "name"), [(benjamini_hochberg, "fdr_bh"), (holm, "holm")])
def test_adjusted_as_statsmodels_does(ours, name: str) -> None:
    multitest = pytest.importorskip("statsmodels.stats.multitest")
    rng = np.random.default_rng(2)
    for count in (1, 2, 30):
        p = rng.random(count) ** 3
        p[: count // 3] = p[-1]  # ties
        np.testing.assert_allclose(ours(p), multitest.multipletests(p, method=name)[1])


def test_nothing_to_adjust() -> None:
    assert benjamini_hochberg([]) == []


def test_by_hand_in_the_order_given() -> None:
    assert benjamini_hochberg([0.04, 0.01, 0.03]) == pytest.approx([0.04, 0.03, 0.04])
