"""What a refused row would have other checks say: one cause is named once, at its place.

A row that is refused has lost a value, or belongs to no company that is known. What is then
missing elsewhere (a second respondent, a block, a score, a rate) may be what that row holds, so
it is not held against anybody until the row is mended.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxkit.contracts.cells import Mask
from cxkit.contracts.intake import Intake


def refused_rows(intake: Intake, table: str) -> Mask:
    """The rows of a table that a finding refuses."""
    rows = intake.findings.refused_rows(intake.file[table])
    return np.isin(intake.frames[table]["_row"].to_numpy(), rows)


def homeless_rows(intake: Intake, table: str) -> Mask:
    """Refused rows of which it is not known to what company they belong."""
    refused = refused_rows(intake, table)
    ids = intake.frames[table]["company_id"]
    known = _companies(intake)
    lost = ids.isna() if known is None else ids.isna() | ~ids.isin(list(known))
    return refused & lost.to_numpy()


def _companies(intake: Intake) -> set[str] | None:
    if "companies" not in intake.frames:
        return None
    return set(intake.frames["companies"]["company_id"].dropna())


def has_lost_column(intake: Intake, table: str) -> bool:
    """Whether a column has lost its name among merged cells of the header."""
    return intake.findings.has_whole(intake.file[table], "merged_cells")


def troubled_companies(intake: Intake, table: str) -> set[str]:
    """Companies with a refused row in a table."""
    frame = intake.frames[table]
    return set(frame.loc[refused_rows(intake, table), "company_id"].dropna())


def may_belong(intake: Intake, table: str, accused: int) -> bool:
    """Whether rows without a known company are as many as the companies that lack rows.

    Each distinct unknown id may be one such company, each row without an id too.
    """
    frame, lost = intake.frames[table], homeless_rows(intake, table)
    ids = frame.loc[lost, "company_id"]
    return 0 < accused <= int(ids.nunique()) + int(ids.isna().sum())


def lost_names(intake: Intake, names: pd.Series) -> bool:
    """Whether unknown companies are no more than the refused rows of companies without an id."""
    if "companies" not in intake.frames:
        return False
    lost = intake.frames["companies"]["company_id"].isna().to_numpy()
    return 0 < names.nunique() <= int((lost & refused_rows(intake, "companies")).sum())
