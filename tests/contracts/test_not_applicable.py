"""Not applicable apart from not answered: the same whatever the file and however large it is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl import load_workbook

from cxkit.contracts import TABLES, Client, load_instrument, read_client
from cxkit.contracts.cells import WrongTypeError, read_flag, says_not_applicable
from cxkit.contracts.large import files
from cxkit.contracts.template.folder import Request, new_client
from cxkit.contracts.typed import empty_table
from tests.contracts.folders import CLIENT, write_client

ITEMS = ("lead_1", "lead_2", "serve_1", "serve_2")
COLUMNS = [column.name for column in TABLES["assessments"].columns]


@pytest.fixture
def all_are_large(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Switches to leaving every table of answers in its file."""

    def switch() -> None:
        monkeypatch.setattr(files, "LARGE_ROWS", 1)
        monkeypatch.setattr(files, "SHORTEST", 1)

    return switch


def _answers(seed: int, said: tuple[str, ...], *, flags: bool) -> pd.DataFrame:
    """Answers as text, some empty, some that do not apply; `applies` says which is which."""
    rng = np.random.default_rng(seed)
    rows = [
        (f"{c}", "2023-06-30", f"r{r}", i) for c in ("a1", "b2") for r in range(9) for i in ITEMS
    ]
    frame = pd.DataFrame(rows, columns=["company_id", "wave", "respondent_id", "item_id"])
    kind = rng.integers(0, 4, len(frame))  # answered, empty, n/a, the flag
    if not flags:
        kind = np.where(kind == 3, 2, kind)
    frame["performance"] = np.where(kind == 0, rng.integers(1, 6, len(frame)).astype(str), "")
    frame.loc[kind == 2, "performance"] = rng.choice(said, int((kind == 2).sum()))
    if flags:
        frame["not_applicable"] = np.where(kind == 3, "yes", rng.choice(["", "no"], len(frame)))
        frame.loc[kind == 2, "not_applicable"] = ""
    return frame.assign(applies=kind < 2)


def _folder(place: Path, frame: pd.DataFrame, form: str) -> str:
    sent = frame.drop(columns="applies")
    settings = CLIENT + "severity: {wrong_scale: warn}\n"  # the answers are drawn at random
    if form == "csv":
        text = sent.to_csv(index=False)
        return str(write_client(place, {"client.yml": settings, "assessments.csv": text}))
    folder = write_client(place, {"client.yml": settings, "assessments.csv": None})
    columns = {name: pa.array([v or None for v in sent[name]]) for name in sent.columns}
    if form == "categories":
        columns["performance"] = columns["performance"].dictionary_encode()
    if form == "flags" and "not_applicable" in sent:
        columns["not_applicable"] = pa.array([{"yes": True}.get(v) for v in sent["not_applicable"]])
    pq.write_table(pa.table(columns), folder / "assessments.parquet")
    return str(folder)


def _stored(client: Client) -> pd.DataFrame:
    with client.large["assessments"].connect() as connection:
        found = connection.sql("SELECT * FROM answers ORDER BY _row").to_arrow_table()
    types = empty_table(TABLES["assessments"]).dtypes.to_dict()
    return found.to_pandas(date_as_object=False).astype(types)


@pytest.mark.parametrize("flags", [False, True])
@pytest.mark.parametrize("form", ["csv", "parquet", "categories", "flags"])
@pytest.mark.parametrize("said", [("n/a",), ("n/a", " N/A ", "N/a", "\u00a0n/a")])
def test_what_does_not_apply_is_read_in_every_form_and_size(
    said: tuple[str, ...],
    form: str,
    flags: bool,
    tmp_path: Path,
    all_are_large: Callable[[], None],
) -> None:
    frame = _answers(len(form) + len(said), said, flags=flags)
    folder = _folder(tmp_path, frame, form)
    small = read_client(folder).table("assessments")
    applies = frame["applies"].to_numpy()
    np.testing.assert_array_equal(small["not_applicable"], ~applies)
    given = pd.to_numeric(frame["performance"].where(applies, ""), errors="coerce")
    np.testing.assert_array_equal(small["performance"], given)
    assert 0 < small["performance"].isna().sum() - (~applies).sum() < applies.sum()
    all_are_large()
    large = _stored(read_client(folder))
    pd.testing.assert_frame_equal(large[["_row", *COLUMNS]], small[["_row", *COLUMNS]])


def test_without_a_word_of_it_everything_applies(
    tmp_path: Path, all_are_large: Callable[[], None]
) -> None:
    folder = str(write_client(tmp_path))
    small = read_client(folder).table("assessments")["not_applicable"]
    assert small.dtype == bool
    assert not small.any()
    all_are_large()
    assert not _stored(read_client(folder))["not_applicable"].any()
    empty = empty_table(TABLES["assessments"])["not_applicable"]
    assert (empty.dtype, len(empty)) == (np.dtype(bool), 0)


def test_flags_are_read_strictly() -> None:
    words = ["yes", "NO", " True ", "false", "", None, "maybe", "1"]
    typed = read_flag(pa.array(words))
    assert typed.values.tolist() == [True, False, True, False, False, False, False, False]
    assert typed.missing.tolist() == [False] * 4 + [True, True, False, False]
    assert typed.bad.tolist() == [False] * 6 + [True, True]
    typed = read_flag(pa.array([True, None, False]))
    assert typed.values.tolist() == [True, False, False]
    assert typed.missing.tolist() == [False, True, False]
    assert not typed.bad.any()
    with pytest.raises(WrongTypeError):
        read_flag(pa.array([1, 0]))


def test_only_n_a_says_not_applicable() -> None:
    words = ["n/a", "N/A", " n/a", "na", "#N/A", "n / a", "", None, "н/д"]
    said = [True] * 3 + [False] * 6
    assert says_not_applicable(pa.array(words)).tolist() == said
    assert says_not_applicable(pa.array(words).dictionary_encode()).tolist() == said
    assert says_not_applicable(pa.array([1.0, None])).tolist() == [False, False]


@pytest.mark.parametrize("language", ["en", "pl"])
def test_a_new_workbook_offers_it_and_reads_it(language: str, tmp_path: Path) -> None:
    folder, plan = new_client(
        Request(str(tmp_path / "acme"), language=language, as_of="2024-12-31", company="Acme")
    )
    book = load_workbook(folder / "intake.xlsx")
    sheet = book["assessments"]
    names = {cell.value: cell.column for cell in sheet[7]}
    items = [item.id for item in load_instrument("cx95").items]
    row = {"company_id": plan.company_id, "wave": "2024-06-30", "respondent_id": "R1"}
    row |= dict.fromkeys(items, 3) | {items[4]: "n/a", items[5]: None}
    for name, value in row.items():
        sheet.cell(8, names[name]).value = value
    offered = {rule.formula1 for rule in sheet.data_validations.dataValidation}
    assert {'"1,2,3,4,5,n/a"', '"0,1,2,3,4,5,n/a"'} <= offered
    assert "n/a" in sheet.cell(5, names[items[0]]).value
    book.save(folder / "intake.xlsx")
    answers = read_client(str(folder)).table("assessments").set_index("item_id")
    assert answers.index[answers["not_applicable"]].tolist() == [items[4]]
    assert answers.index[answers["performance"].isna()].tolist() == items[4:6]
