"""Published evidence, the prior it makes, and the planner: published figures and simulation."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from cxkit.errors import ConfigError, SampleError
from cxkit.models import fit_linkage
from cxkit.models import least_squares as ls
from cxkit.models.evidence import TEXTS, evidence
from cxkit.models.planner import (
    Design,
    chance,
    companies_needed,
    design_of,
    exaggerated,
    firms_needed,
    least_correlation,
    least_effect,
    plan,
)
from cxkit.models.prior import MEANS, SPREAD, Prior, combine, expectation, fisher_error
from tests.models.test_linkage import sample

REPS = 1000


def test_the_published_findings_are_read_with_their_labels() -> None:
    found = evidence().table
    assert set(found["label"]) <= {"V", "A", "S"}
    rs = found[found["effect"].notna()]
    assert sorted(rs["effect"]) == [0.101, 0.22, 0.349, 0.35, 0.89]
    assert (found["source"] != "").all()
    assert found[list(TEXTS)].map(len).to_numpy().min() >= 0


def test_what_was_not_verified_is_never_used(project: Path, tmp_path: Path) -> None:
    path = project / "data" / "reference" / "evidence.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    row = "Nobody,2021,0.9,,,5000,firms,firm performance,too good,hearsay,U"
    file = tmp_path / "evidence.csv"
    file.write_text("\n".join([*lines, row]), encoding="utf-8")
    found = evidence(file)
    assert found.unverified == 1
    assert "Nobody" not in set(found.table["study"])
    assert len(found.table) == len(evidence().table)
    file.write_text("\n".join([*lines, row[:-1] + "Q"]), encoding="utf-8")
    with pytest.raises(ConfigError, match='label "Q"'):
        evidence(file)


def test_no_code_reads_the_evidence_but_through_its_one_door(project: Path) -> None:
    readers = [p.name for p in sorted((project / "cxkit").rglob("*.py"))
               if "evidence.csv" in p.read_text(encoding="utf-8")]  # fmt: skip
    assert readers == ["evidence.py"]


def test_the_priors_means_are_those_of_the_evidence() -> None:
    table = evidence().table
    otto = table[table["study"].str.startswith("Otto")]["effect"].tolist()
    assert [round(e, 2) for e in otto] == [MEANS[0], MEANS[2]]
    assert (MEANS[1], SPREAD) == (0.0, 0.15)


def test_published_sample_sizes_and_powers() -> None:
    assert firms_needed(0.101) == 768
    assert firms_needed(0.349) == 63
    assert least_correlation(60) == pytest.approx(0.36, abs=0.006)
    assert chance(0.10, 60) == pytest.approx(0.12, abs=0.003)
    assert exaggerated(0.10, 60) == pytest.approx(0.31, abs=0.003)


def test_power_and_exaggeration_by_simulation() -> None:
    rng = np.random.default_rng(5)
    x = rng.normal(size=(20_000, 60))
    y = 0.10 * x + np.sqrt(1 - 0.01) * rng.normal(size=x.shape)
    r = np.array([np.corrcoef(a, b)[0, 1] for a, b in zip(x, y, strict=True)])
    found = np.abs(np.arctanh(r)) * np.sqrt(57) > 1.96
    assert found.mean() == pytest.approx(chance(0.10, 60), abs=0.01)
    assert np.abs(r[found]).mean() == pytest.approx(exaggerated(0.10, 60), abs=0.006)


def test_the_posterior_at_sixty_firms_by_hand() -> None:
    """Precisions 1/.15^2 = 44.4 and 57: the prior has 44 % of the weight."""
    found = combine(0.10, fisher_error(60), Prior())
    assert found.shrinkage == pytest.approx(44.444 / 101.444, abs=1e-4)
    assert found.after.r == pytest.approx(0.10)
    reach = np.tanh(np.arctanh(0.10) + np.array([-1, 1]) * 1.959964 / np.sqrt(101.4444))
    assert [found.after.conf_low, found.after.conf_high] == pytest.approx(reach, abs=1e-6)
    # The .31 that such samples show when they show anything is pulled back by nearly a third.
    lucky = combine(0.31, fisher_error(60), Prior())
    assert lucky.after.r == pytest.approx(0.220, abs=0.001)


@pytest.mark.parametrize(("mean", "after"), [(0.10, 0.220), (0.0, 0.178), (0.35, 0.328)])
def test_how_much_hangs_on_the_prior(mean: float, after: float) -> None:
    assert combine(0.31, fisher_error(60), Prior(mean)).after.r == pytest.approx(after, abs=0.001)


def test_posterior_intervals_cover_what_the_prior_draws() -> None:
    rng = np.random.default_rng(8)
    truth = np.tanh(np.arctanh(0.10) + 0.15 * rng.normal(size=4000))
    seen = np.tanh(np.arctanh(truth) + fisher_error(60) * rng.normal(size=4000))
    found = [combine(r, fisher_error(60)).after for r in seen]
    inside = [f.conf_low < t < f.conf_high for f, t in zip(found, truth, strict=True)]
    assert np.mean(inside) == pytest.approx(0.95, abs=0.011)
    error = np.mean((np.array([f.r for f in found]) - truth) ** 2)
    assert error < 0.65 * np.mean((seen - truth) ** 2)


def test_independent_companies_have_fishers_error() -> None:
    """One row a company: the estimate's clustered error on Fisher's scale is 1 / sqrt(df)."""
    panel = sample(companies=800)
    rows = panel.table.groupby("company_id").head(1).assign(industry="i")
    rng = np.random.default_rng(2)
    rows = rows.assign(outcome=0.2 * rows["score"] / 9 + rng.normal(size=len(rows)))
    found = expectation(fit_linkage(replace(panel, table=rows), "industry-and-year"))
    assert found.std_error == pytest.approx(fisher_error(800), rel=0.08)
    assert found.main.shrinkage == pytest.approx(44.444 / (44.444 + 797), rel=0.15)
    assert found.data.conf_low < found.main.after.r < found.data.conf_high


def test_the_expectation_shows_prior_data_and_posterior() -> None:
    found = expectation(fit_linkage(sample(seed=4), "sub-industry-and-year-with-size"))
    assert found.table["of"].tolist() == ["data", *["prior", "posterior"] * 3]
    assert found.table["prior_mean"].dropna().unique().tolist() == [0.10, 0.0, 0.35]
    low, high = sorted((found.data.r, 0.10))
    assert low < found.main.after.r < high
    assert "Research led to expect a correlation of 0.10" in found.summary


@pytest.mark.parametrize(
    ("specification", "outcome", "reason"),
    [
        ("company-and-year", "revenue_growth", "compare companies of one industry"),
        ("pooled", "revenue_growth", "compare companies of one industry"),
        ("industry-and-year", "growth_variability", "say nothing about variability"),
        ("industry-and-year", "cost_of_revenue_share", "say nothing about cost of revenue"),
    ],
)
def test_other_estimates_are_refused(specification: str, outcome: str, reason: str) -> None:
    result = fit_linkage(sample(outcome=outcome), specification)
    with pytest.raises(SampleError, match=reason):
        expectation(result)


def drawn(design: dict[str, float], n: int, waves: int, rng: np.random.Generator) -> tuple:
    """Scores and outcomes (n, waves) with the parts a design is made of; slope r per true sd."""

    def serial(share: float, rho: float) -> np.ndarray:
        path = rng.normal(size=(n, waves))
        for t in range(1, waves):
            path[:, t] = rho * path[:, t - 1] + np.sqrt(1 - rho**2) * path[:, t]
        level = rng.normal(size=(n, 1))
        return np.sqrt(1 - share) * level + np.sqrt(share) * path

    e, r = design["error"], design["r"]
    true = np.sqrt(1 - e) * serial(design["moves"], design["rho"])
    slope = r / (1 - e)
    rest = np.sqrt(1 - slope**2 * (1 - e)) * serial(design["rest"], design["rest_rho"])
    return true + np.sqrt(e) * rng.normal(size=(n, waves)), slope * true + rest


def as_design(design: dict[str, float], waves: int) -> Design:
    away = np.arange(waves)
    score = (1 - design["error"]) * (1 - design["moves"] + design["moves"] * design["rho"] ** away)
    score[0] = 1.0
    rest = 1 - design["rest"] + design["rest"] * design["rest_rho"] ** away
    rest[0] = 1.0
    return Design(tuple(score), tuple(rest), design["error"])


STEADY = {"r": 0.20, "error": 0.05, "moves": 0.15, "rho": 0.5, "rest": 0.9, "rest_rho": 0.3}


@pytest.mark.parametrize(
    ("level", "waves", "change"),
    [
        ("between", 1, {}),
        ("between", 4, {}),
        ("between", 4, {"rest": 0.5}),
        ("between", 3, {"r": 0.35}),
        ("within", 5, {"moves": 0.6, "error": 0.1, "r": 0.35}),
        ("within", 3, {"moves": 0.8, "rho": 0.0, "rest": 1.0, "rest_rho": 0.6, "r": 0.3}),
    ],
)
def test_the_number_it_says_finds_the_effect_in_four_of_five_samples(
    level: str, waves: int, change: dict[str, float]
) -> None:
    design = STEADY | change
    n = companies_needed(as_design(design, waves), design["r"], waves, level)  # type: ignore[arg-type]
    assert n is not None
    company, wave = np.repeat(np.arange(n), waves), np.tile(np.arange(waves), n)
    rng = np.random.default_rng(11)
    effects = [company, wave] if level == "within" else [wave]
    nested = n - 1 if level == "within" else 0
    critical, found = stats.t.ppf(0.975, n - 1), 0
    for _ in range(REPS):
        x, y = drawn(design, n, waves, rng)
        fitted = ls.fit(y.ravel(), x.reshape(-1, 1), effects)
        error = np.sqrt(ls.covariance_clustered(fitted, company, nested=nested)[0, 0])
        found += abs(fitted.coef[0]) > critical * error
    # 3.3 standard errors of a share of .80 in 1,000 samples, and one point for the formula.
    assert found / REPS == pytest.approx(0.80, abs=0.052), n


def test_one_wave_of_independent_companies_is_fishers_formula() -> None:
    table = plan().table
    one = table[(table["level"] == "between") & (table["waves"] == 1)]
    assert one["companies"].tolist() == [firms_needed(r) for r in (0.10, 0.20, 0.35)]
    assert one["companies"].iloc[0] == pytest.approx(768, rel=0.025)


def test_waves_that_repeat_each_other_add_nothing_and_error_costs_companies() -> None:
    same = Design((1.0, 1.0), (1.0, 1.0))
    assert companies_needed(same, 0.2, 6) == companies_needed(same, 0.2, 1)
    assert companies_needed(same, 0.2, 6, "within") is None
    assert companies_needed(Design((1.0, 0.5), (1.0, 0.1)), 0.2, 1, "within") is None
    free, noisy = (Design((1.0, 0.8), (1.0, 0.1), e) for e in (0.0, 0.1))
    assert companies_needed(noisy, 0.2, 4, "within") > 1.5 * companies_needed(
        free, 0.2, 4, "within"
    )  # type: ignore[operator]


def test_no_estimate_is_promised_below_the_kits_own_least() -> None:
    assert companies_needed(Design((1.0, 0.5), (1.0, 0.0)), 0.9, 10) == 12


@pytest.mark.parametrize("level", ["between", "within"])
def test_the_least_effect_is_the_planners_inverse(level: str) -> None:
    design = as_design(STEADY, 4)
    least = least_effect(design, 150, 4, level)  # type: ignore[arg-type]
    assert least is not None
    assert companies_needed(design, least * 1.0001, 4, level) == 150  # type: ignore[arg-type]


def test_a_panels_design_is_what_it_was_drawn_from() -> None:
    rng = np.random.default_rng(21)
    design = STEADY | {"moves": 0.4, "rest": 0.7}
    panel = sample(companies=3000)
    x, y = drawn(design, 3000, 6, rng)
    table = panel.table.assign(score=x.ravel(), outcome=y.ravel())
    found = design_of(replace(panel, table=table))
    told = as_design(design, 6)
    assert found.score == pytest.approx(told.score, abs=0.03)
    assert found.rest == pytest.approx(told.rest, abs=0.03)
    assert (found.companies, found.waves, found.error) == (3000, 6, 0)


def test_reliability_within_companies_becomes_error_of_a_wave() -> None:
    """Of the variance within companies 30 % is error; with errors alone there it is all of it."""
    rng = np.random.default_rng(22)
    level, noise = rng.normal(size=(3000, 1)), rng.normal(size=(3000, 6))
    panel = sample(companies=3000)
    score = (np.sqrt(0.8) * level + np.sqrt(0.2) * noise).ravel()
    table = panel.table.assign(score=score, outcome=rng.normal(size=len(score)))
    panel = replace(panel, table=table)
    assert design_of(panel, 0.7).error == pytest.approx(0.3 * 0.2, abs=0.006)
    assert design_of(panel, 0.0).error == pytest.approx(0.2, abs=0.015)


@pytest.mark.parametrize(("companies", "known"), [(60, 6), (20, 5), (12, 4)])
def test_correlations_from_fewer_than_thirty_pairs_are_not_taken(
    companies: int, known: int
) -> None:
    assert len(design_of(sample(companies=companies)).score) == known
