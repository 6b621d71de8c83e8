"""The intake workbook as a whole: its layout, its sheets, and files that are none."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any

from openpyxl import Workbook
from openpyxl.utils.datetime import MAC_EPOCH

from tests.contracts.bad_inputs.case import A, Case, R, W
from tests.contracts.bad_inputs.workbook_case import (
    ACCOUNTS,
    FAMILY,
    TRUTH,
    UNREAD,
    bent,
    case,
    changed,
)
from tests.contracts.books import COMPANIES, GOOD, NO_FILES, PNL, book, patched, with_parts
from tests.contracts.folders import SCORES


def cases() -> Iterator[Case]:
    """All cases of the family that lie in the whole."""
    yield from _layout()
    yield from _sheets()
    yield from _files()


def _layout() -> Iterator[Case]:
    yield case(
        "a header in row 3",
        changed("pnl", [["Accounts"], [], *PNL]),
        (ACCOUNTS, None, None, "header_not_first", W, ""),
    )
    yield case("blank rows between", changed("pnl", [PNL[0], [], PNL[1], [], [], PNL[2]]))
    for word in ("Total", "Итого", "Razem", "合计"):
        yield case(
            f"a row of totals: {word}",
            changed("pnl", [*PNL, [word, None, None, None, None, 210.5, 1]]),
            (ACCOUNTS, 4, "company_id", "totals_row", A, word),
        )
    yield case(
        "a column of the client's own",
        changed("pnl", [[*row, "x"] for row in PNL]),
        (ACCOUNTS, None, "x", "unknown_column", W, "x"),
    )
    yield case(
        "values under no name",
        changed("pnl", [PNL[0], [*PNL[1], 7], PNL[2]]),
        (ACCOUNTS, None, "H", "unknown_column", W, ""),
    )
    yield case(
        "a column twice",
        changed("pnl", [[*row, row[5]] for row in PNL]),
        (ACCOUNTS, None, "revenue", "duplicate_column", R, ""),
    )
    yield case(
        "cells far to the right",
        bent(lambda made: _set(made, "XFD1048576", 1)),
        (ACCOUNTS, None, None, "stray_cell", W, "XFD1048576"),
    )
    yield from _columns()


def _columns() -> Iterator[Case]:
    yield case(
        "cells far below",
        bent(lambda made: _set(made, "A1048576", "a1")),
        *(
            (ACCOUNTS, 1048576, name, "missing_value", R, "")
            for name in ("period_end", "period_months", "currency", "unit")
        ),
        pnl=TRUTH["pnl"] + "a1,,,,,,\n",
    )
    yield case(
        "a hidden row",
        bent(lambda made: _hide(made["pnl"].row_dimensions[3])),
        (ACCOUNTS, 3, None, "hidden_cells", W, ""),
    )
    yield case(
        "a hidden column",
        bent(lambda made: _hide(made["pnl"].column_dimensions["G"])),
        (ACCOUNTS, None, "net_income", "hidden_cells", W, ""),
    )
    merged = [(ACCOUNTS, 3, name, "merged_cells", R, "") for name in ("company_id", "revenue")]

    def merge(made: Workbook) -> None:
        made["pnl"].merge_cells("A2:A3")
        made["pnl"].merge_cells("F2:F3")

    lines = TRUTH["pnl"].splitlines()
    yield case(
        "merged cells",
        bent(merge),
        *merged,
        pnl="\n".join([*lines[:2], ",2023-12-31,12,USD,1000000,,4", ""]),
    )

    def old(made: Workbook) -> None:
        made.epoch = MAC_EPOCH

    yield case("dates counted from 1904", bent(old))


def _set(made: Workbook, place: str, value: Any) -> None:
    made["pnl"][place] = value


def _hide(dimension: Any) -> None:
    dimension.hidden = True


def _sheets() -> Iterator[Case]:
    def hide(made: Workbook) -> None:
        made["pnl"].sheet_state = "veryHidden"

    yield case("a hidden sheet", bent(hide), (ACCOUNTS, None, None, "hidden_cells", W, ""))
    yield case(
        "a sheet that is no table",
        book({**GOOD, "Notes": [["x"]]}),
        ("intake.xlsx [Notes]", None, None, "unknown_sheet", W, "Notes"),
    )
    yield case(
        "a sheet named almost right",
        book({"companes": [["x"]], **GOOD}),
        ("intake.xlsx [companes]", None, None, "unknown_sheet", W, "companes"),
    )
    yield case("sheets in capitals", book({name.upper(): rows for name, rows in GOOD.items()}))
    yield case(
        "two sheets of one table",
        book({**GOOD, "companies ": COMPANIES}),
        ("intake.xlsx [companies]", None, None, "two_files", R, ""),
    )
    yield case(
        "a sheet with a header alone",
        changed("pnl", PNL[:1]),
        (ACCOUNTS, None, None, "empty_table", W, ""),
        pnl=TRUTH["pnl"].splitlines()[0],
    )
    yield from _beside()


def _beside() -> Iterator[Case]:
    links = {"xl/externalLinks/externalLink1.xml": b"<externalLink/>"}
    yield case(
        "links to other workbooks",
        with_parts(book(GOOD), links),
        ("intake.xlsx", None, None, "external_links", W, ""),
    )
    meta = [["instrument", "tiny"], ["currency", "EUR"]]
    yield case(
        "made for another currency",
        book({**GOOD, "_meta": meta}),
        ("intake.xlsx", None, "currency", "other_workbook", R, "EUR"),
    )
    files = {**NO_FILES, "scores.csv": SCORES, "intake.xlsx": book(GOOD)}
    yield Case("beside a table as CSV", FAMILY, files, {**TRUTH, "scores": SCORES})
    yield Case(
        "and the same table as CSV",
        FAMILY,
        {**files, "pnl.csv": TRUTH["pnl"]},
        {**TRUTH, "scores": SCORES},
        (("pnl.csv", None, None, "two_files", R, ""),),
    )


def _files() -> Iterator[Case]:
    good = book(GOOD)
    first = "xl/worksheets/sheet1.xml"
    entities = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    macro = {"[Content_Types]": {"spreadsheetml.sheet.main+xml": "sheet.macroEnabled.main+xml"}}
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    hostile = {
        "a text file": (b"company_id,name\n", "unreadable_file"),
        "an empty file": (b"", "unreadable_file"),
        "half a file": (good[: len(good) // 2], "unreadable_file"),
        "an old .xls": (ole, "unreadable_file"),
        "with a password": (ole + "EncryptedPackage".encode("utf-16-le"), "encrypted_workbook"),
        "with macros": (with_parts(good, {"xl/vbaProject.bin": b"x"}), "macro_workbook"),
        "of the kind with macros": (patched(good, macro), "macro_workbook"),
        "with entities": (
            patched(good, {first: {"<worksheet": entities + "<worksheet"}}),
            "unsafe_workbook",
        ),
        "with a part that points out": (
            with_parts(good, {"../../x.xml": b"<x/>"}),
            "unsafe_workbook",
        ),
        "a zip bomb": (with_parts(good, {"xl/x.bin": bytes(9_000_000)}), "workbook_too_large"),
        "of 1,001 parts": (
            with_parts(good, {f"xl/{n}.xml": b"" for n in range(1001)}),
            "workbook_too_large",
        ),
        "a sheet cut short": (patched(good, {first: {"</worksheet>": ""}}), "unreadable_file"),
        "of LibreOffice": (_zip({"mimetype": b"x", "content.xml": b"<x/>"}), "unreadable_file"),
        "another zip": (_zip({"a.txt": b"x"}), "unreadable_file"),
    }
    for name, (data, kind) in hostile.items():
        yield Case(
            name,
            FAMILY,
            {**NO_FILES, "intake.xlsx": data},
            UNREAD,
            (("intake.xlsx", None, None, kind, R, ""),),
        )


def _zip(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()
