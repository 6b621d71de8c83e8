"""Files of answers: which are large, and how they become Parquet that can be looked into."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.csv as arrow_csv
import pyarrow.parquet as pq

from cxkit.contracts.config import ClientConfig
from cxkit.contracts.findings import Findings
from cxkit.contracts.instrument import Instrument
from cxkit.contracts.intake import Intake
from cxkit.contracts.large.checks import examine, finish
from cxkit.contracts.large.table import LargeTable, Part, connect, literal
from cxkit.contracts.locales import Locale
from cxkit.contracts.row_checks import check_rows
from cxkit.contracts.table_checks import check_instrument
from cxkit.contracts.tables import ASSESSMENTS
from cxkit.errors import ConfigError

LARGE_ROWS = 5_000_000  # answers from which a table stays in its file
SHORTEST = 12  # bytes of a row of answers in CSV, at least
BLOCK = 1 << 20
FORMATS = (".parquet", ".csv")
FORMAT = "(FORMAT parquet, COMPRESSION uncompressed)"  # of what is read twice and thrown away


@dataclass(frozen=True)
class Scan:
    """What one pass over a file tells: its digest, lines, and whether one of them is blank."""

    sha256: str
    lines: int
    blank: bool


def open_answers(path: Path, locale: Locale) -> tuple[LargeTable, str] | None:
    """A file of answers that is too large for memory, and its digest; None where it is not.

    None too where only the ordinary door can read it: an encoding other than UTF-8, blank lines,
    rows of unequal length, columns that are missing or named twice.
    """
    if path.suffix == ".parquet":
        if _parquet_rows(path) < LARGE_ROWS:
            return None
        scan = _scan(path)
    else:
        if path.stat().st_size < LARGE_ROWS * SHORTEST:
            return None
        scan = _scan(path)
        if scan.lines <= LARGE_ROWS or scan.blank:
            return None
    table = _table([path], locale)
    return None if table is None else (table, scan.sha256)


def read_answers(paths: Path | Sequence[Path], instrument: Instrument) -> LargeTable:
    """Answers from files, or a folder of them, in the order of their names, all checked.

    ContractError lists what does not fit, with rows counted over all files. Every company that
    occurs is taken as known.
    """
    files = _files(paths)
    table = _table(files, Locale())
    if table is None:
        needed = ", ".join(c.name for c in ASSESSMENTS.columns if c.required)
        raise ConfigError(
            f"{files[0].name} cannot be read as answers. Write Parquet, or CSV in UTF-8 with "
            f"rows of equal length, every file with the same columns: {needed}."
        )
    config = ClientConfig(
        schema_version=1, client="answers", instrument=instrument.id, as_of="2100-12-31",
        currency="EUR",
    )  # fmt: skip
    intake = Intake(config, instrument, Findings())
    intake.large["assessments"] = table
    examine(intake)
    check_rows(intake)
    check_instrument(intake)
    if intake.findings.refused:
        raise intake.findings.error("answers")
    finish(intake)
    return intake.large["assessments"]


def _files(paths: Path | Sequence[Path]) -> list[Path]:
    given = [paths] if isinstance(paths, Path) else list(paths)
    files = [
        file
        for path in given
        for file in (sorted(path.iterdir()) if path.is_dir() else [path])
        if file.suffix in FORMATS
    ]
    if not files:
        raise ConfigError("There is no Parquet or CSV file of answers.")
    return files


def _parquet_rows(path: Path) -> int:
    try:
        return int(pq.read_metadata(path).num_rows)
    except (pa.ArrowException, OSError):
        return 0


def _scan(path: Path) -> Scan:
    digest, lines, blank, tail = hashlib.sha256(), 0, False, b"\n"
    text = path.suffix == ".csv"
    with path.open("rb") as stream:
        while block := stream.read(BLOCK):
            digest.update(block)
            if text:
                lines += block.count(b"\n")
                seam = tail + block[:2]
                blank = blank or any(_has_blank(part) for part in (seam, block))
                tail = block[-2:]
    return Scan(digest.hexdigest(), lines, blank)


def _has_blank(text: bytes) -> bool:
    return b"\n\n" in text or (b"\r" in text and b"\n\r\n" in text)


def _table(files: Sequence[Path], locale: Locale) -> LargeTable | None:
    """The files as one table; CSV is written as Parquet first, every cell as its text."""
    work = TemporaryDirectory(prefix="cxkit-")
    parts: list[Part] = []
    kinds: dict[str, pa.DataType] = {}
    others: list[str] = []
    first = 2
    for number, file in enumerate(files):
        path, names = file, _parquet_names(file)
        if file.suffix == ".csv":
            names = _header(file, locale)
            path = Path(work.name) / f"{number}.parquet"
            if names is None or not _is_plain(names) or not _convert(file, path, names, locale):
                return None
        if names is None or not _is_plain(names):
            return None
        schema = pq.read_schema(path)
        sent = {n: _plain(schema.field(n).type) for n in names if n in ASSESSMENTS.named}
        if kinds and sent != kinds:
            return None
        kinds = kinds or sent
        others += [name for name in names if name and name not in sent and name not in others]
        parts.append(Part(path.resolve(), first))
        first += _parquet_rows(path)
    return LargeTable(files[0].name, tuple(parts), first - 2, kinds, work, tuple(others))


def _parquet_names(file: Path) -> list[str] | None:
    try:
        return list(pq.read_schema(file).names) if file.suffix == ".parquet" else None
    except (pa.ArrowException, OSError):
        return None


def _is_plain(names: Sequence[str]) -> bool:
    """Whether the contract's columns are there, and no other name can be taken for one."""
    folded = [name.casefold() for name in names]
    required = {column.name for column in ASSESSMENTS.columns if column.required}
    return required <= set(names) and all(
        folded.count(name) == 1 for name in ASSESSMENTS.named if name in folded
    )


def _plain(kind: pa.DataType) -> pa.DataType:
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def _convert(file: Path, target: Path, names: Sequence[str], locale: Locale) -> bool:
    """A CSV file's cells as text in a Parquet file, in order; False where it is not plain.

    Without a quote in it a file is only cut at its marks, which Arrow does in half the time.
    """
    if not _has_quotes(file):
        return _convert_plain(file, target, names, locale)
    return _convert_quoted(file, target, names, locale)


def _has_quotes(file: Path) -> bool:
    """Whether any cell below the header stands in quotes."""
    with file.open("rb") as stream:
        stream.readline(BLOCK)
        return any(b'"' in block for block in iter(lambda: stream.read(BLOCK), b""))


def _convert_plain(file: Path, target: Path, names: Sequence[str], locale: Locale) -> bool:
    """Rows of unequal length, blank lines and letters that are no UTF-8 are an error there."""
    columns = [f"c{place}" for place in range(len(names))]
    wanted = [place for place, name in enumerate(names) if name in ASSESSMENTS.named]
    try:
        batches = arrow_csv.open_csv(
            file,
            arrow_csv.ReadOptions(block_size=16 * BLOCK, column_names=columns, skip_rows=1),
            arrow_csv.ParseOptions(
                delimiter=_separator(locale), quote_char=False, ignore_empty_lines=False
            ),
            arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(columns, pa.string()),
                include_columns=[columns[place] for place in wanted],
                strings_can_be_null=True,
                null_values=[""],
            ),
        )
        schema = pa.schema([(names[place], pa.string()) for place in wanted])
        with pq.ParquetWriter(target, schema, compression="none") as writer:
            for batch in batches:
                writer.write_batch(pa.record_batch(batch.columns, schema=schema))
    except pa.ArrowException:
        return False
    return True


def _convert_quoted(file: Path, target: Path, names: Sequence[str], locale: Locale) -> bool:
    """The same for cells in quotes, by DuckDB."""
    import duckdb

    columns = ", ".join(f"'c{place}': 'VARCHAR'" for place in range(len(names)))
    read = (
        f"read_csv({literal(file.resolve())}, columns = {{{columns}}}, auto_detect = false, "
        f"header = true, delim = '{_separator(locale)}', quote = '\"', escape = '\"', "
        "strict_mode = true, null_padding = false, ignore_errors = false)"
    )
    wanted = ", ".join(
        f"c{place} AS {name}" for place, name in enumerate(names) if name in ASSESSMENTS.named
    )
    write = f"COPY (SELECT {wanted} FROM {read}) TO {literal(target)} {FORMAT}"
    try:
        with connect(str(target.parent)) as connection:
            connection.execute(write)
    except duckdb.Error:
        return False
    return True


def _separator(locale: Locale) -> str:
    return "\t" if locale.separator == "tab" else locale.separator


def _header(file: Path, locale: Locale) -> list[str] | None:
    """The names in the first line; None where they cannot be read as they stand."""
    if locale.encoding != "utf-8":
        return None
    with file.open(encoding="utf-8-sig", errors="strict", newline="") as stream:
        try:
            line = stream.readline(BLOCK)
            cells = next(csv.reader([line], delimiter=_separator(locale)))
        except (UnicodeDecodeError, StopIteration, csv.Error):
            return None
    return [name.strip() for name in cells]
