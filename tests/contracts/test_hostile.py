"""Names and values that mean harm go through everything as text: a sentinel proves it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from cxkit.cli import main
from cxkit.contracts import check_client, read_client, resolve_client
from cxkit.contracts.config import parse_config
from cxkit.contracts.workbook.checked import check_and_mark
from cxkit.errors import ConfigError
from cxkit.runs.plan import make_plan
from tests.contracts.bad_inputs import configuration
from tests.contracts.books import book
from tests.contracts.folders import CLIENT, write_client
from tests.contracts.hostile import BREAKS, LONG, TEXTS, UNSEEN, armed
from tests.runs.books import make_notebook, results_of

YEARS = range(2017, 2024)
SKIPPED = {"companies.csv": None, "assessments.csv": None, "scores.csv": None, "pnl.csv": None}


@pytest.fixture
def sentinel(tmp_path: Path) -> Iterator[Path]:
    """What a hostile text would leave behind, were it carried out."""
    path = tmp_path / "sentinel"
    yield path
    assert not path.exists()


def _csv(header: str, rows: list[list[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([header.split(","), *rows])
    return out.getvalue()


def _instrument(texts: list[str]) -> str:
    """Four items in two blocks; every text in it is hostile."""
    words = iter(json.dumps(text) for text in texts if len(text) < 1000)

    def text() -> str:
        return f"{{en: {next(words)}}}"

    blocks = [
        f"  - id: {block}\n    title: {text()}\n    items:\n"
        + "".join(f"      - {{id: {block}_{n}, text: {text()}}}\n" for n in (1, 2))
        for block in ("lead", "serve")
    ]
    stages = [
        f"  - {{id: {n}, name: {text()}, from: {lower}, below: {below}, text: {text()}, "
        f"drivers: {{en: [{next(words)}, {next(words)}]}}}}\n"
        for n, lower, below in ((1, 0, 8), (2, 8, 15), (3, 15, "null"))
    ]
    return (
        f"id: tiny\nversion: 1\ntitle: {text()}\nprovenance: own\n"
        "scale: {minimum: 0, maximum: 5}\nimportance: {minimum: 1, maximum: 5}\n"
        f"blocks:\n{''.join(blocks)}"
        f"index: {{minimum: 0, maximum: 20, method: sum}}\nstages:\n{''.join(stages)}"
    )


def _folder(place: Path, sentinel: Path) -> tuple[Path, list[str]]:
    """A client whose every word is hostile, and its companies' ids, the reader's own first."""
    texts = [armed(text, sentinel) for text in TEXTS]
    ids = sorted(set(texts), key=texts.index)
    keys = [(name, year) for name in ids for year in YEARS]
    items = ("lead_1", "lead_2", "serve_1", "serve_2")
    settings = {
        "title": " ".join(ids[14:24]),
        "company": ids[0],
        "profile_names": ids[:9],
        "brand": {"name": ids[15], "color": ids[16]},
    }
    lines = CLIENT.splitlines(keepends=True)
    kept = "".join(line for line in lines if not line.startswith(("title", "company")))
    own = "".join(f"{key}: {json.dumps(value)}\n" for key, value in settings.items())
    files = {
        "client.yml": kept + own,
        "tiny.yml": _instrument(ids[10:]),
        "companies.csv": _csv(
            "company_id,name,industry,sub_industry,country,ownership",
            [[n, n, ids[i % 8], ids[8 + i % 8], ids[16 + i % 8], n] for i, n in enumerate(ids)],
        ),
        "assessments.csv": _csv(
            "company_id,wave,respondent_id,item_id,performance,importance",
            [
                [name, "2022-06-30", who, item, str((i + j) % 6), str(1 + (i * j) % 5)]
                for i, name in enumerate(ids)
                for who in ids[:2]
                for j, item in enumerate(items)
            ],
        ),
        "scores.csv": _csv(
            "company_id,wave,measure,value",
            [[n, f"{y}-06-30", "index", str(5 + (hash_(n) + 3 * y) % 11)] for n, y in keys],
        ),
        "pnl.csv": _csv(
            "company_id,period_end,period_months,currency,unit,revenue,operating_income",
            [
                [n, f"{y}-12-31", "12", "USD", "1000000", str(1000 + hash_(n) + 37 * (y - 2016)),
                 str(90 + (hash_(n) * y) % 61)]
                for n, y in keys
            ],
        ),
        "metrics.csv": _csv(
            "company_id,date,metric,value", [[name, "2022-06-30", name, "1"] for name in ids]
        ),
    }  # fmt: skip
    return write_client(place, files), ids


def hash_(text: str) -> int:
    """A number of a text that is the same in every process."""
    return sum(text.encode()) % 400


class _Page(HTMLParser):
    """What a browser would do with a page: tags, attributes, places it would go to."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.active: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            goes = name in ("href", "src", "action", "srcset", "xlink:href")
            if name.startswith("on") or (goes and not (value or "").startswith(("#", "data:"))):
                self.active.append(f"{tag} {name}={value}")

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def _assert_page_is_inert(html: str) -> str:
    page = _Page()
    page.feed(html)
    assert not page.tags & {"script", "iframe", "object", "embed", "base", "form", "link"}
    assert page.active == []
    return " ".join(page.words)


def test_a_whole_report_of_hostile_words(
    tmp_path: Path, sentinel: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, ids = _folder(tmp_path / "in", sentinel)
    assert len(ids) >= 40
    assert main(["check", str(folder)]) == 0, capsys.readouterr()
    shown = capsys.readouterr()
    assert not any(ord(sign) < 32 and sign != "\n" for sign in shown.out + shown.err)
    assert main(["run", str(folder), "--out", str(tmp_path / "out"), "--json"]) == 0
    made = Path(json.loads(capsys.readouterr().out)["folder"])
    results = results_of(made)
    assert results["company"] == ids[0]
    assert results["title"] == " ".join(ids[14:24])
    words = _assert_page_is_inert((made / "report.html").read_text(encoding="utf-8"))
    assert "<script>alert(1)</script>" in words
    analysis = json.loads((made / "analysis.json").read_text(encoding="utf-8"))
    assert {row["company_id"] for row in analysis["maturity"]} == set(ids)
    _assert_tables_hold_no_formula(made)
    _assert_notebooks_are_inert(made)
    assert {path.name for path in tmp_path.iterdir()} == {"in", "out"}
    assert {path.name for path in (tmp_path / "in").iterdir()} == {"acme"}


def _assert_tables_hold_no_formula(made: Path) -> None:
    tables = list((made / "tables").glob("*.csv"))
    assert tables
    for path in tables:
        with path.open(newline="", encoding="utf-8") as file:
            for cell in (cell for row in csv.reader(file) for cell in row):
                assert cell[:1] not in "=+@\t\r" or not cell, (path.name, cell)
                assert not cell.startswith("-") or _is_number(cell), (path.name, cell)


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _assert_notebooks_are_inert(made: Path) -> None:
    books = list((made / "notebooks").glob("*.ipynb"))
    assert books
    for path in books:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        outputs = [output for cell in cells for output in cell.get("outputs", [])]
        assert outputs
        for output in outputs:
            _assert_page_is_inert("".join(output.get("data", {}).get("text/html", "")))


@pytest.mark.parametrize("text", [*TEXTS, *UNSEEN, *BREAKS, "x" * LONG], ids=lambda t: repr(t)[:40])
def test_as_the_name_of_a_client(
    text: str, tmp_path: Path, sentinel: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError) as caught:
        resolve_client(armed(text, sentinel))
    assert len(str(caught.value)) < 2_000
    slug = json.dumps(armed(text[:1_000], sentinel))
    with pytest.raises(ConfigError, match=r"client: must be of a-z|control characters"):
        parse_config(CLIENT.replace("acme", slug).encode())


def test_as_cells_that_are_refused(tmp_path: Path, sentinel: Path) -> None:
    """What cannot be seen is refused in every text, and so are breaks in an id."""
    texts = [armed(text, sentinel) for text in (*UNSEEN, *BREAKS)]
    rows = [[f"c{n}", text] for n, text in enumerate(texts)]
    more = [[text, "Name"] for text in texts]
    companies = _csv("company_id,name", [["a1", "Acme"], *rows, *more])
    folder = write_client(tmp_path, {**SKIPPED, "companies.csv": companies})
    found = check_client(str(folder))
    bad = found[found["kind"] == "control_character"]
    names = [n for n, text in enumerate(texts) if text in UNSEEN]
    assert [
        row for row, column in zip(bad["row"], bad["column"], strict=True) if column == "name"
    ] == [3 + n for n in names]
    assert len(bad[bad["column"] == "company_id"]) >= len(texts) - 1


def test_a_cell_of_ten_million_signs(tmp_path: Path) -> None:
    folder = write_client(tmp_path, {"companies.csv": f"company_id,name\na1,{'x' * LONG}\n"})
    found = check_client(str(folder))
    assert found["kind"].tolist()[0] == "unreadable_file"
    assert len(found.to_json()) < 5_000


def test_as_parameters_on_the_command_line(tmp_path: Path, sentinel: Path, project: Path) -> None:
    client = read_client(str(write_client(tmp_path)))
    for text in [armed(text, sentinel) for text in (*TEXTS, *UNSEEN, *BREAKS)]:
        for override in (f"03.{text}=1", f"{text}.lag=1", f"03.outcome={text}", f"03.lag={text}",
                         f"03.seed={text}", text):  # fmt: skip
            with pytest.raises(ConfigError):
                make_plan(project, client, None, [override])


@pytest.mark.parametrize("text", [*TEXTS, *BREAKS], ids=lambda text: text[:40])
def test_as_a_parameters_name_in_client_yml(text: str, sentinel: Path) -> None:
    line = f"parameters: {{'03': {{{json.dumps(armed(text, sentinel))}: 1}}}}\n"
    if text.isidentifier() and len(text) < 1000:
        assert parse_config((CLIENT + line).encode()).parameters["03"] == {text: 1}
        return
    with pytest.raises(ConfigError, match=r"cannot be a parameter's name|is not valid YAML"):
        parse_config((CLIENT + line).encode())


@pytest.fixture
def small_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with the good client and one notebook that says what it was given."""
    root = tmp_path / "project"
    write_client(root / "data" / "clients")
    (root / "data" / "instruments").mkdir()
    names = [f"p{n}" for n in range(len(TEXTS) + len(BREAKS))]
    parameters = 'client = "acme"\nas_of = ""\nlong = ""\n' + "".join(f'{n} = ""\n' for n in names)
    said = f"fragment['excluded'] = [{{'reason': p, 'rows': 1}} for p in [{', '.join(names)}]]"
    size = "fragment['excluded'] += [{'reason': 'long', 'rows': len(long)}]"
    make_notebook(root / "notebooks" / "02_said.ipynb", said, size, parameters=parameters)
    monkeypatch.setenv("CXKIT_ROOT", str(root))
    monkeypatch.chdir(root)
    return root


def test_as_values_through_papermill(
    small_project: Path, sentinel: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    texts = [armed(text, sentinel) for text in (*TEXTS, *BREAKS)]
    given = json.dumps({f"p{n}": text for n, text in enumerate(texts)})
    settings = small_project / "data" / "clients" / "acme" / "client.yml"
    settings.write_text(CLIENT + f"parameters: {{'02': {given}}}\n", encoding="utf-8")
    words = ["run", "acme", "--json", "-p", f"02.long={'x' * LONG}"]
    assert main(words) == 0, capsys.readouterr()
    made = Path(json.loads(capsys.readouterr().out)["folder"])
    excluded = results_of(made)["excluded"]
    assert [row["reason"] for row in excluded[:-1]] == texts
    assert excluded[-1]["rows"] == LONG
    _assert_page_is_inert((made / "report.html").read_text(encoding="utf-8"))
    assert {path.name for path in small_project.iterdir()} == {"data", "notebooks", "outputs"}


def test_in_a_workbook_and_its_checked_copy(tmp_path: Path, sentinel: Path) -> None:
    texts = [armed(text, sentinel) for text in TEXTS if len(text) < 1000]

    def as_text(made: Any) -> None:
        for row in made["companies"].iter_rows(min_row=2):
            for cell in row:
                cell.data_type = "s"

    companies = [["company_id", "name"], *([text, text] for text in texts)]
    scores = [["company_id", "wave", "measure", "value"], ["zz", "2022-06-30", "index", "=1+1"]]
    data = book({"companies": companies, "scores": scores}, as_text)
    settings = CLIENT.replace("company: a1\n", "")
    folder = write_client(tmp_path, {**SKIPPED, "client.yml": settings, "intake.xlsx": data})
    checked = check_and_mark(str(folder))
    assert checked.copy is not None
    assert len(checked.findings) >= len(texts)
    copy = load_workbook(checked.copy)
    found = [[cell.value for cell in row] for row in copy["companies"].iter_rows(min_row=2)]
    assert found == [[text, text] for text in texts]
    for sheet in copy.worksheets:
        for cell in (cell for row in sheet.iter_rows() for cell in row):
            assert cell.data_type != "f" or sheet.title == "scores", (sheet.title, cell.value)


def test_a_hostile_client_yml_is_refused() -> None:
    for line, says in configuration.ADDED.values():
        with pytest.raises(ConfigError) as caught:
            parse_config((CLIENT + line + "\n").encode())
        assert says in str(caught.value)
        assert len(str(caught.value)) < 2_000


@pytest.mark.parametrize("value", ["NO", "1:20", "no", "off", "12:30:45", "1e", "0x", "~x"])
def test_yaml_leaves_words_alone(value: str) -> None:
    assert parse_config((CLIENT.replace("a1", value)).encode()).company == value


@pytest.mark.parametrize("value", ["010", "0o10", "1E5", "0x1F", "true", "null_", "1_000", "-0"])
def test_yaml_reads_no_number_as_an_id(value: str) -> None:
    if value == "null_":
        assert parse_config((CLIENT.replace("a1", value)).encode()).company == value
        return
    with pytest.raises(ConfigError, match="put it in quotes"):
        parse_config((CLIENT.replace("a1", value)).encode())
    assert parse_config((CLIENT.replace("a1", f"'{value}'")).encode()).company == value
