"""The specification curve: each one is its own fit; chance alone gives uniform p-values."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from cxkit.errors import SampleError
from cxkit.measures import Panel
from cxkit.models import least_squares as ls
from cxkit.models.curve import Choice, Data, estimates, joint_test
from cxkit.models.specification_curve import specification_curve


def drawn(seed: int, companies: int = 30, years: int = 5, slope: float = 0.0) -> Data:
    """Industries differ in both score and outcome; a tenth of the rows is missing."""
    rng = np.random.default_rng(seed)
    company, year = np.repeat(np.arange(companies), years), np.tile(np.arange(years), companies)
    keep = rng.random(len(company)) < 0.9
    company, year = ls.codes(company[keep]), ls.codes(year[keep])
    n, industry = len(company), company % 3
    score = rng.normal(size=companies)[company] + rng.normal(size=n) + industry
    size = rng.normal(size=n) + 0.3 * score
    y = slope * score + industry + 0.2 * size + rng.normal(size=companies)[company]
    y = y + rng.normal(size=n) * (1 + 0.5 * industry)
    later = np.where(rng.random(n) < 0.1, np.nan, y + rng.normal(size=n))
    return Data(
        {"now": y, "later": later}, {"index": score, "stage": np.round(score)},
        {"size": size, "age": rng.normal(size=n)},
        {"company": company, "year": year, "industry": industry},
        {"all": np.ones(n, bool), "late": year > 0}, company, year, industry,
    )  # fmt: skip


CHOICES = [
    Choice(*parts)
    for parts in product(
        ("now", "later"), ("index", "stage"), ((), ("industry", "year"), ("company", "year")),
        ((), ("size",), ("size", "age")), ((0.0, 1.0), (0.05, 0.95)), ("all", "late"),
    )
]  # fmt: skip


def test_every_specification_is_its_own_fit() -> None:
    data = drawn(1)
    found = estimates(data, CHOICES)
    for at, choice in enumerate(CHOICES):
        outcome = data.outcomes[choice.outcome]
        keep = np.isfinite(outcome) & data.samples[choice.sample]
        names = choice.effects
        while True:
            counts = [np.bincount(data.effects[e][keep])[data.effects[e]] for e in names]
            alone = keep & np.any([c < 2 for c in counts] or [keep & False], axis=0)
            if not alone.any():
                break
            keep = keep & ~alone
        clipped = np.clip(outcome, *np.quantile(outcome[np.isfinite(outcome)], choice.clip))
        x = [data.scores[choice.score], *(data.controls[c] for c in choice.controls)]
        x += [] if names else [np.ones(len(outcome))]
        cluster = ls.codes(data.company[keep])
        fitted = ls.fit(clipped[keep], np.column_stack(x)[keep],
                        [ls.codes(data.effects[e][keep]) for e in names])  # fmt: skip
        nested = int(cluster.max()) if "company" in names else 0
        error = np.sqrt(ls.covariance_clustered(fitted, cluster, nested=nested)[0, 0])
        assert found.coef[at] == pytest.approx(fitted.coef[0], rel=1e-8)
        assert found.std_error[at] == pytest.approx(error, rel=1e-8)
        assert (found.rows[at], found.companies[at]) == (keep.sum(), cluster.max() + 1)


def test_r_is_the_partial_correlation() -> None:
    data = drawn(2)
    choice = Choice("now", "index", ("company", "year"), ("size",))
    dummies = np.column_stack([
        *(data.effects[e][:, None] == np.arange(data.effects[e].max() + 1)
          for e in choice.effects), data.controls["size"],
    ]).astype(float)  # fmt: skip
    rest = [v - dummies @ np.linalg.lstsq(dummies, v, rcond=None)[0]
            for v in (data.outcomes["now"], data.scores["index"])]  # fmt: skip
    assert estimates(data, [choice]).r[0] == pytest.approx(np.corrcoef(*rest)[0, 1], rel=1e-8)


def test_what_says_nothing_is_not_a_number() -> None:
    data = drawn(3)
    fixed = replace(data, scores={"index": data.company.astype(float)})
    found = estimates(fixed, [Choice("now", "index", ("company", "year")),
                              Choice("now", "index", ("year",))])  # fmt: skip
    assert np.isnan(found.t[0])
    assert np.isfinite(found.t[1])


FEW = [
    Choice("now", score, effects, (), clip)
    for score, effects, clip in product(
        ("index", "stage"), (("industry", "year"), ("company", "year")), ((0, 1), (0.05, 0.95))
    )
]


def test_under_no_effect_the_joint_p_values_are_uniform_and_the_best_single_one_is_not() -> None:
    """100 worlds with 39 permutations: p is one of 40 equally likely values."""
    joint, best = [], []
    for seed in range(100):
        data = drawn(seed, companies=21, years=4)
        found = joint_test(data, FEW, 39, seed)
        joint.append((found.p_median, found.p_mean_t))
        best.append(estimates(data, FEW).p_value.min())
    for p in np.transpose(joint):
        assert stats.kstest(p - np.random.default_rng(0).random(100) / 40, "uniform").pvalue > 0.01
        assert (p <= 0.05).mean() <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 100)
    assert (np.array(best) <= 0.05).mean() > 0.05 + 3 * np.sqrt(0.05 * 0.95 / 100)


def test_a_true_effect_is_found_and_industries_alone_are_not() -> None:
    assert joint_test(drawn(4, 60, slope=0.4), FEW, 99, 1).p_median <= 0.02
    pooled = [Choice("now", "index", ())]
    data = drawn(5, 60)
    assert estimates(data, pooled).p_value[0] < 0.01
    assert joint_test(data, pooled, 99, 1).p_median > 0.05


def test_the_same_seed_draws_the_same() -> None:
    data = drawn(6)
    first, second, other = (joint_test(data, FEW, 49, seed) for seed in (1, 1, 2))
    assert str(first) == str(second)
    assert first.spread != other.spread


def panels(seed: int = 1, companies: int = 60) -> list[Panel]:
    rng = np.random.default_rng(seed)
    company, year = np.repeat(np.arange(companies), 8), np.tile(np.arange(2013, 2021), companies)
    score = rng.normal(size=companies)[company] + rng.normal(size=len(company))
    table = pd.DataFrame({
        "company_id": [f"c{c:03}" for c in company], "fiscal_year": year, "score": score,
        "industry": np.array(["a", "b", "c"])[company % 3],
        "sub_industry": np.array(list("uvwxyz"))[company % 6],
        "log_revenue": rng.normal(size=companies)[company], "log_employees": np.nan,
        "age": np.nan,
    })  # fmt: skip
    outcome = 0.3 * score + rng.normal(size=len(company))
    none = pd.DataFrame({"reason": [], "rows": []})
    return [
        Panel(table.assign(outcome=outcome + lag)[year <= 2020 - lag], none, "revenue_growth",
              lag, len(table), 95.0)
        for lag in (1, 2, 3)
    ]  # fmt: skip


def test_panels_give_at_least_500_specifications() -> None:
    found = specification_curve(panels(), draws=19)
    assert len(found.table) >= 500
    assert found.table["r"].is_monotonic_increasing
    assert not found.table.duplicated(
        ["outcome", "lag", "measure", "effects", "controls", "clip_low", "clip_high", "sample"]
    ).any()
    assert found.joint.p_median == 0.05
    assert set(found.table["lag"]) == {1, 2, 3}
    assert "age" not in set(found.table["controls"])
    assert f"{len(found.table)} specifications" in found.summary
    again = specification_curve([replace(p, table=p.table.sample(frac=1, random_state=1))
                                 for p in panels()], draws=19)  # fmt: skip
    assert str(again) == str(found)


def test_nothing_to_compare_is_a_sample_error() -> None:
    with pytest.raises(SampleError):
        specification_curve([])
    flat = [replace(p, table=p.table.assign(score=1.0)) for p in panels()]
    with pytest.raises(SampleError):
        specification_curve(flat)
