"""What is a valid table, instrument, client; what is wrong with this one, and where."""

from __future__ import annotations

from cxkit.contracts.client import Client, FileInfo, check_client, read_client, resolve_client
from cxkit.contracts.config import ClientConfig
from cxkit.contracts.instrument import Block, Instrument, Item, Stage
from cxkit.contracts.instrument_file import load_instrument
from cxkit.contracts.project import project_root
from cxkit.contracts.tables import TABLES

__all__ = [
    "TABLES",
    "Block",
    "Client",
    "ClientConfig",
    "FileInfo",
    "Instrument",
    "Item",
    "Stage",
    "check_client",
    "load_instrument",
    "project_root",
    "read_client",
    "resolve_client",
]
