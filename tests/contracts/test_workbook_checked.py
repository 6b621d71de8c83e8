"""The marked copy: a comment at the very cell, a list of all, and client text that stays text."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment

from cxkit.cli import main
from cxkit.contracts.workbook.checked import check_and_mark
from cxkit.contracts.workbook.sent import CHECKED
from cxkit.contracts.workbook.sheets import FINDINGS
from tests.contracts.books import GOOD, PNL, WIDE, book, folder, opened, saved
from tests.contracts.folders import CLIENT
from tests.contracts.test_workbook_hostile import damaged

FORMULA = "=cmd|'/c calc'!A1"
BROKEN = {
    **GOOD,
    "assessments": [*WIDE, ["zz", WIDE[1][1], "r2", 9, 1, 3, 3, 3]],
    "pnl": [PNL[0], ["a1", "31/12/2022", 12, "USD", 1, "lots", "=F2*2"]],
}


def _hostile(made: Workbook) -> None:
    made["companies"]["B2"] = FORMULA
    made["companies"]["B2"].data_type = "s"
    made["companies"]["A3"] = "b2\u202e"
    made["pnl"]["F2"].comment = Comment("from our controller", "Finance")


@pytest.fixture
def copy(tmp_path: Path) -> Workbook:
    place = folder(tmp_path, book(BROKEN, _hostile))
    checked = check_and_mark(str(place))
    assert checked.copy == place / CHECKED
    return load_workbook(checked.copy)


def test_each_cell_at_fault_has_its_comment(copy: Workbook) -> None:
    assert "not a date" in copy["pnl"]["B2"].comment.text
    assert "outside 1-5" in copy["assessments"]["D4"].comment.text
    assert "not among the companies" in copy["assessments"]["A4"].comment.text
    assert "formula" in copy["pnl"]["G2"].comment.text
    assert copy["pnl"]["B2"].fill.start_color.rgb == "00FFC7CE"
    assert copy["pnl"]["A2"].comment is None


def test_the_clients_own_comments_stay(copy: Workbook) -> None:
    said = copy["pnl"]["F2"].comment.text
    assert '"lots" is not a number' in said
    assert "Finance: from our controller" in said


def test_the_list_names_and_links_every_finding(copy: Workbook) -> None:
    sheet = copy[FINDINGS]
    assert copy.sheetnames[0] == FINDINGS
    rows = list(sheet.iter_rows(min_row=2, values_only=True))
    assert ("assessments", "D4", "lead_1", "To correct") in [row[:4] for row in rows]
    cell = next(row for row in sheet.iter_rows(min_row=2) if row[1].value == "D4")[1]
    assert cell.hyperlink.location == "'assessments'!D4"


def test_no_text_becomes_a_formula(copy: Workbook) -> None:
    kinds = {
        cell.data_type
        for sheet in copy.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    }
    assert "f" not in kinds
    assert copy["companies"]["B2"].value == FORMULA


def test_hostile_text_in_findings_stays_text(tmp_path: Path) -> None:
    rows = [*WIDE, ["a1", WIDE[1][1], "r9", "@SUM(A1)", "=1+1", "+1\x07", "-2-", "=HYPERLINK(A1)"]]
    rows[3] = [str(v).replace("\x07", "") if isinstance(v, str) else v for v in rows[3]]

    def bend(made: Workbook) -> None:
        for cell in made["assessments"][4]:
            if isinstance(cell.value, str):
                cell.data_type = "s"

    checked = check_and_mark(str(folder(tmp_path, book({**GOOD, "assessments": rows}, bend))))
    assert checked.copy
    values = [row[5] for row in load_workbook(checked.copy)[FINDINGS].iter_rows(min_row=2)]
    assert "=HYPERLINK(A1)" in [cell.value for cell in values]
    assert {cell.data_type for cell in values if cell.value} == {"s"}
    assert all(cell.quotePrefix for cell in values if str(cell.value).startswith(("=", "@", "-")))


def test_the_marked_copy_can_be_mended_and_sent_back(tmp_path: Path) -> None:
    place = folder(tmp_path, book(BROKEN))
    checked = check_and_mark(str(place))
    assert checked.copy
    mended = load_workbook(checked.copy)
    mended["pnl"]["B2"], mended["pnl"]["F2"], mended["pnl"]["G2"] = "2022-12-31", 5, 1
    mended["assessments"]["A4"], mended["assessments"]["D4"] = "b2", 2
    (place / "intake.xlsx").write_bytes(saved(mended))
    assert set(check_and_mark(str(place)).findings["severity"]) <= {"warn"}
    (place / "intake.xlsx").write_bytes(book(GOOD))
    again = check_and_mark(str(place))
    assert again.findings.empty
    assert again.copy is None
    assert not (place / CHECKED).exists()


def test_a_copy_that_was_edited_is_not_written_over(tmp_path: Path) -> None:
    place = folder(tmp_path, book(BROKEN))
    check_and_mark(str(place))
    edited = load_workbook(place / CHECKED)
    edited.properties.lastModifiedBy = "Jane"
    edited.save(place / CHECKED)
    before = (place / CHECKED).read_bytes()
    checked = check_and_mark(str(place))
    assert checked.note == f"{CHECKED} was changed by hand and is left alone"
    assert (place / CHECKED).read_bytes() == before


def test_a_copy_that_is_damaged_is_not_written_over(tmp_path: Path) -> None:
    place = folder(tmp_path, book(BROKEN))
    check_and_mark(str(place))
    broken = damaged((place / CHECKED).read_bytes(), "docProps/core.xml")
    (place / CHECKED).write_bytes(broken)
    checked = check_and_mark(str(place))
    assert checked.note == f"{CHECKED} was changed by hand and is left alone"
    assert (place / CHECKED).read_bytes() == broken


def test_a_link_in_the_copys_place_is_not_followed(tmp_path: Path) -> None:
    place = folder(tmp_path, book(BROKEN))
    victim = tmp_path / "victim"
    victim.write_text("mine")
    (place / CHECKED).symlink_to(victim)
    check_and_mark(str(place))
    assert victim.read_text() == "mine"


def test_a_protected_sheet_keeps_its_protection_and_lists(tmp_path: Path) -> None:
    from cxkit.contracts.template import Request, new_client

    place, _ = new_client(Request(str(tmp_path / "acme"), company="Acme"))
    made = load_workbook(place / "intake.xlsx")
    made["companies"]["F8"] = 3
    made.save(place / "intake.xlsx")
    checked = check_and_mark(str(place))
    assert checked.copy
    copy = load_workbook(checked.copy)
    assert copy["companies"].protection.sheet
    assert copy["companies"]["F8"].comment
    assert copy["assessments"].data_validations.dataValidation


def test_the_command_says_where_the_copy_lies(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = folder(tmp_path, book(BROKEN))
    assert main(["check", str(place), "--json"]) == 3
    out = capsys.readouterr()
    assert f"comments at the cells in {place / CHECKED}" in out.err
    assert '"file": "intake.xlsx [pnl]"' in out.out


def test_files_alone_make_no_copy(tmp_path: Path) -> None:
    from tests.contracts.folders import write_client

    place = write_client(tmp_path, {"client.yml": CLIENT})
    assert check_and_mark(str(place)).copy is None
    assert not (place / CHECKED).exists()


def test_the_copy_opens_in_another_program(copy: Workbook) -> None:
    assert opened(saved(copy)).sheetnames == copy.sheetnames


def _awkward(made: Workbook) -> None:
    """What hides, merges and repeats cells, on every sheet."""
    made["pnl"].row_dimensions[3].hidden = True
    made["pnl"].column_dimensions["D"].hidden = True
    made["pnl"].merge_cells("F2:F3")
    made["pnl"]["J2"] = 7
    made["assessments"].merge_cells("D2:E3")
    made["companies"].merge_cells("A3:B3")


def _comments(book: Workbook) -> dict[tuple[str, str], str]:
    return {
        (sheet.title, cell.coordinate): cell.comment.text
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.comment
    }


@pytest.mark.parametrize("language", ["en", "ru", "pl", "zh"])
def test_every_finding_lies_at_its_own_cell(language: str, tmp_path: Path) -> None:
    twice = [*WIDE, WIDE[1], ["b2", WIDE[1][1], "r1", 9, 9, "x", 3, 3]]
    rows = [[*row, row[5], None] for row in PNL]
    sheets = {**GOOD, "assessments": twice, "pnl": [*rows, rows[1]]}
    config = {"client.yml": f"{CLIENT}language: {language}\n"}
    place = folder(tmp_path, book(sheets, _awkward), **config)
    checked = check_and_mark(str(place))
    assert checked.copy
    made = load_workbook(checked.copy)
    comments = _comments(made)
    for finding in checked.findings.to_dict("records"):
        sheet = made[finding["file"].partition("[")[2].removesuffix("]")]
        header = [cell for cell in reversed(sheet[1]) if cell.value]
        names = {cell.value: cell.column_letter for cell in header}
        letter = names.get(finding["column"], finding["column"] or "A")
        at = f"{letter}{finding['row'] or 1}"
        assert finding["message"][:200] in comments[sheet.title, at], at
    kinds = set(checked.findings["kind"])
    assert {"hidden_cells", "merged_cells", "unknown_column", "duplicate_column"} <= kinds
    assert {"duplicate_row", "outside_scale", "not_a_number"} <= kinds
    assert ("pnl", "H1") in comments  # the second column of that name too
    listed = made[FINDINGS].max_row - 1
    assert listed == len(checked.findings)
