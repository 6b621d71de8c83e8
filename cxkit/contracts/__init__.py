"""What is a valid table, instrument, client; what is wrong with this one, and where.

Each name is loaded when it is first asked for: the process that opens a client's workbook
lives under a memory limit and needs none of the scientific stack.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cxkit.contracts.client import Client, FileInfo, check_client, read_client, resolve_client
    from cxkit.contracts.config import ClientConfig
    from cxkit.contracts.instrument import Block, Instrument, Item, Level, Move, Stage
    from cxkit.contracts.instrument_file import load_instrument
    from cxkit.contracts.project import project_root
    from cxkit.contracts.tables import TABLES

_PUBLIC = {
    "TABLES": "tables",
    "Block": "instrument",
    "Client": "client",
    "ClientConfig": "config",
    "FileInfo": "client",
    "Instrument": "instrument",
    "Item": "instrument",
    "Level": "instrument",
    "Move": "instrument",
    "Stage": "instrument",
    "check_client": "client",
    "load_instrument": "instrument_file",
    "project_root": "project",
    "read_client": "client",
    "resolve_client": "client",
}

__all__ = [
    "TABLES",
    "Block",
    "Client",
    "ClientConfig",
    "FileInfo",
    "Instrument",
    "Item",
    "Level",
    "Move",
    "Stage",
    "check_client",
    "load_instrument",
    "project_root",
    "read_client",
    "resolve_client",
]


def __getattr__(name: str) -> Any:
    if name in _PUBLIC:
        return getattr(importlib.import_module(f"cxkit.contracts.{_PUBLIC[name]}"), name)
    raise AttributeError(f"module 'cxkit.contracts' has no attribute {name!r}")
