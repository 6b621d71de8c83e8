"""Which currencies a country's companies sell in, so that a price index meets the right growth.

Only codes that are in this list are judged; a country written otherwise is taken as it is.
Countries that joined the euro keep the currency they had before.
"""

from __future__ import annotations

_COUNTRIES = {
    "EUR": "AD AT BE BG CY DE EE ES FI FR GR HR IE IT LT LU LV MC ME MT NL PT SI SK SM VA XK",
    "USD": "US EC PA PR SV TL", "GBP": "GB", "CHF": "CH LI", "DKK": "DK FO GL", "NOK": "NO",
    "AUD": "AU", "NZD": "NZ", "ZAR": "ZA", "ILS": "IL", "HRK": "HR", "BGN": "BG", "EEK": "EE",
    "LVL": "LV", "LTL": "LT", "SKK": "SK", "SIT": "SI", "MTL": "MT", "CYP": "CY", "AED": "AE",
    "AMD": "AM", "ARS": "AR", "AZN": "AZ", "BAM": "BA", "BDT": "BD", "BHD": "BH", "BRL": "BR",
    "BYN": "BY", "CAD": "CA", "CLP": "CL", "CNY": "CN", "COP": "CO", "CRC": "CR", "CZK": "CZ",
    "DOP": "DO", "DZD": "DZ", "EGP": "EG", "ETB": "ET", "GEL": "GE", "GHS": "GH", "HKD": "HK",
    "HUF": "HU", "IDR": "ID", "INR": "IN", "ISK": "IS", "JOD": "JO", "JPY": "JP", "KES": "KE",
    "KGS": "KG", "KRW": "KR", "KWD": "KW", "KZT": "KZ", "LKR": "LK", "MAD": "MA", "MDL": "MD",
    "MKD": "MK", "MXN": "MX", "MYR": "MY", "NGN": "NG", "OMR": "OM", "PEN": "PE", "PHP": "PH",
    "PKR": "PK", "PLN": "PL", "PYG": "PY", "QAR": "QA", "ROL": "RO", "RON": "RO", "RSD": "RS",
    "RUB": "RU", "SAR": "SA", "SEK": "SE", "SGD": "SG", "THB": "TH", "TND": "TN", "TRL": "TR",
    "TRY": "TR", "TWD": "TW", "UAH": "UA", "UYU": "UY", "UZS": "UZ", "VND": "VN",
}  # fmt: skip
_PAIRS = frozenset((c, code) for code, places in _COUNTRIES.items() for c in places.split())
_KNOWN = frozenset(country for country, _ in _PAIRS)


def is_foreign(country: str, currency: str) -> bool:
    """Whether a known country's own currency is another one than `currency`."""
    return country in _KNOWN and (country, currency) not in _PAIRS
