"""A simulated client on disk: Parquet, client.yml and the truth; same tables, same bytes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from cxkit.simulate.design import Design
from cxkit.simulate.layout import INSTRUMENT

_CONFIG = """\
schema_version: 1
client: {client}
title: "Simulated benchmark: {companies:,} companies, {first}-{last}"
company: {reader}
instrument: {instrument}
as_of: "{as_of}"
currency: EUR
language: en
outcomes: [revenue_growth, operating_margin]
"""


def write_folder(
    folder: Path, tables: dict[str, pd.DataFrame], reader: str, design: Design
) -> list[Path]:
    """Write a client folder; the folder's name is the client's."""
    folder.mkdir(parents=True, exist_ok=True)
    written = [_parquet(folder / f"{name}.parquet", table) for name, table in tables.items()]
    last = design.first_wave + design.years
    config = folder / "client.yml"
    text = _CONFIG.format(
        client=folder.name, companies=design.companies, first=design.first_wave - 1, last=last,
        reader=reader, instrument=INSTRUMENT, as_of=f"{last}-12-31",
    )  # fmt: skip
    config.write_bytes(text.encode())
    return [*written, config]


def write_truth(path: Path, planted: dict[str, Any], table: pd.DataFrame) -> list[Path]:
    """Write the planted values as JSON and the true scores as Parquet of the same name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes((json.dumps(planted, indent=1) + "\n").encode())
    return [path, _parquet(path.with_suffix(".parquet"), table)]


def _parquet(path: Path, table: pd.DataFrame) -> Path:
    """Ids as text, days as dates, numbers in the smallest type; no metadata of the writer."""
    arrow = pa.Table.from_pandas(table, preserve_index=False)
    fields = []
    for field in arrow.schema:
        kind = field.type
        if pa.types.is_timestamp(kind):
            kind = pa.date32()
        elif pa.types.is_large_string(kind):
            kind = pa.string()
        fields.append(pa.field(field.name, kind))
    arrow = arrow.cast(pa.schema(fields)).replace_schema_metadata(None)
    pq.write_table(arrow, path, compression="zstd")
    return path
