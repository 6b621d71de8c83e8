"""Workbooks that are not what they say: each refused with a sentence, fast and in little memory."""

from __future__ import annotations

import io
import json
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from cxkit.contracts import check_client
from cxkit.contracts.workbook import child, grid, process, safe
from cxkit.contracts.workbook.safe import OLE, WorkbookError, check_workbook
from tests.contracts.books import GOOD, book, folder, found, patched, places, with_parts

SHEET = "xl/worksheets/sheet1.xml"
ENTITIES = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>
<x>&b;</x>"""


def _zip(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def _without(data: bytes, *names: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return _zip({n: archive.read(n) for n in archive.namelist() if n not in names})


def _replaced(data: bytes, name: str, content: bytes) -> bytes:
    return with_parts(_without(data, name), {name: content})


def _encrypted() -> bytes:
    return OLE + b"\x00" * 500 + "EncryptedPackage".encode("utf-16-le") + b"\x00" * 500


def _flagged(data: bytes) -> bytes:
    """The same zip with the bit of encryption set in every entry."""
    changed = bytearray(data)
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = changed.find(mark)
        while at >= 0:
            (flags,) = struct.unpack_from("<H", changed, at + offset)
            struct.pack_into("<H", changed, at + offset, flags | 1)
            at = changed.find(mark, at + 4)
    return bytes(changed)


def damaged(data: bytes, part: str) -> bytes:
    """The same zip with the compressed bytes of one part overwritten."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        at = archive.getinfo(part).header_offset + 30 + len(part)
    return data[:at] + b"\xff" * 8 + data[at + 8 :]


BOOK = book(GOOD)
WIDE_XML = '<?xml version="1.0" encoding="UTF-16"?>' + ENTITIES.decode().split("?>")[1]
CASES = {
    "a text file": (b"company_id,name\n", "unreadable_file"),
    "nothing": (b"", "unreadable_file"),
    "a damaged part": (damaged(BOOK, "xl/workbook.xml"), "unreadable_file"),
    "cut short": (BOOK[: len(BOOK) // 2], "unreadable_file"),
    "zip of something else": (_zip({"a.txt": b"x"}), "unreadable_file"),
    "LibreOffice": (_zip({"mimetype": b"x", "content.xml": b"<x/>"}), "unreadable_file"),
    "binary workbook": (with_parts(BOOK, {"xl/workbook.bin": b"x"}), "unreadable_file"),
    "old workbook": (OLE + b"\x00" * 2000, "unreadable_file"),
    "password": (_encrypted(), "encrypted_workbook"),
    "encrypted zip": (_flagged(BOOK), "encrypted_workbook"),
    "macros": (with_parts(BOOK, {"xl/vbaProject.bin": b"x"}), "macro_workbook"),
    "Excel 4 macros": (with_parts(BOOK, {"xl/macrosheets/sheet1.xml": b"<x/>"}), "macro_workbook"),
    "macro type": (
        patched(BOOK, {"[Content_Types]": {"spreadsheetml.sheet.main+xml": "macroEnabled"}}),
        "macro_workbook",
    ),
    "entities": (_replaced(BOOK, SHEET, ENTITIES), "unsafe_workbook"),
    "entities after much space": (
        _replaced(BOOK, SHEET, b"<!--" + b" " * 3_000_000 + b"-->" + ENTITIES[21:]),
        "unsafe_workbook",
    ),
    "entities in UTF-16": (
        _replaced(BOOK, SHEET, WIDE_XML.encode("utf-16")),
        "unsafe_workbook",
    ),
    "another encoding": (
        _replaced(BOOK, SHEET, b'<?xml version="1.0" encoding="cp1252"?><x/>'),
        "unsafe_workbook",
    ),
    "path out": (with_parts(BOOK, {"../../evil.xml": b"<x/>"}), "unsafe_workbook"),
    "broken sheet": (_replaced(BOOK, SHEET, b"<worksheet><row"), "unreadable_file"),
    "no sheets": (_without(BOOK, "xl/workbook.xml"), "unreadable_file"),
    "not a number": (patched(BOOK, {SHEET: {'t="inlineStr"': 't="n"'}}), "none"),
    "bomb": (with_parts(BOOK, {"xl/media/a.bin": b"0" * 200_000_000}), "workbook_too_large"),
    "large bomb": (with_parts(BOOK, {"xl/a.xml": b"0" * 300_000_000}), "workbook_too_large"),
    "many parts": (
        with_parts(BOOK, {f"xl/p{n}.xml": b"<x/>" for n in range(1_001)}),
        "workbook_too_large",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_it_is_refused_with_a_sentence(name: str, tmp_path: Path) -> None:
    data, kind = CASES[name]
    findings = found(tmp_path, data)
    if kind == "none":
        return
    assert findings["kind"].tolist() == [kind]
    assert findings["severity"].tolist() == ["refuse"]
    assert "Traceback" not in findings["message"].item()
    assert findings["way_out"].item()


@pytest.mark.parametrize("name", ["intake.xls", "intake.ods", "INTAKE.XLSM"])
def test_other_formats_under_the_workbooks_name_are_refused(name: str, tmp_path: Path) -> None:
    findings = found(tmp_path, CASES["LibreOffice"][0], name)
    assert findings["kind"].tolist() == ["unreadable_file"]


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside.xlsx"
    outside.write_bytes(BOOK)
    place = folder(tmp_path, b"")
    (place / "intake.xlsx").unlink()
    (place / "intake.xlsx").symlink_to(outside)
    assert check_client(str(place))["kind"].tolist() == ["link_out_of_folder"]


def test_duplicate_parts_are_refused() -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        data = with_parts(BOOK, {SHEET: b"<x/>"})
    with pytest.raises(WorkbookError) as caught:
        check_workbook(data)
    assert caught.value.kind == "unsafe_workbook"


def test_too_large_a_file_is_not_even_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from cxkit.contracts.workbook import sent

    monkeypatch.setattr(sent, "MAX_FILE", 100)
    findings = found(tmp_path, BOOK)
    assert findings["kind"].tolist() == ["workbook_too_large"]


def test_too_many_cells_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grid, "MAX_CELLS", 10)
    with pytest.raises(WorkbookError, match="more than 10 filled cells"):
        list(grid.lines(BOOK))
    monkeypatch.setattr(grid, "MAX_CELLS", 1000)
    monkeypatch.setattr(grid, "MAX_TEXTS", 10)
    with pytest.raises(WorkbookError, match="more than 10 characters"):
        list(grid.lines(BOOK))


def test_a_workbook_that_takes_too_much_memory_is_refused() -> None:
    pytest.importorskip("resource")
    rows = [["company_id", "name"], *([f"c{n}", f"Company {n}"] for n in range(40_000))]
    code = (
        "import sys; from cxkit.contracts.workbook import child;"
        "child.MEMORY = 60 << 20; sys.argv = ['child', 'mark']; sys.exit(child.main())"
    )
    order = b'{"cells": [], "head": ["sheet"], "rows": []}\n'
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=order + book({"companies": rows}),
        capture_output=True,
        check=False,
        env=process._environment(),
    )
    if done.returncode == 0:
        assert json.loads(done.stdout)["error"][0] == "workbook_too_large"
    else:  # the interpreter had no memory left to say so itself
        assert process._died(done.returncode, done.stderr).kind == "workbook_too_large"


def test_a_process_that_dies_or_hangs_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "WALL", 0.01)
    with pytest.raises(WorkbookError, match="longer than 60 seconds"):
        list(process.read_lines(BOOK))
    monkeypatch.setattr(process, "WALL", 30)
    for code, text in ((-24, "longer than"), (-9, "longer than"), (-11, "ended with code -11")):
        assert text in process._died(code, b"").message
    assert "memory" in process._died(1, b"... MemoryError").message


def test_the_limits_are_on_in_the_process(tmp_path: Path) -> None:
    code = (
        "from cxkit.contracts.workbook import child; child._limit(0); import resource, json;"
        "print(json.dumps([resource.getrlimit(n)[0] for n in"
        " (resource.RLIMIT_AS, resource.RLIMIT_CPU, resource.RLIMIT_FSIZE)]))"
    )
    pytest.importorskip("resource")
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, env=process._environment()
    )
    assert json.loads(done.stdout) == [child.MEMORY, child.SECONDS, 0]


def test_the_process_needs_no_scientific_stack() -> None:
    code = (
        "import sys, cxkit.contracts.workbook.child, cxkit.contracts.workbook.grid,"
        "cxkit.contracts.workbook.marks;"
        "print([n for n in ('pandas', 'pyarrow', 'pydantic') if n in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, env=process._environment()
    )
    assert done.stdout.strip() == b"[]"


def test_a_workbook_in_which_nothing_is_wrong_passes_the_gate() -> None:
    check_workbook(BOOK)
    assert safe.MAX_RATIO > 150


def test_findings_of_an_unread_workbook_do_not_pile_up(tmp_path: Path) -> None:
    findings = found(tmp_path, b"no workbook")
    assert places(findings, "missing_table") == []
