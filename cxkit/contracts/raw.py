"""Files as text cells: one door for every format, before any contract is looked at.

A cell is text as the file has it (CSV) or a value of the type the file declares (Parquet).
Nothing is guessed: `NA`, `00123` and `1E5` are text. Another format needs a reader here
that returns a RawTable; all that follows stays.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from cxkit.contracts.cells import Mask
from cxkit.contracts.findings import Findings, Rows
from cxkit.contracts.strict import quoted

SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}


@dataclass(frozen=True, eq=False)
class RawTable:
    """A file's cells by column; `rows` is where each stands, the header being row 1.

    `spilt` marks rows longer than the header: all their cells but the first are left empty.
    `faulty` marks, by column, empty cells whose fault the reader has reported already.
    """

    file: str
    columns: dict[str, pa.Array]
    rows: Rows
    spilt: Mask
    faulty: Mapping[str, Mask] = field(default_factory=dict)


def read_raw(file: str, data: bytes, findings: Findings) -> RawTable | None:
    """The cells of a file, or None with a finding where there is nothing to read."""
    reader = _read_parquet if file.endswith(".parquet") else _read_csv
    return reader(file, data, findings)


def _read_parquet(file: str, data: bytes, findings: Findings) -> RawTable | None:
    try:
        table = pq.read_table(pa.BufferReader(data), use_threads=False)
    except (pa.ArrowException, OSError) as error:
        reason = str(error).splitlines()[0]
        findings.add(
            file, "unreadable_file", f"this is no Parquet file: {reason}", "write the file again"
        )
        return None
    names = table.column_names
    columns = {
        name: table.column(place).combine_chunks()
        for place, name in _usable(file, names, findings).items()
    }
    rows = np.arange(2, table.num_rows + 2)
    return RawTable(file, columns, rows, np.zeros(len(rows), dtype=bool))


def _read_csv(file: str, data: bytes, findings: Findings) -> RawTable | None:
    text = _decode(file, data, findings)
    records = None if text is None else _records(file, text, findings)
    if records is None:
        return None
    numbers = [n for n, record in enumerate(records, start=1) if _is_filled(record)]
    if not numbers:
        findings.add(
            file, "unreadable_file", "the file is empty", "write the columns' names in row 1"
        )
        return None
    header = [name.strip() for name in records[numbers[0] - 1]]
    if _separator_is_wrong(file, header, findings):
        return None
    return _columns(file, header, records, np.array(numbers[1:], dtype=np.int64), findings)


def _decode(file: str, data: bytes, findings: Findings) -> str | None:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        wide = data[:2] in (b"\xff\xfe", b"\xfe\xff")
        found = "the file is UTF-16" if wide else f"line {line} is not UTF-8"
        way_out = 'save the file as "CSV UTF-8"'
        value = repr(data[error.start : error.start + 8])[2:-1]
        findings.add(file, "not_utf8", found, way_out, value=value)
        return None


def _records(file: str, text: str, findings: Findings) -> list[list[str]] | None:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        return list(reader)
    except csv.Error as error:
        findings.add(
            file,
            "unreadable_file",
            f"this is no valid CSV near line {reader.line_num}: {error}",
            'put a cell that holds commas or quotes in "quotes", and double the quotes inside',
        )
        return None


def _separator_is_wrong(file: str, header: list[str], findings: Findings) -> bool:
    if len(header) > 1:
        return False
    for mark, name in SEPARATORS.items():
        if mark in header[0]:
            findings.add(
                file,
                "wrong_separator",
                f"columns are separated by {name}, not commas",
                'save the file as "CSV UTF-8 (comma delimited)"',
                value=header[0],
            )
            return True
    return False


def _columns(
    file: str, header: list[str], records: list[list[str]], numbers: Rows, findings: Findings
) -> RawTable:
    width = len(header)
    body = [records[n - 1] for n in numbers.tolist()]
    lengths = np.fromiter(map(len, body), dtype=np.int64, count=len(body))
    long = lengths > width
    for place in np.flatnonzero(long).tolist():
        long[place] = _is_filled(body[place][width:])
    _report_lengths(file, width, records, numbers[long], numbers[lengths < width], findings)
    for place in np.flatnonzero(lengths != width).tolist():
        kept = body[place][: 1 if long[place] else width]
        body[place] = kept + [""] * (width - len(kept))
    cells = list(zip(*body, strict=True)) or [()] * width
    _report_unnamed(file, header, cells, findings)
    usable = _usable(file, header, findings)
    arrays = {name: pa.array(cells[place], pa.large_string()) for place, name in usable.items()}
    return RawTable(file, arrays, numbers, long)


def _is_filled(record: Sequence[str]) -> bool:
    """Whether any cell holds more than space."""
    return any(record) and any(map(str.strip, record))


def _report_lengths(
    file: str, width: int, records: list[list[str]], long: Rows, short: Rows, findings: Findings
) -> None:
    findings.add_rows(
        file,
        "row_too_long",
        None,
        long,
        [",".join(records[n - 1][width:]) for n in long.tolist()],
        f"the row has more cells than the {width} columns; {{value}} is left over",
        "look for a comma inside a cell and put that cell in quotes",
        f"rows longer than the {width} columns",
    )
    findings.add_rows(
        file,
        "row_too_short",
        None,
        short,
        [str(len(records[n - 1])) for n in short.tolist()],
        f"the row has {{value}} cells for {width} columns; the rest is read as empty",
        "add the commas for the empty cells at the row's end",
        f"rows shorter than the {width} columns",
    )


def _report_unnamed(
    file: str, header: list[str], cells: list[tuple[str, ...]], findings: Findings
) -> None:
    for place, name in enumerate(header):
        if not name and _is_filled(cells[place]):
            findings.add(
                file,
                "unknown_column",
                f"column {place + 1} has values but no name; it is not used",
                "name the column in row 1, or delete it",
                column="",
            )


def _usable(file: str, header: list[str], findings: Findings) -> dict[int, str]:
    """Place and name of the columns to read: named, and each name once."""
    for name in sorted({name for name in header if name and header.count(name) > 1}):
        findings.add(
            file,
            "duplicate_column",
            f"column {quoted(name)} stands {header.count(name)} times",
            "keep one of them",
            column=name,
        )
    places: dict[str, int] = {}
    for place, name in enumerate(header):
        if name:
            places.setdefault(name, place)
    return {place: name for name, place in places.items()}


def cell_texts(cells: pa.Array) -> list[str]:
    """Cells as the reader of a message would write them; nothing for an empty one."""
    return ["" if text is None else text for text in pc.cast(cells, pa.string()).to_pylist()]
