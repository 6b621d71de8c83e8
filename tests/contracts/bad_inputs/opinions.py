"""Answers and scores that are complete and inside the scale, and cannot be what was meant."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from tests.contracts.bad_inputs.case import A, Case, Finding, R, W, config
from tests.contracts.bad_inputs.figures import NO_TABLES, text
from tests.contracts.figures.test_figures_answers import (
    TWELVE,
    answers,
    other_scale,
    patterned,
)
from tests.contracts.figures.test_figures_copies import copied, sheet

FAMILY = "answers and scores"


def cases() -> Iterator[Case]:
    """All cases of the family."""
    yield _case("as they should be", answers())
    yield from _scales()
    yield from _company_scales()
    yield from _percentages()
    yield from _reversed()
    yield from _respondents()
    yield from _copies()
    yield from _single()
    yield from _blocks()
    yield from _breaks()
    yield from _accounts()


def _case(name: str, frame: pd.DataFrame, *findings: Finding, **given: Any) -> Case:
    return answers_case(name, FAMILY, frame, *findings, **given)


def answers_case(
    name: str,
    family: str,
    frame: pd.DataFrame,
    *findings: Finding,
    settings: str = "",
    dropped: pd.Series | None = None,
    read: pd.DataFrame | None = None,
    **extra: str,
) -> Case:
    """A client with these answers; `dropped` marks rows set aside, `read` is what is read."""
    known = frame["company_id"] if read is None else answers()["company_id"]
    names = sorted(set(known))
    tables = {"companies": "company_id,name\n" + "".join(f"{n},{n}\n" for n in names), **extra}
    head = config(settings).replace("company: a1\n", "").replace("tiny", "twelve")
    files = {f"{table}.csv": content for table, content in tables.items()}
    own = {"client.yml": head, "tiny.yml": None, "twelve.yml": TWELVE}
    files["assessments.csv"] = text(frame)
    rows = read if read is not None else frame if dropped is None else frame[~dropped]
    truth = {**dict.fromkeys(["scores", "pnl"]), **tables, "assessments": text(rows)}
    return Case(name, family, {**NO_TABLES, **own, **files}, truth, findings)


def _finding(frame: pd.DataFrame, rows: pd.Series, column: str, kind: str, value: str) -> Finding:
    """A warning at the first of some rows."""
    return ("assessments.csv", int(np.flatnonzero(rows)[0]) + 2, column, kind, W, value)


def _scales() -> Iterator[Case]:
    wrong: Finding = ("assessments.csv", None, "performance", "wrong_scale", R, "")
    for low, high in ((1, 5), (0, 4)):
        name = f"{low} to {high} for 0 to 5"
        frame = answers()
        frame["performance"] = other_scale(low, high, len(frame))
        yield _case(name, frame, wrong)
        yield _case(
            f"{name}, by choice",
            frame,
            (*wrong[:4], W, ""),
            settings="severity: {wrong_scale: warn}",
        )


def _company_scales() -> Iterator[Case]:
    """Some companies alone were shown another scale."""
    for low, high in ((1, 5), (0, 4), (1, 4), (0, 3), (0, 1)):
        frame = answers(respondents=24)
        own = frame["company_id"] == "c03"
        frame.loc[own, "performance"] = other_scale(low, high, int(own.sum()))
        found = _finding(frame, own, "performance", "wrong_scale_company", "c03")
        yield _case(f"one company on {low} to {high}", frame, found)
    frame = answers()
    own = frame["company_id"] == "c05"
    frame = frame.assign(performance=frame["performance"].astype(float))
    frame.loc[own, "performance"] = np.random.default_rng(3).integers(1, 11, own.sum()) / 2
    found = _finding(frame, own, "performance", "wrong_scale_company", "c05")
    yield _case("one company converted from 1 to 10", frame, found)
    frame = answers(respondents=24)
    own = frame["company_id"] == "c03"
    high = np.random.default_rng(3).normal(4.2, 1.1, own.sum()).round().clip(0, 5)
    frame.loc[own, "performance"] = high.astype(int)
    yield _case("one company that is simply better", frame)


def _percentages() -> Iterator[Case]:
    frame = answers(companies=3)
    frame = frame[frame["wave"] == "2022-06-30"].reset_index(drop=True)
    frame["performance"] *= 20
    shown = frame["performance"].astype(str)
    yield _case(
        "percentages for 0 to 5",
        frame,
        *(
            ("assessments.csv", row + 2, "performance", "outside_scale", R, shown[row])
            for row in frame.index[frame["performance"] > 5]
        ),
    )


def _reversed() -> Iterator[Case]:
    """Respondents who took the scale the other way round."""
    for name, respondents, waves in (
        ("one of three turned the scale round", 3, ("2022-06-30", "2023-06-30")),
        ("one of two turned the scale round", 2, ("2022-06-30", "2023-06-30")),
        ("one of three turned the scale round once", 3, ("2023-06-30",)),
    ):
        frame = patterned(respondents=respondents)
        own = (frame["company_id"] == "c04") & (frame["respondent_id"] == "r1")
        own &= frame["wave"].isin(waves)
        frame.loc[own, "performance"] = 5 - frame.loc[own, "performance"]
        yield _case(name, frame, _finding(frame, own, "respondent_id", "reversed_answers", "r1"))
    yield _case("items that all find easy or hard", patterned())


def _respondents() -> Iterator[Case]:
    frame = answers()
    line = (frame["company_id"] == "c02") & (frame["wave"] == "2023-06-30")
    line &= frame["respondent_id"] == "r1"
    frame.loc[line, "performance"] = 4
    straight = _finding(frame, line, "respondent_id", "straight_lining", "r1")
    yield _case("one answer to everything", frame, straight)
    yield _case(
        "such a respondent set aside",
        frame,
        *(
            ("assessments.csv", int(row) + 2, "respondent_id", "straight_lining", A, "r1")
            for row in np.flatnonzero(line)
        ),
        settings="severity: {straight_lining: set_aside}",
        dropped=line,
    )


def _copies() -> Iterator[Case]:
    """Respondents of one company and wave with the same answers."""
    frame = copied(answers(), "r1")
    copy = sheet(frame, "r1")
    same = _finding(frame, copy, "respondent_id", "identical_sheets", "r0, r1")
    yield _case("two sheets with the same answers", frame, same)
    aside = "severity: {identical_sheets: set_aside}"
    rows = [int(row) + 2 for row in np.flatnonzero(copy)]
    each = [("assessments.csv", row, *same[2:4], A, same[5]) for row in rows]
    yield _case("such a sheet set aside", frame, *each, settings=aside, dropped=copy)
    frame = copied(answers(respondents=4), "r1", "r3")
    same = _finding(frame, sheet(frame, "r1"), "respondent_id", "identical_sheets", "r0, r1, r3")
    yield _case("three sheets with the same answers", frame, same)
    frame = copied(answers(), "r1")
    gaps = sheet(frame, "r0") & (frame["item_id"] == "lead_2")
    gaps |= sheet(frame, "r1") & (frame["item_id"] == "serve_5")
    frame["performance"] = frame["performance"].astype(object).where(~gaps, None)
    same = _finding(frame, sheet(frame, "r1"), "respondent_id", "identical_sheets", "r0, r1")
    yield _case("the same answers but for gaps", frame, same)
    frame = copied(answers(), "r1")
    other = sheet(frame, "r1") & (frame["item_id"] == "lead_2")
    frame.loc[other, "performance"] = (frame.loc[other, "performance"] + 1) % 6
    yield _case("the same answers but for one", frame)
    frame = answers()
    both = sheet(frame, "r0") | sheet(frame, "r1")
    frame.loc[both, "performance"] = np.where(frame.loc[both, "item_id"] == "lead_2", 2, 3)
    yield _case("two sheets with nearly one answer", frame)


def _single() -> Iterator[Case]:
    """Companies that rest on one respondent."""
    frame = answers()
    alone = (frame["company_id"] == "c02") & (frame["wave"] == "2023-06-30")
    frame = frame[~(alone & (frame["respondent_id"] == "r1"))].reset_index(drop=True)
    alone = (frame["company_id"] == "c02") & (frame["wave"] == "2023-06-30")
    yield _case(
        "one respondent in a company",
        frame,
        _finding(frame, alone, "respondent_id", "one_respondent", "r0"),
    )
    single = answers(respondents=1)
    yield _case(
        "one respondent everywhere",
        single,
        ("assessments.csv", None, "respondent_id", "one_respondent", W, ""),
    )
    yield _case("an assessor of each company", single.assign(role="assessor"))


def _blocks() -> Iterator[Case]:
    frame = answers()
    own = (frame["company_id"] == "c02") & (frame["wave"] == "2023-06-30")
    gone = own & frame["item_id"].str.startswith("serve")
    empty = frame.assign(performance=frame["performance"].astype(object).where(~gone, None))
    first = frame.loc[gone, "item_id"].iloc[0]
    yield _case(
        "a block that nobody answered",
        empty,
        _finding(frame, gone, "item_id", "missing_block", first),
    )
    none = frame.assign(performance=frame["performance"].astype(object).where(~gone, "n/a"))
    yield _case(
        "a block that applies to nobody",
        none,
        read=empty.assign(not_applicable=gone.map({True: "yes", False: ""})),
    )
    some = own & (frame["item_id"] == "serve_1")
    few = frame.assign(performance=frame["performance"].astype(object).where(~some, None))
    yield _case("an item that nobody answered", few)


def _breaks() -> Iterator[Case]:
    rng = np.random.default_rng(2)
    rows = [
        (f"c{c:02d}", f"{year}-06-30", "index", 24 + c + round(float(rng.normal(0, 1)), 1))
        for c in range(25)
        for year in range(2017, 2024)
    ]
    scores = pd.DataFrame(rows, columns=["company_id", "wave", "measure", "value"])
    frame = answers(companies=25)
    yield _case("scores of 25 companies", frame, scores=text(scores))
    broken = scores.copy()
    broken.loc[10, "value"] -= 25
    values = [f"{broken.loc[row, 'value']:.15g}" for row in (10, 11)]
    yield _case(
        "a score that falls and comes back",
        frame,
        *(
            ("scores.csv", row, "value", "score_break", W, value)
            for row, value in zip((12, 13), values, strict=True)
        ),
        scores=text(broken),
    )
    scores.loc[scores["wave"] >= "2021", "value"] += 8
    yield _case(
        "a wave in which all scores rise",
        frame,
        ("scores.csv", None, "wave", "wave_break", W, "2021"),
        scores=text(scores),
    )


def _accounts() -> Iterator[Case]:
    pnl = "company_id,period_end,period_months,currency,unit,revenue\n" + "".join(
        f"c{c:02d},{year}-12-31,12,USD,1,{1000 + 7 * c + 31 * (year - 2020)}\n"
        for c in range(1, 12)
        for year in (2022, 2023)
    )
    yield _case(
        "a company without accounts",
        answers(),
        ("companies.csv", 2, "company_id", "score_without_accounts", W, "c00"),
        pnl=pnl,
    )
