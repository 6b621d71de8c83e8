"""Control charts against published worked examples, published run lengths, and planted shifts.

Worked examples: NIST/SEMATECH e-Handbook of Statistical Methods, https://www.itl.nist.gov/div898/
handbook/, sections 6.3.2.2 (individuals), 6.3.3.2 (proportions) and 6.3.2.4 (EWMA). Run lengths:
Champ and Woodall 1987, Technometrics 29, 393-399; Lucas and Saccucci 1990, Technometrics 32, 1-12.
"""

from __future__ import annotations

import numpy as np
import pytest

from cxkit.errors import ConfigError, SampleError
from cxkit.models.control_charts import (
    EWMA_WIDTH,
    LEAST,
    SMOOTHING,
    ewma,
    individuals,
    proportions,
)
from cxkit.models.run_lengths import ewma_run_length, proportion_run_length, rules_run_length
from cxkit.models.run_rules import (
    NELSON,
    WESTERN_ELECTRIC,
    Rule,
    fires,
    rule_set,
    run_length,
    signals,
)

FLOW_RATE = np.array([49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1])
WAFERS = np.array([12, 15, 8, 10, 4, 7, 16, 9, 14, 10, 5, 6, 17, 12, 22, 8, 10, 5, 13, 11, 20, 18,
                   24, 15, 9, 12, 7, 13, 9, 6]) / 50  # fmt: skip
MONITORED = np.array([52.0, 47.0, 53.0, 49.3, 50.1, 47.0, 51.0, 50.1, 51.2, 50.5, 49.6, 47.6, 49.9,
                      51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1])  # fmt: skip
SMOOTHED = [50.60, 49.52, 50.56, 50.18, 50.16, 49.21, 49.75, 49.85, 50.26, 50.33, 50.11, 49.36,
            49.52, 50.05, 49.38, 49.92, 50.73, 51.23, 51.94, 51.99]  # fmt: skip
RUNS, LONG = 1000, 900


def test_individuals_are_the_handbooks() -> None:
    chart = individuals(FLOW_RATE)
    assert chart.center[0] == pytest.approx(50.81, abs=1e-9)
    assert chart.upper[0] == pytest.approx(55.8041, abs=5e-5)
    assert chart.lower[0] == pytest.approx(45.8159, abs=5e-5)
    assert not chart.signal.any()


def test_proportions_are_the_handbooks() -> None:
    chart = proportions(WAFERS, np.full(30, 50.0), baseline=None, rules=rule_set("limits"))
    assert chart.center[0] == pytest.approx(0.2313, abs=5e-5)
    assert chart.lower[0] == pytest.approx(0.0524, abs=5e-5)
    assert chart.upper[0] == pytest.approx(0.4102, abs=5e-5)
    assert (np.flatnonzero(chart.signal) + 1).tolist() == [15, 23]


def test_ewma_is_the_handbooks() -> None:
    found = ewma(MONITORED, 50.0, 2.0539, smoothing=0.3, width=3.0)
    assert found.values == pytest.approx(SMOOTHED, abs=5.1e-3)
    # The handbook rounds sqrt(.3 / 1.7) to .4201 on the way.
    assert found.upper[0] == pytest.approx(52.5884, abs=2e-4)
    assert found.lower[0] == pytest.approx(47.4115, abs=2e-4)
    assert not found.found.any()


@pytest.mark.parametrize(
    ("which", "published"),
    [((0,), 370.40), ((0, 1), 225.44), ((0, 2), 166.05), ((0, 3), 152.73), ((0, 1, 2, 3), 91.75)],
)
def test_run_lengths_in_control_are_champ_and_woodalls(
    which: tuple[int, ...], published: float
) -> None:
    rules = tuple(WESTERN_ELECTRIC[k] for k in which)
    assert rules_run_length(rules) == pytest.approx(published, abs=5.1e-3)


def test_run_length_at_one_standard_deviation_is_champ_and_woodalls() -> None:
    assert rules_run_length(WESTERN_ELECTRIC, 1.0) == pytest.approx(9.22, abs=5.1e-3)
    assert rules_run_length(WESTERN_ELECTRIC, -1.0) == pytest.approx(9.22, abs=5.1e-3)


@pytest.mark.parametrize(
    ("smoothing", "width", "in_control", "shifted"),
    [(0.05, 2.615, 500, 11.4), (0.10, 2.814, 500, 10.3), (0.25, 2.998, 500, 11.1)],
)
def test_run_lengths_of_the_ewma_are_lucas_and_saccuccis(
    smoothing: float, width: float, in_control: float, shifted: float
) -> None:
    assert ewma_run_length(smoothing, width) == pytest.approx(in_control, rel=2e-3)
    assert ewma_run_length(smoothing, width, 1.0) == pytest.approx(shifted, abs=0.051)


def test_the_ewma_that_is_drawn_signals_as_seldom_as_three_sigma_limits() -> None:
    assert ewma_run_length(SMOOTHING, EWMA_WIDTH) == pytest.approx(370, rel=0.005)


def drawn(shift: float) -> np.ndarray:
    return 7.0 + 2.0 * (np.random.default_rng(6).standard_normal((RUNS, LONG)) + shift)


@pytest.mark.parametrize("shift", [1.0, -1.0])
@pytest.mark.parametrize("name", ["limits", "western-electric"])
def test_a_shift_of_one_sd_is_found_by_individuals_when_theory_says(
    name: str, shift: float
) -> None:
    chart = individuals(drawn(shift), rules=rule_set(name), known=(7.0, 2.0))
    found = run_length(chart.signal)
    assert not np.isnan(found).any()
    assert found.mean() == pytest.approx(rules_run_length(rule_set(name), shift), rel=0.05)


def test_a_shift_of_one_sd_is_found_by_the_ewma_when_theory_says() -> None:
    found = run_length(ewma(drawn(1.0), 7.0, 2.0).found)
    assert found.mean() == pytest.approx(ewma_run_length(SMOOTHING, EWMA_WIDTH, 1.0), rel=0.05)


def test_a_shift_of_one_sd_is_found_by_the_p_chart_when_theory_says() -> None:
    p, n = 0.2, 400
    true = p + np.sqrt(p * (1 - p) / n)
    shares = np.random.default_rng(1).binomial(n, true, (RUNS, LONG)) / n
    chart = proportions(shares, np.full(LONG, n), rules=rule_set("limits"), known=p)
    theory = proportion_run_length(p, n, true)
    assert 30 < theory < 60
    assert run_length(chart.signal).mean() == pytest.approx(theory, rel=0.05)
    # The mean of 1,000 geometric run lengths has a standard error of 3 %, the rate one of .7 %.
    assert 1 / chart.signal.mean() == pytest.approx(theory, rel=0.025)


def test_limits_a_tenth_too_wide_would_fail_these_bounds() -> None:
    """Negative control: the bounds on run lengths are tight enough to tell."""
    wide = ewma(drawn(1.0), 7.0, 2.0, width=1.1 * EWMA_WIDTH)
    theory = ewma_run_length(SMOOTHING, EWMA_WIDTH, 1.0)
    assert run_length(wide.found).mean() > 1.05 * theory
    chart = individuals(drawn(1.0), rules=WESTERN_ELECTRIC, known=(7.0, 2.2))
    assert run_length(chart.signal).mean() > 1.05 * rules_run_length(WESTERN_ELECTRIC, 1.0)


def plainly(z: np.ndarray, rule: Rule) -> list[bool]:
    """A rule as its words say, value by value."""
    found = []
    for end in range(1, len(z) + 1):
        last = z[max(0, end - rule.of) : end].tolist()
        whole = len(last) == rule.of
        steps = np.diff(last)
        if rule.kind == "zone":
            above = [v > rule.beyond for v in last]
            below = [v < -rule.beyond for v in last]
            holds = any(side[-1] and sum(side) >= rule.least for side in (above, below))
        elif rule.kind == "trend":
            holds = whole and bool((steps > 0).all() or (steps < 0).all())
        elif rule.kind == "turning":
            holds = whole and bool((steps[1:] * steps[:-1] < 0).all())
        elif rule.kind == "inside":
            holds = whole and all(abs(v) < rule.beyond for v in last)
        else:
            holds = whole and all(abs(v) > rule.beyond for v in last)
        found.append(holds)
    return found


@pytest.mark.parametrize("rule", {r.id: r for r in (*WESTERN_ELECTRIC, *NELSON)}.values(),
                         ids=lambda rule: rule.id)  # fmt: skip
def test_a_rule_does_what_its_words_say(rule: Rule) -> None:
    rng = np.random.default_rng(11)
    rows = [
        rng.standard_normal(400) * 1.4,
        rng.standard_normal(400) * 0.6,
        np.cumsum(rng.standard_normal(400)) / 4,
        (-1.0) ** np.arange(400) * rng.uniform(0.8, 2.0, 400),
        np.round(rng.standard_normal(400)),
        np.repeat(rng.standard_normal(20), 20) + np.tile(np.linspace(0, 0.2, 20), 20),
    ]
    z = np.array(rows)
    together = fires(z, rule)
    assert together.any()
    assert [row.tolist() for row in together] == [plainly(row, rule) for row in z]


def test_a_value_on_the_centre_breaks_a_run() -> None:
    z = np.array([1.0, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 1]) * 0.5
    assert np.flatnonzero(fires(z, WESTERN_ELECTRIC[3])).tolist() == [12]


def test_no_pattern_crosses_into_the_next_phase() -> None:
    z, phase = np.full(12, 0.5), np.repeat([0, 1], 6)
    assert signals(z, WESTERN_ELECTRIC)["eight_on_one_side"].any()
    assert not signals(z, WESTERN_ELECTRIC, phase)["eight_on_one_side"].any()


def test_each_phase_has_limits_of_its_own_first_values() -> None:
    rng = np.random.default_rng(2)
    x = np.concatenate([rng.normal(10, 1, 40), rng.normal(30, 1, 25), rng.normal(5, 1, LEAST - 1)])
    phase = np.repeat([0, 1, 2], [40, 25, LEAST - 1])
    chart = individuals(x, phase, baseline=20)
    alone = individuals(x[:20], baseline=None)
    assert chart.center[:40] == pytest.approx(np.full(40, alone.center[0]))
    assert chart.upper[0] == pytest.approx(alone.upper[0])
    assert chart.center[40:65] == pytest.approx(np.full(25, x[40:60].mean()))
    assert np.isnan(chart.center[65:]).all()
    assert not chart.signal[65:].any()
    means = ewma(x, chart.center, chart.sigma, phase)
    assert means.values[40] == pytest.approx(chart.center[40] + 0.2 * (x[40] - chart.center[40]))


def test_what_comes_later_does_not_move_earlier_limits() -> None:
    x = np.random.default_rng(3).normal(0, 1, 60)
    later = np.where(np.arange(60) < 20, x, x + 9)
    assert individuals(x).upper[0] == individuals(later).upper[0]
    assert individuals(later).signal[20:].all()


def test_limits_follow_each_values_own_cases() -> None:
    n = np.array([100.0, 400.0] * 10)
    chart = proportions(np.full(20, 0.3), n, baseline=None)
    reach = chart.upper - chart.center
    assert reach[0] == pytest.approx(3 * np.sqrt(0.3 * 0.7 / 100))
    assert reach[0] == pytest.approx(2 * reach[1])
    low = proportions(np.full(20, 0.01), n, baseline=None)
    assert (low.lower == 0).all()
    assert not low.signal.any()


def test_a_value_on_its_limit_is_not_beyond_it() -> None:
    counts = np.array([80, 104, 56, 105, 55])
    chart = proportions(counts / 400, np.full(5, 400.0), known=0.2, rules=rule_set("limits"))
    assert chart.signal.tolist() == [False, False, False, True, True]


def test_the_mean_share_is_weighted_by_cases() -> None:
    p, n = np.array([0.1] * 10 + [0.4] * 10), np.array([900.0] * 10 + [100.0] * 10)
    assert proportions(p, n, baseline=None).center[0] == pytest.approx(0.13)


def test_a_share_that_varies_more_than_counting_gets_wider_limits() -> None:
    rng = np.random.default_rng(4)
    n = np.full(40, 5000.0)
    true = rng.normal(0.3, 0.02, (200, 40))
    shares = rng.binomial(5000, true) / 5000
    plain = proportions(shares, n, rules=rule_set("limits"))
    wider = proportions(shares, n, rules=rule_set("limits"), spread="clear")
    assert plain.signal.any(axis=1).mean() > 0.9
    assert wider.signal.any(axis=1).mean() < 0.5
    assert np.median(wider.dispersion) == pytest.approx(np.hypot(1, 0.02 / 0.00648), rel=0.1)
    steady = rng.binomial(5000, 0.3, (400, 40)) / 5000
    kept = proportions(steady, n, spread="clear").dispersion
    assert (kept > 1).mean() < 0.10


@pytest.mark.parametrize("level", [0.1, 0.3, 7.7, 0.0, -41.3])
def test_a_metric_that_never_varies_signals_only_when_it_does(level: float) -> None:
    x = np.full(30, level)
    chart = individuals(x)
    assert not chart.signal.any()
    assert not ewma(x, chart.center, chart.sigma).found.any()
    x[25] += 0.5
    changed = individuals(x)
    assert np.flatnonzero(changed.found["beyond_3"]).tolist() == [25]
    assert np.flatnonzero(ewma(x, changed.center, changed.sigma).found)[0] == 25


def test_many_series_at_once_are_each_as_alone() -> None:
    rng = np.random.default_rng(5)
    x, phase = rng.normal(0, 1, (6, 50)), np.repeat([0, 1], [30, 20])
    n = rng.integers(50, 90, 50).astype(float)
    shares = rng.binomial(n.astype(int), 0.4, (6, 50)) / n
    together = individuals(x, phase), proportions(shares, n, phase, spread="clear")
    for k in range(6):
        for many, one in zip(
            together,
            (individuals(x[k], phase), proportions(shares[k], n, phase, spread="clear")),
            strict=True,
        ):
            assert many.upper[k] == pytest.approx(one.upper)
            assert (many.signal[k] == one.signal).all()


def test_shifted_and_rescaled_values_signal_at_the_same_places() -> None:
    x = np.random.default_rng(8).normal(0, 1, 200).cumsum() / 5
    one, other = individuals(x), individuals(-3 * x + 40)
    assert one.signal.any()
    assert (one.signal == other.signal).all()


def test_what_cannot_be_asked_is_refused() -> None:
    with pytest.raises(ConfigError, match='did you mean "nelson"'):
        rule_set("nelsen")
    with pytest.raises(SampleError, match="at least 10"):
        individuals(FLOW_RATE, baseline=5)
    with pytest.raises(ValueError, match="zones"):
        rules_run_length(NELSON)
