"""What can be wrong between tables, and against the instrument and `client.yml`."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping

import pandas as pd

from cxkit.contracts.cells import Mask
from cxkit.contracts.followers import lost_names, may_belong
from cxkit.contracts.group_totals import check_group_totals
from cxkit.contracts.intake import Intake, place
from cxkit.contracts.kinds import REFUSE
from cxkit.contracts.money_checks import check_money
from cxkit.contracts.strict import quoted
from cxkit.contracts.tables import TABLES
from cxkit.contracts.totals import is_total_word
from cxkit.errors import nearest

MAX_GUESSES = 50  # names for which a near one is sought: searching all would take minutes
SLACK = 1e-9  # what floating point may add to a value that is on its bound


def check_tables(intake: Intake) -> None:
    """Rows without a partner in another table, in the instrument or in `client.yml`."""
    _require_tables(intake)
    check_group_totals(intake)
    _check_companies(intake)
    check_instrument(intake)
    check_money(intake)
    for name in intake.frames:
        intake.drop_aside(name)
    _check_scored(intake)


def _require_tables(intake: Intake) -> None:
    if intake.unread:
        return
    if not _sent(intake, "companies"):
        way_out = "add companies.csv with company_id and name"
        if intake.workbook:
            way_out = "fill in company_id and name of each company"
        intake.findings.add(
            place(intake, "companies"),
            "missing_table",
            "there is no table of companies with rows",
            way_out,
        )
    if not _sent(intake, "assessments") and not _sent(intake, "scores"):
        way_out = "add assessments.csv (answers) or scores.csv (scores made elsewhere)"
        if intake.workbook:
            way_out = "fill in the sheet assessments (answers) or scores (made elsewhere)"
        intake.findings.add(
            place(intake, "scores"),
            "missing_table",
            "there are neither assessments nor scores with rows",
            way_out,
        )


def _sent(intake: Intake, table: str) -> bool:
    """Whether a table was sent with rows; one that cannot be read is reported as such."""
    return table in intake.file and (table not in intake.frames or intake.sent_rows[table] > 0)


def _check_companies(intake: Intake) -> None:
    if "companies" not in intake.frames:
        return
    known = set(intake.frames["companies"]["company_id"].dropna())
    aside = intake.companies_aside - known
    if not known | aside:
        return
    for name, frame in intake.frames.items():
        if name == "companies" or "company_id" not in TABLES[name].named:
            continue
        ids = frame["company_id"]
        without = ids.notna() & ~ids.isin(list(known))
        left = without & ids.isin(list(aside))
        _report_company_aside(intake, name, left.to_numpy())
        if lost_names(intake, ids[without & ~left]):
            continue
        _report_unknown(
            intake, name, (without & ~left).to_numpy(), "company_id", "unknown_company", known,
            "is not among the companies", "rows without a known company",
        )  # fmt: skip
    _check_own_company(intake, known)


def _report_company_aside(intake: Intake, table: str, mask: Mask) -> None:
    intake.report(
        table,
        mask,
        "company_set_aside",
        "company_id",
        "the company {value} is set aside, and with it this row",
        "mend the company's row in the table of companies",
        "rows whose company is set aside",
    )


def _check_own_company(intake: Intake, known: set[str]) -> None:
    own = intake.config.company
    if own is not None and own not in known:
        intake.findings.add(
            "client.yml",
            "unknown_company",
            f"company {quoted(own)} is not among the companies{nearest(own, known)}",
            f"write the company_id of the reader's own company{_nearest_ids(own, known)}, "
            "or leave the key out",
            column="company",
            value=own,
            severity=REFUSE,
        )


def _nearest_ids(own: str, known: set[str]) -> str:
    """The few ids that are nearest to one that is unknown, to be chosen from."""
    names = sorted(known)
    near = difflib.get_close_matches(own, names, n=3, cutoff=0.4) or names[:3]
    return f" (such as {', '.join(map(quoted, near))})"


def _report_unknown(
    intake: Intake,
    table: str,
    mask: Mask,
    column: str,
    kind: str,
    known: Iterable[str],
    fault: str,
    what: str,
) -> None:
    """Names that are not known, each with the nearest that is."""
    if not mask.any():
        return
    names, values = sorted(known), intake.frames[table].loc[mask, column]
    distinct = values.unique().tolist()
    guesses = {name: nearest(name, names) for name in distinct[:MAX_GUESSES]}
    says = {name: f"{quoted(name)} {fault}{guesses.get(name, '')}" for name in distinct}
    if column == "company_id":
        totals = "; is it a row of totals? Then delete it"
        says |= {name: says[name] + totals for name in distinct if is_total_word(name)}
    messages = [says[name] for name in values.tolist()]
    intake.report(table, mask, kind, column, messages, "correct the name, or delete the row", what)


def check_instrument(intake: Intake) -> None:
    """Answers, scores and initiatives that do not fit the instrument."""
    if "assessments" in intake.frames:
        _check_answers(intake)
    if "scores" in intake.frames:
        _check_scores(intake)
    if "initiatives" in intake.frames and intake.instrument.blocks:
        _check_names(intake, "initiatives", "block", "unknown_block", intake.instrument.block_ids)
    for table in {"assessments", "scores"} & set(intake.frames):
        _check_version(intake, table)


def _check_names(
    intake: Intake, table: str, column: str, kind: str, known: tuple[str, ...]
) -> None:
    names = intake.frames[table][column]
    unknown = (names.notna() & ~names.isin(known)).to_numpy()
    what = f"values unknown to {intake.instrument.id}"
    fault = f"is no {column.removesuffix('_id')} of {intake.instrument.id}"
    _report_unknown(intake, table, unknown, column, kind, known, fault, what)


def _check_answers(intake: Intake) -> None:
    instrument = intake.instrument
    if not instrument.has_items:
        intake.findings.add(
            intake.file["assessments"],
            "no_items_in_instrument",
            f"the instrument {instrument.id} has no items to which these answers belong",
            "name the instrument of these answers in client.yml, or take the table away",
            column="item_id",
        )
        return
    items = instrument.items
    _check_names(intake, "assessments", "item_id", "unknown_item", tuple(i.id for i in items))
    ranges = {i.id: (i.minimum, i.maximum) for i in items}
    _check_scale(intake, "assessments", "item_id", "performance", ranges)
    _check_importance(intake)


def _check_importance(intake: Intake) -> None:
    asked = {
        i.id: (i.importance_minimum, i.importance_maximum)
        for i in intake.instrument.items
        if i.importance_minimum is not None and i.importance_maximum is not None
    }
    _check_scale(intake, "assessments", "item_id", "importance", asked)
    if not asked and intake.frames["assessments"]["importance"].notna().any():
        intake.findings.add(
            intake.file["assessments"],
            "importance_not_asked",
            f"the instrument {intake.instrument.id} does not ask for importance; it is not used",
            "declare importance in the instrument, or take the column away",
            column="importance",
        )


def _check_scores(intake: Intake) -> None:
    measures = intake.instrument.measures
    _check_names(intake, "scores", "measure", "unknown_measure", measures)
    ranges = {measure: intake.instrument.measure_range(measure) for measure in measures}
    _check_scale(intake, "scores", "measure", "value", ranges)


def _check_scale(
    intake: Intake,
    table: str,
    by: str,
    column: str,
    ranges: Mapping[str, tuple[float, float]],
) -> None:
    """Values outside the range of their item or measure; one group of findings per range."""
    frame = intake.frames[table]
    values = frame[column].to_numpy()
    for low, high in sorted(set(ranges.values())):
        names = [name for name, bounds in ranges.items() if bounds == (low, high)]
        outside = (values < low - SLACK) | (values > high + SLACK)
        if outside.any():
            intake.report(
                table,
                outside & frame[by].isin(names).to_numpy(),
                "outside_scale",
                column,
                f"{{value}} is outside {low:g}-{high:g}",
                f"correct the value; {intake.instrument.id} allows {low:g} to {high:g} here",
                f"values outside {low:g}-{high:g}",
            )


def _check_version(intake: Intake, table: str) -> None:
    versions = intake.frames[table]["instrument_version"]
    own = intake.instrument.version
    intake.report(
        table,
        (versions.notna() & (versions != own)).to_numpy(),
        "other_instrument_version",
        "instrument_version",
        f"{{value}} is not the version of {intake.instrument.id} in use, {own}",
        "name the instrument of that version in client.yml, or leave these rows out",
        "rows of another version of the instrument",
    )


def _check_scored(intake: Intake) -> None:
    """Companies without an answer or a score: nothing can be said of them."""
    names = [name for name in ("assessments", "scores") if name in intake.file]
    if not {"companies", *names} <= set(intake.frames) or not names:
        return
    frames = [intake.frames[name] for name in names]
    large = [table.companies for table in intake.large.values()]
    if not large and any(frame["company_id"].isna().all() and len(frame) for frame in frames):
        return
    scored = set(pd.concat([frame["company_id"] for frame in frames]).dropna()).union(*large)
    ids = intake.frames["companies"]["company_id"]
    without = (ids.notna() & ~ids.isin(list(scored))).to_numpy()
    if any(may_belong(intake, name, int(without.sum())) for name in names):
        return
    intake.report(
        "companies",
        without,
        "company_without_scores",
        "company_id",
        "{value} has no answers and no scores",
        "send its answers or scores, or leave it out",
        "rows without answers or scores",
    )
