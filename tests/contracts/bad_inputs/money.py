"""Accounts in other currencies, rates that mislead, and price indices that are none."""

from __future__ import annotations

from collections.abc import Iterator

from tests.contracts.bad_inputs.case import Case, Finding, R, W, config
from tests.contracts.folders import PNL

FAMILY = "money"
RATES = "currency,period_end,rate\n"
PRICES = "country,year,index\n"
AT_HOME = "company_id,name,country\na1,Acme,US\nb2,Beta,US\n"


def cases() -> Iterator[Case]:
    """All cases of the family."""
    yield from _rates()
    yield from _wrong_rates()
    yield from _prices()


def _case(
    name: str,
    *findings: Finding,
    currency: str = "EUR",
    settings: str = "",
    rates: str = "",
    read: str | None = None,
) -> Case:
    """The good accounts and those of a company in another currency."""
    pnl = PNL + f"b2,2023-12-31,12,{currency},1000000,50,2\n"
    files = {"client.yml": config(settings), "pnl.csv": pnl}
    truth = {"pnl": pnl}
    if rates:
        files["rates.csv"] = RATES + rates
        truth["rates"] = RATES + (rates if read is None else read)
    return Case(name, FAMILY, files, truth, findings, without=("assessments",))


def _converted(currency: str = "EUR") -> Finding:
    return ("pnl.csv", None, "currency", "converted_currency", W, currency)


def _refused(currency: str = "EUR", severity: str = R) -> Finding:
    return ("pnl.csv", 4, "currency", "other_currency", severity, currency)


def _rates() -> Iterator[Case]:
    ecb = "rates: ecb"
    yield _case("no rate", _refused())
    yield _case(
        "no rate, by choice", _refused(severity=W), settings="severity: {other_currency: warn}"
    )
    yield _case("a rate of one's own", _converted(), rates="EUR,2023-12-31,1.08\n")
    yield _case("the central bank's rate", _converted(), settings=ecb)
    yield _case("the central bank's pounds", _converted("GBP"), currency="GBP", settings=ecb)
    yield _case("a currency the bank does not quote", _refused("XAU"), currency="XAU", settings=ecb)
    yield _case("a currency that there is not", _refused("ZZZ"), currency="ZZZ", settings=ecb)
    yield _case("a rate of another currency", _refused(), rates="GBP,2023-12-31,1.24\n")
    yield _case("a rate of another year", _refused(), rates="EUR,2022-12-31,1.05\n")
    yield _case("a rate of a date ten days off", _converted(), rates="EUR,2023-12-21,1.08\n")
    halves = "EUR,2023-06-30,1.08\nEUR,2023-12-31,1.09\n"
    yield _case("rates that do not say their months", _refused(), rates=halves)


def _wrong_rates() -> Iterator[Case]:
    for name, rate, kind, severity in (
        ("a rate the wrong way round", "0.925", "rate_implausible", R),
        ("a rate a hundred times too large", "108", "rate_implausible", R),
        ("a rate that is no average", "1.15", "rate_off_average", W),
    ):
        found: Finding = ("rates.csv", 2, "rate", kind, severity, rate)
        yield _case(name, found, _converted(), rates=f"EUR,2023-12-31,{rate}\n")
    dear: Finding = ("rates.csv", 2, "rate", "rate_implausible", R, "480")
    yield _case(
        "the rate of a currency the bank does not quote, the wrong way round",
        dear,
        _converted("KZT"),
        currency="KZT",
        rates="KZT,2023-12-31,480\n",
    )
    yield _case(
        "the rate of a currency the bank does not quote",
        _converted("KZT"),
        currency="KZT",
        rates="KZT,2023-12-31,0.0022\n",
    )
    for rate, kind in (
        ("0", "not_positive"),
        ("-1.08", "not_positive"),
        ("", "missing_value"),
        ("1.08 $", "not_a_number"),
    ):
        bad: Finding = ("rates.csv", 2, "rate", kind, R, rate)
        rows = f"EUR,2023-12-31,{rate}\n"
        yield _case(f"the rate {rate!r}", bad, rates=rows, read="EUR,2023-12-31,\n")
    twice = "EUR,2023-12-31,1.08\nEUR,2023-12-31,1.09\n"
    key = "EUR, 2023-12-31"
    yield _case(
        "two rates of a period",
        *(("rates.csv", row, "currency", "duplicate_row", R, key) for row in (2, 3)),
        _converted(),
        rates=twice,
    )
    yield _case(
        "a rate set aside for the bank's",
        ("rates.csv", 2, "rate", "rate_implausible", "set_aside", "108"),
        _converted(),
        settings="rates: ecb\nseverity: {rate_implausible: set_aside}",
        rates="EUR,2023-12-31,108\n",
        read="",
    )


def _price_case(name: str, rows: str, *findings: Finding, settings: str = "") -> Case:
    tables = {"companies": AT_HOME, "prices": PRICES + rows}
    files = {f"{table}.csv": content for table, content in tables.items()}
    files["client.yml"] = config(settings)
    return Case(name, FAMILY, files, tables, findings, without=("assessments", "pnl"))


def _prices() -> Iterator[Case]:
    real = "outcomes: [real_revenue_growth]"
    yield _price_case("prices", "US,2022,100\nUS,2023,104\n", settings=real)
    yield Case(
        "real growth without prices",
        FAMILY,
        {"client.yml": config(real)},
        findings=(("prices.csv", None, None, "missing_table", R, ""),),
    )
    yield from _no_indices()
    yield from _slips()
    yield _price_case(
        "a country written otherwise",
        "USA,2023,100\n",
        *(("companies.csv", row, "country", "no_price_index", W, "US") for row in (2, 3)),
    )
    yield Case(
        "prices, and companies without a country",
        FAMILY,
        {"prices.csv": PRICES + "US,2023,100\n"},
        {"prices": PRICES + "US,2023,100\n"},
        (("companies.csv", None, "country", "no_price_index", W, ""),),
        without=("assessments", "pnl"),
    )
    yield _price_case(
        "a year twice",
        "US,2023,100\nUS,2023,101\n",
        *(("prices.csv", row, "country", "duplicate_row", R, "US, 2023") for row in (2, 3)),
    )


def _years(*values: float, first: int = 2015) -> str:
    return "".join(f"US,{year},{value:g}\n" for year, value in enumerate(values, start=first))


def _no_indices() -> Iterator[Case]:
    """Rates of inflation, and what else is no index, said once for the country."""
    for name, values in (
        ("two rates of inflation", (8, 4.1)),
        ("rates of inflation", (2.1, 2.3, 1.9, 2.2, 8.0, 4.1)),
        ("rates of inflation that rise", (1.2, 1.9, 2.5, 4.7, 8.0)),
        ("rates of inflation as fractions", (0.021, 0.023, 0.034, 0.08)),
        ("rates of inflation as factors", (1.021, 1.034, 1.019, 1.08)),
        ("the year before as 100", (103.4, 108.9, 102.1, 106.5, 101.8)),
    ):
        found: Finding = ("prices.csv", 2, "index", "price_index_rates", R, "US")
        yield _price_case(name, _years(*values), found)
    flat: Finding = ("prices.csv", 2, "index", "price_index_flat", W, "US")
    yield _price_case("an index that never moves", _years(100, 100, 100, 100, 100), flat)
    negative = ("prices.csv", 4, "index", "not_positive", R, "-0.4")
    sent = PRICES + _years(1.8, 2.1, -0.4, 2.2)
    yield Case(
        "a negative rate of inflation",
        FAMILY,
        {"companies.csv": AT_HOME, "prices.csv": sent},
        {"companies": AT_HOME, "prices": sent.replace("-0.4", "")},
        (negative, ("prices.csv", 2, "index", "price_index_rates", R, "US")),
        without=("assessments", "pnl"),
    )
    for name, values in (
        ("an index that starts at 1", (1, 1.02, 1.05, 1.07)),
        ("an index of a distant base year", (12, 14.1, 17.2, 20.6, 26)),
        ("prices that fall a little", (100, 99.7, 99.1, 99.4, 99.2, 98.9, 100.1)),
    ):
        yield _price_case(name, _years(*values))


def _slips() -> Iterator[Case]:
    """One year's value out of its row: that cell, and no neighbour of it."""
    sound = (96.0, 98.0, 100.0, 102.5, 105.0)
    for place, factor in ((2, 10), (2, 0.1), (1, 3), (0, 10), (4, 0.01)):
        values = [value * (factor if at == place else 1) for at, value in enumerate(sound)]
        found: Finding = (
            *("prices.csv", place + 2, "index", "price_index_off", R),
            f"{values[place]:.15g}",
        )  # fmt: skip
        yield _price_case(f"an index {factor:g} times in year {place + 1}", _years(*values), found)
    for name, values, row, kind, severity in (
        ("a new base year", (480, 500, 100, 103), 4, "price_index_falls", R),
        ("prices that double", (100, 211), 3, "price_index_jumps", W),
    ):
        value = f"{values[row - 2]:g}"
        yield _price_case(
            name, _years(*values), ("prices.csv", row, "index", kind, severity, value)
        )
