"""From scores and a panel to two measures of each row, and the correction they allow."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

from cxkit.contracts import Instrument, load_instrument
from cxkit.display import text
from cxkit.measures import Maturity, Panel
from cxkit.measures.score_choice import chosen
from cxkit.measures.score_parts import Detail, Rules
from cxkit.measures.scores import assemble, from_answers
from cxkit.models.measures_of_score import alike, correction, rater_measures, split_measures
from cxkit.models.splits import Scale, half_indexes, halves
from cxkit.simulate import DESIGNS, Draw, company_items, draw, index, tables_of

CX95 = load_instrument("cx95")


@cache
def scored(design: str = "base", companies: int = 60) -> tuple[Draw, Maturity]:
    drawn = draw(DESIGNS[design].but(companies=companies, years=3), 5)
    answers = tables_of(drawn, 5).assessments.assign(weight=float("nan"))
    parts, detail = from_answers(answers, CX95, Rules())
    return drawn, assemble([parts], CX95, detail, Rules())


def panel(scores: Maturity, measure: str = "index") -> Panel:
    """Every scored row, with an outcome that plays no part."""
    table, span = chosen(scores, measure)
    table = table.dropna(subset=["score"]).assign(outcome=0.0).reset_index(drop=True)
    return Panel(table, pd.DataFrame(), "revenue_growth", 1, len(table), span, 0, measure)


def places(drawn: Draw, frame: pd.DataFrame) -> np.ndarray:
    """Each row's place among companies times waves."""
    companies, waves = frame["company_id"].unique(), frame["wave"].drop_duplicates().sort_values()
    assert len(companies) == len(drawn.size)
    own = pd.Index(sorted(companies)).get_indexer(pd.Index(frame["company_id"]))
    return own * len(waves) + pd.Index(waves).get_indexer(pd.Index(frame["wave"]))


def test_halves_are_those_of_the_answers() -> None:
    drawn, scores = scored()
    frame = panel(scores)
    found = split_measures(scores, frame, splits=7, seed=3)
    assert found is not None
    shape = drawn.layout
    items = company_items(drawn.answers, drawn.company, 60).reshape(-1, shape.items)
    points = shape.maximum - shape.minimum
    shares = np.bincount(shape.block, points) / points.sum()
    how = Scale(shape.block.astype(np.intp), points, shares, (6.0, 95.0))
    first = halves(shape.item_ids, how.block, 7, 3)
    expected = half_indexes(100 * (items - shape.minimum) / points, first, how)
    at = places(drawn, frame.table)
    np.testing.assert_allclose(found.a, expected[0][:, at], rtol=1e-10)
    np.testing.assert_allclose(found.b, expected[1][:, at], rtol=1e-10)
    np.testing.assert_array_equal(found.rows, np.isfinite(found.a + found.b).any(0))
    assert found.lost == pytest.approx((found.rows & ~np.isfinite(found.a + found.b)).sum() / 7)
    assert found.lost > 0


def test_half_empty_blocks_can_be_filled() -> None:
    _, scores = scored()
    plain = split_measures(scores, panel(scores), splits=7, seed=3)
    filled = split_measures(scores, panel(scores), splits=7, seed=3, impute=True)
    assert plain is not None
    assert filled is not None
    assert filled.imputed
    assert filled.lost == 0
    known = np.isfinite(plain.a)
    np.testing.assert_allclose(filled.a[known], plain.a[known], rtol=1e-12)


def test_two_raters_are_each_a_measure() -> None:
    drawn, scores = scored("halo")
    frame = panel(scores)
    found = rater_measures(scores, frame, splits=9, seed=1)
    assert found is not None
    assert len(found.a) == 1
    own = index(drawn.answers, drawn.layout).reshape(60, 2, 3)
    at = places(drawn, frame.table)
    both = np.sort(np.stack([own[:, 0].ravel()[at], own[:, 1].ravel()[at]]), axis=0)
    both[:, np.isnan(both).any(0)] = np.nan
    got = np.sort(np.stack([found.a[0], found.b[0]]), axis=0)
    got[:, np.isnan(got).any(0)] = np.nan
    np.testing.assert_allclose(got, both, rtol=1e-10)


def test_more_than_two_raters_are_divided_again_and_again() -> None:
    drawn, scores = scored()
    found = rater_measures(scores, panel(scores), splits=9, seed=1)
    assert found is not None
    assert len(found.a) == 9
    count = np.bincount(drawn.company, minlength=60)
    wave = (~np.isnan(drawn.answers).all(2)).any(0)
    assert wave.all()
    several = np.repeat(count > 1, 3)[places(drawn, panel(scores).table)]
    assert (found.rows <= several).all()
    assert found.rows.sum() > 0.95 * several.sum()


def test_the_order_of_the_panel_does_not_matter() -> None:
    _, scores = scored()
    frame = panel(scores)
    order = np.random.default_rng(1).permutation(len(frame.table))
    other = replace(frame, table=frame.table.iloc[order].reset_index(drop=True))
    for measures in (split_measures, rater_measures):
        one, two = measures(scores, frame, 5, 2), measures(scores, other, 5, 2)
        assert one is not None
        assert two is not None
        np.testing.assert_array_equal(two.a, one.a[:, order])


@pytest.mark.parametrize(
    ("design", "kind", "possible"),
    [
        ("base", "split-halves", ("split-halves", "second-rater")),
        ("halo", "second-rater", ("second-rater", "split-halves")),
    ],
)
def test_second_raters_are_taken_where_nearly_all_have_two(
    design: str, kind: str, possible: tuple[str, ...]
) -> None:
    _, scores = scored(design)
    found = correction(scores, panel(scores), splits=4)
    assert (found.kind, found.possible) == (kind, possible)
    assert found.measures is (found.raters if kind == "second-rater" else found.halves)
    assert "%" in text(found.reason)


def test_too_few_companies_and_no_answers_leave_it_uncorrected() -> None:
    _, scores = scored()
    frame = panel(scores)
    few = frame.table[frame.table["company_id"].isin(frame.table["company_id"].unique()[:8])]
    found = correction(scores, replace(frame, table=few.reset_index(drop=True)))
    assert (found.kind, found.measures, found.possible) == ("none", None, ())
    several = int((few["company_id"].value_counts() > 1).sum())
    assert f"{several} companies" in text(found.reason)
    sent = replace(scores, detail=Detail())
    found = correction(sent, frame)
    assert found.reason["id"] == "measures.made_elsewhere"
    whole = replace(sent, instrument=one_index())
    assert correction(whole, frame).reason["id"] == "measures.one_index"
    assert "one index" in text(correction(whole, frame).reason)


def one_index() -> Instrument:
    return load_instrument("satisfaction-0-100")


def test_a_block_is_halved_alone_and_a_stage_not_at_all() -> None:
    _, scores = scored()
    block = CX95.block_ids[1]
    found = split_measures(scores, panel(scores, block), splits=12, seed=1)
    assert found is not None
    ratings = scores.items[scores.items["block"] == block].dropna(subset=["performance_100"])
    full = ratings.groupby(["company_id", "wave"])["performance_100"].agg(["mean", "size"])
    frame = panel(scores, block).table.set_index(["company_id", "wave"])
    whole = (full.loc[frame.index, "size"] == 4).to_numpy()
    np.testing.assert_allclose(
        (found.a + found.b)[:, whole] / 2, np.tile(frame["score"][whole], (12, 1)), atol=4
    )
    assert split_measures(scores, panel(scores, "stage")) is None
    assert rater_measures(scores, panel(scores, "stage")) is None
    gap = split_measures(scores, panel(scores, "gap"), splits=3)
    assert gap is not None
    middle = ((gap.a + gap.b) / 2)[0]
    known = np.isfinite(middle)
    score = panel(scores, "gap").table["score"].to_numpy()
    assert np.corrcoef(middle[known], score[known])[0, 1] > 0.98
    by_rater = rater_measures(scores, panel(scores, f"gap:{block}"), splits=3)
    assert by_rater is not None
    assert np.nanmax(np.abs(by_rater.a)) <= 100


def test_a_rater_who_copies_is_no_second_measure() -> None:
    """A copy agrees with the first in its error as well, and would call all of it score."""
    drawn, scores = scored("halo")
    assert alike(scores) < 0.02
    own = tables_of(drawn, 5).assessments.assign(weight=float("nan"))
    first = own.drop_duplicates(["company_id", "wave", "item_id"])
    both = pd.concat([first, first.assign(respondent_id="copy")], ignore_index=True)
    parts, detail = from_answers(both, CX95, Rules())
    copied = assemble([parts], CX95, detail, Rules())
    assert alike(copied) == 1.0
    assert rater_measures(copied, panel(copied)) is None
    assert correction(copied, panel(copied)).kind == "split-halves"
