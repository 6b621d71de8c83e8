"""What a run says of its answer: where it comes from, why there is none, what was asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cxkit.contracts.kinds import KINDS
from cxkit.display import has_text, message
from cxkit.errors import ConfigError
from cxkit.runs.merge import Section, _answer
from cxkit.runs.runner import run_client
from tests.runs.books import make_notebook, results_of
from tests.runs.test_runner import edit

ANSWER = (
    "fragment['answer'] = {'message': {'id': 'runs.no_answer', 'values': {}}, 'headline': 'Yes.', "
    "'sure': [], 'sure_text': [], 'grade': None}"
)
RESOLVED = "fragment['resolved'] = {'outcome': 'net_margin', 'lag': 0, 'unasked': 1}"
PARAMETERS = 'client = "tiny"\noutcome = ""\nlag = -1\nspecification = ""\nseed = 7'


def page(folder: Path) -> str:
    return (folder / "report.html").read_text(encoding="utf-8")


@pytest.fixture
def answering(home: Path) -> Path:
    """The project with a third notebook that gives an answer."""
    notebook = home / "notebooks" / "03_second.ipynb"
    make_notebook(notebook, ANSWER, RESOLVED, parameters=PARAMETERS, needs=[["scores"]])
    return home


def test_an_answer_on_changed_data_is_marked(answering: Path) -> None:
    says = "From an earlier run; its data, configuration or notebook have changed since."
    first = run_client("tiny").folder
    assert results_of(first)["answer"]["stale"] is False
    assert says not in page(first)
    edit(answering / "data" / "clients" / "tiny" / "scores.csv", "71", "72")
    folder = run_client("tiny", ["02"]).folder
    assert results_of(folder)["answer"]["stale"] is True
    assert page(folder).index(says) < page(folder).index("<main")


def test_without_an_answer_the_reason_is_given(home: Path) -> None:
    book, config = home / "notebooks" / "03_second.ipynb", home / "data/clients/tiny/client.yml"
    make_notebook(book, needs=[["pnl"]])
    answer = run_client("tiny").results["answer"]
    assert answer["headline"].endswith("that needs pnl, which was not sent.")
    make_notebook(book)
    assert run_client("tiny", ["02"]).results["answer"]["headline"].endswith("in this run.")
    answer = run_client("tiny").results["answer"]
    assert (answer["headline"], answer["sure"]) == ("This report has no answer on growth.", [])
    edit(config, "currency: USD", "currency: USD\nnotebooks: [2]")
    headline = run_client("tiny").results["answer"]["headline"]
    assert "client.yml does not list the notebook" in headline


def test_without_an_answer_the_page_says_where_the_company_stands(home: Path) -> None:
    made = [
        ("certainty.index", "box", "report.none"),
        ("maturity.distribution", "histogram", "report.note"),
        ("position.ladder", "ladder", "report.source"),
    ]
    exhibits = [{"id": id, "kind": kind, "message": message(said)} for id, kind, said in made]
    sections = [
        Section("02_first", "", "stale", fragment={"exhibits": exhibits}),
        Section("03_second", "", "skipped", reason=message("runs.skipped_not_asked")),
    ]
    answer = _answer(sections, "en")
    assert answer["message"]["id"] == "report.note"
    said = [one["id"] for one in answer["sure"]]
    assert said == ["report.source", "runs.no_answer_not_asked"]
    assert (answer["stale"], answer["grade"]) == (True, None)


def test_parameters_are_shown_as_used(answering: Path) -> None:
    def shown(*overrides: str) -> dict[str, Any]:
        rows = run_client("tiny", overrides=overrides).results["parameters"]
        return {row["name"]: row["value"] for row in rows if row["section"] == "03_second"}

    used = {"client": "tiny", "outcome": "net_margin", "lag": 0, "seed": 7}
    assert shown() == used | {"specification": ""}
    given = shown("03.outcome=gross_margin", "03.specification=pooled")
    assert given == used | {"outcome": "gross_margin", "specification": "pooled"}


@pytest.mark.parametrize(
    ("overrides", "found"),
    [
        (["03.lag=0"], [("lag", 0)]),
        (["03.lag=1", "03.outcome=revenue_growth", "03.seed=8", "02.lag=0"], []),
        (["03.specification=pooled"], [("specification", "pooled")]),
    ],
)
def test_a_primary_estimate_of_the_command_line_is_marked(
    answering: Path, overrides: list[str], found: list[tuple[str, object]]
) -> None:
    folder = run_client("tiny", overrides=overrides).folder
    rows = results_of(folder)["parameters_overridden"]
    assert [(row["name"], row["value"]) for row in rows] == found
    says = "The primary estimate was set on the command line, not in client.yml: "
    assert (says in page(folder)) == bool(found)
    for name, value in found:
        assert f"{says}{name} {value}." in page(folder)


def test_parameters_of_client_yml_are_no_departure(answering: Path) -> None:
    config = answering / "data" / "clients" / "tiny" / "client.yml"
    edit(config, "currency: USD", 'currency: USD\nparameters: {"03": {lag: 0}}')
    assert run_client("tiny").results["parameters_overridden"] == []


def test_the_reader_s_company_is_set_in_client_yml(home: Path) -> None:
    cell = 'client = "tiny"\ncompany = ""'
    make_notebook(home / "notebooks" / "03_second.ipynb", parameters=cell)
    with pytest.raises(ConfigError, match=r"set company in client\.yml"):
        run_client("tiny", overrides=["03.company=NA"])


def test_a_value_that_is_not_allowed_stops_before_any_kernel(home: Path) -> None:
    book = home / "notebooks" / "03_second.ipynb"
    make_notebook(book, "1 / 0", values={"lag": [-1, 0, 1]})
    with pytest.raises(ConfigError, match="lag: 7 is not one of -1, 0, 1; the nearest is 1"):
        run_client("tiny", overrides=["03.lag=7"])


def test_findings_name_no_company_and_no_value(home: Path) -> None:
    folder = home / "data" / "clients" / "tiny"
    companies = folder / "companies.csv"
    companies.write_text(companies.read_text() + "hidden-77,Hidden Ltd\n")
    outcome = run_client("tiny")
    found = outcome.results["findings"]
    assert [row["message"]["id"] for row in found] == ["finding.company_without_scores"]
    for name in ("results.json", "report.html"):
        content = (outcome.folder / name).read_text(encoding="utf-8")
        assert "hidden-77" not in content
        assert "Hidden Ltd" not in content


def test_every_kind_of_finding_has_words() -> None:
    assert [kind for kind in KINDS if not has_text(f"finding.{kind}")] == []
