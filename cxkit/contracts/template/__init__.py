"""A new client's folder: `client.yml` with a word on every key, and the intake workbook."""

from __future__ import annotations

from cxkit.contracts.template.folder import Request, new_client
from cxkit.contracts.template.plan import Plan

__all__ = ["Plan", "Request", "new_client"]
