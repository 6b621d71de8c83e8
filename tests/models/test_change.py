"""Change: beyond error, over the right waves, with families of tests kept apart."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cxkit.measures import Maturity
from cxkit.models import changes, error_model_of, intervals, with_effective_raters
from cxkit.models.change import smallest_detectable_change
from cxkit.models.multiplicity import holm, holm_rows
from tests.models.scored import CX95, scored


@pytest.fixture(scope="module")
def found():
    _, scores = scored()
    return scores, changes(scores, error_model_of(scores), CX95)


def lifted(scores: Maturity, company: str, points: float) -> Maturity:
    """The same scores with one company's last index raised."""
    table = scores.table.copy()
    mine = table["company_id"] == company
    last = table.loc[mine, "wave"].max()
    table.loc[mine & (table["wave"] == last), "index"] += points
    return replace(scores, table=table)


def test_the_smallest_detectable_change_is_that_of_two_errors() -> None:
    sdc = smallest_detectable_change(np.array([3.0]), np.array([4.0]), np.array([1e9]))
    assert sdc == pytest.approx([1.959964 * 5], rel=1e-6)
    few = smallest_detectable_change(np.array([3.0]), np.array([4.0]), np.array([10.0]))
    assert few == pytest.approx([2.228139 * 5], rel=1e-6)


def test_changes_are_those_of_the_last_waves_and_of_the_whole(found) -> None:
    scores, change = found
    wide = scores.table.dropna(subset=["index"]).sort_values(["company_id", "wave"])
    waves = dict(list(wide.groupby("company_id")))
    for span, first in (("last", -2), ("whole", 0)):
        rows = change.index[change.index["span"] == span]
        least = 2 if span == "last" else 3
        assert set(rows["company_id"]) == {c for c, p in waves.items() if len(p) >= least}
        for row in rows.itertuples():
            part = waves[row.company_id]
            assert row.before == part["index"].iloc[first]
            assert row.after == part["index"].iloc[-1]
            assert (row.wave_from, row.wave_to) == (part["wave"].iloc[first], part["wave"].iloc[-1])


def test_changed_means_beyond_the_smallest_detectable_change(found) -> None:
    scores, change = found
    rows = change.index
    beyond = rows["change"].abs() > rows["sdc"]
    assert (rows["changed"].notna() == beyond).all()
    assert (rows.loc[beyond, "changed"] == np.where(rows["change"][beyond] > 0, "up", "down")).all()
    assert (rows["p_value"] == rows["p_adjusted"]).all()
    errors = intervals(with_effective_raters(scores), error_model_of(scores), CX95)
    sem = errors.set_index(["company_id", "wave"])["sem"]
    row = rows.iloc[0]
    both = sem[row.company_id, row.wave_from], sem[row.company_id, row.wave_to]
    assert row["sem"] == pytest.approx(np.hypot(*both))
    assert row["conf_low"] == pytest.approx(row["change"] - row["sdc"])


def test_a_lifted_company_is_seen_to_rise(found) -> None:
    scores, change = found
    still = change.table[change.table["change"].abs() < 2].iloc[0]
    model = error_model_of(scores)
    raised = changes(lifted(scores, still.company_id, 18), model, CX95).of(still.company_id).table
    lowered = changes(lifted(scores, still.company_id, -18), model, CX95).of(still.company_id).table
    assert still["changed"] is None or pd.isna(still["changed"])
    assert list(raised["changed"]) == ["up"]
    assert list(lowered["changed"]) == ["down"]


def test_blocks_and_items_are_families_of_their_own(found) -> None:
    _, change = found
    for frame, size in ((change.blocks, 6), (change.items, 19)):
        family = frame.groupby(["company_id", "span"])
        assert family.size().max() == size
        for _, part in list(family)[:20]:
            assert part["p_adjusted"].tolist() == pytest.approx(holm(part["p_value"].tolist()))
        assert (frame["changed"].notna() == (frame["p_adjusted"] < 0.05)).all()
        assert (frame.loc[frame["changed"].notna(), "change"].abs() > frame["sdc"].min()).all()


def test_without_an_error_there_is_a_change_but_no_verdict() -> None:
    _, scores = scored()
    empty = replace(error_model_of(scores), items=None, raters=None)
    change = changes(scores, empty, CX95)
    assert change.index["change"].notna().all()
    assert change.index[["sem", "sdc", "conf_low", "p_value"]].isna().all(axis=None)
    assert change.index["changed"].isna().all()
    assert change.items["p_adjusted"].isna().all()


def test_who_left_and_who_came_add_up(found) -> None:
    scores, change = found
    there = scores.table[scores.table["index"].notna()].groupby("wave")["company_id"].agg(set)
    for row in change.turnover.itertuples():
        before, after = there[row.wave_from], there[row.wave_to]
        assert row.stayed == len(before & after)
        assert row.lost == len(before - after)
        assert row.gained == len(after - before)
        mine = change.members[change.members["wave_to"] == row.wave_to]
        assert set(mine.loc[mine["status"] == "lost", "company_id"]) == before - after
        assert set(mine.loc[mine["status"] == "gained", "company_id"]) == after - before


def test_dates_of_ones_own_are_compared_by_year() -> None:
    _, scores = scored()
    table = scores.table.copy()
    shift = table["company_id"].str[1:].astype(int) % 60
    table["wave"] = table["wave"] - pd.to_timedelta(shift, unit="D")
    change = changes(replace(scores, table=table), error_model_of(scores), CX95)
    plain = changes(scores, error_model_of(scores), CX95)
    numbers = ["stayed", "lost", "gained"]
    pd.testing.assert_frame_equal(change.turnover[numbers], plain.turnover[numbers])


def test_one_wave_or_none_gives_empty_changes() -> None:
    _, scores = scored()
    first = scores.table["wave"].min()
    for table in (scores.table[scores.table["wave"] == first], scores.table.head(0)):
        blocks = scores.blocks[scores.blocks["wave"] == first].head(len(table))
        change = changes(replace(scores, table=table, blocks=blocks), error_model_of(scores), CX95)
        assert len(change.index) == len(change.blocks) == len(change.items) == 0
        assert len(change.turnover) == len(change.members) == 0


def test_order_of_rows_changes_nothing(found) -> None:
    scores, change = found
    mixed = replace(
        scores,
        table=scores.table.sample(frac=1, random_state=1),
        blocks=scores.blocks.sample(frac=1, random_state=2),
    )
    again = changes(mixed, error_model_of(scores), CX95)
    pd.testing.assert_frame_equal(again.index, change.index)
    key = ["company_id", "span", "block"]
    pd.testing.assert_frame_equal(
        again.blocks.sort_values(key, ignore_index=True),
        change.blocks.sort_values(key, ignore_index=True),
    )


def test_holm_in_families_is_holm_family_by_family() -> None:
    rng = np.random.default_rng(1)
    p, family = rng.random(500) ** 3, rng.integers(0, 60, 500)
    p[::17] = np.nan
    found = holm_rows(p, family)
    for one in np.unique(family):
        mine = (family == one) & np.isfinite(p)
        assert found[mine] == pytest.approx(holm(p[mine]))
    assert np.isnan(found[::17]).all()
    assert len(holm_rows(np.zeros(0), np.zeros(0, int))) == 0
