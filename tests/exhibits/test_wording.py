"""The sentence follows the numbers: what an interval, a power or a grade forbids is not said."""

from __future__ import annotations

import re
from dataclasses import replace
from importlib import resources

import pandas as pd
import pytest
from ruamel.yaml import YAML

from cxkit.display import message, text
from cxkit.exhibits.estimates import secondary
from cxkit.exhibits.wording import caution, linkage_message, sure_messages
from cxkit.models.checks import Check
from cxkit.models.common_shocks import SharedYears
from cxkit.models.linkage import Correction, ErrorCorrected, LinkageResult, LinkageSpec

CAUSAL = (
    r"drives?|driven|causes?|caused|leads? to|boosts?|raises?|makes? grow|effect of|impact|"
    r"thanks to"
)
FORBIDDEN = {  # words a grade may not use; a weaker grade may use none of a stronger one's
    "A": CAUSAL,
    "B": CAUSAL + r"|raised",
    "C": CAUSAL + r"|raised|goes with",
    "D": CAUSAL + r"|raised|goes with|is associated with",
}


def result(
    low: float, high: float, grade: str = "C", mde_r: float = 0.1, r: float = 0.1,
    name: str = "company-and-year", correction: Correction = "none",
    shared: SharedYears | None = None, lag: int = 1, role: str = "primary",
) -> LinkageResult:  # fmt: skip
    middle = (low + high) / 2
    table = pd.DataFrame(
        [("score", middle, (high - low) / 4, low, high, 0.01)],
        columns=["term", "estimate", "std_error", "conf_low", "conf_high", "p_value"],
    )
    spec = LinkageSpec("revenue_growth", lag, name, correction=correction)
    dealt = None if correction == "none" else ErrorCorrected(0.7, 0.95, 12.0, 60, 300.0)
    return LinkageResult(
        table, spec, 900, 90, pd.DataFrame(), 0.01, 0.02, mde=0.002, r=r, r_low=r - 0.05,
        r_high=r + 0.05, mde_r=mde_r, grade=grade, corrected=dealt, shared=shared, role=role,
        p_adjusted=None if role == "primary" else 0.001,
    )  # fmt: skip


def every_state(grade: str) -> list[LinkageResult]:
    """One result for each sentence an estimate of this grade can get."""
    names = ["pooled"] if grade == "D" else ["company-and-year", "sub-industry-and-year-with-size"]
    some: list[SharedYears | None] = [
        None, SharedYears(0.001, 0.4), SharedYears(0.001, 0.4, 0.001, -0.001, 0.003),
        SharedYears(0.001, 0.4, -0.001, -0.002, -0.0005),
        SharedYears(0.001, 0.4, 0.001, 0.0005, 0.002),
    ]  # fmt: skip
    sizes = [(-0.001, 0.003, 0.05, 0.1), (-0.001, 0.003, 0.2, 0.1), (0.001, 0.003, 0.1, 0.1),
             (0.001, 0.003, 0.5, 0.3), (0.001, 0.003, 0.1, 0.6)]  # fmt: skip
    corrections: tuple[Correction, ...] = ("none", "split-halves", "second-rater")
    found = [result(low, high, grade, mde_r, r, name, kind)
             for name in names for low, high, mde_r, r in sizes
             for kind in corrections]  # fmt: skip
    found += [result(0.001, 0.003, grade, name=names[0], shared=one) for one in some]
    found += [result(0.001, 0.003, grade, name=names[0], lag=lag, role=role)
              for lag in (0, 2, 3) for role in ("primary", "secondary")]  # fmt: skip
    return found


def test_an_interval_with_zero_in_it_never_reads_as_a_difference() -> None:
    said = text(linkage_message(result(-0.001, 0.003)))
    assert "does not differ clearly" in said
    assert "more than one time in five" in said
    assert "associated" not in said


def test_what_research_expects_is_not_detectable_in_a_small_sample() -> None:
    said = text(linkage_message(result(-0.001, 0.003, mde_r=0.36)))
    assert "does not differ clearly" in said
    assert "not detectable here" in said
    assert "no effect" not in said


def test_a_difference_that_industries_years_could_make_is_not_told_as_one() -> None:
    weak = SharedYears(0.001, 0.4, 0.001, -0.001, 0.003)
    said = text(linkage_message(result(0.001, 0.003, shared=weak)))
    assert "does not differ clearly" in said
    assert "+0.30 percentage points" in said
    assert "cannot be told" in text(
        linkage_message(result(0.001, 0.003, shared=SharedYears(0.001, 0.4)))
    )
    held = SharedYears(0.001, 0.4, 0.001, 0.0005, 0.002)
    assert "is associated with" in text(linkage_message(result(0.001, 0.003, shared=held)))
    against = SharedYears(0.001, 0.4, -0.001, -0.002, -0.0005)
    assert "the sign turns" in text(linkage_message(result(0.001, 0.003, shared=against)))


@pytest.mark.parametrize("grade", ["A", "B", "C", "D"])
def test_no_sentence_of_a_grade_says_more_than_the_grade_allows(grade: str) -> None:
    """Every headline and every note an estimate of the grade can get."""
    forbidden = re.compile(rf"\b({FORBIDDEN[grade]})\b")
    seen: set[str] = set()
    for found in every_state(grade):
        told = [linkage_message(found), secondary(found), *sure_messages(found, None)]
        told = [m for m in told if not m["id"].startswith("grade.")]
        seen |= {m["id"] for m in told}
        guilty = [text(m) for m in told if forbidden.search(text(m))]
        assert guilty == []
    headlines = ("unclear", "undetectable", "clear", "implausible", "exaggerated")
    assert {f"linkage.{name}" for name in headlines} <= seen
    assert {"linkage.shared", "linkage.shared_alone", "linkage.shared_turned"} <= seen


@pytest.mark.parametrize(
    ("grade", "verb"),
    [
        ("A", "raised"),
        ("B", "goes with"),
        ("C", "is associated with"),
        ("D", "is seen together with"),
    ],
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


def test_no_template_speaks_of_causes() -> None:
    """All texts about estimates, filled or not; what a check found of a cause is told by grade."""
    source = resources.files("cxkit.display").joinpath("en.yml").read_text(encoding="utf-8")
    texts = YAML(typ="safe", pure=True).load(source)
    about = ("linkage.", "pnl.", "prior.", "planner.", "term.verb", "held.", "measures.")
    told = {k: v for k, v in texts.items() if k.startswith(about)}
    allowed = ("linkage.truth", "term.verb.raised")  # what was planted; the verb of grade A
    pattern = re.compile(rf"\b({CAUSAL})\b")
    guilty = [k for k, v in told.items() if pattern.search(v) and not k.startswith(allowed)]
    assert len(told) > 100
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


def test_without_a_second_score_no_usual_change_is_told() -> None:
    once = replace(result(0.001, 0.003), per_sd_within=float("nan"))
    assert "none was scored twice" in " ".join(text(m) for m in sure_messages(once, None))
    assert "a standard deviation" in " ".join(
        text(m) for m in sure_messages(result(0.001, 0.003), None)
    )


def test_an_interval_without_an_end_tells_nothing() -> None:
    for low, high in ((float("-inf"), 0.003), (0.001, float("inf"))):
        one = result(low, high)
        assert "cannot be told" in text(linkage_message(one))
        assert "has no end" in text(sure_messages(one, None)[0])


def test_a_failed_check_stands_beside_the_answer_with_what_it_found() -> None:
    found = message("check.influence_failed", share=0.6, without=0.0004)
    checks = [
        Check("influence", False, found, pd.DataFrame()),
        Check("halo", None, message("check.halo_one_rater"), pd.DataFrame()),
        Check("attrition", False, message("check.attrition_few"), pd.DataFrame(), applicable=False),
    ]
    said = [text(m) for m in sure_messages(result(0.001, 0.003), None, None, checks)]
    failed = [line for line in said if line.startswith("Failed check")]
    assert failed == [f"Failed check, single companies: {text(found)}"]


def test_without_an_end_no_power_is_claimed() -> None:
    ends = result(0.001, 0.003)
    assert "in 80 % of cases" in " ".join(text(m) for m in sure_messages(ends, None))
    for one in (result(float("-inf"), 0.003), result(0.001, float("inf"))):
        said = " ".join(text(m) for m in sure_messages(one, None))
        assert "80 %" not in said
        assert "is not known, since its interval has no end" in said
        assert one.as_row()["mde"] is one.as_row()["mde_r"] is None
    assert ends.as_row()["mde"] == ends.mde


@pytest.mark.parametrize("id", ["placebo_lead", "reverse_regression", "influence"])
@pytest.mark.parametrize("passed", [True, False, None])
def test_at_least_is_not_said_where_a_check_of_timing_failed(id: str, passed: bool | None) -> None:
    found = result(0.001, 0.003, correction="split-halves")
    checks = [Check(id, passed, message("check.estimate_unclear"), pd.DataFrame())]
    said = " ".join(text(m) for m in caution(found, None, None, checks))
    failed = passed is False and id != "influence"
    assert ("at least this much" in said) is not failed
    assert ("may as well be too large" in said) is failed
    beside = " ".join(text(m) for m in sure_messages(found, None, None, checks))
    assert ("at least this much" in beside) is not failed


def test_an_unclear_estimate_is_not_scaled_up() -> None:
    def scaled(found: LinkageResult) -> bool:
        return any("percent of the score" in text(m) for m in sure_messages(found, None))

    assert scaled(result(0.001, 0.003))
    assert not scaled(result(-0.001, 0.003))
