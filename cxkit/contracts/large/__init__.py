"""Answers too many to hold in memory: checked and scored where they lie, by DuckDB.

Only rows with something wrong are taken out and looked at one by one, by the same checks as
every other table's; the rest stays in its file.
"""

from __future__ import annotations

from cxkit.contracts.large.checks import examine, finish, looking_at_a_sample
from cxkit.contracts.large.files import LARGE_ROWS, open_answers, read_answers
from cxkit.contracts.large.table import LargeTable

__all__ = [
    "LARGE_ROWS",
    "LargeTable",
    "examine",
    "finish",
    "looking_at_a_sample",
    "open_answers",
    "read_answers",
]
