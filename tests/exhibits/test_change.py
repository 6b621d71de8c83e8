"""Change: nothing within error is ever called a change."""

from __future__ import annotations

import re
from itertools import pairwise

import numpy as np
import pandas as pd

from cxkit.display import text
from cxkit.exhibits import change, change_wording
from tests.exhibits.standing import reader, standing

MOVED = re.compile(r"risen|fallen|rose|fell|changed beyond error between")


def test_the_headline_of_an_unclear_change_never_says_changed() -> None:
    client, sure = standing()
    index = sure.changes.table.set_index("company_id")
    index = index[index["sdc"].notna()]
    assert index["changed"].isna().any()
    assert index["changed"].notna().any()
    for company in index.index:
        said = change.panel(client, sure, company).summary
        way = index.loc[company, "changed"]
        if pd.isna(way):
            assert not MOVED.search(said), said
            assert "has not moved beyond error" in said
        else:
            assert {"up": "has risen", "down": "has fallen"}[way] in said
            assert abs(index.loc[company, "change"]) > index.loc[company, "sdc"]


def test_items_within_error_are_not_named_as_changed() -> None:
    client, sure = standing()
    for company in sure.changes.table["company_id"].head(40):
        found = change.items(client, sure, company)
        assert found is not None
        if found.chart["kind"] == "box":
            continue
        moved = sum(row["highlight"] for row in found.chart["rows"])
        assert found.summary.startswith("No item changed") == (moved == 0)
        verdicts = [text(row["verdict"]) for row in found.rows]
        assert sum(v in ("risen", "fallen") for v in verdicts) == moved


def test_the_panels_hold_every_wave_with_its_interval_and_mark_only_changes() -> None:
    client, sure = standing()
    found = change.panel(client, sure, reader())
    panels = found.chart["panels"]
    assert len(panels) == 1 + len(client.instrument.blocks)
    waves = sure.scores.table.query("company_id == @reader()")["wave"]
    assert [p["x"] for p in panels[0]["points"]] == [w.date().isoformat() for w in waves]
    assert all(p["conf_low"] < p["y"] < p["conf_high"] for p in panels[0]["points"])
    own = sure.changes.of(reader())
    marked = [panel["points"][-1]["changed"] for panel in panels[1:]]
    blocks = own.blocks[own.blocks["span"] == "last"].set_index("block")["changed"]
    expected = [None if pd.isna(blocks[b]) else blocks[b] for b in client.instrument.block_ids]
    assert marked == expected
    assert all(p["changed"] is None for panel in panels for p in panel["points"][:-1])


def test_companies_that_changed_are_counted_beside_what_chance_would_give() -> None:
    client, sure = standing()
    found = change.panel(client, sure)
    table = sure.changes.table.dropna(subset=["sdc"])
    row = found.rows[0]
    assert row["n"] == len(table)
    both = table["changed"].notna().sum()
    assert row["both"] is None or row["both"] == both / len(table)
    assert "5.0" in found.summary or "Fewer than five" in found.summary


def test_a_count_below_five_cannot_be_had_from_the_others() -> None:
    frame = pd.DataFrame({"changed": ["up"] * 9 + ["down"] * 2 + [None] * 30})
    row = change._count("x", frame)
    assert row["up"] is None
    assert row["down"] is None
    assert row["both"] == 11 / 41
    assert "rose" not in text(change_wording.counts(row))


def test_who_came_and_went_is_counted() -> None:
    client, sure = standing()
    found = change.turnover(client, sure)
    assert found is not None
    scored = sure.scores.table.dropna(subset=["index"])
    waves = sorted(scored["wave"].unique())
    for row, (a, b) in zip(found.rows, pairwise(waves), strict=True):
        before, after = (set(scored.loc[scored["wave"] == w, "company_id"]) for w in (a, b))
        assert row["lost"] == len(before - after)
        assert row["gained"] == len(after - before)
        assert row["stayed"] == len(before & after)
    assert not np.isnan(found.message["values"]["share"])
