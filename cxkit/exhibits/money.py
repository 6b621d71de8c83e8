"""Exhibits about money in `01_data_quality`: which rates and price indices the figures rest on."""

from __future__ import annotations

from typing import Any

import pandas as pd

from cxkit.contracts import Client
from cxkit.contracts.ecb import ecb_rates
from cxkit.contracts.rates import ECB
from cxkit.display import message
from cxkit.exhibits.base import Column, Exhibit, Gallery, box, records, value
from cxkit.measures import Accounts

SECTION = "01_data_quality"
REAL = "real_revenue_growth"


def money(client: Client, books: Accounts) -> Gallery:
    """In which currency and prices the accounts are; prices only where the client sent them."""
    shown = [rates(client, books)]
    if client.has("prices"):
        shown.append(prices(client, books))
    return Gallery(tuple(shown))


def rates(client: Client, books: Accounts) -> Exhibit:
    """Every exchange rate that was used: whose, of which days, from where, for how much."""
    if books.table.empty:
        return box("money.rates", SECTION, message("money.rates_title"),
                   message("quality.no_accounts"))  # fmt: skip
    own = client.config.currency
    used = books.rates
    foreign = int((books.table["currency"] != own).sum())
    values: dict[str, Any] = {
        "currency": own,
        "converted": int(used["periods"].sum()) if len(used) else 0,
        "periods": len(books.table),
        "currencies": used["currency"].nunique() if len(used) else 0,
    }
    id = _headline(values["currencies"], foreign)
    columns = (
        Column("currency", message("column.currency")),
        Column("first", message("column.first_day"), "date"),
        Column("last", message("column.last_day"), "date"),
        Column("rate", message("column.rate", currency=own), "rate"),
        Column("source", message("column.rate_source")),
        Column("periods", message("column.periods"), "int"),
    )
    rows = [_rate(row, client) for row in records(used)]
    notes = [message("money.rate_note", currency=own)] if rows else []
    if books.restated:
        notes.append(message("money.restated", periods=books.restated))
    without = int(books.table["rate"].isna().sum())
    if without:
        notes.append(message("money.without_rate", periods=without))
    return Exhibit("money.rates", SECTION, message(id, **values), {"kind": "table"}, columns,
                   rows, notes, _sources(used, client))  # fmt: skip


def _headline(currencies: int, foreign: int) -> str:
    if currencies:
        return "money.converted" if currencies > 1 else "money.converted_one"
    return "money.unconverted" if foreign else "money.one_currency"


def _rate(row: dict[str, Any], client: Client) -> dict[str, Any]:
    """One rate in words: the client's own row, or how many days the bank's average holds."""
    id = "money.from_ecb" if row["source"] == ECB else "money.from_table"
    if id == "money.from_table" and row["n"] > 1:
        id = "money.from_parts"
    first = row["period_start"] + pd.Timedelta(days=1)
    return {
        "currency": str(row["currency"]),
        "first": first.date().isoformat(),
        "last": row["period_end"].date().isoformat(),
        "rate": value(row["rate"]),
        "source": message(id, n=int(row["n"]), row=int(row["row"]), file=_file(client, "rates")),
        "periods": int(row["periods"]),
    }


def _file(client: Client, table: str) -> str:
    """The name of a table's file."""
    names = [file.name for file in client.files if file.name.split(".")[0] == table]
    return names[0] if names else table


def _sources(used: pd.DataFrame, client: Client) -> list[dict[str, Any]]:
    found = []
    sources = set(used["source"]) if len(used) else set()
    if sources - {ECB}:
        found.append(message("money.source_table", file=_file(client, "rates")))
    if ECB in sources:
        bank = ecb_rates()
        found.append(
            message("money.source_ecb", version=bank.version, last=bank.last_day.isoformat())
        )
    return found


def prices(client: Client, books: Accounts) -> Exhibit:
    """The price indices real growth is taken with; one row per country."""
    sent = client.table("prices").sort_values(["country", "year"])
    rows = []
    for country, part in sent.groupby("country", sort=True):
        first, last = part.iloc[0], part.iloc[-1]
        years = float(last["year"] - first["year"])
        rise = (last["index"] / first["index"]) ** (1 / years) - 1 if years else None
        rows.append(
            {
                "country": str(country), "first": int(first["year"]), "last": int(last["year"]),
                "rise": value(rise),
            }
        )  # fmt: skip
    known = int((books.reasons[REAL] == "").sum())
    nominal = int((books.reasons["revenue_growth"] == "").sum())
    columns = (
        Column("country", message("column.country")),
        Column("first", message("column.first_year"), "year"),
        Column("last", message("column.last_year"), "year"),
        Column("rise", message("column.rise"), "pct"),
    )
    id = "money.prices" if len(rows) != 1 else "money.prices_one"
    headline = message(id, known=known, nominal=nominal, countries=len(rows))
    return Exhibit("money.prices", SECTION, headline, {"kind": "table"}, columns, rows,
                   [message("money.prices_note")],
                   [message("money.source_table", file=_file(client, "prices"))])  # fmt: skip
