"""The tables of a client folder: their columns, what a cell may hold, and what makes a row one."""

from __future__ import annotations

from dataclasses import dataclass, field

TEXT, NUMBER, DATE, FLAG = "text", "number", "date", "flag"


@dataclass(frozen=True)
class Column:
    """A column of a contract.

    `required` columns must exist, `filled` ones must have a value in every row. Bounds are
    inclusive; a value outside them is a finding of kind `fault`, and `hint` says what is meant.
    A FLAG is yes or no, and no where it is empty. `flag` names the one that the text n/a in this
    column raises: the value is then not missing but not applicable.
    """

    name: str
    type: str = TEXT
    required: bool = False
    filled: bool = False
    words: tuple[str, ...] = ()
    pattern: str | None = None
    minimum: float | None = None
    above: float | None = None
    maximum: float | None = None
    whole: bool = False
    fault: str = "below_zero"
    hint: str = ""
    flag: str = ""


@dataclass(frozen=True)
class Table:
    """A file's contract; rows that agree in `key` are one row sent twice.

    `dated` names the column whose date must not lie after the run's `as_of`.
    """

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    dated: str | None = None
    named: dict[str, Column] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "named", {column.name: column for column in self.columns})


def _key(name: str, type_: str = TEXT) -> Column:
    return Column(name, type_, required=True, filled=True)


def _money(name: str, *, required: bool = False) -> Column:
    return Column(name, NUMBER, required=required)


def _words(name: str, *words: str, filled: bool = False) -> Column:
    return Column(name, words=words, required=filled, filled=filled, fault="unknown_word")


_COMPANY = _key("company_id")
_CURRENCY = Column(
    "currency",
    required=True,
    filled=True,
    pattern="[A-Z]{3}",
    fault="invalid_currency",
    hint="three capital letters, such as USD",
)
_WEIGHT = Column("weight", NUMBER, minimum=0, hint="a number of 0 or more")
_EMPLOYEES = Column("employees", NUMBER, minimum=0, hint="a number of 0 or more")
_VERSION = Column("instrument_version", NUMBER)

COMPANIES = Table(
    "companies",
    (
        _COMPANY,
        _key("name"),
        Column("industry"),
        Column("sub_industry"),
        Column("country"),
        Column(
            "founded_year",
            NUMBER,
            minimum=500,
            maximum=2100,
            whole=True,
            fault="invalid_year",
            hint="a year, such as 1987",
        ),
        _EMPLOYEES,
        Column("ownership"),
        _WEIGHT,
    ),
    key=("company_id",),
)
ASSESSMENTS = Table(
    "assessments",
    (
        _COMPANY,
        _key("wave", DATE),
        _key("respondent_id"),
        _key("item_id"),
        Column(
            "performance",
            NUMBER,
            required=True,
            hint="empty where there is no answer, n/a where the item does not apply",
            flag="not_applicable",
        ),
        Column("importance", NUMBER, hint="empty where there is no answer"),
        _words("role", "executive", "manager", "staff", "assessor"),
        _VERSION,
        _WEIGHT,
        Column("not_applicable", FLAG, hint="empty or no where the item applies"),
    ),
    key=("company_id", "wave", "respondent_id", "item_id"),
    dated="wave",
)
SCORES = Table(
    "scores",
    (_COMPANY, _key("wave", DATE), _key("measure"), _key("value", NUMBER), _VERSION),
    key=("company_id", "wave", "measure"),
    dated="wave",
)
PNL = Table(
    "pnl",
    (
        _COMPANY,
        _key("period_end", DATE),
        Column(
            "period_months",
            NUMBER,
            required=True,
            filled=True,
            minimum=1,
            maximum=24,
            whole=True,
            fault="invalid_period_months",
            hint="a whole number of months, 12 for a year",
        ),
        _CURRENCY,
        Column(
            "unit",
            NUMBER,
            required=True,
            filled=True,
            above=0,
            fault="unit_not_positive",
            hint="a number, 1000000 where amounts are in millions",
        ),
        _money("revenue", required=True),
        _money("cost_of_revenue"),
        _money("gross_profit"),
        _money("selling_general_administrative"),
        _money("research_development"),
        _money("depreciation_amortisation"),
        _money("operating_income"),
        _money("interest_expense"),
        _money("income_tax"),
        _money("net_income"),
        _money("total_assets"),
        _EMPLOYEES,
        Column("as_of", DATE),
    ),
    key=("company_id", "period_end", "period_months", "as_of"),
    dated="period_end",
)
EVENTS = Table(
    "events",
    (
        _COMPANY,
        _key("date", DATE),
        _words(
            "kind",
            "merger",
            "disposal",
            "method",
            "rollout",
            "acquired",
            "bankruptcy",
            "delisted",
            filled=True,
        ),
        _words("assignment", "randomised", "scheduled", "chosen"),
    ),
    key=("company_id", "date", "kind"),
    dated="date",
)
METRICS = Table(
    "metrics",
    (
        _COMPANY,
        _key("date", DATE),
        _key("metric"),
        _key("value", NUMBER),
        Column("n", NUMBER, minimum=0, hint="a number of 0 or more"),
    ),
    key=("company_id", "date", "metric"),
    dated="date",
)
INITIATIVES = Table(
    "initiatives",
    (
        _key("block"),
        _key("title"),
        Column("owner"),
        Column("start", DATE),
        Column("due", DATE),
        Column("cost", NUMBER),
        Column("expected_points", NUMBER),
    ),
    key=("block", "title"),
)
# Rates go with accounts, and accounts of a period after `as_of` are only warned of.
RATES = Table(
    "rates",
    (
        _CURRENCY,
        _key("period_end", DATE),
        Column(
            "rate",
            NUMBER,
            required=True,
            filled=True,
            above=0,
            fault="not_positive",
            hint="a number above 0",
        ),
        Column(
            "period_months",
            NUMBER,
            minimum=1,
            maximum=24,
            whole=True,
            fault="invalid_period_months",
            hint="a whole number of months, 12 for the average of a year",
        ),
    ),
    key=("currency", "period_end", "period_months"),
)
PRICES = Table(
    "prices",
    (
        _key("country"),
        Column(
            "year",
            NUMBER,
            required=True,
            filled=True,
            minimum=1800,
            maximum=2100,
            whole=True,
            fault="invalid_year",
            hint="a year, such as 2024",
        ),
        Column(
            "index",
            NUMBER,
            required=True,
            filled=True,
            above=0,
            fault="not_positive",
            hint="a number above 0",
        ),
    ),
    key=("country", "year"),
)

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        COMPANIES,
        ASSESSMENTS,
        SCORES,
        PNL,
        EVENTS,
        METRICS,
        INITIATIVES,
        RATES,
        PRICES,
    )
}
