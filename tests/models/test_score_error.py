"""Intervals of scores hold the true score as often as they say; a biased version would not."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

from cxkit.contracts import Block, Instrument, Item
from cxkit.display import text
from cxkit.errors import ConfigError
from cxkit.measures.answers import ratings
from cxkit.models import ErrorModel, block_intervals, error_model, error_model_of, intervals
from cxkit.models.error_model import Source
from cxkit.models.error_rows import effective_raters, level_by_others, rater_curves
from cxkit.models.error_sources import item_errors, plan, rater_spread
from cxkit.models.score_error import item_standard_errors, score_intervals, with_effective_raters
from cxkit.models.variance_curve import Curve, fit_curve
from cxkit.simulate import DESIGNS
from tests.benchmarks.score_error import Counted, Study, covered_and_alarms, study
from tests.models.scored import CX95, scored

COVERED, ALARMS, ALARMS_THIRD = (0.92, 0.97), (0.03, 0.07), 0.08
ENDS = (CX95.minimum, CX95.maximum)


@cache
def drawn(design: str) -> list[Study]:
    """Studies of 1,500 companies, five waves each."""
    return [study(DESIGNS[design], seed) for seed in (101, 102)]


def shares(
    design: str, several: bool, change: Callable[[ErrorModel], ErrorModel] = lambda m: m
) -> tuple[Counted, Counted]:
    """Coverage and false alarms of the rows with one rater, or with several."""
    total: list[Counted] = []
    for s in drawn(design):
        use = (s.first.raters > 1) if several else (s.first.raters == 1)
        found = covered_and_alarms(s, use, change(s.model))
        total = [a + b for a, b in zip(total, found, strict=True)] if total else list(found)
    return total[0], total[1]


def holds(covered: Counted, alarms: Counted) -> bool:
    """The bars of coverage and of false alarms, overall and in each third of the scale."""
    return (
        COVERED[0] <= covered.share <= COVERED[1]
        and ALARMS[0] <= alarms.share <= ALARMS[1]
        and bool((alarms.thirds <= ALARMS_THIRD).all())
    )


def scaled(by: float) -> Callable[[ErrorModel], ErrorModel]:
    """The same model with every variance times a factor."""

    def curve(c: Curve) -> Curve:
        return replace(c, variance=tuple(by * v for v in c.variance))

    def source(s: Source | None) -> Source | None:
        return s and replace(s, curves={k: curve(c) for k, c in s.curves.items()})

    return lambda m: replace(m, items=source(m.items), raters=source(m.raters))


def flat(m: ErrorModel) -> ErrorModel:
    """The same model without its levels."""

    def curve(c: Curve) -> Curve:
        mean = float(np.average(c.variance, weights=c.companies))
        return replace(c, variance=(mean,) * len(c.variance))

    def source(s: Source | None) -> Source | None:
        return s and replace(s, curves={k: curve(c) for k, c in s.curves.items()})

    return replace(m, items=source(m.items), raters=source(m.raters))


@pytest.mark.parametrize(("design", "several"), [("base", False), ("base", True), ("halo", True)])
def test_intervals_hold_the_true_score_and_the_unchanged_seem_unchanged(
    design: str, several: bool
) -> None:
    assert holds(*shares(design, several))


@pytest.mark.parametrize(("design", "several"), [("base", False), ("base", True), ("halo", True)])
def test_a_biased_variance_misses_the_bars(design: str, several: bool) -> None:
    assert not holds(*shares(design, several, scaled(0.7)))
    assert not holds(*shares(design, several, scaled(1.45)))


def test_an_error_alike_at_every_level_is_wrong_at_the_ends() -> None:
    covered, _ = shares("base", True, flat)
    levelled, _ = shares("base", True)
    assert np.ptp(levelled.thirds) < 0.02 < np.ptp(covered.thirds)


def test_items_alone_miss_the_raters_common_halo() -> None:
    covered, alarms = shares("halo", True, lambda m: replace(m, raters=None))
    assert covered.share < 0.87
    assert alarms.share > 0.14


def test_one_raters_interval_is_widened_by_the_benchmarks_raters() -> None:
    s = study(DESIGNS["base"].but(leniency_sd=0.3), 103)
    one = s.first.raters == 1
    alone, _ = covered_and_alarms(s, one, replace(s.model, raters=None))
    widened, _ = covered_and_alarms(s, one, s.model)
    assert alone.share < 0.88
    assert COVERED[0] <= widened.share <= COVERED[1]
    found = score_intervals(s.first.index, s.first.raters, s.first.answered, s.model, ENDS)
    assert found.widened[one & np.isfinite(s.first.index)].mean() > 0.95
    assert set(found.source[one & np.isfinite(s.first.index)]) == {"items"}


def test_blocks_hold_their_true_scores_too() -> None:
    for design, several in (("base", False), ("halo", True)):
        total = np.zeros((2, 4))
        for s in drawn(design):
            use = (s.first.raters > 1) == several
            for k in range(len(CX95.block_ids)):
                covered, _ = covered_and_alarms(s, use, s.model, k)
                total += covered.hits, covered.rows
        share = total[0] / total[1]
        assert COVERED[0] <= share[0] <= COVERED[1]
        assert (share[1:] > 0.92).all()


# Frames


def test_frames_give_what_arrays_give_in_any_order() -> None:
    _, scores = scored()
    model = error_model_of(scores)
    found = intervals(scores.table, model, CX95)
    assert list(found["company_id"]) == list(scores.table["company_id"])
    plain = score_intervals(
        *(scores.table[c].to_numpy(float) for c in ("index", "respondents", "answered")),
        model,
        ENDS,
    )
    np.testing.assert_allclose(found["sem"], plain.sem)
    mixed = scores.table.sample(frac=1, random_state=1)
    again = intervals(mixed, model, CX95).loc[found.index]
    pd.testing.assert_frame_equal(again, found)


def test_the_model_does_not_depend_on_the_order_of_rows_or_on_names() -> None:
    _, scores = scored()
    model = error_model(scores.items, scores.raters, CX95, scores.rater_blocks)
    frames = [f.sample(frac=1, random_state=2) for f in (scores.items, scores.raters)]
    blocks = scores.rater_blocks.sample(frac=1, random_state=3)
    for frame in (*frames, blocks):
        frame["company_id"] = "x" + frame["company_id"].str[::-1]
    again = error_model(frames[0], frames[1], CX95, blocks)
    for source in ("items", "raters"):
        for measure in ("index", *CX95.block_ids):
            one, other = model.curve(source, measure), again.curve(source, measure)
            assert (one is None) == (other is None)
            if one and other:
                assert other.variance == pytest.approx(one.variance, rel=1e-6)
                assert other.companies == one.companies


def test_sheets_of_every_rater_and_means_of_items_tell_the_same_story() -> None:
    _, scores = scored(companies=400)
    sheets = error_model_of(scores).curve("items")
    means = error_model(scores.items, scores.raters, CX95).curve("items")
    assert sheets is not None
    assert means is not None
    assert sheets.at(50) == pytest.approx(float(means.at(50)), rel=0.1)
    assert sum(sheets.companies) > sum(means.companies)


def test_the_model_is_kept_as_plain_json() -> None:
    _, scores = scored()
    model = error_model_of(scores)
    assert ErrorModel.from_json(json.loads(json.dumps(model.to_json()))) == model
    few = error_model(scores.items.head(19), scores.raters.head(1), CX95)
    assert ErrorModel.from_json(json.loads(json.dumps(few.to_json()))) == few


def test_too_few_companies_carry_no_error_and_say_how_many() -> None:
    _, scores = scored()
    nine = scores.table["company_id"].unique()[:9]
    rows = [f[f["company_id"].isin(nine)] for f in (scores.items, scores.raters)]
    model = error_model(*rows, CX95)
    assert model.items is None
    assert model.raters is None
    assert model.items_reason is not None
    assert text(model.items_reason).startswith("Only 9 companies")
    assert "10" in text(model.raters_reason or "")
    found = intervals(scores.table, model, CX95)
    assert found[["sem", "conf_low", "conf_high"]].isna().all(axis=None)
    assert found["error_source"].isna().all()
    assert not found["widened"].any()


def test_scores_made_elsewhere_have_no_interval() -> None:
    _, scores = scored()
    table = scores.table.head(3).assign(respondents=np.nan, answered=np.nan)
    found = intervals(table, error_model_of(scores), CX95)
    assert found["sem"].isna().all()
    assert found["index"].notna().all()


def test_another_instruments_model_is_refused() -> None:
    _, scores = scored()
    model = replace(error_model_of(scores), version=2)
    with pytest.raises(ConfigError, match="version 2"):
        intervals(scores.table, model, CX95)


def test_fewer_answers_and_fewer_raters_mean_wider_intervals() -> None:
    _, scores = scored()
    model = error_model_of(scores)
    score, share = np.full(3, 50.0), np.array([1.0, 0.9, 0.6])
    by_share = score_intervals(score, np.ones(3), share, model, ENDS).sem
    by_raters = score_intervals(score, np.array([4.0, 3.0, 2.0]), np.ones(3), model, ENDS).sem
    for sem in (by_share, by_raters):
        assert (np.diff(sem) > 0).all()
    assert by_raters[0] == pytest.approx(by_raters[2] / np.sqrt(2))


def test_intervals_stay_in_the_range_and_reach_inwards_from_its_end() -> None:
    _, scores = scored()
    model = error_model_of(scores)
    score = np.array([6.0, 50.0, 95.0])
    found = score_intervals(score, np.ones(3), np.ones(3), model, ENDS)
    assert found.low[0] == 6
    assert found.high[2] == 95
    assert found.low[2] < 95 - 1.96 * found.sem[2] + 1e-9
    assert ((found.low <= score) & (score <= found.high)).all()


def test_blocks_come_back_row_by_row_on_0_to_100() -> None:
    _, scores = scored()
    found = block_intervals(scores.blocks, scores.table, error_model_of(scores), CX95)
    assert list(found["block"]) == list(scores.blocks["block"])
    known = found["performance"].notna()
    assert found.loc[known, "sem"].notna().all()
    assert found["conf_low"].min() >= 0
    assert found["conf_high"].max() <= 100
    # A block of three or four items is less sure than the index on the same scale.
    index = intervals(scores.table, error_model_of(scores), CX95)["sem"].mean() / 0.89
    assert found["sem"].mean() > 1.5 * index


def test_single_items_are_less_sure_than_their_block() -> None:
    _, scores = scored()
    model = error_model_of(scores)
    items = item_standard_errors(scores.items, scores.blocks, model, CX95)
    blocks = block_intervals(scores.blocks, scores.table, model, CX95)
    both = items.merge(blocks, on=["company_id", "wave", "block"], suffixes=("", "_block"))
    both = both.dropna(subset=["sem", "sem_block"])
    assert len(both) > 1000
    assert (both["sem"] > both["sem_block"]).mean() > 0.99
    # The planted error of an answer is .92 of five points, and rounding adds a little.
    one = items[items["respondents"] == 1]["sem"].mean()
    assert 15 < one < 24


# Pieces


def test_item_errors_find_the_planted_variance_whatever_the_items_are_like() -> None:
    rng = np.random.default_rng(1)
    level, hard = rng.normal(2.5, 0.3, (4000, 6)), rng.normal(0, 0.5, 19)
    arrangement = plan(CX95)
    x = level[:, arrangement.block] + hard + 0.5 * rng.standard_normal((4000, 19))
    errors = item_errors(x, np.ones(4000), arrangement)
    assert errors.variance.sum(1).mean() == pytest.approx(19 * 0.25, rel=0.02)
    x[rng.random(x.shape) < 0.1] = np.nan
    holed = item_errors(x, np.ones(4000), arrangement)
    assert np.nansum(holed.variance, axis=1)[
        np.isfinite(holed.variance).all(1)
    ].mean() == pytest.approx(19 * 0.25, rel=0.03)
    means = item_errors(x, np.full(4000, 2.0), arrangement)
    np.testing.assert_allclose(means.variance, 2 * holed.variance)


def test_blocks_of_one_item_are_taken_together() -> None:
    def one(k: int) -> Block:
        item = Item(f"i{k}", f"b{k}", {"en": "x"}, 0, 5, None, None)
        return Block(f"b{k}", {"en": "x"}, 1.0, (item,))

    lone = Instrument(
        "lone", 1, {"en": "x"}, "own", 0, 100, "mean-of-blocks", (0, 5), None,
        tuple(one(k) for k in range(4)), (),
    )  # fmt: skip
    arrangement = plan(lone)
    assert set(arrangement.stratum) == {0}
    assert arrangement.points.sum() == pytest.approx(100)
    rng = np.random.default_rng(2)
    frame = pd.DataFrame(
        [
            (f"c{c}", pd.Timestamp("2024-06-30"), f"i{k}", float(rng.integers(0, 6)), 1)
            for c in range(40)
            for k in range(4)
        ],
        columns=["company_id", "wave", "item_id", "performance", "respondents"],
    )
    model = error_model(frame, pd.DataFrame(), lone)
    assert model.items is not None
    assert set(model.items.curves) == {"index"}
    assert text(model.raters_reason or "").startswith("Only 0 companies")


def test_spread_of_raters_by_hand() -> None:
    score = np.array([1.0, 3.0, 5.0, 4.0, np.nan, 8.0, 8.0])
    spread = rater_spread(score, np.array([0, 0, 0, 1, 1, 2, 2]))
    assert spread.group.tolist() == [0, 2]
    assert spread.level.tolist() == [3, 8]
    assert spread.variance.tolist() == [4, 0]
    assert spread.df.tolist() == [2, 1]


def test_a_curve_finds_a_planted_course_and_merges_thin_knots() -> None:
    rng = np.random.default_rng(3)
    level = rng.uniform(20, 80, 4000)
    true = 5 + 10 * np.sin(np.pi * level / 100)
    seen = true * rng.chisquare(3, 4000) / 3
    curve = fit_curve(level, seen, np.full(4000, 3.0), np.arange(4000), (0.0, 100.0))
    assert curve is not None
    at = np.linspace(25, 75, 11)
    assert curve.at(at) == pytest.approx(5 + 10 * np.sin(np.pi * at / 100), rel=0.08)
    assert min(curve.companies) >= 10
    # Where nobody is, the curve stays as it is at the last knot that companies support.
    assert curve.at(0) == curve.at(min(curve.level))
    assert 3 * 4000 / 10 < curve.df < 3 * 4000 / 2  # fewer stand behind a level than behind all


def test_a_curve_of_few_companies_is_one_variance_and_needs_ten() -> None:
    rng = np.random.default_rng(4)
    level, seen = rng.uniform(0, 100, 29), rng.chisquare(2, 29)
    curve = fit_curve(level, seen, np.full(29, 2.0), np.arange(29), (0.0, 100.0))
    assert curve is not None
    assert curve.variance == pytest.approx((seen.mean(),))
    assert curve.companies == (29,)
    short = [v[:9] for v in (level, seen, np.full(29, 2.0), np.arange(29))]
    assert fit_curve(*short, (0.0, 100.0)) is None


def test_noise_alone_bends_no_curve() -> None:
    bent = []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        level, seen = rng.uniform(0, 100, 200), 7 * rng.chisquare(3, 200) / 3
        curve = fit_curve(level, seen, np.full(200, 3.0), np.arange(200), (0.0, 100.0))
        assert curve is not None
        bent.append(np.ptp(curve.variance) / np.mean(curve.variance))
    assert np.median(bent) < 0.15


def test_levels_by_the_other_blocks_carry_no_error_of_their_own() -> None:
    rng = np.random.default_rng(5)
    true = rng.normal(50, 15, 5000)
    own = rng.normal(0, 10, (5000, 3))
    level = level_by_others(true[:, None] + own)
    assert abs(np.corrcoef(level[:, 0], own[:, 0])[0, 1]) < 0.03
    assert np.corrcoef(level[:, 0], true)[0, 1] > 0.85
    alone = own[:, :1] + 50
    np.testing.assert_array_equal(level_by_others(alone), alone)


def test_unequal_raters_are_worth_fewer_equal_ones() -> None:
    wave = pd.Timestamp("2024-06-30")
    rows = [
        ("a", wave, person, item.id, 3.0, np.nan, role, weight)
        for person, role, weight in (
            ("p", "executive", 1.0), ("q", "staff", 1.0), ("r", "staff", 1.0), ("s", "staff", 1.0),
        )
        for item in CX95.items
    ]  # fmt: skip
    columns = ["company_id", "wave", "respondent_id", "item_id", "performance", "importance"]
    answers = pd.DataFrame(rows, columns=[*columns, "role", "weight"])
    given = ratings(answers, CX95)
    assert effective_raters(given, equal_roles=False) == pytest.approx([4])
    # Half for the executive, a sixth for each of the staff: 1 / (1/4 + 3/36) = 3.
    assert effective_raters(given, equal_roles=True) == pytest.approx([3])
    answers["weight"] = np.where(answers["respondent_id"] == "p", 3.0, 1.0)
    assert effective_raters(ratings(answers, CX95), equal_roles=False) == pytest.approx([3])


def test_the_table_of_equal_raters_counts_them_as_they_are() -> None:
    _, scores = scored()
    table = with_effective_raters(scores)
    assert len(table) == len(scores.table)
    given = scores.ratings
    assert given is not None
    whole = np.isfinite(given.means.performance).all(1)
    complete = np.bincount(given.group, ~whole, minlength=len(given.groups)) == 0
    worth, people = table["effective_raters"], table["respondents"]
    np.testing.assert_allclose(worth[complete], people[complete])
    assert (worth[~complete] <= people[~complete] + 1e-9).all()


def two_sheets(first: slice, second: slice) -> pd.DataFrame:
    """Two raters' answers, each to these items."""
    items = [item.id for item in CX95.items]
    rows = [("a", pd.Timestamp("2024-06-30"), who, item, 3.0, None, "staff", None)
            for who, part in (("p", first), ("q", second)) for item in items[part]]  # fmt: skip
    columns = ["company_id", "wave", "respondent_id", "item_id", "performance", "importance"]
    return pd.DataFrame(rows, columns=[*columns, "role", "weight"])


@pytest.mark.parametrize("equal_roles", [False, True])
def test_a_second_rater_of_one_item_is_no_second_rater(equal_roles: bool) -> None:
    """With one item of 19 from the second rater, two whole raters' interval covers .84."""
    for first, second, least, most in (
        (slice(None), slice(0, 1), 1.0, 1.1),  # one item more
        (slice(0, 9), slice(9, None), 1.0, 1.0),  # every item once
        (slice(None), slice(None), 2.0, 2.0),
    ):
        given = ratings(two_sheets(first, second), CX95)
        (worth,) = effective_raters(given, equal_roles)
        assert least - 1e-9 <= worth <= most + 1e-9


def test_raters_who_never_differ_are_not_called_few() -> None:
    """Copied answers in twelve companies: the reason is not that twelve are fewer than ten."""
    group = np.repeat(np.arange(12), 2)
    found = rater_curves(40.0 + group, np.full((24, 6), 50.0), group, np.arange(12), CX95)
    assert found == {"id": "certainty.raters_alike", "values": {"companies": 12, "least": 10}}
    assert "copies" in text(dict(found))
