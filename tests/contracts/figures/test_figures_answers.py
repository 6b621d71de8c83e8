"""Each rule about answers and scores: what it is for, named at its rows, and nothing besides."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cxkit.contracts import check_client, read_client
from tests.contracts.folders import CLIENT, write_client

BLOCKS = {"lead": 6, "serve": 6}
ITEMS = [f"{block}_{n}" for block, count in BLOCKS.items() for n in range(1, count + 1)]
TWELVE = "id: twelve\nversion: 1\ntitle: {en: Twelve}\nprovenance: own\n" + (
    "scale: {minimum: 0, maximum: 5}\nblocks:\n"
    + "".join(
        f"  - id: {block}\n    title: {{en: {block}}}\n    items:\n"
        + "".join(f"      - {{id: {block}_{n}, text: {{en: q}}}}\n" for n in range(1, count + 1))
        for block, count in BLOCKS.items()
    )
    + "index: {minimum: 0, maximum: 60, method: sum}\n"
)


def answers(companies: int = 12, respondents: int = 2, seed: int = 1) -> pd.DataFrame:
    """Two waves of answers of 0 to 5, spread over the scale, by two people in each company."""
    rng = np.random.default_rng(seed)
    rows = [
        (f"c{c:02d}", wave, f"r{r}", item, int(np.clip(round(rng.normal(2.5, 1.3)), 0, 5)))
        for c in range(companies)
        for wave in ("2022-06-30", "2023-06-30")
        for r in range(respondents)
        for item in ITEMS
    ]
    names = ["company_id", "wave", "respondent_id", "item_id", "performance"]
    return pd.DataFrame(rows, columns=names)


def patterned(companies: int = 12, respondents: int = 3, seed: int = 4) -> pd.DataFrame:
    """The same, but some items are easy and some hard, for everybody."""
    frame = answers(companies, respondents, seed)
    height = {item: 0.9 + 3.2 * at / (len(ITEMS) - 1) for at, item in enumerate(ITEMS)}
    noise = np.random.default_rng(seed).normal(0, 0.8, len(frame))
    values = frame["item_id"].map(height).to_numpy() + noise
    frame["performance"] = np.clip(values.round(), 0, 5).astype(int)
    return frame


def other_scale(low: int, high: int, count: int) -> np.ndarray:
    """Answers given on another scale than 0-5."""
    values = np.random.default_rng(5).normal((low + high) / 2, 1.2, count).round()
    return np.clip(values, low, high).astype(int)


def write(place: Path, frame: pd.DataFrame, extra: dict | None = None, settings: str = "") -> Path:
    names = frame["company_id"].unique()
    head = CLIENT.replace("company: a1\n", "").replace("instrument: tiny", "instrument: twelve")
    files = {
        "client.yml": head + settings,
        "tiny.yml": None,
        "twelve.yml": TWELVE,
        "companies.csv": "company_id,name\n" + "".join(f"{n},{n}\n" for n in names),
        "assessments.csv": frame.to_csv(index=False),
        "scores.csv": None,
        "pnl.csv": None,
    }
    return write_client(place, {**files, **(extra or {})})


def check(place: Path, frame: pd.DataFrame, **given: object) -> pd.DataFrame:
    return check_client(str(write(place, frame, **given)))  # type: ignore[arg-type]


def test_sound_answers_have_no_findings(tmp_path: Path) -> None:
    assert check(tmp_path, answers()).empty


def test_one_to_five_sent_for_zero_to_five(tmp_path: Path) -> None:
    frame = answers()
    frame["performance"] = other_scale(1, 5, len(frame))
    found = check(tmp_path, frame)
    assert found[["row", "column", "kind", "severity"]].values.tolist() == [
        [None, "performance", "wrong_scale", "refuse"]
    ]
    assert "was the scale 1-5 instead of 0-5" in found["message"].iloc[0]
    settings = "severity: {wrong_scale: warn}\n"
    assert read_client(str(write(tmp_path / "warn", frame, settings=settings))).has("assessments")


def test_few_answers_say_nothing_about_the_scale(tmp_path: Path) -> None:
    frame = answers(companies=2, respondents=1).iloc[::3].reset_index(drop=True)
    low = [1] * 9 + [2] * 3 + [3, 4, 4, 5]
    frame["performance"] = low
    assert "wrong_scale" not in set(check(tmp_path / "few", frame)["kind"])
    many = answers(companies=6, respondents=2)
    many["performance"] = (low * (len(many) // len(low) + 1))[: len(many)]
    assert "wrong_scale" in set(check(tmp_path / "many", many)["kind"])


def test_zero_to_four_sent_for_zero_to_five(tmp_path: Path) -> None:
    frame = answers()
    frame["performance"] = other_scale(0, 4, len(frame))
    found = check(tmp_path, frame)
    assert found["kind"].tolist() == ["wrong_scale"]
    assert "was the scale 0-4 instead of 0-5" in found["message"].iloc[0]


def test_one_company_on_another_scale(tmp_path: Path) -> None:
    frame = answers(respondents=24)
    own = frame["company_id"] == "c03"
    frame.loc[own, "performance"] = other_scale(1, 5, own.sum())
    found = check(tmp_path, frame)
    assert found[["row", "kind", "severity", "value"]].values.tolist() == [
        [int(np.flatnonzero(own)[0]) + 2, "wrong_scale_company", "warn", "c03"]
    ]


@pytest.mark.parametrize(("low", "high"), [(1, 5), (0, 4), (1, 4), (0, 3), (0, 1)])
def test_companies_on_another_scale(low: int, high: int, tmp_path: Path) -> None:
    frame = answers(respondents=16)
    own = frame["company_id"].isin(["c03", "c08"])
    frame.loc[own, "performance"] = other_scale(low, high, own.sum())
    found = check(tmp_path, frame)
    named = found[found["kind"] == "wrong_scale_company"]
    assert named["value"].tolist() == ["c03", "c08"]
    assert named["severity"].unique().tolist() == ["warn"]
    assert f"lie between {low} and {high}" in named["message"].iloc[0]
    assert named["row"].iloc[0] == int(np.flatnonzero(own)[0]) + 2


def test_a_leader_and_a_company_of_one_mind_are_on_the_right_scale(tmp_path: Path) -> None:
    frame = answers(respondents=12)
    rng = np.random.default_rng(7)
    for company, mean, spread in (("c01", 4.2, 1.1), ("c02", 0.8, 1.1), ("c03", 2.6, 0.9)):
        own = frame["company_id"] == company
        values = rng.normal(mean, spread, own.sum()).round()
        frame.loc[own, "performance"] = np.clip(values, 0, 5).astype(int)
    assert check(tmp_path, frame).empty


def test_a_company_converted_from_another_scale(tmp_path: Path) -> None:
    frame = answers()
    frame["performance"] = frame["performance"].astype(float)
    own = frame["company_id"] == "c05"
    frame.loc[own, "performance"] = np.random.default_rng(3).integers(1, 11, own.sum()) / 2
    found = check(tmp_path, frame)
    assert found[["kind", "value"]].values.tolist() == [["wrong_scale_company", "c05"]]
    assert "between whole numbers" in found["message"].iloc[0]


@pytest.mark.parametrize("respondents", [2, 3])
def test_a_respondent_with_the_scale_turned_round(respondents: int, tmp_path: Path) -> None:
    frame = patterned(respondents=respondents)
    assert check(tmp_path / "sound", frame).empty
    own = (frame["company_id"] == "c04") & (frame["respondent_id"] == "r1")
    turned = frame.assign(performance=frame["performance"].where(~own, 5 - frame["performance"]))
    found = check(tmp_path / "both", turned)
    first = int(np.flatnonzero(own)[0]) + 2
    assert found[["row", "kind", "severity", "value"]].values.tolist() == [
        [first, "reversed_answers", "warn", "r1"]
    ]
    own &= frame["wave"] == "2023-06-30"
    turned = frame.assign(performance=frame["performance"].where(~own, 5 - frame["performance"]))
    found = check(tmp_path / "one", turned)
    first = int(np.flatnonzero(own)[0]) + 2
    assert found[["row", "kind"]].values.tolist() == [[first, "reversed_answers"]]


def test_a_company_of_one_turned_round_against_the_others(tmp_path: Path) -> None:
    frame = patterned(respondents=1).assign(role="assessor")
    own = frame["company_id"] == "c04"
    frame.loc[own, "performance"] = 5 - frame.loc[own, "performance"]
    found = check(tmp_path, frame)
    assert found["kind"].unique().tolist() == ["reversed_answers"]


def test_high_scores_are_no_wrong_scale(tmp_path: Path) -> None:
    frame = answers()
    frame["performance"] = np.clip(frame["performance"] + 2, 0, 5)
    frame.loc[frame["performance"] < 3, "performance"] = 3
    assert not (check(tmp_path, frame)["severity"] == "refuse").any()


def test_straight_lines(tmp_path: Path) -> None:
    frame = answers()
    line = (frame["company_id"] == "c02") & (frame["respondent_id"] == "r1")
    line &= frame["wave"] == "2023-06-30"
    frame.loc[line, "performance"] = 4
    found = check(tmp_path, frame)
    first = int(np.flatnonzero(line)[0]) + 2
    assert found[["row", "kind", "severity", "value"]].values.tolist() == [
        [first, "straight_lining", "warn", "r1"]
    ]
    assert found["message"].iloc[0] == "all 12 answers are 4"
    settings = "severity: {straight_lining: set_aside}\n"
    read = read_client(str(write(tmp_path / "aside", frame, settings=settings)))
    assert len(read.table("assessments")) == len(frame) - line.sum()


def test_one_respondent(tmp_path: Path) -> None:
    frame = answers()
    alone = (frame["company_id"] == "c02") & (frame["wave"] == "2023-06-30")
    frame = frame[~(alone & (frame["respondent_id"] == "r1"))].reset_index(drop=True)
    found = check(tmp_path, frame)
    assert found[["kind", "severity", "value"]].values.tolist() == [
        ["one_respondent", "warn", "r0"]
    ]
    single = check(tmp_path / "all", answers(respondents=1))
    assert single["row"].tolist() == [None]
    assert "24 of 24 companies' waves rest on one respondent" in single["message"].iloc[0]
    outside = answers(respondents=1).assign(role="assessor")
    assert check(tmp_path / "outside", outside).empty


def test_missing_block(tmp_path: Path) -> None:
    frame = answers()
    gone = (frame["company_id"] == "c02") & (frame["wave"] == "2023-06-30")
    gone &= frame["item_id"].str.startswith("serve")
    frame["performance"] = frame["performance"].astype(object).where(~gone, None)
    found = check(tmp_path, frame)
    assert found[["kind", "severity"]].values.tolist() == [["missing_block", "warn"]]
    assert "an item of serve" in found["message"].iloc[0]
    assert found["value"].tolist() == ["serve_1"]
    settings = "severity: {missing_block: set_aside}\n"
    aside = check(tmp_path / "aside", frame, settings=settings)
    assert set(aside["severity"]) == {"set_aside"}
    assert len(aside) == 12  # what was answered beside it


def test_a_block_that_does_not_apply_is_answered(tmp_path: Path) -> None:
    frame = answers()
    gone = (frame["company_id"] == "c02") & (frame["wave"] == "2023-06-30")
    gone &= frame["item_id"].str.startswith("serve")
    frame["performance"] = frame["performance"].astype(object).where(~gone, "n/a")
    assert check(tmp_path, frame).empty
    one = gone & (frame["respondent_id"] == "r0")
    frame["performance"] = frame["performance"].where(~one, None)
    assert check(tmp_path / "one", frame).empty  # r1 says that it does not apply
    frame["performance"] = frame["performance"].where(~gone, None)
    frame.loc[np.flatnonzero(gone)[0], "performance"] = "n/a"
    assert check(tmp_path / "none", frame)["kind"].tolist() == ["missing_block"]


def test_a_break_in_a_company_and_in_a_wave(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    rows = [
        (f"c{c:02d}", f"{year}-06-30", "index", 25 + c + round(float(rng.normal(0, 1)), 1))
        for c in range(25)
        for year in range(2017, 2024)
    ]
    scores = pd.DataFrame(rows, columns=["company_id", "wave", "measure", "value"])
    scores.loc[10, "value"] -= 20
    text = {"scores.csv": scores.to_csv(index=False)}
    frame = answers(companies=25)
    found = check(tmp_path, frame, extra=text)
    assert found[["row", "kind"]].values.tolist() == [[12, "score_break"], [13, "score_break"]]
    scores.loc[10, "value"] += 20
    scores.loc[scores["wave"] >= "2021", "value"] += 8
    text = {"scores.csv": scores.to_csv(index=False)}
    found = check(tmp_path / "wave", frame, extra=text)
    assert found[["row", "kind", "value"]].values.tolist() == [[None, "wave_break", "2021"]]


def test_a_score_without_accounts(tmp_path: Path) -> None:
    rows = "".join(
        f"c{c:02d},{year}-12-31,12,USD,1,{1000 + 7 * c + 31 * (year - 2020)}\n"
        for c in range(1, 12)
        for year in (2022, 2023)
    )
    pnl = "company_id,period_end,period_months,currency,unit,revenue\n" + rows
    found = check(tmp_path, answers(), extra={"pnl.csv": pnl})
    assert found[["file", "row", "kind", "value"]].values.tolist() == [
        ["companies.csv", 2, "score_without_accounts", "c00"]
    ]
