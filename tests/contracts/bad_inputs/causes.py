"""One cause, one finding: what follows from a refused row or a lost header is not said again."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
from openpyxl import Workbook

from tests.contracts.bad_inputs.case import Case, Finding, R, W, config
from tests.contracts.bad_inputs.figures import NO_TABLES
from tests.contracts.bad_inputs.opinions import answers_case
from tests.contracts.bad_inputs.workbook_case import ACCOUNTS, ANSWERS, FIRMS, TRUTH, bent, case
from tests.contracts.bad_inputs.workbook_case import changed as book_with
from tests.contracts.books import COMPANIES, PNL, WIDE
from tests.contracts.figures.test_figures_answers import answers
from tests.contracts.folders import ASSESSMENTS, SCORES
from tests.contracts.folders import PNL as ACCOUNTS_CSV

FAMILY = "causes and followers"
VERSIONS = [[*PNL[0], "as_of"], [*PNL[1], "2023-03-01"], [*PNL[1][:5], 99, 1, "2024-03-01"]]


def cases() -> Iterator[Case]:
    """All cases of the family."""
    yield from _headers()
    yield from _workbook_headers()
    yield from _merged_headers()
    yield from _respondents()
    yield from _blocks()
    yield from _unknown()


def _headers() -> Iterator[Case]:
    """A first row that was deleted, or that holds other names."""
    for table, content in (
        ("assessments", ASSESSMENTS),
        ("scores", SCORES),
        ("pnl", ACCOUNTS_CSV),
    ):
        _, first, rest = content.split("\n", 2)
        shown = ", ".join([cell for cell in first.split(",") if cell][:5])
        for name, sent, said in (
            ("deleted", f"{first}\n{rest}", shown),
            ("of other names", f"Firma,Jahr,Wert\n{first}\n{rest}", "Firma, Jahr, Wert"),
        ):
            lost: Finding = (f"{table}.csv", None, None, "missing_header", R, said)
            yield Case(
                f"the header of {table} {name}",
                FAMILY,
                {f"{table}.csv": sent},
                {table: None},
                (lost,),
            )


def _workbook_headers() -> Iterator[Case]:
    for place, table, rows in (
        (ACCOUNTS, "pnl", PNL[1:]),
        (FIRMS, "companies", COMPANIES[1:]),
        (ANSWERS, "assessments", WIDE[1:]),
    ):
        shown = {
            "pnl": "a1, 2022-12-31, 12, USD, 1000000",
            "companies": "a1, Acme",
            "assessments": "a1, 2023-06-30, r1, 3, 4",
        }[table]
        lost: Finding = (place, None, None, "missing_header", R, shown)
        yield _own(case(f"the sheet {table} without a header", book_with(table, rows), lost,
                        **{table: None}))  # fmt: skip


def _own(made: Case) -> Case:
    return Case(made.name, FAMILY, made.files, made.truth, made.findings)


def _merged_headers() -> Iterator[Case]:
    """A merged header takes a column's name away, and with it what told rows apart."""

    def versions(made: Workbook) -> None:
        made["pnl"].merge_cells("G1:H1")

    rows = [",".join(map(str, row[:7])).replace(" 00:00:00", "") for row in VERSIONS]
    yield _own(
        case(
            "versions whose dates lost their name",
            book_with("pnl", VERSIONS, versions),
            (ACCOUNTS, None, "H", "merged_cells", R, ""),
            pnl="\n".join([*rows, ""]),
        )
    )

    yield from _merged_rows()


def _merged_rows() -> Iterator[Case]:
    def names(made: Workbook) -> None:
        made["companies"].merge_cells("A1:B1")

    yield _own(
        case(
            "a name that is required lost to its neighbour",
            bent(names),
            (FIRMS, None, "B", "merged_cells", R, ""),
            (FIRMS, None, "name", "missing_column", R, ""),
            companies=TRUTH["companies"].replace("name", "other"),
        )
    )

    def downwards(made: Workbook) -> None:
        made["pnl"].merge_cells("F1:F2")

    lines = TRUTH["pnl"].splitlines()
    yield _own(
        case(
            "a header merged with the first value",
            bent(downwards),
            (ACCOUNTS, 2, "revenue", "merged_cells", R, ""),
            pnl="\n".join([lines[0], lines[1].replace("100.5", ""), lines[2], ""]),
        )
    )


def _respondents() -> Iterator[Case]:
    """A respondent whose rows are refused is not missing from the company."""
    frame = answers()
    own = (frame["company_id"] == "c02") & (frame["wave"] == "2023-06-30")
    own &= frame["respondent_id"] == "r1"
    for name, column, value, kind, read in (
        ("of an unknown company", "company_id", "c99", "unknown_company", "c99"),
        ("without an id", "respondent_id", "", "missing_value", ""),
        ("in an unreadable wave", "wave", "30/06/23", "not_a_date", ""),
        ("with answers in words", "performance", "good", "not_a_number", ""),
    ):
        sent = frame.astype(object).copy()
        sent.loc[own, column] = value
        truth = sent.copy()
        truth.loc[own, column] = read
        found = (("assessments.csv", int(row) + 2, column, kind, R, value) for row in _places(own))
        yield answers_case(f"one of two respondents {name}", FAMILY, sent, *found, read=truth)


def _blocks() -> Iterator[Case]:
    """A block whose answers are refused is not missing, and one nobody has is said once."""
    frame = answers()
    own = (frame["company_id"] == "c02") & (frame["wave"] == "2023-06-30")
    own &= frame["item_id"].str.startswith("serve")
    sent = frame.copy()
    sent.loc[own, "performance"] = 55
    found = (("assessments.csv", int(r) + 2, "performance", "outside_scale", R, "55")
             for r in _places(own))  # fmt: skip
    yield answers_case("a block outside the scale", FAMILY, sent, *found)
    half = frame[~frame["item_id"].str.startswith("serve")].reset_index(drop=True)
    said: Finding = ("assessments.csv", None, "item_id", "missing_block", W, "serve")
    yield answers_case("a block that nobody was asked", FAMILY, half, said)


def _places(rows: pd.Series) -> list[int]:
    return [int(place) for place in rows.to_numpy().nonzero()[0]]


def _unknown() -> Iterator[Case]:
    """Of more companies without scores than there are unknown ids, some have none."""
    names = [f"c{n}" for n in range(1, 7)]
    companies = "company_id,name\n" + "".join(f"{n},{n}\n" for n in names)
    scores = "company_id,wave,measure,value\n" + "".join(
        f"{n},2022-06-30,index,12\n" for n in [*names[:4], "C5"]
    )
    head = config("").replace("company: a1\n", "")
    tables = {"companies": companies, "scores": scores}
    yield Case(
        "two companies without scores, one of them misspelt there",
        FAMILY,
        {**NO_TABLES, "client.yml": head, **{f"{n}.csv": t for n, t in tables.items()}},
        {**dict.fromkeys(["assessments", "pnl"]), **tables},
        (
            ("scores.csv", 6, "company_id", "unknown_company", R, "C5"),
            *(("companies.csv", r, "company_id", "company_without_scores", W, f"c{r - 1}")
              for r in (6, 7)),
        ),
    )  # fmt: skip
