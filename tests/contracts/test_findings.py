"""Each kind of finding: named at its file, row and column, and nothing besides it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from cxkit.contracts import check_client, read_client
from cxkit.contracts.findings import COLUMNS
from cxkit.contracts.kinds import FIGURES, KINDS, WORKBOOKS
from cxkit.errors import ContractError
from tests.contracts.cases import CASES, Case
from tests.contracts.folders import CLIENT, PNL, SCORES, write_client
from tests.contracts.reading_cases import READING

ELSEWHERE = {
    "wrong_type",
    "link_out_of_folder",
    "client_name_differs",
    "too_many_faults",
    "answers_sampled",
}  # tested on their own


@pytest.mark.parametrize("case", [*CASES, *READING], ids=lambda case: case.name)
def test_findings(case: Case, tmp_path: Path) -> None:
    folder = write_client(tmp_path, case.changes)
    found = check_client(str(folder))
    assert tuple(found.columns) == COLUMNS
    keys = ["file", "row", "column", "kind", "severity", "value"]
    assert sorted(map(repr, found[keys].itertuples(index=False, name=None))) == sorted(
        map(repr, case.findings)
    )
    assert (found["message"].str.len() > 10).all()
    assert (found["way_out"].str.len() > 5).all()
    if any(finding[4] == "refuse" for finding in case.findings):
        with pytest.raises(ContractError) as caught:
            read_client(str(folder))
        assert set(caught.value.findings["severity"]) == {"refuse"}
    else:
        assert read_client(str(folder)).findings.equals(found)


def test_every_kind_has_a_case() -> None:
    tried = {finding[3] for case in [*CASES, *READING] for finding in case.findings}
    assert tried | ELSEWHERE | set(FIGURES) | set(WORKBOOKS) == set(KINDS)


def test_findings_come_by_file_and_row(tmp_path: Path) -> None:
    changes = {
        "scores.csv": SCORES.replace("12", "x") + "zz,2023-06-30,index,5\n",
        "pnl.csv": PNL.replace("12,USD", "0,USD"),
        "x.txt": "x",
    }
    found = check_client(str(write_client(tmp_path, changes)))
    places = [(file, row or 0) for file, row in zip(found["file"], found["row"], strict=True)]
    assert places == sorted(places)
    assert len(places) == 5
    assert found["row"].map(type).isin([int, type(None)]).all()


def test_rows_set_aside_are_out_and_the_others_stay(tmp_path: Path) -> None:
    changes = {
        "client.yml": CLIENT + "severity: {outside_scale: set_aside}\n",
        "scores.csv": SCORES + "b2,2023-06-30,index,99\nb2,2024-06-30,index,9\n",
    }
    client = read_client(str(write_client(tmp_path, changes)))
    scores = client.table("scores")
    assert scores["_row"].tolist() == [2, 3, 5]
    assert scores["value"].tolist() == [12, 0, 9]


def test_the_latest_version_of_a_period_stays(tmp_path: Path) -> None:
    head = "company_id,period_end,period_months,currency,unit,revenue,as_of\n"
    rows = "a1,2022-12-31,12,USD,1,100,2023-03-01\na1,2022-12-31,12,USD,1,90,2024-03-01\n"
    folder = write_client(tmp_path, {"pnl.csv": head + rows})
    assert read_client(str(folder)).table("pnl")["revenue"].tolist() == [90]
    before = read_client(str(folder), as_of="2023-12-31")
    assert before.table("pnl")["revenue"].tolist() == [100]


def test_near_names_are_offered(tmp_path: Path) -> None:
    changes = {
        "scores.csv": SCORES.replace("wave", "waves").replace("index", "indx"),
        "score.csv": "x",
    }
    found = check_client(str(write_client(tmp_path, changes)))
    messages = " ".join(found["message"])
    for name in ("waves", "index", "scores.csv"):
        assert f'did you mean "{name}"?' in messages


def test_link_out_of_the_folder(tmp_path: Path) -> None:
    folder = write_client(tmp_path, {"pnl.csv": None})
    (tmp_path / "elsewhere.csv").write_text(PNL)
    (folder / "pnl.csv").symlink_to(tmp_path / "elsewhere.csv")
    found = check_client(str(folder))
    assert found["kind"].tolist() == ["link_out_of_folder"]


def test_copied_folder_with_the_first_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CXKIT_ROOT", str(tmp_path))
    write_client(tmp_path / "data" / "clients", name="beta")
    found = check_client("beta")
    assert found[["file", "column", "kind", "severity", "value"]].values.tolist() == [
        ["client.yml", "client", "client_name_differs", "warn", "acme"]
    ]


def test_ten_thousand_wrong_rows_are_all_listed(tmp_path: Path) -> None:
    rows = "".join(f"z{n},2023-06-30,index,5\n" for n in range(10_000))
    found = check_client(str(write_client(tmp_path, {"scores.csv": SCORES + rows})))
    assert len(found) == 10_000
    assert found["kind"].unique().tolist() == ["unknown_company"]
    assert isinstance(found, pd.DataFrame)
