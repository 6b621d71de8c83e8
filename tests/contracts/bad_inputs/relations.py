"""Rows against one another, the other tables, the instrument, and the date of the run."""

from __future__ import annotations

from collections.abc import Iterator

from tests.contracts.bad_inputs.case import SMALL, TABLES, A, Case, Finding, R, W, config
from tests.contracts.folders import ASSESSMENTS, COMPANIES, PNL, SCORES, TINY

FAMILY = "keys and ranges"
VERSIONS = "company_id,period_end,period_months,currency,unit,revenue,as_of\n"


def cases() -> Iterator[Case]:
    """All cases of the family."""
    yield from _repeated()
    yield from _versions()
    yield from _partners()
    yield from _missing()
    yield from _ranges()
    yield from _words()
    yield from _chosen()


def _rows(
    name: str,
    table: str,
    rows: str,
    *findings: Finding,
    read: str | None = None,
    extra: str = "",
) -> Case:
    """The good table and further rows; `read` is what must be read of these."""
    text = TABLES[table] + rows
    files = {f"{table}.csv": text, **({"client.yml": config(extra)} if extra else {})}
    truth = {table: TABLES[table] + (rows if read is None else read)}
    return Case(name, FAMILY, files, truth, findings, without=_others(table))


def _others(table: str) -> tuple[str, ...]:
    return tuple(name for name in SMALL if name != table)


def _table(name: str, table: str, text: str, *findings: Finding, read: str | None = None) -> Case:
    """A table in the place of the good one, or beside the good ones."""
    truth = {table: text if read is None else read}
    return Case(name, FAMILY, {f"{table}.csv": text}, truth, findings, without=_others(table))


def _repeated() -> Iterator[Case]:
    again = "a1,2022-06-30,index,12\n"
    key = "a1, 2022-06-30, index"
    said: Finding = ("scores.csv", 4, "company_id", "duplicate_row", R, key)
    yield _rows("a row twice", "scores", again, said)
    yield _rows(
        "a row twice, written otherwise",
        "scores",
        "a1 ,2022-06-30,index,12.00\n",
        said,
        ("scores.csv", 4, "company_id", "space_around", W, "a1 "),
        read=again,
    )
    aside: Finding = ("scores.csv", 4, "company_id", "duplicate_row", A, key)
    extra = "severity: {duplicate_row: set_aside}"
    yield _rows("a row twice, set aside", "scores", again, aside, read="", extra=extra)
    other = "a1,2022-06-30,index,13\n"
    first: Finding = ("scores.csv", 2, "company_id", "duplicate_row", R, key)
    yield _rows("two rows that contradict one another", "scores", other, first, said)
    yield _rows(
        "a company twice",
        "companies",
        "b2,Beta Ltd,Retail\n",
        ("companies.csv", 3, "company_id", "duplicate_row", R, "b2"),
        ("companies.csv", 4, "company_id", "duplicate_row", R, "b2"),
    )
    yield _rows(
        "an answer twice",
        "assessments",
        "a1,2023-06-30,r1,lead_2,0,\n",
        ("assessments.csv", 5, "company_id", "duplicate_row", R, "a1, 2023-06-30, r1, lead_2"),
    )


def _versions() -> Iterator[Case]:
    rows = "a1,2022-12-31,12,USD,1,100,2023-03-01\na1,2022-12-31,12,USD,1,90,2024-03-01\n"
    older: Finding = ("pnl.csv", 2, "as_of", "superseded", A, "2023-03-01")
    yield _table(
        "a period restated", "pnl", VERSIONS + rows, older, read=VERSIONS + rows.splitlines()[1]
    )
    yield Case(
        "a period restated, refused",
        FAMILY,
        {"pnl.csv": VERSIONS + rows, "client.yml": config("restatements: refuse")},
        {"pnl": VERSIONS + rows},
        ((*older[:4], R, older[5]),),
    )
    late = "a1,2022-12-31,12,USD,1,80,2025-02-01\n"
    yield _table(
        "a version reported after the date of the run",
        "pnl",
        VERSIONS + rows + late,
        older,
        ("pnl.csv", 4, "as_of", "after_as_of", A, "2025-02-01"),
        read=VERSIONS + rows.splitlines()[1],
    )
    twice = rows.replace("2024-03-01", "2023-03-01")
    key = "a1, 2022-12-31, 12, 2023-03-01"
    yield _table(
        "two versions of one day",
        "pnl",
        VERSIONS + twice,
        *(("pnl.csv", row, "company_id", "duplicate_row", R, key) for row in (2, 3)),
    )
    yield _rows(
        "accounts after the date of the run",
        "pnl",
        "a1,2025-12-31,12,USD,1000000,99,4\n",
        ("pnl.csv", 4, "period_end", "period_after_as_of", W, "2025-12-31"),
    )


def _partners() -> Iterator[Case]:
    for table, row, column, kind, value in (
        ("scores", "c3,2022-06-30,index,5\n", "company_id", "unknown_company", "c3"),
        ("pnl", "c3,2022-12-31,12,USD,1000000,5,1\n", "company_id", "unknown_company", "c3"),
        ("assessments", "c3,2023-06-30,r1,lead_1,3,\n", "company_id", "unknown_company", "c3"),
        ("assessments", "a1,2023-06-30,r1,lead_9,3,\n", "item_id", "unknown_item", "lead_9"),
        ("assessments", "a1,2023-06-30,r1,Lead_1,3,\n", "item_id", "unknown_item", "Lead_1"),
        ("scores", "b2,2022-06-30,total,5\n", "measure", "unknown_measure", "total"),
    ):
        number = TABLES[table].count("\n") + 1
        yield _rows(
            f"{value} in {table}", table, row, (f"{table}.csv", number, column, kind, R, value)
        )
    yield _rows(
        "a company without scores",
        "companies",
        "c3,Gamma,Retail\n",
        ("companies.csv", 4, "company_id", "company_without_scores", W, "c3"),
    )
    yield _table(
        "a block that there is not",
        "initiatives",
        "block,title\nleed,Train\nlead,Train\n",
        ("initiatives.csv", 2, "block", "unknown_block", R, "leed"),
    )
    yield from _other_instruments()


def _other_instruments() -> Iterator[Case]:
    yield Case(
        "an own company that there is not",
        FAMILY,
        {"client.yml": config("").replace("company: a1", "company: a7")},
        findings=(("client.yml", None, "company", "unknown_company", R, "a7"),),
    )
    yield _table(
        "another version of the instrument",
        "scores",
        "company_id,wave,measure,value,instrument_version\n"
        "a1,2022-06-30,index,12,1\nb2,2022-06-30,index,12,2\n",
        ("scores.csv", 2, "instrument_version", "other_instrument_version", R, "1"),
    )
    yield Case(
        "answers to an instrument without items",
        FAMILY,
        {
            "client.yml": config("").replace("tiny", "satisfaction-0-100"),
            "scores.csv": SCORES.replace("serve", "index"),
            "tiny.yml": None,
        },
        {"scores": SCORES.replace("serve", "index")},
        (("assessments.csv", None, "item_id", "no_items_in_instrument", R, ""),),
    )
    yield Case(
        "importance where it is not asked",
        FAMILY,
        {"tiny.yml": TINY.replace("importance: {minimum: 1, maximum: 5}\n", "")},
        findings=(("assessments.csv", None, "importance", "importance_not_asked", W, ""),),
    )


def _missing() -> Iterator[Case]:
    for table, place in (
        ("companies", 0),
        ("companies", 1),
        ("scores", 2),
        ("scores", 3),
        ("assessments", 2),
        ("pnl", 2),
        ("pnl", 3),
        ("pnl", 4),
    ):
        lines = TABLES[table].splitlines()
        column, cells = lines[0].split(",")[place], lines[-1].split(",")
        cells[place] = ""
        text = "\n".join([*lines[:-1], ",".join(cells), ""])
        yield _table(
            f"no {column} in {table}",
            table,
            text,
            (f"{table}.csv", len(lines), column, "missing_value", R, ""),
        )
    for table, text in TABLES.items():
        column = {"companies": "name", "pnl": "unit", "scores": "value"}.get(table, "item_id")
        header, *rows = text.splitlines()
        place = header.split(",").index(column)
        cut = "\n".join(
            ",".join(cell for at, cell in enumerate(line.split(",")) if at != place)
            for line in (header, *rows)
        )
        yield _table(
            f"no column {column} in {table}",
            table,
            cut,
            (f"{table}.csv", None, column, "missing_column", R, ""),
        )


def _ranges() -> Iterator[Case]:
    for name, place, value in (
        ("an answer above the scale", 4, "6"),
        ("an answer below the scale", 4, "-1"),
        ("55 for 5.5", 4, "55"),
        ("an answer just above", 4, "5.01"),
        ("an importance of 0", 5, "0"),
        ("an answer below the item's own least", 4, "0"),
    ):
        header, first, *rest = ASSESSMENTS.splitlines()
        cells = first.split(",")
        cells[place] = value
        text = "\n".join([header, ",".join(cells), *rest, ""])
        column = header.split(",")[place]
        yield _table(
            name, "assessments", text, ("assessments.csv", 2, column, "outside_scale", R, value)
        )
    for name, old, new, row in (
        ("a score above the index", "index,12", "index,21", 2),
        ("a score below the index", "index,12", "index,0", 2),
        ("a percentage for a block", "serve,0", "serve,80", 3),
    ):
        text = SCORES.replace(old, new)
        value = new.split(",")[1]
        yield _table(name, "scores", text, ("scores.csv", row, "value", "outside_scale", R, value))
    yield from _words_and_units()


def _words_and_units() -> Iterator[Case]:
    for column, value, kind in (
        ("founded_year", "87", "invalid_year"),
        ("founded_year", "1987.5", "invalid_year"),
        ("founded_year", "2987", "invalid_year"),
        ("employees", "-5", "below_zero"),
        ("weight", "-0.1", "below_zero"),
    ):
        text = f"company_id,name,{column}\na1,Acme,{value}\nb2,Beta,\n"
        yield _table(
            f"{column} {value}",
            "companies",
            text,
            ("companies.csv", 2, column, kind, R, value),
            read=text.replace(value, ""),
        )
    for column, place, value, kind in (
        ("period_months", 2, "0", "invalid_period_months"),
        ("period_months", 2, "25", "invalid_period_months"),
        ("period_months", 2, "2.5", "invalid_period_months"),
        ("unit", 4, "0", "unit_not_positive"),
        ("unit", 4, "-1000", "unit_not_positive"),
        ("currency", 3, "usd", "invalid_currency"),
        ("currency", 3, "US$", "invalid_currency"),
        ("currency", 3, "Dollar", "invalid_currency"),
    ):
        cells = ["b2", "2023-12-31", "12", "USD", "1000000", "1", "1"]
        sent = [*cells[:place], value, *cells[place + 1 :]]
        read = [*cells[:place], "", *cells[place + 1 :]]
        yield _rows(
            f"{column} {value}",
            "pnl",
            ",".join(sent) + "\n",
            ("pnl.csv", 4, column, kind, R, value),
            read=",".join(read) + "\n",
        )


def _words() -> Iterator[Case]:
    events = "company_id,date,kind,assignment\n"
    for kind, assignment, column in (
        ("merged", "chosen", "kind"),
        ("Merger", "chosen", "kind"),
        ("fusion", "", "kind"),
        ("rollout", "random", "assignment"),
    ):
        row = f"a1,2023-01-01,{kind},{assignment}\n"
        value = kind if column == "kind" else assignment
        yield _table(
            f"an event's {column} {value}",
            "events",
            events + row,
            ("events.csv", 2, column, "unknown_word", R, value),
            read=events + row.replace(value, "", 1),
        )
    roles = (
        ASSESSMENTS.replace("importance\n", "importance,role\n")
        .replace("lead_1,3,4", "lead_1,3,4,boss")
        .replace("lead_2,0,", "lead_2,0,,staff")
        .replace("serve_1,,5", "serve_1,,5,")
    )
    yield _table(
        "a role that there is not",
        "assessments",
        roles,
        ("assessments.csv", 2, "role", "unknown_word", R, "boss"),
        read=roles.replace("boss", ""),
    )


def _chosen() -> Iterator[Case]:
    """What a client may choose by `severity`."""
    yield _rows(
        "outside the scale, set aside",
        "scores",
        "b2,2023-06-30,index,99\n",
        ("scores.csv", 4, "value", "outside_scale", A, "99"),
        read="",
        extra="severity: {outside_scale: set_aside}",
    )
    yield _rows(
        "an unknown company, set aside",
        "scores",
        "c3,2023-06-30,index,9\n",
        ("scores.csv", 4, "company_id", "unknown_company", A, "c3"),
        read="",
        extra="severity: {unknown_company: set_aside}",
    )
    yield from _chosen_for_companies()


def _chosen_for_companies() -> Iterator[Case]:
    yield Case(
        "a company set aside takes its rows along",
        FAMILY,
        {
            "client.yml": config("severity: {missing_value: set_aside}"),
            "companies.csv": COMPANIES.replace("Beta", ""),
            "pnl.csv": PNL + "b2,2023-12-31,12,USD,1000000,1,1\n",
        },
        {
            "companies": "".join(COMPANIES.splitlines(keepends=True)[:2]),
            "scores": "".join(SCORES.splitlines(keepends=True)[:2]),
        },
        (
            ("companies.csv", 3, "name", "missing_value", A, ""),
            ("scores.csv", 3, "company_id", "company_set_aside", A, "b2"),
            ("pnl.csv", 4, "company_id", "company_set_aside", A, "b2"),
        ),
    )
    yield Case(
        "an unknown file, refused",
        FAMILY,
        {"client.yml": config("severity: {unknown_file: refuse}"), "x.txt": "x"},
        findings=(("x.txt", None, None, "unknown_file", R, "x.txt"),),
    )
    yield _rows(
        "after the date of the run, refused",
        "scores",
        "b2,2025-06-30,index,9\n",
        ("scores.csv", 4, "wave", "after_as_of", R, "2025-06-30"),
        extra="severity: {after_as_of: refuse}",
    )
