"""Where a company stands: what is said is what is known, and no surer than that."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pydantic import TypeAdapter

from cxkit.contracts import project_root
from cxkit.display import text
from cxkit.exhibits import Exhibit, Gallery, certainty, place, position, position_wording
from cxkit.exhibits.base import box, gathered
from cxkit.exhibits.common import apart
from cxkit.models.benchmarking import given_away
from cxkit.models.certainty import Certainty
from cxkit.reports.charts import Chart
from cxkit.runs.session import Run
from tests.exhibits.standing import one_rater, reader, standing

CHART = TypeAdapter(Chart)


def made(which: object) -> list[Exhibit]:
    return list(which.exhibits) if isinstance(which, Gallery) else [which]  # type: ignore[list-item]


@pytest.mark.parametrize("company", [True, False])
def test_every_chart_has_the_shape_of_its_kind(company: bool) -> None:
    client, sure = standing()
    own = reader() if company else ""
    shown = [
        certainty.index(client, sure, own), certainty.reliability(client, sure),
        position.ladder(client, sure, own), place.spread(client, sure, own),
        position.blocks(client, sure, own, True), position.weakest(client, sure, own, 3),
        position.levels(client, sure, own), place.industries(client, sure, own),
    ]  # fmt: skip
    for exhibit in [e for one in shown for e in made(one)]:
        row = exhibit.as_row()
        CHART.validate_python(json.loads(json.dumps(row["chart"])))
        assert row["chart"]["kind"] != "box", exhibit.summary
        assert not any(pd.isna(v) for r in row["table"]["rows"] for v in r.values()
                       if isinstance(v, float))  # fmt: skip


def test_the_index_is_said_with_half_its_interval() -> None:
    client, sure = standing()
    row = sure.row(reader())
    assert row is not None
    found = certainty.index(client, sure, reader())
    half = (row["conf_high"] - row["conf_low"]) / 2
    assert found.summary.startswith(
        f"The index of {row['index']:.1f} is known to about ±{half:.0f} "
    )
    own, *others = found.rows
    assert own["half"] == pytest.approx(half)
    assert np.all(np.diff([r["half"] for r in others]) < 0)  # more raters, less error
    same = next(r for r in others if text(r["label"]) == f"{int(row['respondents'])} raters")
    assert same["half"] == pytest.approx(half, rel=0.05)


def test_one_rater_reads_as_one_rater() -> None:
    client, sure = standing()
    items_alone = replace(sure.benchmark, error=replace(sure.error, raters=None))
    alone = replace(sure, benchmark=items_alone, _kept={})
    found = certainty.index(client, alone, one_rater())
    assert "its one rater's leniency aside" in found.summary
    assert "the true range is wider" in found.sample_line
    assert "the true range is wider" in position.ladder(client, alone, one_rater()).sample_line
    widened = certainty.index(client, sure, one_rater())
    assert "leniency aside" not in widened.summary
    assert "leniency of the usual size is in it" in widened.sample_line
    assert widened.rows[0]["half"] >= found.rows[0]["half"]


def test_without_an_error_nothing_is_said_about_probability() -> None:
    client, sure = standing()
    unknown = replace(sure.error, items=None, raters=None, items_reason="too few")
    blind = replace(sure, benchmark=replace(sure.benchmark, error=unknown), _kept={})
    found = position.ladder(client, blind, reader())
    assert "how sure that is cannot be said" in found.summary
    assert "probability" not in {c.id for c in found.columns}
    for exhibit in (certainty.index(client, blind, reader()),
                    position.weakest(client, blind, reader())):  # fmt: skip
        assert text(exhibit.chart["reason"]) == "too few"
    ((blocks),) = made(position.blocks(client, blind, reader()))
    assert "whether a block differs cannot be told" in blocks.summary


@pytest.mark.parametrize(
    ("chances", "said"),
    [((0.0, 0.02, 0.95, 0.03, 0.0), "is in stage 3"), ((0.0, 0.3, 0.6, 0.1, 0.0), "is probably in"),
     ((0.1, 0.4, 0.45, 0.05, 0.0), "is open")],
)  # fmt: skip
def test_a_stage_is_said_as_surely_as_it_is_probable(chances: tuple[float, ...], said: str) -> None:
    client, sure = standing()
    row = sure.row(reader())
    found = text(position_wording.stage(client, sure, row, chances, [None] * 5, reader()))
    assert said in found
    assert ("is in stage" in found) == (max(chances) >= position_wording.SURE)


def test_the_ladder_holds_the_probabilities_and_the_interval() -> None:
    client, sure = standing()
    found = position.ladder(client, sure, reader())
    row, chances = sure.row(reader()), sure.stage_row(reader())
    assert row is not None
    assert chances is not None
    assert [s["value"] for s in found.chart["steps"]] == pytest.approx(list(chances), abs=5.1e-4)
    assert sum(s["value"] for s in found.chart["steps"]) == pytest.approx(1)
    assert found.chart["marker"]["conf_low"] == row["conf_low"]
    assert {text(r["provenance"]) for r in found.rows} == {"published", "assumed"}
    assert "assumed" in found.sample_line


def test_the_weakest_block_is_named_by_its_probability() -> None:
    client, sure = standing()
    found = position.weakest(client, sure, reader(), 3)
    values = [r["value"] for r in found.rows]
    assert sum(values) == pytest.approx(1)
    assert values == sorted(values, reverse=True)
    if values[0] <= position_wording.LIKELY:
        assert "is open" in found.summary
        assert not any(r["highlight"] for r in found.rows)
    else:
        assert str(found.rows[0]["label"]) in found.summary


def test_a_block_within_its_error_of_the_median_is_not_called_different() -> None:
    peers = {"q25": 30.0, "median": 50.0, "q75": 70.0, "n": 400}
    values, sems = [54.0, 80.0, 20.0, 56.0, None], [5.0, 5.0, 5.0, None, 5.0]
    assert apart(values, sems, [peers] * 5) == [0, 1, -1, 0, 0]
    few = peers | {"n": 5}  # the median of five companies is not known well enough
    assert apart([68.0], [5.0], [few]) == [0]
    assert apart([68.0], [5.0], [peers]) == [1]
    assert apart([60.5] * 6, [5.0] * 6, [peers] * 6) == [0] * 6  # Holm: one alone is clear
    assert apart([60.5], [5.0], [peers]) == [1]


def test_block_verdicts_and_headline_agree() -> None:
    client, sure = standing()
    ((found),) = made(position.blocks(client, sure, reader()))
    clear = [r["label"] for r in found.rows if "clearly" in text(r["verdict"])]
    assert all(str(name) in found.summary for name in clear)
    assert ("No block" in found.summary) == (not clear)
    others = sure.scores.latest["company_id"].nunique() - 1
    assert {r["n"] for r in found.rows} == {others}


def test_fewer_than_five_others_are_not_compared_with() -> None:
    client, sure = standing()
    few = {reader(), *sure.scores.latest["company_id"].head(4)}
    scores = sure.scores
    small = replace(
        scores, table=scores.table[scores.table["company_id"].isin(few)],
        blocks=scores.blocks[scores.blocks["company_id"].isin(few)],
    )  # fmt: skip
    ((found),) = made(position.blocks(client, replace(sure, scores=small, _kept={}), reader()))
    assert all(r["median"] is None for r in found.rows)
    assert "cannot be told" in found.summary


def test_levels_differ_only_where_no_level_fits_all_blocks() -> None:
    client, _ = standing()

    def say(*found: position_wording.Level) -> str:
        return text(position_wording.levels(client, found))

    assert "do not differ clearly" in say((2, (2, 3), "a"), (3, (2, 4), "b"))
    assert say((2, (2, 2), "a"), (4, (3, 4), "b")).startswith("Blocks stand at different levels")
    assert "do not differ clearly" in say((2, None, "a"), (4, (4, 4), "b"))
    assert say((3, (3, 3), "a"), (3, (2, 4), "b")).startswith("All 2 blocks")


def test_each_block_has_the_text_of_its_level_and_the_stage_its_drivers() -> None:
    client, sure = standing()
    found = position.levels(client, sure, reader())
    whole, drivers, *blocks = found.rows
    row = sure.row(reader())
    assert row is not None
    stage = next(s for s in client.instrument.stages if s.id == row["stage"])
    assert whole["text"] == stage.text["en"]
    assert all(line in drivers["text"] for line in stage.drivers["en"])
    for block, shown in zip(client.instrument.blocks, blocks, strict=True):
        level = block.level(int(shown["level"][0]))
        assert level is not None
        assert shown["text"] == level.text["en"]


def test_boxes_of_one_reason_become_one_box_that_names_them() -> None:
    kept = position.levels(standing()[0], standing()[1], reader())
    boxes = [box(f"x.{k}", "s", f"title {k}", "the same reason") for k in range(3)]
    other = box("y", "s", "another", "another reason")
    found = gathered([boxes[0], kept, boxes[1], other, boxes[2]])
    assert [e.id for e in found] == [kept.id, "y", "x.0"]
    assert found[-1].summary == "3 exhibits are not shown"
    assert text(found[-1].chart["reason"]).endswith("title 0; title 1; title 2.")
    assert gathered([kept, other]) == [kept, other]


def test_one_company_is_placed_in_a_benchmark(tmp_path: Path) -> None:
    """Norms, errors and probabilities of others' companies, none of which the client holds."""
    client, sure = standing()
    lent = given_away(client, sure.scores, "others")
    own = sure.scores.table["company_id"] == reader()
    blocks = sure.scores.blocks["company_id"] == reader()
    alone = Certainty(
        replace(sure.scores, table=sure.scores.table[own].reset_index(drop=True),
                blocks=sure.scores.blocks[blocks].reset_index(drop=True)), lent
    )  # fmt: skip
    found = place.spread(client, alone, reader())
    assert "of the benchmark" in found.summary
    assert found.rows[0]["n"] == lent.companies
    (compared,) = made(position.blocks(client, alone, reader()))
    told = [lent.norms.quartiles(b) for b in client.instrument.block_ids]
    assert [r["median"] for r in compared.rows] == [t["median"] for t in told if t]
    ladder = position.ladder(client, alone, reader())
    assert sum(s["value"] for s in ladder.chart["steps"]) == pytest.approx(1, abs=0.002)
    assert 'benchmark "others"' in ladder.sample_line


def test_analysis_rows_hold_intervals_and_probabilities() -> None:
    client, sure = standing()
    run = Run("02_maturity", client, 1, None)
    rows = run._fragment()["analysis"]["maturity"]
    known = [r for r in rows if r["error_source"]]
    assert {r["error_source"] for r in known} == {"items", "raters"}
    for row in known:
        assert row["conf_low"] <= row["index"] <= row["conf_high"]
        assert sum(row["stage_probability"]) == pytest.approx(1)
    blank = [r for r in rows if not r["error_source"]]
    assert blank
    assert all(r["conf_low"] is None and r["stage_probability"] is None for r in blank)
    assert len(rows) == len(sure.scores.table)


def test_shares_of_weakest_blocks_that_draws_may_turn_round_are_not_ranked() -> None:
    client, sure = standing()

    def say(first: float, second: float) -> str:
        rows = [{"label": "a", "value": first}, {"label": "b", "value": second}]
        return text(position_wording.weakest(client, sure, rows, None, ""))

    assert say(0.20, 0.19).startswith("No block is the weakest in clearly more companies")
    assert say(0.60, 0.40).startswith("a is the weakest block in 60.0")


@pytest.mark.parametrize(
    ("told", "total", "found"),
    [({1: 0.6, 2: 0.2}, 1.0, (1, 0.6)), ({1: 0.0, 5: 0.0}, 1.0, None), ({}, 1.0, None),
     ({1: 0.3, 2: 0.1}, 1.0, None), ({1: 0.5}, 1.0, (1, 0.5))],
)  # fmt: skip
def test_the_commonest_stage_is_one_that_no_untold_one_can_beat(
    told: dict[int, float], total: float, found: tuple[int, float] | None
) -> None:
    assert position_wording.commonest(told, total) == found


def test_stages_of_a_few_companies_are_not_said_to_be_empty_ones() -> None:
    """Where the full stages may not be told, an empty one is not the commonest."""
    client, sure = standing()
    said = text(position_wording.stage(client, sure, None, None, [0.0, None, None, 0.0, 0.0], ""))
    assert "cannot be told" in said
    rows = [("A", [0.0, None, None, 0.0, 0.0], 7)]
    assert "0.0" not in text(position_wording.level_shares(client, rows))


def test_raters_who_differ_as_much_as_companies_are_no_share_of_a_spread() -> None:
    row = {"measure": "icc1", "value": 0.145, "conf_low": -0.26, "conf_high": 0.71, "companies": 7}
    said = text(certainty._reliability_headline(pd.DataFrame(), pd.DataFrame([row])))
    assert said.startswith("Whether companies differ")
    assert "7 companies" in said


def test_no_probability_is_drawn_finer_than_a_tenth_of_a_percent() -> None:
    client, sure = standing()
    chart = position.ladder(client, sure, reader()).chart
    assert all(step["value"] == round(step["value"], 3) for step in chart["steps"])


def test_the_first_page_names_the_place_before_the_certainty_of_it() -> None:
    """The notebook's first exhibits: where the company stands, then how well that is known."""
    cells = json.loads((project_root() / "notebooks" / "02_maturity.ipynb").read_text("utf-8"))
    code = "".join("".join(c["source"]) for c in cells["cells"] if c["cell_type"] == "code")
    order = ["place.spread", "position.ladder", "certainty.index", "certainty.reliability"]
    assert sorted(order, key=code.index) == order


def test_every_level_of_the_shipped_instrument_can_be_shown() -> None:
    """Provenances with a note, such as those of the lowest levels, are shown by their word."""
    client, sure = standing()
    latest = sure.scores.latest.sort_values("index")
    lowest, highest = (str(latest["company_id"].iloc[k]) for k in (0, -1))
    levels = set()
    for company in (lowest, highest):
        found = position.levels(client, sure, company)
        assert "cannot be shown" not in found.summary
        marked = {text(r["provenance"]) for r in found.rows if r["provenance"]}
        assert marked <= {"published", "assumed", "own"}
        levels |= {text(r["level"]) for r in found.rows if r["level"]}
    assert any(level.startswith("1 ") for level in levels)
