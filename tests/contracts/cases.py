"""Broken folders by family, each with every finding it must lead to, and none besides.

A finding is (file, row, column, kind, severity, value).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.contracts.folders import ASSESSMENTS, CLIENT, COMPANIES, PNL, SCORES, TINY, Content

Finding = tuple[str, int | None, str | None, str, str, str]
R, A, W = "refuse", "set_aside", "warn"


@dataclass(frozen=True)
class Case:
    """`changes` to the good folder and the `findings` they must lead to."""

    name: str
    changes: dict[str, Content]
    findings: list[Finding] = field(default_factory=list)


def _answer(row: str) -> dict[str, Content]:
    """The good assessments and, as row 5, one more."""
    return {"assessments.csv": ASSESSMENTS + row + "\n"}


def _score(row: str) -> dict[str, Content]:
    return {"scores.csv": SCORES + row + "\n"}


def _period(row: str) -> dict[str, Content]:
    return {"pnl.csv": PNL + row + "\n"}


def _company(row: str) -> dict[str, Content]:
    return {"companies.csv": COMPANIES + row + "\n"}


def _severity(choice: str) -> dict[str, Content]:
    return {"client.yml": CLIENT + f"severity: {{{choice}}}\n"}


FILES = [
    Case("good", {}),
    Case("notes beside the tables", {"sources.csv": "a\n", "README.md": "b", ".hidden": "c"}),
    Case(
        "no companies",
        {"companies.csv": None},
        [("companies.csv", None, None, "missing_table", R, "")],
    ),
    Case(
        "no answers and no scores",
        {"assessments.csv": None, "scores.csv": None},
        [("scores.csv", None, None, "missing_table", R, "")],
    ),
    Case("scores alone", {"assessments.csv": None}),
    Case(
        "answers alone",
        {"scores.csv": None},
        [("companies.csv", 3, "company_id", "company_without_scores", W, "b2")],
    ),
    Case(
        "header without rows",
        {"pnl.csv": PNL.splitlines()[0]},
        [("pnl.csv", None, None, "empty_table", W, "")],
    ),
    Case(
        "companies without rows",
        {"companies.csv": "company_id,name\n", "client.yml": CLIENT.replace("company: a1\n", "")},
        [
            ("companies.csv", None, None, "empty_table", W, ""),
            ("companies.csv", None, None, "missing_table", R, ""),
        ],
    ),
    Case(
        "same table twice",
        {"scores.parquet": b"?"},
        [("scores.parquet", None, None, "two_files", R, "")],
    ),
    Case(
        "no Parquet inside",
        {"scores.csv": None, "scores.parquet": b"hello"},
        [("scores.parquet", None, None, "unreadable_file", R, "")],
    ),
    Case("empty file", {"pnl.csv": "\n \n"}, [("pnl.csv", None, None, "unreadable_file", R, "")]),
    Case(
        "quote that never closes",
        _company('c3,"Gamma,Retail\n'),
        [("companies.csv", None, None, "unreadable_file", R, "")],
    ),
    Case(
        "latin-1",
        {"companies.csv": "company_id,name\na1,Acme\nb2,Caf\xe9\n".encode("latin-1")},
        [("companies.csv", None, None, "not_utf8", R, "\\xe9\\n")],
    ),
    Case(
        "semicolons",
        {"companies.csv": COMPANIES.replace(",", ";")},
        [("companies.csv", None, None, "wrong_separator", R, "company_id;name;industry")],
    ),
    Case(
        "unknown files",
        {"score.csv": "a\n", "book.xlsx": b"PK", "Pnl.csv": "a\n"},
        [
            ("Pnl.csv", None, None, "unknown_file", W, "Pnl.csv"),
            ("book.xlsx", None, None, "unknown_file", W, "book.xlsx"),
            ("score.csv", None, None, "unknown_file", W, "score.csv"),
        ],
    ),
    Case("byte order mark", {"companies.csv": "\ufeff" + COMPANIES}),
    Case("Windows line ends", {"companies.csv": COMPANIES.replace("\n", "\r\n")}),
    Case("blank rows", {"companies.csv": COMPANIES.replace("b2", "\n,,\nb2")}),
    Case("empty cells at the end", {"companies.csv": COMPANIES.replace("Acme,Retail", "Acme,,,")}),
]

COLUMNS = [
    Case(
        "required column missing, with a name near it",
        {"scores.csv": SCORES.replace("wave", "waves")},
        [
            ("scores.csv", None, "wave", "missing_column", R, ""),
            ("scores.csv", None, "waves", "unknown_column", W, "waves"),
        ],
    ),
    Case(
        "column twice",
        {"companies.csv": "company_id,name,name\na1,Acme,Ltd\nb2,Beta,Ltd\n"},
        [("companies.csv", None, "name", "duplicate_column", R, "")],
    ),
    Case(
        "values under no name",
        {"companies.csv": "company_id,name,\na1,Acme,x\nb2,Beta,\n"},
        [("companies.csv", None, "", "unknown_column", W, "")],
    ),
    Case("empty column under no name", {"companies.csv": "company_id,name,\na1,A,\nb2,B,\n"}),
]

CELLS = [
    Case(
        "row longer than the header: nothing else is said of it",
        {"companies.csv": "company_id,name,founded_year\na1,Acme, Inc,1990\nb2,Beta,1991\n"},
        [("companies.csv", 2, None, "row_too_long", R, "1990")],
    ),
    Case(
        "row shorter than the header",
        {"companies.csv": COMPANIES + "a3,Gamma\n", **_score("a3,2022-06-30,index,3")},
        [("companies.csv", 4, None, "row_too_short", W, "2")],
    ),
    Case(
        "keys missing",
        _answer(",,r1, ,3,4"),
        [
            ("assessments.csv", 5, "company_id", "missing_value", R, ""),
            ("assessments.csv", 5, "item_id", "missing_value", R, " "),
            ("assessments.csv", 5, "wave", "missing_value", R, ""),
        ],
    ),
    *(
        Case(
            f"number {text!r}",
            _score(f'b2,2023-06-30,index,"{text}"'),
            [("scores.csv", 4, "value", "not_a_number", R, text)],
        )
        for text in ("5,5", "1 000", "NA", "None", "nan", "inf", "1e999", "0x1A", "1_0", "٣", "5%")
    ),
    *(
        Case(f"number {text!r} is read", _score(f"b2,2023-06-30,index,{text}"))
        for text in ("5", "+5.", " 5.25 ", ".5e1", "5E0", "12.000000")
    ),
    *(
        Case(
            f"date {text!r}",
            _score(f"b2,{text},index,5"),
            [("scores.csv", 4, "wave", "not_a_date", R, text)],
        )
        for text in (
            "30.06.2023",
            "06/30/2023",
            "2023-6-30",
            "2023-02-30",
            "2023-06-30T00:00",
            "45107",
            "0203-06-30",
            "20230630",
            "2023-W26",
        )
    ),
    Case(
        "control character",
        _company("c3,Gam\x07ma,Retail"),
        [
            ("companies.csv", 4, "name", "control_character", R, "Gam\x07ma"),
            ("companies.csv", 4, "company_id", "company_without_scores", W, "c3"),
        ],
    ),
    Case("line break in a name", _company('c3,"Gam\nma",Retail') | _score("c3,2023-06-30,index,5")),
    Case(
        "line break in an id",
        _score('"b\n2",2023-06-30,index,5'),
        [("scores.csv", 4, "company_id", "control_character", R, "b\n2")],
    ),
    Case(
        "text direction turned round",
        _score("b2\u202e,2023-06-30,index,5"),
        [("scores.csv", 4, "company_id", "control_character", R, "b2\u202e")],
    ),
    Case(
        "space around an id",
        _score("\u00a0b2 ,2023-06-30,index,5"),
        [("scores.csv", 4, "company_id", "space_around", W, "\u00a0b2 ")],
    ),
    Case(
        "word that is not in the list",
        {"events.csv": "company_id,date,kind,assignment\na1,2023-01-01,merged,chosen\n"},
        [("events.csv", 2, "kind", "unknown_word", R, "merged")],
    ),
    Case(
        "currency",
        _period("b2,2023-12-31,12,usd,1000000,1,1"),
        [
            ("pnl.csv", 4, "currency", "invalid_currency", R, "usd"),
        ],
    ),
    Case(
        "founded in 19",
        {"companies.csv": "company_id,name,founded_year\na1,Acme,19\nb2,Beta,1990.5\n"},
        [
            ("companies.csv", 2, "founded_year", "invalid_year", R, "19"),
            ("companies.csv", 3, "founded_year", "invalid_year", R, "1990.5"),
        ],
    ),
    *(
        Case(
            f"period of {months} months",
            _period(f"b2,2023-12-31,{months},USD,1000000,1,1"),
            [("pnl.csv", 4, "period_months", "invalid_period_months", R, months)],
        )
        for months in ("0", "-12", "25", "11.5")
    ),
    Case("period of 15 months", _period("b2,2023-12-31,15,USD,1000000,1,1")),
    *(
        Case(
            f"unit {unit}",
            _period(f"b2,2023-12-31,12,USD,{unit},1,1"),
            [("pnl.csv", 4, "unit", "unit_not_positive", R, unit)],
        )
        for unit in ("0", "-1000")
    ),
    Case(
        "unit in words",
        _period("b2,2023-12-31,12,USD,million,1,1"),
        [("pnl.csv", 4, "unit", "not_a_number", R, "million")],
    ),
    Case(
        "rate of zero",
        {"rates.csv": "currency,period_end,rate\nEUR,2023-12-31,0\n"},
        [("rates.csv", 2, "rate", "not_positive", R, "0")],
    ),
    Case(
        "fewer than no employees",
        {"companies.csv": "company_id,name,employees\na1,Acme,-5\nb2,Beta,0\n"},
        [("companies.csv", 2, "employees", "below_zero", R, "-5")],
    ),
]

ROWS = [
    Case(
        "the same row twice",
        {"scores.csv": SCORES + "a1,2022-06-30,index,12.0\n"},
        [("scores.csv", 4, "company_id", "duplicate_row", R, "a1, 2022-06-30, index")],
    ),
    Case(
        "rows that contradict one another",
        {"scores.csv": SCORES + "a1,2022-06-30,index,13\n"},
        [
            ("scores.csv", 2, "company_id", "duplicate_row", R, "a1, 2022-06-30, index"),
            ("scores.csv", 4, "company_id", "duplicate_row", R, "a1, 2022-06-30, index"),
        ],
    ),
    Case(
        "a company twice",
        _company("a1,Acme,Retail"),
        [("companies.csv", 4, "company_id", "duplicate_row", R, "a1")],
    ),
    Case("a quarter and a year that end together", _period("a1,2022-12-31,3,USD,1000000,30,1")),
    Case(
        "a wave after the run's date",
        _score("b2,2025-06-30,index,5"),
        [("scores.csv", 4, "wave", "after_as_of", A, "2025-06-30")],
    ),
    Case(
        "accounts of a period after the run's date",
        _period("a1,2025-12-31,12,USD,1000000,1,1"),
        [("pnl.csv", 4, "period_end", "period_after_as_of", W, "2025-12-31")],
    ),
    Case(
        "two versions of a period",
        {
            "pnl.csv": "company_id,period_end,period_months,currency,unit,revenue,as_of\n"
            "a1,2022-12-31,12,USD,1,100,2023-03-01\n"
            "a1,2022-12-31,12,USD,1,90,2024-03-01\n"
            "a1,2022-12-31,12,USD,1,80,2025-03-01\n"
            "a1,2022-12-31,12,USD,1,70,\n"
        },
        [
            ("pnl.csv", 2, "as_of", "superseded", A, "2023-03-01"),
            ("pnl.csv", 4, "as_of", "after_as_of", A, "2025-03-01"),
            ("pnl.csv", 5, "as_of", "superseded", A, ""),
        ],
    ),
    Case(
        "restatements refused",
        {
            "client.yml": CLIENT + "restatements: refuse\n",
            "pnl.csv": "company_id,period_end,period_months,currency,unit,revenue,as_of\n"
            "a1,2022-12-31,12,USD,1,100,2023-03-01\n"
            "a1,2022-12-31,12,USD,1,90,2024-03-01\n",
        },
        [("pnl.csv", 2, "as_of", "superseded", R, "2023-03-01")],
    ),
]

PARTNERS = [
    Case(
        "score of a company nobody named",
        _score("a11,2023-06-30,index,5"),
        [("scores.csv", 4, "company_id", "unknown_company", R, "a11")],
    ),
    Case(
        "the reader's own company is not there",
        {"client.yml": CLIENT.replace("company: a1", "company: a7")},
        [("client.yml", None, "company", "unknown_company", R, "a7")],
    ),
    Case(
        "company without answers and scores",
        _company("c3,Gamma,Retail"),
        [("companies.csv", 4, "company_id", "company_without_scores", W, "c3")],
    ),
    Case(
        "a company set aside takes its rows with it",
        {
            **_severity("missing_value: set_aside"),
            "companies.csv": "company_id,name\na1,Acme\nb2,\n",
        },
        [
            ("companies.csv", 3, "name", "missing_value", A, ""),
            ("scores.csv", 3, "company_id", "company_set_aside", A, "b2"),
        ],
    ),
    Case(
        "item of another instrument",
        _answer("a1,2023-06-30,r1,lead_9,3,4"),
        [("assessments.csv", 5, "item_id", "unknown_item", R, "lead_9")],
    ),
    Case(
        "block nobody named",
        {"initiatives.csv": "block,title\nled,Train\nlead,Train\n"},
        [("initiatives.csv", 2, "block", "unknown_block", R, "led")],
    ),
    Case(
        "measure that is no block",
        _score("b2,2023-06-30,total,5"),
        [("scores.csv", 4, "measure", "unknown_measure", R, "total")],
    ),
    Case(
        "answers outside the scale; an item may narrow it",
        {
            "assessments.csv": ASSESSMENTS.replace("lead_1,3,4", "lead_1,0,0").replace(
                "lead_2,0,", "lead_2,5.5,"
            )
        },
        [
            ("assessments.csv", 2, "importance", "outside_scale", R, "0"),
            ("assessments.csv", 2, "performance", "outside_scale", R, "0"),
            ("assessments.csv", 3, "performance", "outside_scale", R, "5.5"),
        ],
    ),
    Case(
        "an answer that is said not to apply",
        {
            "assessments.csv": ASSESSMENTS.replace("importance", "not_applicable")
            .replace("4", "yes")
            .replace(",,5", ",n/a,no")
        },
        [
            ("assessments.csv", 2, "performance", "answer_not_applicable", R, "3"),
            ("assessments.csv", 4, "performance", "answer_not_applicable", R, "n/a"),
        ],
    ),
    Case(
        "scores outside the index and the block",
        {"scores.csv": SCORES.replace("index,12", "index,0.5").replace("serve,0", "serve,6")},
        [
            ("scores.csv", 2, "value", "outside_scale", R, "0.5"),
            ("scores.csv", 3, "value", "outside_scale", R, "6"),
        ],
    ),
    Case(
        "importance where it is not asked",
        {"tiny.yml": TINY.replace("importance: {minimum: 1, maximum: 5}\n", "")},
        [("assessments.csv", None, "importance", "importance_not_asked", W, "")],
    ),
    Case(
        "answers to an instrument without items",
        {"client.yml": CLIENT.replace("tiny", "satisfaction-0-100"), "tiny.yml": None}
        | {"scores.csv": SCORES.replace("serve", "index")},
        [("assessments.csv", None, "item_id", "no_items_in_instrument", R, "")],
    ),
    Case(
        "answers to another version of the instrument",
        {
            "scores.csv": "company_id,wave,measure,value,instrument_version\n"
            "a1,2022-06-30,index,12,1\nb2,2022-06-30,index,12,2\n"
        },
        [("scores.csv", 2, "instrument_version", "other_instrument_version", R, "1")],
    ),
    Case(
        "accounts in another currency",
        _period("b2,2023-12-31,12,EUR,1000000,1,1"),
        [("pnl.csv", 4, "currency", "other_currency", R, "EUR")],
    ),
]

CHOICES = [
    Case(
        "what a client may choose: set aside",
        {**_severity("outside_scale: set_aside"), **_score("b2,2023-06-30,index,99")},
        [("scores.csv", 4, "value", "outside_scale", A, "99")],
    ),
    Case(
        "what a client may choose: warn",
        {**_severity("other_currency: warn"), **_period("b2,2023-12-31,12,EUR,1000000,1,1")},
        [("pnl.csv", 4, "currency", "other_currency", W, "EUR")],
    ),
    Case(
        "what a client may choose: refuse",
        {**_severity("unknown_file: refuse"), "x.txt": "x"},
        [("x.txt", None, None, "unknown_file", R, "x.txt")],
    ),
    Case(
        "contradicting rows set aside are all out",
        {
            **_severity("duplicate_row: set_aside"),
            "scores.csv": SCORES + "a1,2022-06-30,index,13\n",
        },
        [
            ("scores.csv", 2, "company_id", "duplicate_row", A, "a1, 2022-06-30, index"),
            ("scores.csv", 4, "company_id", "duplicate_row", A, "a1, 2022-06-30, index"),
        ],
    ),
]

RATE = "currency,period_end,rate\n"
EURO = "b2,2023-12-31,12,EUR,1000000,1,1"
ECB = {"client.yml": CLIENT + "rates: ecb\n"}
CONVERTED = ("pnl.csv", None, "currency", "converted_currency", W, "EUR")
PRICES = "country,year,index\n"
AT_HOME = {"companies.csv": "company_id,name,country\na1,Acme,US\nb2,Beta,US\n"}

MONEY = [
    Case(
        "accounts converted at the client's rate",
        {**_period(EURO), "rates.csv": RATE + "EUR,2023-12-31,1.08\n"},
        [CONVERTED],
    ),
    Case("accounts converted at the central bank's rate", {**_period(EURO), **ECB}, [CONVERTED]),
    Case(
        "a currency that the central bank does not quote",
        {**_period(EURO.replace("EUR", "XAU")), **ECB},
        [("pnl.csv", 4, "currency", "other_currency", R, "XAU")],
    ),
    Case(
        "a rate of another period",
        {**_period(EURO), "rates.csv": RATE + "EUR,2022-12-31,1.05\n"},
        [("pnl.csv", 4, "currency", "other_currency", R, "EUR")],
    ),
    Case(
        "rates of months that do not say so",
        {**_period(EURO), "rates.csv": RATE + "EUR,2023-06-30,1.08\nEUR,2023-12-31,1.09\n"},
        [("pnl.csv", 4, "currency", "other_currency", R, "EUR")],
    ),
    Case(
        "a rate the wrong way round",
        {**_period(EURO), "rates.csv": RATE + "EUR,2023-12-31,0.925\n"},
        [("rates.csv", 2, "rate", "rate_implausible", R, "0.925"), CONVERTED],
    ),
    Case(
        "a rate a hundred times too large, set aside for the bank's",
        {
            **_period(EURO),
            "client.yml": CLIENT + "rates: ecb\nseverity: {rate_implausible: set_aside}\n",
            "rates.csv": RATE + "EUR,2023-12-31,108\n",
        },
        [("rates.csv", 2, "rate", "rate_implausible", A, "108"), CONVERTED],
    ),
    Case(
        "a rate that is no average of its period",
        {**_period(EURO), "rates.csv": RATE + "EUR,2023-12-31,1.15\n"},
        [("rates.csv", 2, "rate", "rate_off_average", W, "1.15"), CONVERTED],
    ),
    Case("prices", {**AT_HOME, "prices.csv": PRICES + "US,2022,100\nUS,2023,104\n"}),
    Case(
        "a country without prices",
        {
            "companies.csv": "company_id,name,country\na1,Acme,US\nb2,Beta,\n",
            "prices.csv": PRICES + "US,2022,100\n",
        },
        [("companies.csv", 3, "country", "no_price_index", W, "")],
    ),
    Case(
        "rates of inflation in place of an index",
        {**AT_HOME, "prices.csv": PRICES + "US,2022,8\nUS,2023,4.1\n"},
        [("prices.csv", 2, "index", "price_index_rates", R, "US")],
    ),
    Case(
        "a new base year of an index",
        {**AT_HOME, "prices.csv": PRICES + "US,2021,480\nUS,2022,500\nUS,2023,100\n"},
        [("prices.csv", 4, "index", "price_index_falls", R, "100")],
    ),
    Case(
        "one year's index out of its row",
        {**AT_HOME, "prices.csv": PRICES + "US,2021,98\nUS,2022,1000\nUS,2023,102\n"},
        [("prices.csv", 3, "index", "price_index_off", R, "1000")],
    ),
    Case(
        "an index that never moves",
        {
            **AT_HOME,
            "prices.csv": PRICES + "".join(f"US,{year},100\n" for year in range(2019, 2024)),
        },
        [("prices.csv", 2, "index", "price_index_flat", W, "US")],
    ),
    Case(
        "an index that more than doubles",
        {**AT_HOME, "prices.csv": PRICES + "US,2023,211\nUS,2022,100\n"},
        [("prices.csv", 2, "index", "price_index_jumps", W, "211")],
    ),
    Case(
        "real growth without prices",
        {"client.yml": CLIENT + "outcomes: [real_revenue_growth]\n"},
        [("prices.csv", None, None, "missing_table", R, "")],
    ),
]

CASES = [*FILES, *COLUMNS, *CELLS, *ROWS, *PARTNERS, *CHOICES, *MONEY]
