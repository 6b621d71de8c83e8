"""A client below the sample: the benchmark's estimate, said to be the benchmark's."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from cxkit.display import text
from cxkit.exhibits.answer import answer
from cxkit.exhibits.lent import lent
from cxkit.models.linkage import LinkageFamily, LinkageSpec

PRIMARY = LinkageSpec("revenue_growth", 1)


def benchmark(estimate: float, error: float) -> Any:
    row = {
        "id": PRIMARY.id, "outcome": "revenue_growth", "lag": 1, "role": "primary",
        "specification": "company-and-year", "terms": ["score"], "estimate": [estimate],
        "covariance": [[error**2]], "entities": 800,
    }  # fmt: skip
    return SimpleNamespace(id="brands", as_of="2024-12-31", linkage=(row,))


def test_the_estimate_is_said_to_be_the_benchmarks_and_applied_to_the_readers_revenue() -> None:
    found = lent(benchmark(0.001, 0.0002), PRIMARY, 5, 2_000.0, "EUR")
    family = LinkageFamily((), PRIMARY, pd.DataFrame(columns=["id", "reason"]))
    told = answer(family, lent=found)
    assert "too few for an estimate" in told["headline"]
    assert 'benchmark "brands"' in told["headline"]
    assert "is associated with +0.10" in told["headline"]
    assert told["grade"] == "C"
    assert any("+20.0 EUR" in line for line in told["sure_text"])  # 10 points, .001 a point, 2,000


def test_an_unclear_benchmark_is_not_told_as_a_difference() -> None:
    found = lent(benchmark(0.0001, 0.0002), PRIMARY, 5, 2_000.0, "EUR")
    assert found is not None
    assert "does not differ clearly" in text(found[0])
    assert not any(m["id"] == "linkage.lent_own" for m in found[1])


@pytest.mark.parametrize("outcome", ["operating_margin"])
def test_a_benchmark_without_the_question_lends_nothing(outcome: str) -> None:
    assert lent(benchmark(0.001, 0.0002), LinkageSpec(outcome, 1), 5, None, "EUR") is None
