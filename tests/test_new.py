"""`cxkit new`: a folder that is right from the start and a workbook that can be filled in."""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from cxkit.cli import main
from cxkit.contracts import TABLES, ClientConfig, check_client, load_instrument, read_client
from cxkit.contracts.config import parse_config
from cxkit.contracts.template import Request, new_client
from cxkit.contracts.template.book import BAND, DATA, EXAMPLE, HINT, LABEL, NAMES
from cxkit.contracts.template.words import _catalogue
from cxkit.contracts.workbook.sheets import META, READ_ME
from cxkit.errors import ConfigError

LANGUAGES = ("en", "ru", "pl", "zh")
HEAD = DATA  # rows above the data


def _made(place: Path, **wanted: Any) -> tuple[Path, Workbook]:
    folder, _ = new_client(Request(str(place / "acme"), **{"company": "Acme", **wanted}))
    return folder, load_workbook(folder / "intake.xlsx")


def _column(sheet: Any, name: str) -> int:
    return next(c.column for c in sheet[NAMES + 1] if c.value == name)


def _write(sheet: Any, at: int, values: dict[str, Any]) -> None:
    for name, value in values.items():
        sheet.cell(HEAD + 1 + at, _column(sheet, name)).value = value


def _filled(book: Workbook) -> Workbook:
    """As a client fills it in: two companies, a full answer each, three years of accounts."""
    items = [item.id for item in load_instrument("cx95").items]
    _write(book["companies"], 1, {"company_id": "00123", "name": "Beta"})
    for at, (company, person) in enumerate([("acme", "r1"), ("acme", "r2"), ("00123", "r1")]):
        answers = {item: (at + n) % 4 + 1 for n, item in enumerate(items)}
        importance = {f"{item}:importance": (at + n) % 5 + 1 for n, item in enumerate(items)}
        who = {"company_id": company, "wave": dt.date(2023, 6, 30), "respondent_id": person}
        _write(book["assessments"], at, {**who, **answers, **importance, "role": "manager"})
    for at, (company, year) in enumerate((c, y) for c in ("acme", "00123") for y in (2021, 2022)):
        amounts = {"revenue": 100 + at, "net_income": 5.25 - at}
        period = {"period_end": dt.date(year, 12, 31), "period_months": 12}
        _write(book["pnl"], at, {"company_id": company, **period, **amounts})
    return book


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_new_folder_asks_only_for_data(language: str, tmp_path: Path) -> None:
    folder, book = _made(tmp_path, language=language, as_of="2024-12-31")
    findings = check_client(str(folder))
    assert findings["kind"].tolist() == ["missing_table"]
    assert book.sheetnames[0] == READ_ME[LANGUAGES.index(language)]
    assert set(TABLES) <= set(book.sheetnames)
    assert book[META].sheet_state == "hidden"


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_filled_in_comes_out(language: str, tmp_path: Path) -> None:
    folder, book = _made(tmp_path, language=language, as_of="2024-12-31", unit=1000)
    _filled(book).save(folder / "intake.xlsx")
    client = read_client(str(folder))
    assert set(client.findings["severity"]) <= {"warn"}
    assert client.table("companies")["company_id"].tolist() == ["acme", "00123"]
    assert len(client.table("assessments")) == 3 * 19
    assert client.table("pnl")["net_income"].tolist() == [5.25, 4.25, 3.25, 2.25]
    assert client.table("pnl")["currency"].unique().tolist() == ["EUR"]
    assert client.table("pnl")["unit"].unique().tolist() == [1000]
    assert client.table("pnl")["_row"].tolist() == [HEAD + 1 + n for n in range(4)]
    assert client.config.company == "acme"


def test_items_stand_in_the_clients_language_over_their_columns(tmp_path: Path) -> None:
    _, book = _made(tmp_path, language="ru")
    sheet = book["assessments"]
    for item in load_instrument("cx95").items:
        column = _column(sheet, item.id)
        assert sheet.cell(LABEL + 1, column).value == item.text["ru"]
        assert _column(sheet, f"{item.id}:importance") == column + 1
        assert f"от {item.minimum:g} до {item.maximum:g}" in sheet.cell(HINT + 1, column).value


def test_every_sheet_has_every_column_of_its_contract(tmp_path: Path) -> None:
    _, book = _made(tmp_path)
    for name, table in TABLES.items():
        names = {cell.value for cell in book[name][NAMES + 1]}
        folded = {"item_id", "performance", "importance", "not_applicable"}
        wide = folded if name == "assessments" else set()
        assert {c.name for c in table.columns} - names - wide <= {"instrument_version"}


def test_what_is_typed_in_is_open_and_the_rest_locked(tmp_path: Path) -> None:
    _, book = _made(tmp_path)
    for name in TABLES:
        sheet = book[name]
        assert sheet.protection.sheet
        assert sheet.protection.password is None
        widths = [d for d in sheet.column_dimensions.values() if not d.protection.locked]
        assert {d.min for d in widths} >= {1}
        assert max(d.max for d in widths) == 16_384
        for row in (BAND, LABEL, HINT, EXAMPLE, NAMES):
            assert all(cell.protection.locked for cell in sheet[row + 1] if cell.value)
        assert sheet.freeze_panes.endswith(str(HEAD + 1))
    assert not book["companies"].cell(HEAD + 1, 1).protection.locked


def test_examples_are_grey_and_never_read(tmp_path: Path) -> None:
    _, book = _made(tmp_path)
    for name in TABLES:
        examples = [cell for cell in book[name][EXAMPLE + 1] if cell.value]
        assert all(str(cell.value).startswith("e.g. ") for cell in examples)
        assert {cell.font.color.rgb for cell in examples} == {"FF7F7F7F"}
        assert all(cell.font.i for cell in examples)


def test_drop_downs_and_ranges_come_from_the_instrument(tmp_path: Path) -> None:
    _, book = _made(tmp_path)
    sheet = book["assessments"]
    rules = {str(r.sqref).split(":")[0]: r for r in sheet.data_validations.dataValidation}
    for item in load_instrument("cx95").items:
        rule = rules[sheet.cell(HEAD + 1, _column(sheet, item.id)).coordinate]
        answers = [*range(int(item.minimum), int(item.maximum) + 1), "n/a"]
        assert rule.formula1 == '"' + ",".join(map(str, answers)) + '"'
        assert str(rule.sqref).endswith("1048576")
    kinds = book["events"].data_validations.dataValidation
    assert '"merger,disposal,method,rollout,acquired,bankruptcy,delisted"' in {
        rule.formula1 for rule in kinds
    }
    assert book["pnl"].cell(HEAD + 1, 1).number_format == "General"
    assert book["pnl"].column_dimensions["A"].number_format == "@"


def test_currency_and_unit_stand_at_the_top(tmp_path: Path) -> None:
    _, book = _made(tmp_path, currency="PLN", unit=1000)
    assert "thousands of PLN" in book["pnl"]["A2"].value
    bands = [cell.value for cell in book["pnl"][BAND + 1]]
    assert "Amounts in thousands of PLN" in bands
    assert "thousands of PLN" in book["initiatives"]["A2"].value
    facts = {row[0].value: row[1].value for row in book[READ_ME[0]].iter_rows(max_col=2)}
    assert facts["Currency and unit"].startswith("thousands of PLN")


def test_the_workbook_knows_whom_it_was_made_for(tmp_path: Path) -> None:
    folder, book = _made(tmp_path, fiscal_year_end="06-30", as_of="2024-06-30", decimal=",")
    meta = {row[0].value: row[1].value for row in book[META].iter_rows()}
    assert meta["instrument"] == "cx95"
    assert (meta["currency"], meta["unit"]) == ("EUR", "1000000")
    assert (meta["fiscal_year_end"], meta["decimal"], meta["template_version"]) == (
        "06-30",
        ",",
        "1",
    )
    settings = folder / "client.yml"
    settings.write_text(settings.read_text().replace("currency: EUR", "currency: USD"))
    findings = check_client(str(folder))
    assert findings.loc[findings["kind"] == "other_workbook", "value"].tolist() == ["EUR"]


def test_an_instrument_without_items_asks_for_scores(tmp_path: Path) -> None:
    _, book = _made(tmp_path, instrument="satisfaction-0-100")
    assert "assessments" not in book.sheetnames
    assert "scores" in book.sheetnames


def test_the_settings_name_every_key_and_load(tmp_path: Path) -> None:
    folder, _ = _made(tmp_path)
    text = (folder / "client.yml").read_text()
    parse_config(text.encode())
    keys = ("primary", "outcomes", "notebooks", "parameters", "scoring", "severity")
    for key in (*keys, "restatements"):
        assert key in ClientConfig.model_fields
        assert f"{key}:" in text


@pytest.mark.parametrize(
    "text", ["=cmd|'/c calc'!A1", 'a"b: {c}\nd', "{{7*7}}", "\u202eevil", "#x", "- a", "\U0001f600"]
)
def test_a_title_is_text_whatever_it_holds(text: str, tmp_path: Path) -> None:
    folder, book = _made(tmp_path, title=text, company=text)
    config = read_config(folder)
    assert config.title.replace(" ", "") == "".join(c for c in text if c not in "\n\u202e").replace(
        " ", ""
    )
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert "f" not in {cell.data_type for cell in cells if cell.value is not None}
    assert book["companies"].cell(HEAD + 1, 2).value == config.title


def read_config(folder: Path) -> ClientConfig:
    return parse_config((folder / "client.yml").read_bytes())


def test_the_same_request_makes_the_same_bytes(tmp_path: Path) -> None:
    made = [_made(tmp_path / n, as_of="2024-12-31")[0] for n in ("a", "b")]
    first, second = [(folder / "intake.xlsx").read_bytes() for folder in made]
    assert first == second


def test_nothing_that_is_there_is_written_over(tmp_path: Path) -> None:
    folder, _ = _made(tmp_path)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(ConfigError, match="there already"):
        _made(tmp_path)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


@pytest.mark.parametrize(
    "wanted",
    [
        {"currency": "euro"},
        {"instrument": "cx96"},
        {"as_of": "31.12.2024"},
        {"fiscal_year_end": "13-01"},
        {"company": "\u202e"},
        {"title": "x" * 201},
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_written(
    wanted: dict[str, Any], tmp_path: Path
) -> None:
    with pytest.raises(ConfigError):
        _made(tmp_path, **wanted)
    assert not (tmp_path / "acme").exists()


@pytest.mark.parametrize("name", ["../Bad", "a b", "", "x" * 64, "a\x00b", "./.", "-a"])
def test_a_name_that_is_none_ends_with_2(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    if name.startswith("-"):
        with pytest.raises(SystemExit):
            main(["new", name])
    else:
        assert main(["new", name]) == 2
        assert "name" in capsys.readouterr().err


def test_the_command_prints_the_folder_and_what_it_took_for_granted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["new", str(tmp_path / "acme"), "--as-of", "2024-12-31", "--unit", "1000"]) == 0
    out = capsys.readouterr()
    assert out.out.strip() == str(tmp_path / "acme")
    assert "data up to 2024-12-31" in out.err
    assert "thousands of EUR" in out.err


def test_every_text_is_there_in_every_language() -> None:
    for id, texts in _catalogue().items():
        assert sorted(texts) == sorted(LANGUAGES), id
        assert all(str(text).strip() for text in texts.values()), id
        places = {frozenset(_places(text)) for text in texts.values()}
        assert len(places) == 1, id


def _places(text: str) -> list[str]:
    import string

    return [name for _, name, _, _ in string.Formatter().parse(text) if name]


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not on this machine")
def test_libreoffice_opens_it_and_gives_it_back_whole(tmp_path: Path) -> None:
    folder, book = _made(tmp_path, as_of="2024-12-31")
    _filled(book).save(folder / "intake.xlsx")
    home = f"-env:UserInstallation={(tmp_path / 'home').as_uri()}"
    out = tmp_path / "out"
    command = ["soffice", home, "--headless", "--convert-to", "xlsx", "--outdir", str(out)]
    subprocess.run([*command, str(folder / "intake.xlsx")], check=True, timeout=180)
    before = read_client(str(folder)).tables
    shutil.copy(out / "intake.xlsx", folder / "intake.xlsx")
    after = read_client(str(folder))
    assert set(after.findings["severity"]) <= {"warn"}
    for name, table in before.items():
        assert table.equals(after.tables[name]), name
