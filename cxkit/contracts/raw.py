"""Files as text cells: one door for every format, before any contract is looked at.

A cell is text as the file has it (CSV) or a value of the type the file declares (Parquet).
Nothing is guessed: `NA`, `00123` and `1E5` are text. Another format needs a reader here
that returns a RawTable; all that follows stays.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from cxkit.contracts.csv_table import read_csv
from cxkit.contracts.findings import Findings
from cxkit.contracts.locales import PLAIN, Locale
from cxkit.contracts.raw_table import RawTable, cell_texts, usable_columns

__all__ = ["RawTable", "cell_texts", "read_raw"]

MAX_ROWS = 20_000_000  # of a Parquet file: a few bytes may stand for a billion equal rows


def read_raw(file: str, data: bytes, findings: Findings, locale: Locale = PLAIN) -> RawTable | None:
    """The cells of a file, or None with a finding where there is nothing to read."""
    if file.endswith(".parquet"):
        return _read_parquet(file, data, findings)
    return read_csv(file, data, findings, locale)


def _read_parquet(file: str, data: bytes, findings: Findings) -> RawTable | None:
    try:
        source = pq.ParquetFile(pa.BufferReader(data))
        if source.metadata.num_rows > MAX_ROWS:
            raise pa.ArrowInvalid(
                f"{source.metadata.num_rows:,} rows; at most {MAX_ROWS:,} are read"
            )
        table = source.read(use_threads=False)
        table.validate(full=True)
    except (pa.ArrowException, OSError) as error:
        reason = str(error).splitlines()[0]
        findings.add(
            file,
            "unreadable_file",
            f"this is no Parquet file that can be read: {reason}",
            "write the file again",
        )
        return None
    names = table.column_names
    columns = {
        name: table.column(place).combine_chunks()
        for place, name in usable_columns(file, names, findings).items()
    }
    rows = np.arange(2, table.num_rows + 2)
    return RawTable(file, columns, rows, np.zeros(len(rows), dtype=bool))
