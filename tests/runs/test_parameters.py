"""Declared names only, typed as their defaults; nothing reaches papermill unchecked."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from cxkit.errors import ConfigError
from cxkit.runs.parameters import declared, from_text, resolve
from tests.runs.books import make_notebook

CELL = (
    '"""What the reader may set."""\nclient = "tiny"  # folder\nlag: int = 1\nshare = 0.5\n'
    "deep = True\neffects = ('entity', 'time')\nlimit = None\nclip = [0.01, 0.99]"
)


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    return make_notebook(tmp_path / "03_tiny.ipynb", parameters=CELL)


def test_declared_in_their_order(notebook: Path) -> None:
    assert declared(notebook) == {
        "client": "tiny", "lag": 1, "share": 0.5, "deep": True,
        "effects": ("entity", "time"), "limit": None, "clip": [0.01, 0.99],
    }  # fmt: skip


def test_no_parameters_cell(tmp_path: Path) -> None:
    assert declared(make_notebook(tmp_path / "01_tiny.ipynb", parameters=None)) == {}


@pytest.mark.parametrize(
    "cell", ["a = 1 + 1", "a = b", "import os", "a, b = 1, 2", "a.b = 1", "a = open('x')", "def"]
)
def test_only_plain_literals(tmp_path: Path, cell: str) -> None:
    with pytest.raises(ConfigError, match="01_tiny"):
        declared(make_notebook(tmp_path / "01_tiny.ipynb", parameters=cell))


def test_values_take_the_type_of_their_default(notebook: Path) -> None:
    given = {"share": 1, "effects": ["entity"], "client": dt.date(2024, 1, 2), "limit": 3}
    values = resolve(notebook, given)
    assert isinstance(values["share"], float)
    assert values["effects"] == ("entity",)
    assert values["client"] == "2024-01-02"
    assert (values["limit"], values["lag"]) == (3, 1)


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("lag", "1", "expected a whole number"),
        ("lag", True, "expected a whole number"),
        ("lag", 1.5, "expected a whole number"),
        ("lag", None, "expected a whole number"),
        ("share", float("nan"), "expected a finite number"),
        ("deep", 1, "expected true or false"),
        ("effects", "entity", "expected a list"),
        ("effects", [1], "expected a text"),
        ("lagg", 1, 'did you mean "lag"'),
        ("lag\nimport os; os.remove('x')", 1, "is no parameter's name"),
        ("lag = 5 #", 1, "is no parameter's name"),
        ("import", 1, "is no parameter's name"),
        ("", 1, "is no parameter's name"),
    ],
)
def test_refused(notebook: Path, name: str, value: object, why: str) -> None:
    with pytest.raises(ConfigError, match=why) as caught:
        resolve(notebook, {name: value})
    assert "\nimport" not in str(caught.value)


def test_all_problems_at_once(notebook: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        resolve(notebook, {"lag": "x", "shar": 1})
    assert "lag:" in str(caught.value)
    assert "'shar'" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "default", "value"),
    [
        ("0", 1, 0),
        ("0.25", 0.5, 0.25),
        ("1", 0.5, 1.0),
        ("false", True, False),
        ("True", False, True),
        ("x y", "a", "x y"),
        ("'x'", "a", "'x'"),
        ("['entity']", ("a", "b"), ("entity",)),
        ("None", None, None),
    ],
)
def test_from_text(text: str, default: object, value: object) -> None:
    assert from_text(text, default) == value


def test_from_text_refuses() -> None:
    with pytest.raises(ValueError, match="expected a whole number"):
        from_text("one", 1)


DOMAINS = {
    "client": ["", "tiny", "service-brands"],
    "lag": [-1, 0, 1],
    "share": {"minimum": 0, "maximum": 0.9, "below": "most"},
    "most": {"maximum": 1},
    "elsewhere": [1],
}


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"client": "servic-brands"}, 'did you mean "service-brands"'),
        ({"client": "x"}, '"x" is not one of "", "tiny", "service-brands"$'),
        ({"lag": 7}, "lag: 7 is not one of -1, 0, 1; the nearest is 1"),
        ({"share": -0.5}, "share: -0.5 is too low; the least is 0"),
        ({"share": 0.95}, "share: 0.95 is too high; the most is 0.9"),
        ({"share": 0.5, "most": 0.25}, "it must be below most, 0.25"),
        ({"share": 0.8}, "share: 0.8 is too high; it must be below most, 0.75"),
    ],
)
def test_values_that_the_notebook_does_not_allow(
    tmp_path: Path, given: dict[str, object], why: str
) -> None:
    cell = 'client = "tiny"\nlag = 1\nshare = 0.5\nmost = 0.75'
    notebook = make_notebook(tmp_path / "03_tiny.ipynb", parameters=cell, values=DOMAINS)
    assert resolve(notebook, {"lag": -1, "share": 0, "client": ""})["lag"] == -1
    with pytest.raises(ConfigError, match=why):
        resolve(notebook, given)
