"""The estimators on worlds with known truth, a few of each, with bounds that the naive one fails.

Seeds are fixed, so nothing is left to chance; `tests/benchmarks/coverage.py` draws 1,000 of each
design and holds them to the bars. Here the mean estimate of 16 draws must lie within three of its
standard errors of the truth, and that of the naive analysis must not.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from tests.benchmarks.coverage import (
    ALONE,
    BARS,
    FORWARD,
    OUTCOMES,
    RAW,
    SECOND,
    SPLIT,
    TRUE,
    Line,
    Table,
    failures,
    run,
    summarised,
)

DRAWS, SPLITS = 16, 8


@cache
def table(design: str) -> Table:
    return summarised(run(design, DRAWS, splits=SPLITS), design)


def off(line: Line, truth: float) -> float:
    """The mean estimate's distance from the truth, in its standard errors."""
    return float(line.bias * truth / (line.error / np.sqrt(DRAWS)))


@pytest.mark.parametrize(("outcome", "truth"), [("growth", 0.8), ("margin", 0.5)])
@pytest.mark.parametrize(
    ("design", "recommended", "naive"),
    [("base", SPLIT, (RAW,)), ("halo", SECOND, (RAW, SPLIT, ALONE))],
)
def test_the_correction_finds_the_truth_and_the_raw_score_does_not(
    design: str, recommended: str, naive: tuple[str, ...], outcome: str, truth: float
) -> None:
    line = table(design)[recommended, outcome]
    assert abs(off(line, truth)) < 3
    assert line.coverage >= 13 / DRAWS
    assert 0.6 < line.ratio < 1.6
    for name in naive:
        assert off(table(design)[name, outcome], truth) < -3


def test_feedback_deceives_even_the_true_score_and_not_forward_deviations() -> None:
    found = table("feedback")
    for name in (RAW, SPLIT, TRUE):
        assert off(found[name, "growth"], 0.8) < -6
        assert found[name, "growth"].coverage < 0.7
    for outcome, truth in zip(OUTCOMES, (0.8, 0.5), strict=True):
        assert abs(off(found[FORWARD, outcome], truth)) < 3
        assert found[FORWARD, outcome].coverage >= 13 / DRAWS
    assert found[FORWARD, "growth"].error < 0.66 * 1.1  # methods.md's


def test_a_bar_says_what_is_not_met() -> None:
    bar = next(b for b in BARS if b.analysis == SPLIT)
    assert failures(Line(0.01, 0.95, 0.22, 0.22), bar, "growth") == []
    wrong = failures(Line(-0.3, 0.7, 0.30, 0.2), bar, "growth")
    assert [w.split()[0] for w in wrong] == ["coverage", "bias", "error", "error"]
