"""The kinds of finding, what each does to the run by default, and what else it may do.

`refuse` ends the run, `set_aside` takes the rows out and says so in the report, `warn` only
says so. A client's `severity` may choose among those its kind allows: rows without a key
cannot stay in, and a file that cannot be read has no rows to set aside.
"""

from __future__ import annotations

from dataclasses import dataclass

REFUSE, SET_ASIDE, WARN = "refuse", "set_aside", "warn"
SEVERITIES = (REFUSE, SET_ASIDE, WARN)


@dataclass(frozen=True)
class Kind:
    """`severity` by default; `allowed` lists what a client's configuration may choose."""

    severity: str
    allowed: tuple[str, ...]


_FIXED = Kind(REFUSE, (REFUSE,))
_ROW = Kind(REFUSE, (REFUSE, SET_ASIDE))
_JUDGED = Kind(REFUSE, SEVERITIES)
_ASIDE = Kind(SET_ASIDE, (REFUSE, SET_ASIDE))
_NOTED = Kind(WARN, (REFUSE, WARN))

KINDS: dict[str, Kind] = {
    # files
    "missing_table": _FIXED,
    "two_files": _FIXED,
    "unreadable_file": _FIXED,
    "not_utf8": _FIXED,
    "not_declared_encoding": _FIXED,
    "doubtful_encoding": Kind(REFUSE, (REFUSE, WARN)),
    "wrong_separator": _FIXED,
    "header_not_first": _NOTED,
    "link_out_of_folder": _FIXED,
    "unknown_file": _NOTED,
    "empty_table": _NOTED,
    # columns
    "missing_header": _FIXED,
    "missing_column": _FIXED,
    "duplicate_column": _FIXED,
    "wrong_type": _FIXED,
    "unknown_column": _NOTED,
    # cells and rows
    "row_too_long": _ROW,
    "row_too_short": Kind(WARN, SEVERITIES),
    "missing_value": _ROW,
    "not_a_number": _ROW,
    "not_a_date": _ROW,
    "ambiguous_value": _ROW,
    "spreadsheet_rounding": Kind(WARN, SEVERITIES),
    "rounded_id": _JUDGED,
    "totals_row": Kind(SET_ASIDE, SEVERITIES),
    "control_character": _ROW,
    "mojibake": _NOTED,
    "space_around": _NOTED,
    "unknown_word": _ROW,
    "invalid_currency": _ROW,
    "invalid_year": _ROW,
    "invalid_period_months": _ROW,
    "unit_not_positive": _ROW,
    "not_positive": _ROW,
    "below_zero": _ROW,
    "answer_not_applicable": _ROW,
    "duplicate_row": _ROW,
    # against the instrument, the other tables and the date of the run
    "no_items_in_instrument": _FIXED,
    "unknown_item": _ROW,
    "unknown_measure": _ROW,
    "unknown_block": _ROW,
    "outside_scale": _ROW,
    "importance_not_asked": _NOTED,
    "too_many_faults": _FIXED,
    "answers_sampled": _NOTED,
    "other_instrument_version": _ROW,
    "unknown_company": _ROW,
    "company_set_aside": _ASIDE,
    "company_without_scores": _NOTED,
    "other_currency": _JUDGED,
    "converted_currency": _NOTED,
    "rate_implausible": _JUDGED,
    "rate_off_average": Kind(WARN, SEVERITIES),
    "price_index_falls": _JUDGED,
    "price_index_jumps": Kind(WARN, SEVERITIES),
    "price_index_off": _JUDGED,
    "price_index_rates": _JUDGED,
    "price_index_flat": Kind(WARN, SEVERITIES),
    "no_price_index": _NOTED,
    "after_as_of": _ASIDE,
    "period_after_as_of": Kind(WARN, SEVERITIES),
    "superseded": _ASIDE,
    "client_name_differs": _NOTED,
}

# What is wrong with the figures, not with their form: rules in cxkit/contracts/figures.
_GUESS = Kind(WARN, SEVERITIES)
_LIKELY = Kind(SET_ASIDE, SEVERITIES)

FIGURES: dict[str, Kind] = {
    # accounts
    "unit_slip_period": _JUDGED,
    "unit_slip": _LIKELY,
    "unit_slip_unmeasured": _GUESS,
    "unit_slip_unclear": _GUESS,
    "unit_slip_company": _GUESS,
    "units_implausible": _NOTED,
    "unusual_result": _GUESS,
    "lost_signs": _JUDGED,
    "lost_sign": _LIKELY,
    "few_losses": _NOTED,
    "negative_costs": _JUDGED,
    "negative_cost": _GUESS,
    "negative_revenues": _JUDGED,
    "negative_revenue": _LIKELY,
    "identity_broken": _LIKELY,
    "identity_gap": _GUESS,
    "identity_not_usual": _NOTED,
    "values_swapped": _LIKELY,
    "columns_swapped": Kind(REFUSE, (REFUSE, WARN)),
    "period_repeated": _LIKELY,
    "periods_repeated": _JUDGED,
    "odd_period_length": _GUESS,
    "periods_overlap": _GUESS,
    "mixed_currency": _GUESS,
    "mixed_unit": _GUESS,
    "implausible_growth": _GUESS,
    "unmarked_break": _GUESS,
    # answers and scores
    "wrong_scale": Kind(REFUSE, (REFUSE, WARN)),
    "wrong_scale_company": _NOTED,
    "straight_lining": _GUESS,
    "identical_sheets": _GUESS,
    "reversed_answers": _GUESS,
    "one_respondent": _GUESS,
    "missing_block": _GUESS,
    "score_break": _GUESS,
    "wave_break": _NOTED,
    "score_without_accounts": _NOTED,
    # operating metrics
    "metric_outside": _LIKELY,
    "metric_unit": _GUESS,
    "share_without_n": _NOTED,
}
# What only a workbook can have.
WORKBOOKS: dict[str, Kind] = {
    "encrypted_workbook": _FIXED,
    "macro_workbook": _FIXED,
    "unsafe_workbook": _FIXED,
    "workbook_too_large": _FIXED,
    "other_workbook": _FIXED,
    "external_links": _NOTED,
    "unknown_sheet": _NOTED,
    "hidden_cells": _NOTED,
    "stray_cell": _NOTED,
    "missing_item": _NOTED,
    "error_cell": _ROW,
    "formula_without_value": _ROW,
    "merged_cells": _ROW,
    "text_became_date": _ROW,
    "text_too_long": _ROW,
}
KINDS |= FIGURES | WORKBOOKS
