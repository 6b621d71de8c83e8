"""The table of the shared data's README, reproduced through the kit's own layers."""

from __future__ import annotations

from pathlib import Path

import pytest

import cxkit as cx
from cxkit.models import LinkageSpec

# per score point: (specification, coefficient, t) for next-year growth and same-year margin
GROWTH = [
    ("pooled", -0.0002, -0.3),
    ("industry-and-year", 0.0015, 1.4),
    ("sub-industry-and-year-with-size", 0.0029, 3.0),
    ("company-and-year", 0.0040, 2.6),
]
MARGIN = [
    ("pooled", 0.0023, 3.3),
    ("industry-and-year", 0.0023, 2.8),
    ("sub-industry-and-year-with-size", 0.0034, 5.4),
    ("company-and-year", 0.0028, 3.8),
]


@pytest.mark.parametrize(
    ("outcome", "lag", "table"), [("revenue_growth", 1, GROWTH), ("net_margin", 0, MARGIN)]
)
def test_published_table(shared_data: Path, outcome: str, lag: int, table: list) -> None:
    client = cx.read_client(str(shared_data / "clients" / "us-brands"))
    panel = cx.panel(client, cx.maturity(client), cx.accounts(client), outcome, lag)
    family = cx.fit_linkages([panel], LinkageSpec(outcome, lag))
    rows = {r.spec.specification: r.score for r in family.results}
    for name, estimate, t in table:
        assert rows[name].estimate == pytest.approx(estimate, abs=0.0002)
        assert rows[name].estimate / rows[name].std_error == pytest.approx(t, abs=0.2)
