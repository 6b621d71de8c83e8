"""What can be wrong with money: accounts without a rate, rates and price indices that mislead."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxkit.contracts.cells import Mask
from cxkit.contracts.ecb import EURO, ecb_rates
from cxkit.contracts.followers import refused_rows
from cxkit.contracts.intake import Intake, named, place
from cxkit.contracts.kinds import REFUSE
from cxkit.contracts.periods import first_days
from cxkit.contracts.price_checks import check_prices
from cxkit.contracts.rates import ECB, KEY, TABLE, UNCLEAR, period_rates
from cxkit.contracts.strict import quoted
from cxkit.contracts.tables import TABLES
from cxkit.contracts.typed import empty_table

OFF = np.log(1.05)  # log ratio to the bank's average beyond which a rate is not that average
IMPLAUSIBLE = np.log(2)  # beyond which it is no rate of that currency at all
DEAREST = 6.0  # euro for one unit: twice a Kuwaiti dinar, the dearest currency
REAL = "real_revenue_growth"


def check_money(intake: Intake) -> None:
    """Rates first, then the accounts that need one, then price indices."""
    if "pnl" in intake.frames:
        _check_rates(intake)
        _check_currency(intake)
    _check_prices(intake)


def _sent(intake: Intake, table: str) -> pd.DataFrame:
    """A table's rows, none where it was not sent."""
    return intake.frames.get(table, empty_table(TABLES[table]))


def _rates(intake: Intake) -> pd.DataFrame:
    own, ecb = intake.config.currency, intake.config.rates == "ecb"
    return period_rates(intake.frames["pnl"], _sent(intake, "rates"), own, ecb=ecb)


def _check_rates(intake: Intake) -> None:
    """Rates of the table that accounts use, against the European Central Bank's averages."""
    if _sent(intake, "rates").empty:
        return
    used = _rates(intake)
    used = used[(used["source"] == TABLE) & (used["n"] == 1)]
    used = used.assign(bank=_bank_rates(intake, used.index))
    used = used.drop_duplicates("row").set_index("row")
    _check_unquoted(intake, used[used["bank"].isna()])
    used = used.dropna(subset=["bank"])
    rate, bank = used["rate"].to_numpy(), used["bank"].to_numpy()
    off = np.abs(np.log(rate / bank))
    inverse = np.abs(np.log(rate * bank)) < OFF
    wrong = (off > IMPLAUSIBLE) | ((off > OFF) & inverse)
    own = intake.config.currency
    _report_rates(
        intake, used.loc[wrong, "bank"], "rate_implausible",
        f"{{value}} cannot be what one unit of the currency cost in {own}",
        f"write how many {own} one unit of the currency cost, on average over the period",
        "values that cannot be rates",
    )  # fmt: skip
    _report_rates(
        intake, used.loc[(off > OFF) & ~wrong, "bank"], "rate_off_average",
        "{value} is not the average over its period",
        "write the average over the period, not the rate of its last day",
        "values off the average of their period",
    )  # fmt: skip
    intake.drop_aside("rates")


def _check_unquoted(intake: Intake, used: pd.DataFrame) -> None:
    """Rates of currencies that the bank does not quote: none is worth more than the dearest."""
    own = intake.config.currency
    euro = 1.0 if own == EURO else ecb_rates().latest(own)
    table = intake.frames["rates"]
    dear = used.index[used["rate"].to_numpy() > DEAREST * euro]
    intake.report(
        "rates",
        table["_row"].isin(dear).to_numpy(),
        "rate_implausible",
        "rate",
        f"{{value}} {own} for one unit would make this currency the dearest there is: "
        "was the rate turned round?",
        f"write how many {own} one unit of the currency cost, on average over the period",
        "values that cannot be rates",
    )


def _bank_rates(intake: Intake, rows: pd.Index) -> list[float]:
    """The bank's average for some rows of the accounts; NaN where it quotes none."""
    pnl, own = intake.frames["pnl"].loc[rows], intake.config.currency
    keys = list(
        zip(
            pnl["currency"],
            first_days(pnl["period_end"], pnl["period_months"]),
            pnl["period_end"],
            strict=True,
        )
    )
    bank = ecb_rates()
    known = {key: bank.cross(key[0], own, *key[1:]) for key in dict.fromkeys(keys)}
    return [known[key] for key in keys]


def _report_rates(
    intake: Intake, bank: pd.Series, kind: str, message: str, way_out: str, what: str
) -> None:
    """Rates by row of their table, with what the bank's average is."""
    if bank.empty:
        return
    table = intake.frames["rates"]
    mask = table["_row"].isin(bank.index).to_numpy()
    rows = zip(table.loc[mask, "rate"], table.loc[mask, "_row"], strict=True)
    messages = [
        message.replace("{value}", quoted(f"{rate:.15g}"))
        + f"; the European Central Bank's average is {bank[row]:.5g}"
        for rate, row in rows
    ]
    intake.report("rates", mask, kind, "rate", messages, way_out, what)


def _check_currency(intake: Intake) -> None:
    """Accounts in another currency: converted where a rate is known, refused elsewhere."""
    pnl, own = intake.frames["pnl"], intake.config.currency
    known = pnl[KEY].notna().all(axis=1)
    foreign = (known & (pnl["currency"] != own)).to_numpy()
    if not foreign.any():
        return
    rates = _rates(intake)
    without = foreign & ~rates["source"].isin([TABLE, ECB]).to_numpy()
    said = without & ~_has_refused_rate(intake, pnl["currency"])
    _report_without(intake, said, (rates["source"] == UNCLEAR).to_numpy())
    _report_converted(intake, rates[foreign & ~without])


def _has_refused_rate(intake: Intake, currency: pd.Series) -> Mask:
    """Accounts whose rate may be one that is refused in its own table."""
    if "rates" not in intake.frames:
        return np.zeros(len(currency), dtype=bool)
    of = intake.frames["rates"].loc[refused_rows(intake, "rates"), "currency"]
    if of.isna().any():
        return np.ones(len(currency), dtype=bool)
    return currency.isin(list(of)).to_numpy()


def _report_without(intake: Intake, without: Mask, unclear: Mask) -> None:
    """Accounts that no rate converts, because there is none or what it averages is unclear."""
    own = intake.config.currency
    average = f"the period's average ({own} for one unit of the currency)"
    _report_currency(
        intake,
        without & ~unclear,
        f"{{value}} is not the currency of client.yml, {own}, and this period has no rate",
        f"write {average} into {named(intake, 'rates')}, or rates: ecb into client.yml; "
        "with severity warn growth and margins still hold within a currency, sizes are missing",
    )
    _report_currency(
        intake,
        without & unclear,
        f"{{value}} is not the currency of client.yml, {own}, "
        "and its rates do not say which period they average",
        f"add the column period_months to {named(intake, 'rates')}: 12 for the average of a year",
    )


def _report_currency(intake: Intake, mask: Mask, message: str, way_out: str) -> None:
    what = f"values other than {intake.config.currency} without a rate"
    intake.report("pnl", mask, "other_currency", "currency", message, way_out, what)


def _report_converted(intake: Intake, rates: pd.DataFrame) -> None:
    """What is converted, one finding per currency and source."""
    named = rates.assign(currency=intake.frames["pnl"].loc[rates.index, "currency"])
    for (currency, source), part in named.groupby(["currency", "source"], sort=True):
        said = f"rates of {intake.file['rates']}" if source == TABLE else ecb_rates().label
        low, high = part["rate"].min(), part["rate"].max()
        spread = f"{low:.5g}" if low == high else f"{low:.5g} to {high:.5g}"
        intake.findings.add(
            intake.file["pnl"],
            "converted_currency",
            f"{len(part):,} periods in {currency} are converted to {intake.config.currency} at "
            f"{spread}: {said}",
            "nothing to do; 01_data_quality lists every rate",
            column="currency",
            value=str(currency),
        )


def _check_prices(intake: Intake) -> None:
    asked = REAL in intake.config.outcomes
    if "prices" in intake.frames:
        check_prices(intake)
        _check_countries(intake)
    elif asked and "prices" not in intake.file:
        intake.findings.add(
            place(intake, "prices"),
            "missing_table",
            f"{REAL} is asked for in client.yml, but there is no table of price indices",
            f"add {named(intake, 'prices')} with country, year and index, or take the outcome out",
            severity=REFUSE,
        )


def _check_countries(intake: Intake) -> None:
    """Companies whose country has no price index, spelt as it is there."""
    if "companies" not in intake.frames:
        return
    companies = intake.frames["companies"]
    known = set(intake.frames["prices"]["country"].dropna())
    if refused_rows(intake, "prices").any() or not known:
        return
    if companies["country"].isna().all():
        _report_no_countries(intake)
        return
    without = ~companies["country"].isin(list(known)).to_numpy()
    intake.report(
        "companies",
        without,
        "no_price_index",
        "country",
        "the country {value} has no price index: no real growth for this company",
        "write the country as the table of prices does, or add its index there",
        "rows whose country has no price index",
    )


def _report_no_countries(intake: Intake) -> None:
    intake.findings.add(
        intake.file["companies"],
        "no_price_index",
        "no company has a country: none has a price index, and none real growth",
        "add the column country, with names as in the table of prices",
        column="country",
    )
