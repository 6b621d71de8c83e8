"""The roadmap: the right level's moves, a stated order, the client's plans, others' steps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cxkit.contracts import Instrument, load_instrument
from cxkit.contracts.instrument import Move
from cxkit.contracts.tables import INITIATIVES
from cxkit.contracts.typed import empty_table
from cxkit.display import text
from cxkit.errors import ConfigError
from cxkit.measures import Maturity
from cxkit.models import Roadmap, roadmap
from tests.measures.test_score_rules import scored

PLAIN = load_instrument("cx95")
BLOCKS = PLAIN.block_ids
WAVE = pd.Timestamp("2024-06-30")
NO_INITIATIVES = empty_table(INITIATIVES)
NO_STEPS = pd.DataFrame({"from_stage": [0], "to_stage": [1], "block": ["-"], "change": [0.0],
                         "n": [0]})  # fmt: skip


def with_moves(instrument: Instrument = PLAIN) -> Instrument:
    """The instrument with one move per stage but the last, block and horizon, in two languages."""
    stages = []
    for stage in instrument.stages:
        moves = [
            Move(
                block, months, {"en": f"{block} {stage.id} {months}", "ru": f"шаг {months}"}, "own"
            )
            for block in instrument.block_ids
            for months in (6, 12, 24)
        ]
        stages.append(replace(stage, moves=() if stage is instrument.stages[-1] else tuple(moves)))
    return replace(instrument, stages=tuple(stages))


CX95 = with_moves()


def company(
    performance: dict[str, float],
    importance: dict[str, float] | None = None,
    name: str = "a",
    wave: pd.Timestamp = WAVE,
) -> pd.DataFrame:
    """One rater; every item of a block at one score of 0-100; 50 where none is given."""
    rows = []
    for item in PLAIN.items:
        seen = performance.get(item.block, 50.0) / 100
        matters = (importance or {}).get(item.block, 50.0) / 100
        rows.append({
            "company_id": name, "wave": wave, "respondent_id": "r1", "item_id": item.id,
            "performance": item.minimum + seen * (item.maximum - item.minimum),
            "importance": 1 + 4 * matters, "not_applicable": False, "weight": np.nan,
        })  # fmt: skip
    return pd.DataFrame(rows)


def planned(*rows: dict[str, object]) -> pd.DataFrame:
    """A table of initiatives."""
    frame = pd.DataFrame(list(rows)).reindex(columns=[c.name for c in INITIATIVES.columns])
    return frame.assign(due=pd.to_datetime(frame["due"]), start=pd.to_datetime(frame["start"]))


def drawn(
    frame: pd.DataFrame,
    target: int | None = None,
    initiatives: pd.DataFrame = NO_INITIATIVES,
    steps: pd.DataFrame | None = NO_STEPS,
    instrument: Instrument = CX95,
) -> Roadmap:
    return roadmap(
        scored(frame, instrument=instrument), instrument, initiatives, "a", target, steps
    )


def test_each_block_gets_the_moves_of_its_own_level() -> None:
    found = drawn(company({BLOCKS[0]: 5.0, BLOCKS[1]: 20.0}))
    assert found.stage == 3
    assert found.target == 4
    for block, level in ((BLOCKS[0], 1), (BLOCKS[1], 2), (BLOCKS[2], 3)):
        rows = found.table[found.table["block"] == block]
        assert rows["months"].tolist() == [6, 12, 24]
        assert [t["en"] for t in rows["title"]] == [f"{block} {level} {m}" for m in (6, 12, 24)]
        assert set(rows["from_level"]) == {level}
        assert set(rows["to_level"]) == {level + 1}
    left = found.blocks.set_index("block")["levels_left"]
    assert left[list(BLOCKS[:3])].tolist() == [3, 2, 1]


def test_a_block_at_the_target_gets_no_move_and_stands_last() -> None:
    importance = {BLOCKS[0]: 100.0}
    found = drawn(company({BLOCKS[0]: 90.0}, importance))
    assert found.blocks["block"].iloc[-1] == BLOCKS[0]
    assert found.blocks["levels_left"].iloc[-1] == 0
    assert BLOCKS[0] not in set(found.table["block"])


def test_a_target_may_be_named_and_must_exist() -> None:
    found = drawn(company({}), target=5)
    assert found.target == 5
    assert set(found.blocks["levels_left"]) == {2}
    with pytest.raises(ConfigError, match="target 7"):
        drawn(company({}), target=7)


def test_at_the_top_there_is_nothing_left_to_do() -> None:
    found = drawn(company(dict.fromkeys(BLOCKS, 95.0)))
    assert found.table.empty
    assert found.target == 5
    assert "has reached stage 5" in found.summary


def test_the_largest_gap_and_the_greatest_importance_come_first() -> None:
    performance = {BLOCKS[2]: 45.0, BLOCKS[4]: 48.0}
    importance = {BLOCKS[2]: 90.0, BLOCKS[4]: 80.0, BLOCKS[0]: 60.0}
    found = drawn(company(performance, importance))
    assert found.blocks["block"].tolist()[:3] == [BLOCKS[2], BLOCKS[4], BLOCKS[0]]
    assert found.blocks["block"].tolist()[3:] == [BLOCKS[1], BLOCKS[3], BLOCKS[5]]
    assert found.table["block"].iloc[0] == BLOCKS[2]
    assert BLOCKS[2] in found.summary
    assert "largest gap" in text(found.rule)


def test_what_others_blocks_did_counts_as_a_third() -> None:
    steps = pd.DataFrame({
        "from_stage": [3] * 6, "to_stage": [4] * 6, "block": BLOCKS,
        "change": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0], "n": [8] * 6,
    })  # fmt: skip
    found = drawn(company({}), steps=steps)
    assert found.blocks["block"].tolist() == list(reversed(BLOCKS))
    assert found.blocks["rise"].tolist() == [6, 5, 4, 3, 2, 1]
    assert set(found.blocks["companies"]) == {8}
    elsewhere = drawn(company({}), steps=steps.assign(from_stage=2, to_stage=3))
    assert elsewhere.blocks["block"].tolist() == list(BLOCKS)
    assert elsewhere.blocks["rise"].isna().all()
    assert set(elsewhere.blocks["companies"]) == {0}


def test_without_importance_the_lowest_performance_comes_first_and_the_rule_says_so() -> None:
    frame = company({BLOCKS[3]: 40.0}).assign(importance=np.nan)
    found = drawn(frame)
    assert found.blocks["block"].iloc[0] == BLOCKS[3]
    assert "lowest performance" in text(found.rule)


def rising(companies: int) -> pd.DataFrame:
    """Companies that rose from stage 3 to 4, one block by 30 points and the others by 12."""
    rng = np.random.default_rng(8)
    frames = []
    for k in range(companies):
        before = dict(zip(BLOCKS, rng.uniform(44, 54, 6), strict=True))
        after = {block: value + (30 if block == BLOCKS[5] else 12)
                 for block, value in before.items()}  # fmt: skip
        frames.append(company(before, name=f"c{k}"))
        frames.append(company(after, name=f"c{k}", wave=WAVE + pd.DateOffset(years=1)))
    return pd.concat(frames, ignore_index=True)


def test_others_steps_come_from_the_other_companies_and_five_are_needed() -> None:
    late = company(dict.fromkeys(BLOCKS, 52.0), wave=WAVE + pd.DateOffset(years=1))
    own = pd.concat([company({}), late])
    many = drawn(pd.concat([own, rising(40)], ignore_index=True), steps=None)
    rise = many.blocks.set_index("block")["rise"]
    assert rise[list(BLOCKS)].tolist() == pytest.approx([12] * 5 + [30])
    assert set(many.blocks["companies"]) == {40}
    assert many.blocks["block"].iloc[0] == BLOCKS[5]
    five = drawn(pd.concat([own, rising(5)], ignore_index=True), steps=None)
    assert set(five.blocks["companies"]) == {5}
    few = drawn(pd.concat([own, rising(4)], ignore_index=True), steps=None)
    assert few.blocks["rise"].isna().all()
    one_of_five = rising(5).assign(company_id=lambda f: f["company_id"].replace({"c0": "a"}))
    assert drawn(one_of_five, steps=None).blocks["rise"].isna().all()


def test_an_initiative_stands_under_its_block_by_its_due_date() -> None:
    dates = {"soon": "2024-12-30", "later": "2025-06-30", "late": "2026-06-30", "far": "2031-01-01"}
    rows = [{"block": BLOCKS[1], "title": title, "due": due, "owner": "Ann", "cost": 5.0}
            for title, due in dates.items()]  # fmt: skip
    found = drawn(company({}), initiatives=planned(*rows, {"block": BLOCKS[1], "title": "open"}))
    client = found.table[found.table["source"] == "client"].set_index("title")
    assert client.loc[list(dates), "months"].tolist() == [6, 12, 24, 24]
    assert np.isnan(client.loc["open", "months"])
    assert client.loc["soon", ["owner", "cost"]].tolist() == ["Ann", 5.0]
    assert (found.table["source"] == "instrument").sum() == 18
    block = found.table[found.table["block"] == BLOCKS[1]]
    assert block["months"].tolist()[:-1] == sorted(block["months"].tolist()[:-1])
    assert block["title"].iloc[-1] == "open"


def test_an_initiative_that_names_a_move_fills_its_row_in_any_language() -> None:
    rows = planned(
        {"block": BLOCKS[0], "title": f"{BLOCKS[0]} 3 12", "owner": "Ann", "cost": 7.0},
        {"block": BLOCKS[2], "title": "шаг 6", "owner": "Ben", "due": "2024-09-01"},
    )
    found = drawn(company({}), initiatives=rows)
    assert len(found.table) == 18
    table = found.table.set_index(["block", "months"])
    assert table.loc[(BLOCKS[0], 12.0), ["owner", "cost"]].tolist() == ["Ann", 7.0]
    assert table.loc[(BLOCKS[2], 6.0), "owner"] == "Ben"
    assert table.loc[(BLOCKS[2], 6.0), "source"] == "instrument"
    assert table["owner"].notna().sum() == 2


def test_what_a_client_plans_for_a_block_at_the_target_is_listed_too() -> None:
    rows = planned({"block": BLOCKS[0], "title": "keep it", "due": "2024-09-01"})
    found = drawn(company({BLOCKS[0]: 90.0}), initiatives=rows)
    assert found.table.loc[found.table["block"] == BLOCKS[0], "title"].tolist() == ["keep it"]


def test_reasons_why_there_is_none() -> None:
    scores = scored(company({}), instrument=CX95)
    nobody = roadmap(scores, CX95, NO_INITIATIVES, "zz")
    assert nobody.table.empty
    assert "zz has no score" in nobody.summary
    flat = replace(CX95, stages=())
    assert "no stages" in drawn(company({}), instrument=flat).summary
    silent = replace(PLAIN, stages=tuple(replace(s, moves=()) for s in PLAIN.stages))
    found = drawn(company({}), instrument=silent)
    assert "describes no moves" in found.summary
    assert len(found.blocks) == 6


def test_other_names_of_companies_and_another_order_of_rows_change_nothing() -> None:
    frame = pd.concat([company({BLOCKS[1]: 30.0}, {BLOCKS[1]: 80.0}), rising(6)], ignore_index=True)
    one = drawn(frame, steps=None)
    renamed = frame.assign(company_id=frame["company_id"].str.replace("c", "z"))
    two = drawn(renamed.sample(frac=1, random_state=5), steps=None)
    pd.testing.assert_frame_equal(one.blocks, two.blocks)
    pd.testing.assert_frame_equal(one.table, two.table)


def test_the_shipped_instruments_moves_reach_every_block_and_horizon() -> None:
    found: Maturity = scored(company({}))
    table = roadmap(found, PLAIN, NO_INITIATIVES, "a", None, NO_STEPS).table
    found_months = {block: set(rows["months"]) for block, rows in table.groupby("block")}
    assert found_months == {block: {6.0, 12.0, 24.0} for block in BLOCKS}
    assert all(t["en"] for t in table["title"])
