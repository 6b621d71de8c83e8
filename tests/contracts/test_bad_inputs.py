"""Every way in which data go wrong: the exact outcome, and no good value changed."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from cxkit.contracts.kinds import KINDS
from tests.contracts.bad_inputs import plain, table
from tests.contracts.bad_inputs.case import Case
from tests.contracts.bad_inputs.families import CASES
from tests.contracts.bad_inputs.run import Ran, run, run_command, run_large

SAMPLE = 15  # of so many cases one goes through the command line too
RAN: dict[tuple[str, str], Ran] = {}


def _name(case: Case) -> str:
    return f"{case.family}: {case.name}"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bad_inputs")


def _run(case: Case, place: Path) -> Ran:
    """The case's run; each is run once."""
    key = case.family, case.name
    if key not in RAN:
        RAN[key] = run(case, place / str(len(RAN)))
    return RAN[key]


@pytest.mark.parametrize("case", CASES, ids=_name)
def test_case(case: Case, place: Path) -> None:
    ran = _run(case, place)
    assert ran.code == case.code, ran.said
    assert "Traceback" not in ran.said
    if case.says:
        assert case.says in ran.said
        return
    assert sorted(map(repr, ran.findings)) == sorted(map(repr, case.findings))
    read = {name: plain.actual(name, frame) for name, frame in ran.tables.items()}
    assert read == {name: plain.expected(name, text) for name, text in case.tables.items()}


IN_FILES = [
    case
    for case in CASES
    if not case.says and any(case.files.get(f"assessments.{end}") for end in ("csv", "parquet"))
]


@pytest.mark.parametrize("case", IN_FILES, ids=_name)
def test_answers_left_in_their_file_are_found_the_same(case: Case, tmp_path: Path) -> None:
    ran = run_large(case, tmp_path)
    assert ran.code == case.code, ran.said
    found = [finding for finding in ran.findings if finding[3] != "answers_sampled"]
    assert sorted(map(repr, found)) == sorted(map(repr, case.findings))


def test_many_of_these_cases_do_stay_in_their_file(tmp_path: Path) -> None:
    sampled = [
        any(
            finding[3] == "answers_sampled"
            for finding in run_large(case, tmp_path / str(at)).findings
        )
        for at, case in enumerate(IN_FILES[::4])
    ]
    assert sum(sampled) >= len(sampled) / 2


def test_cases_are_distinct_and_many() -> None:
    assert len(CASES) >= 200
    names = Counter((case.family, case.name) for case in CASES)
    assert [name for name, count in names.items() if count > 1] == []
    written = Counter(repr((sorted(case.files.items()), case.make)) for case in CASES)
    assert [files[:300] for files, count in written.items() if count > 1] == []


def test_readme_counts_them(place: Path) -> None:
    shown = table.counts((case.family, _run(case, place).outcome) for case in CASES)
    assert table.in_readme() == shown, f"run {table.__name__} with --write"


@pytest.mark.parametrize("case", CASES[::SAMPLE], ids=_name)
def test_the_command_line_says_the_same(case: Case, tmp_path: Path) -> None:
    ran = run_command(case, tmp_path)
    assert ran.code == case.code, ran.said
    assert case.says in ran.said
    told = [finding for finding in ran.findings if finding[3] in KINDS]  # runs add their own
    assert sorted(map(repr, told)) == sorted(map(repr, case.findings))


@pytest.mark.parametrize("code", [0, 2, 3])
def test_the_command_itself(code: int, tmp_path: Path) -> None:
    case = next(case for case in CASES if case.code == code and (case.findings or case.says))
    words = [sys.executable, "-m", "cxkit", "check", str(case.write(tmp_path))]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == case.code
    assert "Traceback" not in done.stderr
