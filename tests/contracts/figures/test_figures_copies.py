"""Sheets copied from one respondent to another are named; those that chance makes equal are not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cxkit.contracts import check_client, read_client
from tests.contracts.figures.test_figures_answers import answers, check, write
from tests.measures import test_management

KIND = "identical_sheets"


def sheet(frame: pd.DataFrame, respondent: str) -> pd.Series:
    """The rows of a respondent of c02 in 2023."""
    own = (frame["company_id"] == "c02") & (frame["wave"] == "2023-06-30")
    return own & (frame["respondent_id"] == respondent)


def copied(frame: pd.DataFrame, *respondents: str) -> pd.DataFrame:
    """The answers with those of r0 of c02 in 2023 sent under other respondents' names too."""
    frame = frame.copy()
    for respondent in respondents:
        original = frame.loc[sheet(frame, "r0"), "performance"]
        frame.loc[sheet(frame, respondent), "performance"] = original.to_numpy()
    return frame


def test_copied_sheets(tmp_path: Path) -> None:
    frame = copied(answers(), "r1")
    found = check(tmp_path / "warn", frame)
    first = int(np.flatnonzero(sheet(frame, "r1"))[0]) + 2
    assert found[["row", "column", "kind", "severity", "value"]].values.tolist() == [
        [first, "respondent_id", KIND, "warn", "r0, r1"]
    ]
    assert found["message"].iloc[0] == (
        "r0 and r1 gave the same answers to all 12 items that both answered"
    )
    settings = f"severity: {{{KIND}: set_aside}}\n"
    read = read_client(str(write(tmp_path / "aside", frame, settings=settings)))
    kept = read.table("assessments")
    assert not sheet(kept.astype({"wave": str}), "r1").any()
    assert len(kept) == len(frame) - 12


@pytest.mark.parametrize("respondents", [3, 8])
def test_several_copies_are_one_finding(respondents: int, tmp_path: Path) -> None:
    names = [f"r{n}" for n in range(1, respondents)]
    found = check(tmp_path, copied(answers(respondents=respondents), *names))
    assert found[["kind", "value"]].values.tolist() == [[KIND, ", ".join(["r0", *names])]]
    assert ("and 3 more" in found["message"].iloc[0]) == (respondents == 8)


def test_nine_shared_items_are_too_few_and_ten_are_enough(tmp_path: Path) -> None:
    frame = copied(answers(), "r1")
    for shared, kinds in ((10, [KIND]), (9, [])):
        left = [f"serve_{n}" for n in range(1, 13 - shared)]
        gone = sheet(frame, "r1") & frame["item_id"].isin(left)
        sent = frame["performance"].astype(object).where(~gone, None)
        found = check(tmp_path / str(shared), frame.assign(performance=sent))
        assert found["kind"].tolist() == kinds


@pytest.mark.parametrize(("value", "other"), [(0, 0), (5, 5), (5, 4), (0, 1)])
def test_sheets_at_one_end_of_the_scale_are_not_copied(
    value: int, other: int, tmp_path: Path
) -> None:
    frame = answers()
    both = sheet(frame, "r0") | sheet(frame, "r1")
    item = frame.loc[both, "item_id"]
    frame.loc[both, "performance"] = np.where(item == "lead_2", other, value)
    assert KIND not in set(check(tmp_path, frame)["kind"])


def test_equal_by_chance_is_not_copied(tmp_path: Path) -> None:
    """Where raters agree in nine answers of ten, some pairs agree in all."""
    frame = answers(companies=40)
    first = frame["respondent_id"] == "r0"
    both = frame.loc[first, "performance"].to_numpy()
    frame.loc[~first, "performance"] = np.where(
        np.random.default_rng(3).random(len(both)) < 0.9, both, (both + 1) % 6
    )
    sheets = frame.pivot(
        index=["company_id", "wave", "item_id"], columns="respondent_id", values="performance"
    )
    equal = (sheets["r0"] == sheets["r1"]).groupby(level=["company_id", "wave"]).all()
    assert equal.any()
    assert KIND not in set(check(tmp_path, frame)["kind"])


def test_real_sheets_are_not_accused_and_a_copy_among_them_is(
    shared_data: Path, tmp_path: Path
) -> None:
    """The survey has one sheet per firm: two firms' stand for two raters of one."""
    survey = shared_data / "clients" / "management-mexico"
    if not (survey / "assessments.csv").is_file():
        pytest.skip("no management-mexico among the reference data")
    frame = pd.read_csv(survey / "assessments.csv")
    firm = pd.factorize(frame["company_id"])[0]
    frame["respondent_id"] = np.where(firm % 2, "b", "a")
    frame["company_id"] = [f"f{number}" for number in firm // 2]
    assert KIND not in set(_survey(tmp_path / "sound", frame)["kind"])
    first, second = ((frame["company_id"] == "f7") & (frame["respondent_id"] == r) for r in "ab")
    copy = frame[first].assign(respondent_id="b")
    found = _survey(tmp_path / "copied", pd.concat([frame[~second], copy]))
    found = found[found["kind"] == KIND]
    assert found["value"].tolist() == ["a, b"]


def _survey(place: Path, frame: pd.DataFrame) -> pd.DataFrame:
    """The findings about a survey of management sent with these answers."""
    place.mkdir()
    names = frame["company_id"].unique()
    pd.DataFrame({"company_id": names, "name": names}).to_csv(place / "companies.csv", index=False)
    frame.to_csv(place / "assessments.csv", index=False)
    (place / "client.yml").write_text(test_management.CLIENT, encoding="utf-8")
    (place / "management.yml").write_text(test_management.instrument_file(), encoding="utf-8")
    return check_client(str(place))
