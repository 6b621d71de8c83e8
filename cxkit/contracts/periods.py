"""Fiscal periods as days."""

from __future__ import annotations

import pandas as pd

SLACK_DAYS = 15  # a 52- or 53-week year ends on another day than the calendar's


def first_days(ends: pd.Series, months: pd.Series) -> pd.Series:
    """The first day of each fiscal period, from its last day and its length in months.

    Missing where either is; 12 months to 2024-01-31 begin on 2023-02-01.
    """
    known = ends.notna() & months.notna()
    after = (ends.where(known) + pd.Timedelta(days=1)).dt
    ordinal = after.year * 12 + after.month - 1 - months.where(known)
    parts = pd.DataFrame({"year": ordinal // 12, "month": ordinal % 12 + 1, "day": 1})
    return pd.to_datetime(parts, errors="coerce") + pd.to_timedelta(after.day - 1, unit="D")
