"""CSV files written otherwise than the plain one: read right, or named where they are not.

Each case is the good folder of tests.contracts.folders with some files changed, and every
finding it must lead to.
"""

from __future__ import annotations

from tests.contracts.cases import A, Case, Finding, R, W
from tests.contracts.folders import CLIENT, COMPANIES, PNL, SCORES, Content

RUSSIAN = "company_id,name,industry\na1,Выручка плюс,Торговля\nb2,«Ромашка»,Торговля\n"
POLISH = "company_id,name,industry\na1,Spółka,Handel\nb2,Łódź Żywiec,Handel\n"
CHINESE = "company_id,name,industry\na1,中国移动,通信\nb2,北京银行,银行\n"
FRENCH = "company_id,name,industry\na1,Société Générale,Banque\nb2,Café Crème,Café\n"
FOREIGN = {"workbook": b"PK\x03\x04", "old workbook": b"\xd0\xcf\x11\xe0", "PDF": b"%PDF-1.7"}
HEAD = "company_id,wave,measure,value\n"


def _locale(keys: str) -> dict[str, Content]:
    return {"client.yml": CLIENT + f"locale: {{{keys}}}\n"}


def _companies(content: Content, *findings: Finding) -> tuple[dict[str, Content], list[Finding]]:
    return {"companies.csv": content}, list(findings)


def _refused(kind: str, value: str) -> Finding:
    return ("companies.csv", None, None, kind, R, value)


def _first(data: bytes) -> str:
    """The bytes at which a file stops being UTF-8, as a finding shows them."""
    try:
        data.decode()
    except UnicodeDecodeError as error:
        return repr(data[error.start : error.start + 8])[2:-1]
    raise AssertionError("the file is UTF-8")


def _not_utf8(name: str, text: str, encoding: str) -> Case:
    data = text.encode(encoding)
    return Case(name, *_companies(data, _refused("not_utf8", _first(data))))


def _declared(encoding: str, data: bytes) -> Case:
    changes = {**_locale(f"encoding: {encoding}"), "companies.csv": data}
    return Case(f"declared {encoding}", changes)


ENCODINGS = [
    Case("UTF-16 with its mark", {"companies.csv": RUSSIAN.encode("utf-16")}),
    Case("UTF-16 the other way", {"companies.csv": b"\xfe\xff" + RUSSIAN.encode("utf-16-be")}),
    Case("UTF-32", {"companies.csv": RUSSIAN.encode("utf-32")}),
    Case(
        "UTF-16 without its mark",
        *_companies(
            COMPANIES.encode("utf-16-le"), _refused("not_utf8", "c\\x00o\\x00m\\x00p\\x00")
        ),
    ),
    Case(
        "UTF-16 cut in half",
        *_companies(COMPANIES.encode("utf-16")[:-1], _refused("not_utf8", "\\n")),
    ),
    _not_utf8("Russian in cp1251", RUSSIAN, "cp1251"),
    _not_utf8("Polish in cp1250", POLISH, "cp1250"),
    _not_utf8("French in cp1252", FRENCH, "cp1252"),
    _not_utf8("Chinese in gb18030", CHINESE, "gb18030"),
    _declared("cp1251", RUSSIAN.encode("cp1251")),
    _declared("cp1250", POLISH.encode("cp1250")),
    _declared("windows-1252", FRENCH.encode("cp1252")),
    _declared("gbk", CHINESE.encode("gb18030")),
    _declared("cp1252", COMPANIES.encode()),
    _declared("UTF8", RUSSIAN.encode()),
    Case(
        "declared, and the mark says UTF-8",
        {**_locale("encoding: cp1251"), "companies.csv": "\ufeff" + RUSSIAN},
    ),
    Case(
        "declared cp1251, and UTF-8 after all",
        {**_locale("encoding: cp1251"), "companies.csv": RUSSIAN},
        [_refused("not_declared_encoding", "cp1251")],
    ),
    Case(
        "declared gb18030, and French",
        {**_locale("encoding: gb18030"), "companies.csv": FRENCH.encode("cp1252")},
        [_refused("not_declared_encoding", "\\xe9 G\\xe9n\\xe9ra")],
    ),
    Case(
        "declared cp1252, and Russian",
        {**_locale("encoding: cp1252"), "companies.csv": RUSSIAN.encode("cp1251")},
        [
            _refused("doubtful_encoding", "cp1252"),
            ("companies.csv", 2, "industry", "mojibake", W, "Òîðãîâëÿ"),
            ("companies.csv", 2, "name", "mojibake", W, "Âûðó÷êà ïëþñ"),
            ("companies.csv", 3, "industry", "mojibake", W, "Òîðãîâëÿ"),
            ("companies.csv", 3, "name", "mojibake", W, "«Ðîìàøêà»"),
        ],
    ),
    *(
        Case(f"{name} named .csv", *_companies(start + b"?" * 50, _refused("unreadable_file", "")))
        for name, start in FOREIGN.items()
    ),
]

MANGLED = (
    *("CafÃ©", "ÐŸÑ€Ð¸Ð²ÐµÑ‚", "РџСЂРёРІРµС‚", "Âûðó÷êà", "ä¸­å›½"),
    *("Caf\ufffd", "?????", "锟斤拷"),
)
SOUND = (
    *("Café", "CAFÉ®", "CAFÉ–BAR", "Łódź", "Привет", "中国", "ÅÄÖ AB", "Ünï 客户", "№ 5"),
    *("Why?", "Âme", "Ñandú", "Nestlé™"),
)
MOJIBAKE = [
    Case(
        f"mangled before it was sent: {text}",
        {"companies.csv": COMPANIES.replace("Beta", text)},
        [("companies.csv", 3, "name", "mojibake", W, text)],
    )
    for text in MANGLED
] + [Case(f"sound: {text}", {"companies.csv": COMPANIES.replace("Beta", text)}) for text in SOUND]

SEPARATORS = [
    Case(
        "declared semicolons",
        {
            **_locale('separator: ";"'),
            **{
                name: text.replace(",", ";")
                for name, text in (
                    ("companies.csv", COMPANIES),
                    ("scores.csv", SCORES),
                    ("pnl.csv", PNL),
                )
            },
            "assessments.csv": None,
        },
    ),
    Case(
        "tabs",
        *_companies(
            COMPANIES.replace(",", "\t"), _refused("wrong_separator", "company_id\tname\tindustry")
        ),
    ),
    Case(
        "bars",
        *_companies(
            COMPANIES.replace(",", "|"), _refused("wrong_separator", "company_id|name|industry")
        ),
    ),
    Case(
        "semicolons below a title",
        *_companies(
            "Our companies, 2024\n" + COMPANIES.replace(",", ";"),
            _refused("wrong_separator", "company_id;name;industry"),
        ),
    ),
    Case("sep= names its own", {"companies.csv": "sep=;\r\n" + COMPANIES.replace(",", ";")}),
    Case("sep= in quotes", {"companies.csv": '\ufeff"sep=\t"\n' + COMPANIES.replace(",", "\t")}),
    Case(
        "sep= further down is a cell",
        {"companies.csv": COMPANIES + "b2c,x\nsep=;\n"},
        [
            ("companies.csv", 4, None, "row_too_short", W, "2"),
            ("companies.csv", 4, "company_id", "company_without_scores", W, "b2c"),
            ("companies.csv", 5, None, "row_too_short", W, "1"),
            ("companies.csv", 5, "name", "missing_value", R, ""),
            ("companies.csv", 5, "company_id", "company_without_scores", W, "sep=;"),
        ],
    ),
    Case(
        "semicolons with a decimal comma",
        {
            **_locale("decimal: ','"),
            "companies.csv": COMPANIES.replace(",", ";"),
            "pnl.csv": None,
            "scores.csv": SCORES.replace(",", ";").replace("12\n", "12,5\n"),
        },
    ),
    Case(
        "a decimal comma in quotes",
        {
            **_locale("decimal: ','"),
            "pnl.csv": None,
            "scores.csv": SCORES.replace("12", '"12,5"'),
        },
    ),
    Case(
        "a decimal comma without quotes",
        {
            **_locale("decimal: ','"),
            "pnl.csv": None,
            "scores.csv": SCORES.replace("12", "12,5"),
        },
        [("scores.csv", 2, None, "row_too_long", R, "5")],
    ),
]

HEADERS = [
    Case(
        "titles above the header",
        {"companies.csv": f"Companies of Acme,,\n\n{COMPANIES}"},
        [("companies.csv", None, None, "header_not_first", W, "Companies of Acme")],
    ),
    Case(
        "empty rows above the header",
        {"companies.csv": f"\n,,\n{COMPANIES}"},
        [("companies.csv", None, None, "header_not_first", W, "")],
    ),
    Case(
        "titles above, and a fault keeps its row",
        {"scores.csv": f"Scores\n2024\n{SCORES}b2,2023-06-30,index,x\n"},
        [
            ("scores.csv", None, None, "header_not_first", W, "Scores"),
            ("scores.csv", 6, "value", "not_a_number", R, "x"),
        ],
    ),
    Case(
        "no header at all",
        {"scores.csv": "a1,2022-06-30,index,12\nb2,2022-06-30,serve,0\n"},
        [("scores.csv", None, None, "missing_header", R, "a1, 2022-06-30, index, 12")],
    ),
]


def _ends(row: str, *findings: Finding) -> tuple[dict[str, Content], list[Finding]]:
    return {"pnl.csv": PNL.replace(",4\n", ",9\n") + row}, list(findings)


TOTALS = [
    *(
        Case(
            f"totals: {word}",
            *_ends(f"{word},,,,,100.5,6\n", ("pnl.csv", 4, "company_id", "totals_row", A, word)),
        )
        for word in ("Total", "TOTAL:", "Итого", "Razem", "合计", "Grand total", "Average")
    ),
    Case(
        "totals without a word",
        *_ends(",,,,,,6\n", ("pnl.csv", 4, "company_id", "totals_row", A, "")),
    ),
    Case(
        "a total and a grand total",
        *_ends(
            "Sum,,,,,100.5,6\n\nTotal,,,,,100.5,6\n",
            ("pnl.csv", 4, "company_id", "totals_row", A, "Sum"),
            ("pnl.csv", 6, "company_id", "totals_row", A, "Total"),
        ),
    ),
    Case(
        "a row without a key that is no sum",
        *_ends(
            ",,,USD,1000000,,7\n",
            ("pnl.csv", 4, "company_id", "missing_value", R, ""),
            ("pnl.csv", 4, "period_end", "missing_value", R, ""),
            ("pnl.csv", 4, "period_months", "missing_value", R, ""),
        ),
    ),
    Case(
        "a company called Total",
        {
            "companies.csv": COMPANIES + "Total,Total,Energy\n",
            "scores.csv": SCORES + "Total,2023-06-30,index,12\n",
        },
    ),
    Case(
        "a company called Total, with a gap",
        {
            "companies.csv": COMPANIES + "Total,Total,Energy\n",
            "scores.csv": SCORES + "Total,2023-06-30,index,12\nTotal,,index,12\n",
        },
        [("scores.csv", 5, "wave", "missing_value", R, "")],
    ),
    Case(
        "totals in the middle are no company",
        {
            "scores.csv": HEAD
            + "a1,2022-06-30,index,12\nTotal,,,12\n"
            + 4 * "\n"
            + "".join(f"b2,202{year}-06-30,index,3\n" for year in range(4))
        },
        [
            ("scores.csv", 3, "company_id", "unknown_company", R, "Total"),
            ("scores.csv", 3, "measure", "missing_value", R, ""),
            ("scores.csv", 3, "wave", "missing_value", R, ""),
        ],
    ),
]


def _value(text: str, keys: str, *findings: tuple[str, str, str]) -> Case:
    """A score written in a locale, and its findings as row and column have them."""
    quoted = text.replace('"', '""')
    scores = f'{SCORES}b2,2023-06-30,index,"{quoted}"\n'
    changes = {**_locale(keys), "pnl.csv": None, "scores.csv": scores}
    found = [("scores.csv", 4, "value", *finding) for finding in findings]
    return Case(f"{text} in {keys}", changes, found)


def _wave(text: str, keys: str, *findings: tuple[str, str, str]) -> Case:
    changes = {**_locale(keys), "scores.csv": f"{SCORES}b2,{text},index,12\n"}
    found = [("scores.csv", 4, "wave", *finding) for finding in findings]
    return Case(f"{text} in {keys}", changes, found)


UNSEEN = {"a space of no width": "\u200b", "a soft hyphen": "\u00ad", "a lost letter": "\ufffd"}
DECIMAL, GERMAN = "decimal: ','", "decimal: ',', thousands: '.'"
CELLS = [
    _value("12,5", DECIMAL),
    _value("12,5", GERMAN),
    _value("１２．５", "decimal: '.'"),
    _value("1.234", DECIMAL, ("not_a_number", R, "1.234")),
    _value("1.234", GERMAN, ("outside_scale", R, "1234")),
    _value("1 234", GERMAN, ("not_a_number", R, "1 234")),
    _value("(5)", GERMAN, ("outside_scale", R, "-5")),
    _value("−5", GERMAN, ("outside_scale", R, "-5")),
    _value("–5", GERMAN, ("not_a_number", R, "–5")),
    _value("5-", GERMAN, ("not_a_number", R, "5-")),
    _value("12 %", DECIMAL, ("not_a_number", R, "12 %")),
    _value("$12", DECIMAL, ("not_a_number", R, "$12")),
    _value("#N/A", DECIMAL, ("not_a_number", R, "#N/A")),
    _value("-", DECIMAL, ("not_a_number", R, "-")),
    _value("1.2E+01", "decimal: '.'", ("spreadsheet_rounding", W, "1.2E+01")),
    _value("1.2e+01", "decimal: '.'"),
    _wave("30.06.2023", "dates: dmy"),
    _wave("30/6/2023", "dates: dmy"),
    _wave("2023-06-30", "dates: dmy"),
    _wave("06/30/2023", "dates: mdy"),
    _wave("2023年6月30日", "dates: ymd"),
    _wave("30.06.23", "dates: dmy", ("not_a_date", R, "30.06.23")),
    _wave("06.30.2023", "dates: dmy", ("not_a_date", R, "06.30.2023")),
    _wave("31.06.2023", "dates: dmy", ("not_a_date", R, "31.06.2023")),
    _wave("45107", "dates: dmy", ("not_a_date", R, "45107")),
    Case(
        "thousands where another cell has decimals",
        {
            **_locale(GERMAN),
            "pnl.csv": None,
            "scores.csv": HEAD
            + ("a1,2022-06-30,index,1.500\nb2,2022-06-30,index,1.5\nb2,2023-06-30,index,12\n"),
        },
        [
            ("scores.csv", 2, "value", "ambiguous_value", R, "1.500"),
            ("scores.csv", 3, "value", "not_a_number", R, "1.5"),
        ],
    ),
    Case(
        "days where another cell has months",
        {
            **_locale("dates: dmy"),
            "scores.csv": HEAD
            + (
                "a1,04/03/2022,index,5\nb2,12/31/2022,index,5\nb2,05/05/2022,index,5\nb2,2023-05-06,index,5\n"
            ),
        },
        [
            ("scores.csv", 2, "wave", "ambiguous_value", R, "04/03/2022"),
            ("scores.csv", 3, "wave", "not_a_date", R, "12/31/2022"),
        ],
    ),
    Case(
        "an id that a spreadsheet shortened",
        {
            "companies.csv": COMPANIES + "1.23457E+11,Gamma,Retail\n",
            "scores.csv": SCORES + "1.23457E+11,2023-06-30,index,5\n",
        },
        [
            ("companies.csv", 4, "company_id", "rounded_id", R, "1.23457E+11"),
            ("scores.csv", 4, "company_id", "rounded_id", R, "1.23457E+11"),
        ],
    ),
    *(
        Case(
            f"id with {name}",
            {"scores.csv": f"{SCORES}b2{sign},2023-06-30,index,5\n"},
            [("scores.csv", 4, "company_id", "control_character", R, f"b2{sign}")],
        )
        for name, sign in UNSEEN.items()
    ),
]

READING = [*ENCODINGS, *MOJIBAKE, *SEPARATORS, *HEADERS, *TOTALS, *CELLS]
