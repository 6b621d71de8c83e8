"""Every case, family by family."""

from __future__ import annotations

from tests.contracts.bad_inputs import (
    amounts,
    causes,
    configuration,
    csv_form,
    dates,
    encodings,
    figures,
    figures_together,
    folder,
    ids,
    instruments,
    measured,
    money,
    opinions,
    parquet,
    relations,
    totals,
    workbook_cells,
    workbook_sheets,
)
from tests.contracts.bad_inputs.case import Case

FAMILIES = (
    configuration,
    folder,
    csv_form,
    encodings,
    ids,
    amounts,
    dates,
    parquet,
    relations,
    figures,
    figures_together,
    money,
    opinions,
    measured,
    instruments,
    totals,
    causes,
    workbook_cells,
    workbook_sheets,
)
CASES: list[Case] = [case for family in FAMILIES for case in family.cases()]
