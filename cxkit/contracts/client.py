"""A client's folder, read and checked as a whole: the one way data enter the kit."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from cxkit.contracts.config import ClientConfig, checked_date, parse_config
from cxkit.contracts.figures import check_figures
from cxkit.contracts.findings import Findings
from cxkit.contracts.instrument import Instrument
from cxkit.contracts.instrument_file import instrument_path, parse_instrument
from cxkit.contracts.intake import Intake
from cxkit.contracts.large import (
    LargeTable,
    examine,
    finish,
    looking_at_a_sample,
    open_answers,
)
from cxkit.contracts.project import project_root
from cxkit.contracts.raw import read_raw
from cxkit.contracts.row_checks import check_rows
from cxkit.contracts.strict import SLUG, quoted
from cxkit.contracts.table_checks import check_tables
from cxkit.contracts.tables import TABLES
from cxkit.contracts.typed import empty_table, type_table
from cxkit.contracts.workbook.sent import CHECKED, NAME, Sent, is_workbook, sent_workbook
from cxkit.contracts.workbook.tables import Layout
from cxkit.errors import ConfigError, InfrastructureError, nearest

FORMATS = (".csv", ".parquet")
NOTES = ("sources.csv", "sources.md", "sources.txt", "README.md", "README.txt", "LICENSE")


@dataclass(frozen=True)
class FileInfo:
    """A file that was read: its name, the digest of its bytes, its rows of data if a table."""

    name: str
    sha256: str
    rows: int | None = None


@dataclass(frozen=True, eq=False)
class Client:
    """A client whose data fit their contracts; rows that were set aside are not in `tables`.

    `findings` lists what was set aside and what is to be warned of, by file and row; `layouts`
    says where the tables of a workbook lie on its sheets. Answers too many to hold in memory
    are not in `tables` but in `large`, and are scored where they lie.
    """

    folder: Path
    config: ClientConfig
    instrument: Instrument
    tables: Mapping[str, pd.DataFrame]
    findings: pd.DataFrame
    files: tuple[FileInfo, ...]
    layouts: Mapping[str, Layout] = field(default_factory=dict)
    large: Mapping[str, LargeTable] = field(default_factory=dict)

    def has(self, name: str) -> bool:
        """Whether a table of that name was sent and has rows left."""
        return name in self.large or not self.table(name).empty

    def table(self, name: str) -> pd.DataFrame:
        """A table with every column of its contract; without rows where it was not sent.

        `_row` is the row in the file (the header is row 1). Text is `str`, dates are
        datetime64, numbers float64; an empty cell is missing.
        """
        if name not in TABLES:
            raise KeyError(f'there is no table "{name}"{nearest(name, TABLES)}')
        if name in self.large:
            raise InfrastructureError(
                f"The table {name} has {self.large[name].rows:,} rows and stays in its file; "
                "cxkit.maturity scores it there."
            )
        if name not in self.tables:
            return empty_table(TABLES[name])
        return self.tables[name].copy(deep=False)


def resolve_client(client: str) -> Path:
    """The folder of a client: a name below data/clients, or a folder's path."""
    shipped = project_root() / "data" / "clients"
    text = str(client)
    named = shipped / text if SLUG.fullmatch(text) else None
    folders = [place for place in (named, Path(text)) if place is not None and _is_folder(place)]
    for folder in folders:
        if (folder / "client.yml").is_file():
            return folder.resolve()
    if folders and text:
        raise ConfigError(f"The folder of {quoted(text)} has no client.yml.")
    names = sorted(path.parent.name for path in shipped.glob("*/client.yml"))
    raise ConfigError(
        f"There is no client {quoted(text)}{nearest(text, names) or '.'} "
        f"Name a folder in data/clients ({', '.join(names)}) or give a folder's path."
    )


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):  # no name that a folder could have
        return False


def read_client(client: str, *, as_of: str | None = None) -> Client:
    """A client's folder as checked tables; `as_of` takes the place of the one in client.yml.

    ContractError gathers every refused finding; ConfigError says what client.yml or the
    instrument lack.
    """
    read, findings = _read(client, as_of)
    if findings.refused:
        raise findings.error(read.config.client)
    return read


def check_client(client: str) -> pd.DataFrame:
    """Every finding about a client's data, by file and row; data raise nothing."""
    return examine_client(client).findings


def examine_client(client: str) -> Client:
    """A client's data with every finding about them, refused ones included; data raise nothing."""
    return _read(client, None)[0]


def _read(client: str, as_of: str | None) -> tuple[Client, Findings]:
    folder = resolve_client(client)
    config, settings = _config(folder, as_of)
    instrument, definition = _instrument(folder, config)
    intake = Intake(config, instrument, Findings(config.severity))
    _check_name(intake, folder)
    sent = _read_workbook(folder, intake)
    infos = [settings, definition, *_read_tables(folder, intake)]
    if sent:
        rows = sum(len(raw.rows) for raw in sent.tables.values())
        infos.append(FileInfo(sent.name, sent.sha256, rows))
    if intake.large:
        examine(intake)
    check_rows(intake)
    check_tables(intake)
    with looking_at_a_sample(intake):
        check_figures(intake)
    if intake.large:
        finish(intake)
    files = tuple(sorted(infos, key=lambda info: info.name))
    found = intake.findings.frame()
    layouts = sent.layouts if sent else {}
    tables, large = _sheet_rows(intake), intake.large
    read = Client(folder, config, instrument, tables, found, files, layouts, large)
    return read, intake.findings


def _sheet_rows(intake: Intake) -> dict[str, pd.DataFrame]:
    """The tables with `_row` as the reader of their file counts it."""
    for name, frame in intake.frames.items():
        if intake.findings.is_folded(intake.file[name]):
            shown = intake.findings.shown_rows(intake.file[name], frame["_row"])
            intake.frames[name] = frame.assign(_row=shown)
    return intake.frames


def _config(folder: Path, as_of: str | None) -> tuple[ClientConfig, FileInfo]:
    data = _inside(folder, folder / "client.yml").read_bytes()
    config = parse_config(data, f"{folder.name}/client.yml")
    if as_of is not None:
        config = config.model_copy(update={"as_of": checked_date(as_of, "as_of")})
    return config, _info("client.yml", data)


def _instrument(folder: Path, config: ClientConfig) -> tuple[Instrument, FileInfo]:
    path = instrument_path(config.instrument, folder)
    own = path.parent == folder
    data = (_inside(folder, path) if own else path).read_bytes()
    name = path.name if own else f"data/instruments/{path.name}"
    return parse_instrument(data, path.name, config.instrument), _info(name, data)


def _inside(folder: Path, file: Path) -> Path:
    """`file`, if it lies in the folder and is no link to elsewhere."""
    if not file.resolve().is_relative_to(folder.resolve()):
        raise ConfigError(f"{file.name} is a link out of the client's folder. Put the file there.")
    return file


def _info(name: str, data: bytes, rows: int | None = None) -> FileInfo:
    return FileInfo(name, hashlib.sha256(data).hexdigest(), rows)


def _check_name(intake: Intake, folder: Path) -> None:
    """A copied folder with the first one's name would write over the first one's reports."""
    below = folder.parent == (project_root() / "data" / "clients").resolve()
    if below and folder.name != intake.config.client:
        intake.findings.add(
            "client.yml",
            "client_name_differs",
            f'client is "{intake.config.client}" in the folder "{folder.name}"; '
            "two folders with one name share their outputs",
            "give both the same name",
            column="client",
            value=intake.config.client,
        )


def _read_workbook(folder: Path, intake: Intake) -> Sent | None:
    """The intake workbook's tables, if there is one; the same door as for every other file."""
    sent = sent_workbook(folder, intake)
    for name, raw in sent.tables.items() if sent else ():
        intake.file[name] = raw.file
        intake.frames[name] = type_table(raw, TABLES[name], intake.findings, intake.config.locale)
        intake.sent_rows[name] = len(raw.rows)
        if not len(raw.rows):
            way_out = "fill it in, or delete the sheet"
            intake.findings.add(raw.file, "empty_table", "the table has no rows", way_out)
    return sent


def _read_tables(folder: Path, intake: Intake) -> Iterator[FileInfo]:
    for name, path in _table_files(folder, intake):
        if name in intake.file:
            way_out = "keep one of them"
            says = f"the table is in {intake.file[name]} too; which of them counts?"
            intake.findings.add(path.name, "two_files", says, way_out)
            continue
        large = open_answers(path, intake.config.locale) if name == "assessments" else None
        if large is not None:
            intake.large[name], digest = large
            yield FileInfo(path.name, digest, intake.large[name].rows)
            continue
        data = path.read_bytes()
        raw = read_raw(path.name, data, intake.findings, intake.config.locale)
        intake.file[name] = path.name
        if raw is None:
            yield _info(path.name, data)
            continue
        intake.frames[name] = type_table(raw, TABLES[name], intake.findings, intake.config.locale)
        intake.sent_rows[name] = len(raw.rows)
        if not len(raw.rows):
            intake.findings.add(
                path.name, "empty_table", "the table has no rows", "fill it in, or delete the file"
            )
        yield _info(path.name, data, len(raw.rows))


def _table_files(folder: Path, intake: Intake) -> Iterator[tuple[str, Path]]:
    """The file of each table that was sent; whatever else lies in the folder is listed."""
    found: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        if path.name.startswith((".", "~$")) or path.name in _known_files(intake):
            continue
        if is_workbook(path) and path.is_file():
            continue
        if path.suffix not in FORMATS or path.stem not in TABLES or not path.is_file():
            _report_unknown_file(intake, path)
        elif not path.resolve().is_relative_to(folder):
            intake.findings.add(
                path.name,
                "link_out_of_folder",
                "the file is a link out of the client's folder",
                "put the file itself into the folder",
            )
            intake.file[path.stem] = path.name
        elif path.stem in found:
            intake.findings.add(
                path.name,
                "two_files",
                f"there is {found[path.stem].name} too; which of them counts?",
                "keep one of them",
            )
        else:
            found[path.stem] = path
    return iter(found.items())


def _known_files(intake: Intake) -> set[str]:
    logo = intake.config.brand.logo
    own = {"client.yml", f"{intake.config.instrument}.yml", CHECKED, *NOTES}
    if intake.config.benchmark:
        own.add("benchmark.json")
    return own | {logo} if logo else own


def _report_unknown_file(intake: Intake, path: Path) -> None:
    names = [f"{table}{suffix}" for table in TABLES for suffix in FORMATS]
    workbook = path.suffix.lower() in (".xlsx", ".xlsm", ".xls")
    label = path.name.encode("utf-8", "backslashreplace").decode()
    intake.findings.add(
        label,
        "unknown_file",
        f"the file is not used{nearest(label, names)}",
        f"name it {NAME} if it is the intake workbook" if workbook else "rename or delete it",
        value=label,
    )
