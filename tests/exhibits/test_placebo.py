"""No effect, no headline: the placebo benchmark, reduced and seeded, through the kit's layers."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="module")
def placebo() -> Iterator[ModuleType]:
    """The benchmark's own module."""
    folder = str(Path(__file__).parents[1] / "benchmarks")
    sys.path.insert(0, folder)
    yield importlib.import_module("placebo")
    sys.path.remove(folder)


def test_shared_years_of_industries_do_not_headline(placebo: ModuleType) -> None:
    said = placebo.run("shocks", 12)
    assert sum(s.raw for s in said) >= 2  # by the interval alone
    assert placebo.share(said, placebo.DIFFERENT) <= 0.05


def test_one_wave_of_sixty_companies_cannot_see_what_research_expects(placebo: ModuleType) -> None:
    said = placebo.run("weak", 12)
    silent = placebo.share(said, ["linkage.undetectable"])
    assert 0.6 <= silent < 1
    assert silent + placebo.share(said, placebo.LARGE) == pytest.approx(1)


def test_an_effect_that_is_there_is_told(placebo: ModuleType) -> None:
    said = placebo.run("strong", 5)
    assert placebo.share(said, placebo.DIFFERENT) >= 0.8


def test_nothing_is_told_where_there_is_nothing(placebo: ModuleType) -> None:
    said = placebo.run("placebo", 5)
    assert placebo.share(said, placebo.DIFFERENT) <= 0.2
    assert all(s.within_grades for s in said)
    assert sum(s.secondary for s in said) <= 2
