"""The error a consultant reads: file, column, count, rows, values, and the way out."""

from __future__ import annotations

from pathlib import Path

import pytest

from cxkit.contracts import check_client, read_client
from cxkit.errors import ConfigError, ContractError
from tests.contracts.folders import ASSESSMENTS, CLIENT, SCORES, write_client


def _error(folder: Path) -> ContractError:
    with pytest.raises(ContractError) as caught:
        read_client(str(folder))
    return caught.value


def test_message_has_the_shape_of_the_style_guide(tmp_path: Path) -> None:
    rows = "".join(f"a1,2023-06-30,r{n},lead_2,{n},4\n" for n in (6, 7, 55))
    changes = {"assessments.csv": ASSESSMENTS + rows + "a1,,r9,lead_2,4,4\na1,,r9,lead_1,4,4\n"}
    assert str(_error(write_client(tmp_path, changes))) == (
        "acme/assessments.csv does not fit the assessments contract.\n"
        "  performance  3 values outside 0-5  rows 5, 6, 7: 6, 7, 55\n"
        "  wave         2 values missing      rows 8, 9\n"
        "Correct the files (`cxkit check` lists every place with its way out), or put\n"
        "  severity: {missing_value: set_aside, outside_scale: set_aside}\n"
        "into client.yml to leave these rows out and list them in the report."
    )


def test_every_file_is_in_one_error(tmp_path: Path) -> None:
    changes = {
        "assessments.csv": ASSESSMENTS.replace("lead_1,3", "lead_1,x"),
        "scores.csv": SCORES.replace("b2", "b3"),
        "companies.csv": "company_id\na1\n",
    }
    error = _error(write_client(tmp_path, changes))
    assert error.exit_code == 3
    assert error.findings is not None
    assert error.findings["file"].tolist() == ["assessments.csv", "companies.csv", "scores.csv"]
    for line in (
        "acme/assessments.csv does not fit the assessments contract.",
        "  performance  1 value unreadable as a number  row 2: x",
        "acme/companies.csv does not fit the companies contract.",
        '  name  the column "name" is missing',
        "acme/scores.csv does not fit the scores contract.",
        "  company_id  1 row without a known company  row 3: b3",
    ):
        assert line in str(error).splitlines()


def test_many_rows_are_counted_and_only_the_first_are_named(tmp_path: Path) -> None:
    rows = "".join(f"b2,{year}-06-30,index,x\n" for year in range(1950, 1970))
    message = str(_error(write_client(tmp_path, {"scores.csv": SCORES + rows})))
    assert "20 values unreadable as a number" in message
    assert "rows 4, 5, 6, 7, 8, 9, 10, 11 and 12 more: x" in message


def test_no_way_out_is_offered_that_is_none(tmp_path: Path) -> None:
    message = str(_error(write_client(tmp_path, {"companies.csv": None})))
    assert "severity" not in message
    assert message.endswith("lists every place with its way out.")


def test_client_text_cannot_write_on_the_terminal(tmp_path: Path) -> None:
    row = "b2,2023-06-30,index,\x1b[2J\u202e" + "y" * 5000 + "\n"
    error = _error(write_client(tmp_path, {"scores.csv": SCORES + row}))
    assert "\x1b" not in str(error)
    assert "\u202e" not in str(error)
    assert len(str(error)) < 1000
    assert error.findings is not None
    assert error.findings["value"].str.len().max() == 200


def test_an_unknown_own_company_can_only_be_corrected(tmp_path: Path) -> None:
    changes = {"client.yml": CLIENT.replace("company: a1", "company: a77")}
    folder = write_client(tmp_path, changes)
    message = str(_error(folder))
    assert "set_aside" not in message
    assert 'company "a77" is not among the companies' in message
    found = check_client(str(folder))
    assert found["way_out"].tolist() == [
        'write the company_id of the reader\'s own company (such as "a1"), or leave the key out'
    ]


def test_an_unknown_client_ends_with_a_full_stop() -> None:
    with pytest.raises(ConfigError, match=r'There is no client "nosuch"\. Name a folder in'):
        read_client("nosuch")


def test_errors_of_client_yml_name_its_folder(tmp_path: Path) -> None:
    for number, (text, words) in enumerate(
        [("a: [", "acme/client.yml, line 1 is not valid"), (CLIENT + "titel: x\n", "line 8, titel")]
    ):
        place = tmp_path / str(number)
        with pytest.raises(ConfigError) as caught:
            read_client(str(write_client(place, {"client.yml": text})))
        assert str(caught.value).startswith("acme/client.yml")
        assert words in str(caught.value)
        assert str(tmp_path) not in str(caught.value)
