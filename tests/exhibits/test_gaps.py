"""Gaps, views and the roadmap: an order that would not hold again is not said as an order."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from pydantic import TypeAdapter

from cxkit.display import text
from cxkit.exhibits import gaps, gaps_wording, roadmap, views
from cxkit.reports.charts import Chart
from tests.exhibits.standing import one_rater, reader, standing

CHART = TypeAdapter(Chart)


def row(
    gap: float, low: float | None, high: float | None, ranks: tuple[Any, Any]
) -> dict[str, Any]:
    return {"label": "A thing.", "importance": 60.0, "performance": 60.0 - gap, "gap": gap,
            "conf_low": low, "conf_high": high,
            "rank_low": ranks[0], "rank_high": ranks[1]}  # fmt: skip


@pytest.mark.parametrize(
    ("first", "said"),
    [(row(30.0, 20.0, 40.0, (1, 1)), 'The largest of 2 gaps: "A thing"'),
     (row(30.0, 20.0, 40.0, (1, 2)), "Among the largest of 2 gaps (rank 1 to 2)"),
     (row(9.0, -2.0, 20.0, (1, 2)), "No gap is clear"),
     (row(30.0, None, None, (None, None)), "how sure its place is cannot be said"),
     (row(-4.0, -9.0, 1.0, (1, 2)), "No item is done worse than it matters")],
)  # fmt: skip
def test_the_largest_gap_is_said_as_surely_as_its_rank(first: dict[str, Any], said: str) -> None:
    rows = [first, row(-5.0, -9.0, 1.0, (2, 2))]
    reason = "one rater" if first["rank_low"] is None else None
    assert said in text(gaps_wording.largest(rows, "item", reason))


def test_cuts_differ_only_where_the_first_keeps_its_rank() -> None:
    sure, open_ = row(20.0, 10.0, 30.0, (1, 1)), row(20.0, 10.0, 30.0, (1, 2))
    rest = row(5.0, 1.0, 9.0, (2, 2))
    assert "keeps the first of 2" in text(gaps_wording.cuts([("channel", [sure, rest])]))
    assert "do not differ clearly" in text(gaps_wording.cuts([("channel", [open_, rest])]))


@pytest.mark.parametrize("company", [True, False])
def test_charts_of_gaps_and_views_have_their_shapes(company: bool) -> None:
    client, sure = standing()
    own = reader() if company else ""
    shown = [*gaps.ladders(client, sure, own, 5).exhibits, *views.views(client, sure, own).exhibits]
    for exhibit in shown:
        CHART.validate_python(json.loads(json.dumps(exhibit.as_row()["chart"])))
        assert exhibit.chart["kind"] != "box", exhibit.summary
    ladder = shown[0]
    found = [r["gap"] for r in ladder.rows]
    assert found == sorted(found, reverse=True)
    assert len(found) == len(client.instrument.items)


def test_with_one_rater_the_order_is_not_sure() -> None:
    client, sure = standing()
    found = gaps.items(client, sure, one_rater())
    assert "cannot be said" in found.summary
    assert not {"rank_low", "conf_low"} & {c.id for c in found.columns}
    assert not any(p["highlight"] for p in
                   gaps.importance_map(client, sure, one_rater()).chart["points"])  # fmt: skip
    assert "cannot be told" in gaps.against(client, sure, one_rater()).summary


def test_only_clear_gaps_of_the_upper_left_stand_out() -> None:
    client, sure = standing()
    found = gaps.importance_map(client, sure, "", 5)
    cross = found.chart["cross"]
    strong = [p for p in found.chart["points"] if p["highlight"]]
    assert all(p["y"] > cross["y"] and p["x"] < cross["x"] for p in strong)
    assert not gaps.quadrant(
        {"importance": 80.0, "performance": 20.0, "conf_low": -1.0}, {"x": 50.0, "y": 50.0}
    )


def test_a_companys_roles_are_never_said_to_differ() -> None:
    client, sure = standing()
    found = views.roles(client, sure, reader())
    assert "too few to tell from chance" in found.summary or "did not both" in found.summary
    assert "No assessor answered" in found.sample_line
    assert found.chart["kind"] == "heatmap"


def test_simulated_roles_do_not_differ_and_are_not_said_to() -> None:
    client, sure = standing()
    assert "do not see any" in views.roles(client, sure).summary


def test_the_roadmap_shows_what_the_client_filled_in() -> None:
    client, sure = standing()
    order, moves = roadmap.plan(client, sure, reader()).exhibits
    planned = client.table("initiatives")
    own = [r for r in moves.rows if text(r["source"]) == "own plan"]
    assert sorted(r["title"] for r in own) == sorted(planned["title"])
    assert sum(r["cost"] or 0 for r in own) == planned["cost"].sum()
    assert f"{int(planned['owner'].notna().sum())} have an owner" in moves.summary
    assert {r["months"] for r in moves.rows if r not in own} == {6, 12, 24}
    assert "assumed" in text(next(r["source"] for r in moves.rows if r not in own))
    assert order.rows[0]["order"] == 1
    assert "not an estimate" in order.sample_line


def test_an_empty_plan_asks_to_be_filled_in() -> None:
    client, sure = standing()
    nothing = replace(client, tables={**client.tables, "initiatives":
                                      client.table("initiatives").iloc[:0]})  # fmt: skip
    _, moves = roadmap.plan(nothing, sure, reader()).exhibits
    assert moves.summary.endswith("none planned yet")
    assert not {"owner", "cost", "due"} & {c.id for c in moves.columns}
    assert "initiatives" in moves.sample_line


def test_an_assessor_among_the_answers_is_said_and_not_called_own_people() -> None:
    client, sure = standing()
    own = text(gaps.items(client, sure, reader(), 1).notes[-1])
    assert "a company's own people" in own
    given = sure.scores.ratings
    assert given is not None
    row = sure.row(reader())
    assert row is not None
    mine = (given.raters["company_id"] == reader()) & (given.raters["wave"] == row["wave"])
    raters = given.raters.assign(role=given.raters["role"].astype(object))
    raters.loc[raters.index[mine][:1], "role"] = "assessor"
    detail = replace(sure.scores.detail, ratings=replace(given, raters=raters))
    scores = replace(sure.scores, detail=detail)
    for company, said in ((reader(), True), (one_rater(), False), ("", True)):
        exhibit = gaps.items(client, replace(sure, scores=scores), company, 1)
        found = text(exhibit.notes[-1])
        assert ("an assessor among them" in found) is said
        assert ("own people" in found) is not said
