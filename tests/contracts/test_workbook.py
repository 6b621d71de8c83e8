"""A workbook is read cell by cell as it is, and findings name its cells."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from openpyxl import Workbook
from openpyxl.utils.datetime import MAC_EPOCH

from cxkit.contracts import TABLES, check_client, read_client
from cxkit.contracts.kinds import WORKBOOKS
from cxkit.contracts.tables import NUMBER
from cxkit.contracts.workbook.grid import number_text
from tests.contracts.books import (
    COMPANIES,
    DAY,
    GOOD,
    PNL,
    WIDE,
    Rows,
    book,
    calculated,
    folder,
    found,
    patched,
    places,
    sent,
    with_parts,
)
from tests.contracts.folders import CLIENT, write_client

COMMA = CLIENT + 'locale: {decimal: ",", thousands: "."}\n'
ANSWERS, ACCOUNTS, FIRMS = (
    "intake.xlsx [assessments]",
    "intake.xlsx [pnl]",
    "intake.xlsx [companies]",
)


def test_a_workbook_is_the_same_data_as_csv(tmp_path: Path) -> None:
    client = sent(tmp_path, book(GOOD))
    assert client.findings.empty
    assert client.table("companies")["company_id"].tolist() == ["a1", "b2"]
    assert client.table("pnl")["revenue"].tolist() == [100.5, 110]
    assert client.table("pnl")["_row"].tolist() == [2, 3]
    assert client.table("pnl")["period_end"].tolist() == [
        pd.Timestamp("2022-12-31"),
        pd.Timestamp("2023-12-31"),
    ]
    assert [(info.name, info.rows) for info in client.files if "xlsx" in info.name] == [
        ("intake.xlsx", 2 + 8 + 2)
    ]


def test_a_column_per_item_becomes_a_row_per_item(tmp_path: Path) -> None:
    answers = sent(tmp_path, book(GOOD)).table("assessments")
    assert answers["item_id"].tolist() == ["lead_1", "lead_2", "serve_1", "serve_2"] * 2
    assert answers["_row"].tolist() == [2] * 4 + [3] * 4
    assert answers["performance"].fillna(-1).tolist() == [3, 0, -1, 5, 1, 2, 3, 4]
    assert answers["importance"].fillna(-1).tolist() == [4, -1, -1, -1, 5, -1, -1, -1]


def test_a_sheet_in_the_long_form_is_read_too(tmp_path: Path) -> None:
    long = [
        ["company_id", "wave", "respondent_id", "item_id", "performance"],
        ["a1", DAY, "r1", "lead_1", 9],
    ]
    findings = found(tmp_path, book({**GOOD, "assessments": long}))
    assert places(findings, "outside_scale") == [(ANSWERS, 2, "performance", "refuse", "9")]


def test_one_wrong_answer_set_aside_leaves_the_others(tmp_path: Path) -> None:
    rows = [*WIDE, ["b2", DAY, "r2", 9, 9, 3, 3, 3]]
    data = book({**GOOD, "assessments": rows})
    client = sent(tmp_path, data, **{"client.yml": CLIENT + "severity: {outside_scale: set_aside}"})
    assert places(client.findings, "outside_scale") == [
        (ANSWERS, 4, "lead_1", "set_aside", "9"),
        (ANSWERS, 4, "lead_1:importance", "set_aside", "9"),
    ]
    answers = client.table("assessments")
    assert answers.loc[answers["_row"] == 4, "item_id"].tolist() == ["lead_2", "serve_1", "serve_2"]


def test_a_fault_of_the_whole_row_is_named_once(tmp_path: Path) -> None:
    rows = [*WIDE, ["zz", DAY, "r2", 1, 1, 3, 3, 3], ["a1", DAY, "r1", 3, 4, 0, None, 5]]
    findings = found(tmp_path, book({**GOOD, "assessments": rows}))
    assert places(findings, "unknown_company") == [(ANSWERS, 4, "company_id", "refuse", "zz")]
    assert len(places(findings, "duplicate_row")) == 1
    said = findings.loc[findings["kind"] == "duplicate_row", "message"].item()
    assert said == "the same row as row 2"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1e5, "100000"),
        (0.1 + 0.2, "0.30000000000000004"),
        (1e22, "10000000000000000000000"),
        (1e-7, "0.0000001"),
        (-12.50, "-12.5"),
        (100, "100"),
        (-0.0, "-0"),
    ],
)
def test_numbers_keep_every_digit(value: float, text: str) -> None:
    assert number_text(value) == text


@pytest.mark.parametrize("settings", [CLIENT, COMMA])
def test_numbers_are_read_exactly_whatever_the_locale(settings: str, tmp_path: Path) -> None:
    values = [1234.567, 0.1 + 0.2, 1e5, -1e-7, 1234567, 1.234]
    rows = [["a1", dt.date(2010 + at, 1, 1), "orders", v] for at, v in enumerate(values)]
    metrics = [["company_id", "date", "metric", "value"], *rows]
    full = {"sheet": {"<v>0.3</v>": "<v>0.30000000000000004</v>"}}  # openpyxl writes 16 digits
    data = patched(book({**GOOD, "metrics": metrics}), full)
    client = sent(tmp_path, data, **{"client.yml": settings})
    assert client.table("metrics")["value"].tolist() == values


def test_numbers_as_text_follow_the_declared_locale(tmp_path: Path) -> None:
    rows = [PNL[0], ["a1", "2022-12-31", "12", "USD", "1", "1.234,5", "(3)"]]
    client = sent(tmp_path, book({**GOOD, "pnl": rows}), **{"client.yml": COMMA})
    assert client.table("pnl")["revenue"].tolist() == [1234.5]
    assert client.table("pnl")["net_income"].tolist() == [-3]


def test_ids_stay_as_they_are_shown(tmp_path: Path) -> None:
    ids: list[Any] = ["00123", "NA", "None", "1E5", 17, 42, "=1+1"]

    def bend(made: Workbook) -> None:
        sheet = made["companies"]
        sheet["A7"].number_format = "00000"
        for row in range(2, 9):
            sheet.cell(row, 1).data_type = "s" if isinstance(ids[row - 2], str) else "n"

    rows = [COMPANIES[0], *([i, "a name"] for i in ids)]
    data = book({**GOOD, "companies": rows}, bend)
    client = folder(tmp_path, data, **{"client.yml": CLIENT.replace("company: a1\n", "")})
    findings = check_client(str(client))
    assert set(findings["kind"]) <= {"unknown_company", "company_without_scores"}
    shown = findings.loc[findings["kind"] == "company_without_scores", "value"].tolist()
    assert shown == ["00123", "NA", "None", "1E5", "17", "00042", "=1+1"]


def test_a_long_number_and_a_date_in_place_of_an_id_are_refused(tmp_path: Path) -> None:
    wrong = [[1234567890123456789, "Long"], [dt.date(2024, 3, 1), "MAR1"]]
    rows = [COMPANIES[0], ["a1", "Acme"], *wrong]
    findings = found(tmp_path, book({**GOOD, "companies": rows, "assessments": WIDE[:2]}))
    assert places(findings, "rounded_id")[0][:4] == (FIRMS, 3, "company_id", "refuse")
    assert places(findings, "text_became_date") == [
        (FIRMS, 4, "company_id", "refuse", "2024-03-01")
    ]
    assert not places(findings, "missing_value")


def test_dates_of_1904_and_times_of_day(tmp_path: Path) -> None:
    def bend(made: Workbook) -> None:
        made.epoch = MAC_EPOCH

    rows = [PNL[0], ["a1", dt.date(2022, 12, 31), 12, "USD", 1, 1, 1]]
    client = sent(tmp_path / "a", book({**GOOD, "pnl": rows}, bend))
    assert client.table("pnl")["period_end"].tolist() == [pd.Timestamp("2022-12-31")]
    rows = [PNL[0], ["a1", dt.datetime(2022, 12, 31, 13), 12, "USD", 1, 1, 1]]  # noqa: DTZ001
    findings = found(tmp_path / "b", book({**GOOD, "pnl": rows}))
    assert places(findings, "not_a_date")[0][4] == "2022-12-31 13:00:00"


def test_a_date_in_place_of_a_number_and_a_serial_number_of_a_date(tmp_path: Path) -> None:
    rows = [PNL[0], ["a1", 44926, 12, "USD", 1, dt.date(2024, 1, 1), True]]
    findings = found(tmp_path, book({**GOOD, "pnl": rows}))
    assert places(findings, "not_a_date") == [(ACCOUNTS, 2, "period_end", "refuse", "44926")]
    assert places(findings, "not_a_number") == [
        (ACCOUNTS, 2, "net_income", "refuse", "TRUE"),
        (ACCOUNTS, 2, "revenue", "refuse", "2024-01-01"),
    ]


def test_error_cells_and_formulas_without_a_value(tmp_path: Path) -> None:
    rows = [PNL[0], ["a1", dt.date(2022, 12, 31), 12, "USD", 1, "#DIV/0!", "=F2*2"]]
    data = book({**GOOD, "pnl": rows})
    for at, changed in enumerate([data, calculated(data)]):
        findings = found(tmp_path / str(at), changed)
        assert places(findings, "error_cell") == [(ACCOUNTS, 2, "revenue", "refuse", "#DIV/0!")]
        assert places(findings, "formula_without_value") == [
            (ACCOUNTS, 2, "net_income", "refuse", "")
        ]


def test_a_formulas_last_value_is_read_once_it_was_calculated(tmp_path: Path) -> None:
    rows = [PNL[0], ["a1", dt.date(2022, 12, 31), 12, "USD", 1, 10, "=F2*2"]]
    data = book({**GOOD, "pnl": rows})
    value = {"<v></v>": "<v>20</v>", "<v />": "<v>20</v>", "<v/>": "<v>20</v>"}
    client = sent(tmp_path / "a", calculated(data, value))
    assert client.table("pnl")["net_income"].tolist() == [20]
    findings = found(tmp_path / "b", patched(data, {"sheet": value}))
    assert places(findings, "formula_without_value")[0][2] == "net_income"


def test_what_is_hidden_is_read_and_said(tmp_path: Path) -> None:
    def bend(made: Workbook) -> None:
        made["pnl"].row_dimensions[3].hidden = True
        made["pnl"].column_dimensions["G"].hidden = True
        made["companies"].sheet_state = "hidden"
        made.create_sheet("old").append(["x"])
        made["old"].sheet_state = "veryHidden"

    client = sent(tmp_path, book(GOOD, bend))
    assert client.table("pnl")["net_income"].tolist() == [-3, 4]
    said = client.findings.set_index("file")["message"]
    assert said[FIRMS] == "the sheet is hidden; read like the others"
    assert said[ACCOUNTS].tolist() == [
        "column G is hidden; read like the others",
        "the row is hidden; read like the others",
    ]
    assert set(places(client.findings, "hidden_cells")) == {
        (FIRMS, None, None, "warn", ""),
        (ACCOUNTS, None, "net_income", "warn", ""),
        (ACCOUNTS, 3, None, "warn", ""),
    }
    assert places(client.findings, "unknown_sheet")[0][3:] == ("warn", "old")
    assert said["intake.xlsx [old]"] == "the hidden sheet is not used"


def test_merged_cells_are_never_filled_by_guess(tmp_path: Path) -> None:
    def bend(made: Workbook) -> None:
        made["pnl"].merge_cells("A2:A3")
        made["pnl"].merge_cells("F2:F3")
        made["companies"].merge_cells("C8:D9")

    findings = found(tmp_path, book(GOOD, bend))
    assert places(findings, "merged_cells") == [
        (ACCOUNTS, 3, "company_id", "refuse", ""),
        (ACCOUNTS, 3, "revenue", "refuse", ""),
    ]
    assert not places(findings, "missing_value")


def test_a_header_further_down_is_found(tmp_path: Path) -> None:
    rows = [["Accounts of Acme"], [], *PNL]
    client = sent(tmp_path, book({**GOOD, "pnl": rows}))
    assert client.table("pnl")["_row"].tolist() == [4, 5]
    said = client.findings.loc[client.findings["kind"] == "header_not_first", "message"].item()
    assert said == "the columns' names are in row 3; what stands above is not read"


def test_a_totals_row_is_set_aside(tmp_path: Path) -> None:
    rows = [*PNL, ["Total", None, None, None, None, 210.5, 1]]
    client = sent(tmp_path, book({**GOOD, "pnl": rows}))
    assert places(client.findings, "totals_row")[0][:4] == (ACCOUNTS, 4, "company_id", "set_aside")
    assert len(client.table("pnl")) == 2


def test_a_stray_cell_at_the_sheets_end_costs_nothing(tmp_path: Path) -> None:
    def bend(made: Workbook) -> None:
        made["pnl"]["XFD1048576"] = 1

    client = sent(tmp_path, book(GOOD, bend))
    assert places(client.findings, "stray_cell") == [(ACCOUNTS, None, None, "warn", "XFD1048576")]
    assert len(client.table("pnl")) == 2


def test_columns_without_a_name_twice_named_and_unknown(tmp_path: Path) -> None:
    rows = [[*PNL[0], None, "revenue", "ebit"], [*PNL[1], 7, 8, 9]]
    findings = found(tmp_path, book({**GOOD, "pnl": rows}))
    unnamed = findings.loc[findings["column"] == "H", "message"].item()
    assert unnamed == "column H has no name but values from row 2 on; it is not used"
    assert places(findings, "duplicate_column")[0][2] == "revenue"
    assert ("ebit", "warn") in {(c, s) for _, _, c, s, _ in places(findings, "unknown_column")}


def test_an_item_without_a_column_is_said_with_the_column_that_may_be_it(tmp_path: Path) -> None:
    rows = [[*WIDE[0][:7], "serv_2"], *WIDE[1:]]
    client = sent(tmp_path, book({**GOOD, "assessments": rows}))
    said = client.findings.loc[client.findings["kind"] == "missing_item", "message"].item()
    assert said.startswith('there is no column for the item "serve_2"; did you mean "serv_2"?')
    assert set(client.table("assessments")["item_id"]) == {"lead_1", "lead_2", "serve_1"}


def test_a_table_that_is_sent_twice_is_refused(tmp_path: Path) -> None:
    data = book({**GOOD, "companies ": COMPANIES})
    findings = found(tmp_path / "a", data)
    assert places(findings, "two_files")[0][0] == "intake.xlsx [companies]"
    findings = found(tmp_path / "b", book(GOOD), **{"pnl.csv": "company_id\na1\n"})
    assert places(findings, "two_files") == [("pnl.csv", None, None, "refuse", "")]
    findings = found(tmp_path / "c", book(GOOD), **{"Intake.xls": b"x"})
    assert len(places(findings, "two_files")) == 1


def test_other_workbooks_are_referred_to_and_said(tmp_path: Path) -> None:
    data = with_parts(book(GOOD), {"xl/externalLinks/externalLink1.xml": b"<externalLink/>"})
    client = sent(tmp_path, data)
    assert places(client.findings, "external_links") == [("intake.xlsx", None, None, "warn", "")]


def test_a_text_that_is_too_long_is_a_finding(tmp_path: Path) -> None:
    data = patched(book(GOOD), {".xml": {"<t>Acme</t>": f"<t>{'A' * 40_000}</t>"}})
    findings = found(tmp_path, data)
    assert places(findings, "text_too_long")[0][:4] == (FIRMS, 2, "name", "refuse")


def test_breaks_in_a_text_are_read_as_excel_shows_them(tmp_path: Path) -> None:
    data = patched(book(GOOD), {".xml": {"<t>Acme</t>": "<t>A_x000D_&#10;B</t>"}})
    assert sent(tmp_path, data).table("companies")["name"].tolist() == ["A\r\nB", "Beta"]


def test_a_shipped_client_is_the_same_from_a_workbook(project: Path, tmp_path: Path) -> None:
    shipped = project / "data" / "clients" / "service-brands"
    before = read_client("service-brands")
    place = tmp_path / "service-brands"
    place.mkdir()
    shutil.copy(shipped / "client.yml", place)
    sheets: dict[str, Rows] = {}
    for name, table in before.tables.items():
        path = shipped / f"{name}.csv"
        texts = pd.read_csv(path, dtype=str, keep_default_na=False)
        numbers = {c.name for c in TABLES[name].columns if c.type == NUMBER}
        sheets[name] = [list(texts.columns)] + [
            [float(v) if c in numbers and v else v or None for c, v in row.items()]
            for row in texts.to_dict("records")
        ]
        assert len(table)
    (place / "intake.xlsx").write_bytes(book(sheets))
    after = read_client(str(place))
    for name, table in before.tables.items():
        pd.testing.assert_frame_equal(after.table(name), table, rtol=1e-15)
    told = ["row", "column", "kind", "severity"]
    pd.testing.assert_frame_equal(
        after.findings[told].sort_values(told[:3], ignore_index=True),
        before.findings[told].sort_values(told[:3], ignore_index=True),
    )


def test_every_kind_that_only_workbooks_have_is_tried() -> None:
    sources = [path.read_text() for path in Path(__file__).parent.glob("test_workbook*.py")]
    sources.append((Path(__file__).parents[1] / "test_new.py").read_text())
    assert {k for k in WORKBOOKS if not any(f'"{k}"' in text for text in sources)} == set()


def test_a_folder_may_mix_a_workbook_with_files(tmp_path: Path) -> None:
    place = write_client(tmp_path, {"pnl.csv": None, "intake.xlsx": book({"pnl": PNL})})
    client = read_client(str(place))
    assert client.has("pnl")
    assert client.has("scores")
