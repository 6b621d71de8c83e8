"""`cxkit new`: a folder for a client, checked before anything is written."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from pathlib import Path

from cxkit.contracts.config import parse_config
from cxkit.contracts.instrument_file import load_instrument
from cxkit.contracts.project import project_root
from cxkit.contracts.strict import SLUG, quoted
from cxkit.contracts.template.book import intake_book
from cxkit.contracts.template.plan import UNITS, Plan
from cxkit.contracts.template.settings import settings
from cxkit.contracts.workbook.sent import NAME
from cxkit.errors import ConfigError, InfrastructureError

COMMA_LANGUAGES = ("ru", "pl")
UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
MAX_TITLE = 200


@dataclass(frozen=True)
class Request:
    """What `cxkit new` was asked for; what is None takes the usual."""

    client: str
    instrument: str = "cx95"
    language: str = "en"
    currency: str = "EUR"
    unit: int = 1_000_000
    title: str | None = None
    company: str | None = None
    as_of: str | None = None
    fiscal_year_end: str = "12-31"
    decimal: str | None = None


def new_client(request: Request) -> tuple[Path, Plan]:
    """Write the folder with client.yml and intake.xlsx; ConfigError where one lies there."""
    folder = _folder(request.client)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ConfigError(f"{folder} is there already; nothing was changed. Take another name.")
    plan = _plan(request, folder.name)
    text = settings(plan)
    parse_config(text.encode())
    book = intake_book(plan)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / NAME).write_bytes(book)
        (folder / "client.yml").write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise InfrastructureError(f"{folder} cannot be written: {error.strerror}.") from None
    return folder, plan


def _folder(client: str) -> Path:
    """A name goes below data/clients; a path is taken as it is, its last part is the name."""
    if SLUG.fullmatch(client):
        return project_root() / "data" / "clients" / client
    path = Path(client).expanduser()
    is_path = any(mark in client for mark in ("/", "\\")) and "\x00" not in client
    name = path.resolve().name if is_path else client
    if not SLUG.fullmatch(name):
        raise ConfigError(
            f"{quoted(name)} cannot be a client's name: a-z, 0-9 and -, at most 63 long, "
            "starting with a-z or 0-9."
        )
    return path.resolve()


def _plan(request: Request, name: str) -> Plan:
    if request.unit not in UNITS:
        raise ConfigError(f"unit must be one of {', '.join(map(str, UNITS))}.")
    title = _line(request.title or request.company or name)
    company = _line(request.company) if request.company else None
    decimal = request.decimal or ("," if request.language in COMMA_LANGUAGES else ".")
    return Plan(
        name,
        title,
        load_instrument(request.instrument),
        request.as_of or _last_year_end(request.fiscal_year_end),
        request.currency,
        request.unit,
        request.language,
        request.fiscal_year_end,
        decimal,
        company,
        _code(company) if company else None,
    )


def _line(text: str) -> str:
    """A name on one line, without characters that show nothing or turn text round."""
    line = UNSEEN.sub(" ", text).strip()
    if not line:
        raise ConfigError("A title or company's name must hold at least one visible character.")
    if len(line) > MAX_TITLE:
        raise ConfigError(f"A title or company's name may have {MAX_TITLE} characters at most.")
    return line


def _code(name: str) -> str:
    """A company's id made of its name, or `own` where the name has no Latin letters."""
    return re.sub("[^a-z0-9]+", "-", name.lower()).strip("-")[:40] or "own"


def _last_year_end(month_day: str) -> str:
    """The last end of a fiscal year that has passed."""
    today = dt.date.today()  # noqa: DTZ011  a default that is shown and can be changed
    for year in range(today.year, today.year - 9, -1):
        try:
            end = dt.date.fromisoformat(f"{year}-{month_day}")
        except ValueError:
            continue  # 29 February, or no date at all: client.yml says which
        if end < today:
            return end.isoformat()
    return f"{today.year - 1}-12-31"
