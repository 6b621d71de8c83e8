"""The sentence follows the numbers: what an interval, a power or a grade forbids is not said."""

from __future__ import annotations

import re
from dataclasses import replace
from importlib import resources

import pandas as pd
import pytest
from ruamel.yaml import YAML

from cxkit.display import text
from cxkit.exhibits.wording import caution, linkage_message
from cxkit.models.linkage import LinkageResult, LinkageSpec

CAUSAL = re.compile(r"\b(drives?|driven|causes?|caused|leads? to|boosts?|raises?|effect of)\b")


def result(
    low: float, high: float, grade: str = "C", mde_r: float = 0.1, r: float = 0.1,
    name: str = "company-and-year",
) -> LinkageResult:  # fmt: skip
    middle = (low + high) / 2
    table = pd.DataFrame(
        [("score", middle, (high - low) / 4, low, high, 0.01)],
        columns=["term", "estimate", "std_error", "conf_low", "conf_high", "p_value"],
    )
    return LinkageResult(
        table, LinkageSpec("revenue_growth", 1, name), 900, 90, pd.DataFrame(), 0.01, 0.02,
        mde=0.002, r=r, r_low=r - 0.05, r_high=r + 0.05, mde_r=mde_r, grade=grade,
    )  # fmt: skip


def test_an_interval_with_zero_in_it_never_reads_as_a_difference() -> None:
    said = text(linkage_message(result(-0.001, 0.003)))
    assert "does not differ clearly" in said
    assert "more than one time in five" in said
    assert "associated" not in said


@pytest.mark.parametrize(
    ("grade", "verb"),
    [("B", "goes with"), ("C", "is associated with"), ("D", "is seen together with")],
)
def test_the_verb_is_the_grades(grade: str, verb: str) -> None:
    said = text(linkage_message(result(0.001, 0.003, grade)))
    assert verb in said
    assert "+0.20" in said


def test_a_clear_estimate_without_the_power_for_it_is_called_exaggerated() -> None:
    assert "probably exaggerated" in text(linkage_message(result(0.001, 0.003, mde_r=0.5)))


def test_a_clear_estimate_beyond_what_is_plausible_is_called_so() -> None:
    assert "larger than published research" in text(linkage_message(result(0.001, 0.003, r=0.5)))


@pytest.mark.parametrize("shift", [-0.002, -0.0005, 0.0, 0.0005, 0.002])
@pytest.mark.parametrize("grade", ["B", "C", "D"])
def test_the_sentence_and_the_interval_agree(shift: float, grade: str) -> None:
    found = result(-0.001 + shift, 0.001 + shift, grade)
    assert ("does not differ clearly" in text(linkage_message(found))) is not found.clear


def test_no_text_below_grade_a_speaks_of_causes() -> None:
    source = resources.files("cxkit.display").joinpath("en.yml").read_text(encoding="utf-8")
    texts = YAML(typ="safe", pure=True).load(source)
    told = {k: v for k, v in texts.items() if k.startswith(("linkage.", "term.verb"))}
    about_method = ("linkage.truth", "linkage.attenuated")
    guilty = [k for k, v in told.items() if CAUSAL.search(v) and not k.startswith(about_method)]
    assert told
    assert guilty == []


def test_error_in_the_score_is_said_beside_the_number_and_the_truth_where_it_is_known() -> None:
    found = result(0.0002, 0.0010)
    notes = " ".join(text(n) for n in caution(found, {"revenue_growth": 0.0008}))
    assert "error" in notes
    assert "lies below" in notes
    truth = {"revenue_growth": 0.0008}
    for estimate in (0.0012, -0.0002):  # error alone explains neither
        other = replace(found, table=found.table.assign(estimate=estimate))
        assert "the rest is chance" in text(caution(other, truth)[-1])
    raw = replace(found, spec=LinkageSpec("revenue_growth", 1, "pooled"))
    assert "not held fixed is part of it" in text(caution(raw, truth)[-1])
    assert "planted" not in " ".join(text(n) for n in caution(found, {}))
