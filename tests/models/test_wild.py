"""The wild cluster bootstrap on sums is the one on rows; it holds its size with few clusters."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from cxkit.models.inference import infer
from cxkit.models.instruments import oriv
from cxkit.models.wild import weights, wild
from cxkit.models.wild_iv import wild_iv
from tests.models.drawn_panels import dummies, sample, two_measures, without

DRAWS = 199


def by_rows(data: dict[str, np.ndarray], names: tuple[str, ...], null: float) -> float:
    """The p-value from samples drawn row by row and fitted anew."""
    company, x = data["company"], data["x"]
    held = np.column_stack([*(dummies(data[n]) for n in names), np.ones(len(x)), data["z"]])
    x_in = without(held, x)

    def t(y: np.ndarray) -> float:
        slope = x_in @ y / (x_in @ x_in)
        score = np.bincount(company, x_in * without(held, y - slope * x))
        return float((slope - null) * (x_in @ x_in) / np.sqrt(score @ score))

    residual = without(held, data["y"] - null * x)
    kind = "webb" if company.max() < 12 else "rademacher"
    drawn = np.concatenate(list(weights(kind, company.max() + 1, DRAWS, 3)))
    found = np.abs([t(data["y"] + (w[company] - 1) * residual) for w in drawn])
    return float((1 + (found >= abs(t(data["y"])) * (1 - 1e-9)).sum()) / (1 + DRAWS))


@pytest.mark.parametrize("names", [("company", "year"), ("year",), ()])
@pytest.mark.parametrize("companies", [9, 20])
@pytest.mark.parametrize("null", [0.0, 0.5])
def test_sums_by_cluster_draw_what_rows_draw(
    names: tuple[str, ...], companies: int, null: float
) -> None:
    data = sample(1, companies)
    effects, cluster = [data[n] for n in names], data["company"]
    controls = data["z"][:, None] if names else np.column_stack([data["z"], np.ones(len(cluster))])
    given = {"seed": 3, "null": null, "draws": DRAWS}
    both = [
        wild(data["y"], data["x"], effects, cluster, controls, interval=i, **given)
        for i in (True, False)
    ]
    assert both[0].p_value == both[1].p_value == by_rows(data, names, null)


def others() -> list[dict[str, str]]:
    """p-values of wildboottest on the same panels, 99,999 draws."""
    with (Path(__file__).parent / "published" / "wild_p_values.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("row", others(), ids=lambda row: row["companies"])
def test_p_values_equal_wildboottest(row: dict[str, str]) -> None:
    """Other draws of the same law: three standard errors of a difference of two shares.

    Its small-sample factor is the same in t and in every draw, so that none is needed.
    """
    data, draws = sample(int(row["seed"]), int(row["companies"])), int(row["draws"])
    effects = [data["company"], data["year"]]
    found = wild(data["y"], data["x"], effects, data["company"], data["z"][:, None],
                 seed=1, draws=draws, interval=False)  # fmt: skip
    theirs = float(row["p_value"])
    assert found.weights == row["weights"]
    spread = np.sqrt(2 * theirs * (1 - theirs) / draws)
    assert found.p_value == pytest.approx(theirs, abs=3 * spread + 2e-5)


def test_the_interval_is_what_is_not_rejected() -> None:
    data = sample(2, 20)
    effects, cluster = [data["company"], data["year"]], data["company"]
    found = wild(data["y"], data["x"], effects, cluster, seed=5, draws=999)
    width = found.conf_high - found.conf_low
    assert found.conf_low < found.coef < found.conf_high

    def p(null: float) -> float:
        args = (data["y"], data["x"], effects, cluster)
        return wild(*args, seed=5, draws=999, null=null, interval=False).p_value

    assert p(found.conf_low + 0.01 * width) > 0.05 >= p(found.conf_low - 0.01 * width)
    assert p(found.conf_high - 0.01 * width) > 0.05 >= p(found.conf_high + 0.01 * width)


def test_order_of_rows_and_scale_change_nothing() -> None:
    data = sample(4, 25)
    order = np.random.default_rng(1).permutation(len(data["y"]))
    moved = {k: v[order] for k, v in data.items()}
    first, second = (
        wild(d["y"], d["x"], [d["company"], d["year"]], d["company"], seed=1, draws=999)
        for d in (data, moved | {"y": 100 * moved["y"] + 7})
    )
    assert first.p_value == second.p_value
    assert second.conf_low == pytest.approx(100 * first.conf_low, rel=1e-3)


def iv_by_rows(data: dict[str, np.ndarray], null: float) -> float:
    """Davidson and MacKinnon's bootstrap on the stacked rows, each equation with own effects."""
    company, equations = data["company"], []
    for a, b in zip(data["a"], data["b"], strict=True):
        keep = np.isfinite(a) & np.isfinite(b)
        held = np.column_stack([dummies(company, data["year"]), data["z"]])[keep]
        equations += [(held, data["y"][keep], m[keep], i[keep], company[keep])
                      for m, i in ((a, b), (b, a))]  # fmt: skip
    swept = [[without(h, v) for v in (y, m, i)] for h, y, m, i, _ in equations]
    u = [y - null * m for y, m, _ in swept]
    along = np.column_stack([np.concatenate([s[2] for s in swept]), np.concatenate(u)])
    first = np.linalg.lstsq(along, np.concatenate([s[1] for s in swept]), rcond=None)[0][0]
    groups = company.max() + 1

    def t(outcomes: list[np.ndarray], measures: list[np.ndarray]) -> float:
        shared = sum(s[2] @ m for s, m in zip(swept, measures, strict=True))
        slope = sum(s[2] @ o for s, o in zip(swept, outcomes, strict=True)) / shared
        score = np.zeros(groups)
        for s, o, m, e in zip(swept, outcomes, measures, equations, strict=True):
            score += np.bincount(e[4], s[2] * without(e[0], o - slope * m), groups)
        return float((slope - null) * abs(shared) / np.sqrt(score @ score))

    found = []
    for w in np.concatenate(list(weights("rademacher", groups, DRAWS, 3))):
        measures = [first * s[2] + w[e[4]] * (s[1] - first * s[2])
                    for s, e in zip(swept, equations, strict=True)]  # fmt: skip
        outcomes = [null * m + w[e[4]] * r
                    for m, e, r in zip(measures, equations, u, strict=True)]  # fmt: skip
        found.append(abs(t(outcomes, measures)))
    real = abs(t([s[0] for s in swept], [s[1] for s in swept]))
    return float((1 + (np.array(found) >= real * (1 - 1e-9)).sum()) / (1 + DRAWS))


@pytest.mark.parametrize("null", [0.0, 0.6])
def test_the_corrected_slope_draws_what_stacked_rows_draw(null: float) -> None:
    data = two_measures(6, 18, 0.4)
    args = (data["y"], data["a"], data["b"], [data["company"], data["year"]], data["company"],
            data["z"][:, None])  # fmt: skip
    found = wild_iv(*args, seed=3, null=null, draws=DRAWS)
    assert found.p_value == iv_by_rows(data, null)
    other = oriv(*args, vcov="CR1")
    assert found.coef == pytest.approx(other.coef, rel=1e-9)
    assert found.conf_low < found.coef < found.conf_high


@pytest.mark.parametrize("companies", [12, 20, 39])
def test_a_true_null_is_rejected_as_often_as_said(companies: int) -> None:
    """1,000 runs at 5 %: the bounds are three standard errors, 2.1 points, away."""
    rejected = []
    for seed in range(1000):
        data = sample(100_000 * companies + seed, companies, 0.0)
        effects = [data["company"], data["year"]]
        found = wild(data["y"], data["x"], effects, data["company"], data["z"][:, None],
                     seed=seed, draws=399, interval=False)  # fmt: skip
        rejected.append(found.p_value <= 0.05)
    assert 0.029 <= np.mean(rejected) <= 0.071


def test_with_twelve_clusters_plain_errors_fail_the_same_bar() -> None:
    """CR1 against the normal quantile, as most software does it unasked."""
    rejected = []
    for seed in range(1000):
        data = sample(1_200_000 + seed, 12, 0.0)
        x = np.column_stack([data["x"], data["z"]])
        effects = [data["company"], data["year"]]
        found = infer(data["y"], x, effects, data["company"], seed=1, kind="CR1")
        rejected.append(abs(found.coef[0]) > 1.96 * found.std_error[0])
    assert np.mean(rejected) > 0.071


def test_the_corrected_slope_holds_its_size() -> None:
    rejected = []
    for seed in range(1000):
        data = two_measures(200_000 + seed, 20, 0.0)
        effects = [data["company"], data["year"]]
        found = wild_iv(data["y"], data["a"], data["b"], effects, data["company"],
                        seed=seed, draws=399, interval=False)  # fmt: skip
        rejected.append(found.p_value <= 0.05)
    assert 0.029 <= np.mean(rejected) <= 0.071
