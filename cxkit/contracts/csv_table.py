"""CSV files as text cells: their encoding, their separator, where their header stands."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Sequence
from pathlib import PurePath

import numpy as np
import pyarrow as pa

from cxkit.contracts.decoding import decode
from cxkit.contracts.findings import Findings, Rows
from cxkit.contracts.headers import is_missing, report_missing
from cxkit.contracts.locales import Locale
from cxkit.contracts.raw_table import RawTable, usable_columns
from cxkit.contracts.strict import quoted
from cxkit.contracts.tables import TABLES

SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}
TITLES = 20  # filled rows among which the header is looked for
ENOUGH = 2  # names of the contract that make a row the header
# What Excel takes as the first line of a file for the separator, and does not count as a row.
SEP_LINE = re.compile(r'"?sep=(?P<mark>[,;\t|])"?\r?\n', re.IGNORECASE)

Records = list[list[str]]


def read_csv(file: str, data: bytes, findings: Findings, locale: Locale) -> RawTable | None:
    """The cells of a CSV file, or None with a finding where there is nothing to read."""
    text = decode(file, data, locale, findings)
    if text is None:
        return None
    table = TABLES.get(PurePath(file).stem)
    names = set(table.named) if table else set()
    if own := SEP_LINE.match(text):
        separator: str | None = own["mark"]
        text = text[own.end() :]
    else:
        separator = _separator(file, text, names, locale, findings)
    if separator is None:
        return None
    records = _records(file, text, separator, findings)
    return None if records is None else _table(file, records, names, separator, findings)


def _separator(
    file: str, text: str, names: Collection[str], locale: Locale, findings: Findings
) -> str | None:
    """The mark between columns, or None with a finding where the file has another.

    With a decimal comma semicolons are as good as declared: that is how spreadsheets write then.
    """
    declared = "\t" if locale.separator == "tab" else locale.separator
    line, found = _seen(text, names, declared)
    if found == declared or (found == ";" and locale.decimal == ","):
        return found
    word = '"tab"' if found == "\t" else f'"{found}"'
    declare = f", or put locale: {{separator: {word}}} into client.yml" if found != "|" else ""
    findings.add(
        file,
        "wrong_separator",
        f"columns are separated by {SEPARATORS[found]}, not {SEPARATORS[declared]}",
        'save the file as "CSV UTF-8 (comma delimited)"' + declare,
        value=line,
    )
    return None


def _seen(text: str, names: Collection[str], declared: str) -> tuple[str, str]:
    """The header's line and the mark that separates its names; the declared one if in doubt."""
    lines = [line for line in text[:100_000].splitlines() if line.strip()][:TITLES]
    marks = [declared, *(mark for mark in SEPARATORS if mark != declared)]
    for mark in marks:
        for line in lines:
            if _known(line.replace('"', "").split(mark), names) >= ENOUGH:
                return line, mark
    first = lines[0] if lines else ""
    others = [mark for mark in marks if mark in first]
    return first, others[0] if others else declared


def _known(cells: Sequence[str], names: Collection[str]) -> int:
    return len({cell.strip() for cell in cells} & set(names))


def _records(file: str, text: str, separator: str, findings: Findings) -> Records | None:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        return list(reader)
    except csv.Error as error:
        name = SEPARATORS[separator]
        findings.add(
            file,
            "unreadable_file",
            f"this is no valid CSV near line {reader.line_num}: {error}",
            f'put a cell that holds {name} or quotes in "quotes", and double the quotes inside',
        )
        return None


def _table(
    file: str, records: Records, names: Collection[str], separator: str, findings: Findings
) -> RawTable | None:
    numbers = [n for n, record in enumerate(records, start=1) if is_filled(record)]
    if not numbers:
        findings.add(
            file, "unreadable_file", "the file is empty", "write the columns' names in row 1"
        )
        return None
    place = _header_place(records, numbers, names)
    header = [name.strip() for name in records[numbers[place] - 1]]
    table = TABLES.get(PurePath(file).stem)
    if table is not None and is_missing(header, table):
        report_missing(file, numbers[place], header, table, findings)
        return None
    _report_above(file, records, numbers[: place + 1], findings)
    rows = np.array(numbers[place + 1 :], dtype=np.int64)
    return _columns(file, header, records, rows, separator, findings)


def _header_place(records: Records, numbers: list[int], names: Collection[str]) -> int:
    """Which filled row is the header: the first, unless only a later one names columns."""
    known = [_known(records[number - 1], names) for number in numbers[:TITLES]]
    if known[0] == 0 and max(known) >= ENOUGH:
        return next(place for place, count in enumerate(known) if count >= ENOUGH)
    return 0


def _report_above(file: str, records: Records, numbers: list[int], findings: Findings) -> None:
    """Lines above the header; they are said, since a reader of the file may think them data."""
    *above, header = numbers
    if header == 1:
        return
    title = next((cell for n in above for cell in records[n - 1] if cell.strip()), "")
    stands = f"{quoted(title.strip())} and what else stands" if title else "what stands"
    findings.add(
        file,
        "header_not_first",
        f"the columns' names are in row {header}; {stands} above is not read",
        "nothing to do, or delete the rows above",
        value=title,
    )


def _columns(
    file: str, header: list[str], records: Records, numbers: Rows, separator: str,
    findings: Findings,
) -> RawTable:  # fmt: skip
    width = len(header)
    body = [records[n - 1] for n in numbers.tolist()]
    lengths = np.fromiter(map(len, body), dtype=np.int64, count=len(body))
    long = lengths > width
    for place in np.flatnonzero(long).tolist():
        long[place] = is_filled(body[place][width:])
    over = [separator.join(records[n - 1][width:]) for n in numbers[long].tolist()]
    _report_long(file, width, numbers[long], over, SEPARATORS[separator], findings)
    short = numbers[lengths < width]
    counts = [str(len(records[n - 1])) for n in short.tolist()]
    _report_short(file, width, short, counts, SEPARATORS[separator], findings)
    for place in np.flatnonzero(lengths != width).tolist():
        kept = body[place][: 1 if long[place] else width]
        body[place] = kept + [""] * (width - len(kept))
    cells = list(zip(*body, strict=True)) or [()] * width
    _report_unnamed(file, header, cells, findings)
    usable = usable_columns(file, header, findings)
    arrays = {name: pa.array(cells[place], pa.large_string()) for place, name in usable.items()}
    return RawTable(file, arrays, numbers, long)


def is_filled(record: Sequence[str]) -> bool:
    """Whether any cell holds more than space."""
    return any(record) and any(map(str.strip, record))


def _report_long(
    file: str, width: int, rows: Rows, over: list[str], marks: str, findings: Findings
) -> None:
    findings.add_rows(
        file,
        "row_too_long",
        None,
        rows,
        over,
        f"the row has more cells than the {width} columns; {{value}} is left over",
        f"look for one of the {marks} inside a cell and put that cell in quotes",
        f"rows longer than the {width} columns",
    )


def _report_short(
    file: str, width: int, rows: Rows, counts: list[str], marks: str, findings: Findings
) -> None:
    findings.add_rows(
        file,
        "row_too_short",
        None,
        rows,
        counts,
        f"the row has {{value}} cells for {width} columns; the rest is read as empty",
        f"add the {marks} for the empty cells at the row's end",
        f"rows shorter than the {width} columns",
    )


def _report_unnamed(
    file: str, header: list[str], cells: list[tuple[str, ...]], findings: Findings
) -> None:
    for place, name in enumerate(header):
        if not name and is_filled(cells[place]):
            findings.add(
                file,
                "unknown_column",
                f"column {place + 1} has values but no name; it is not used",
                "name the column in the header, or delete it",
                column="",
            )
