"""`client.yml`: what a client's folder says about itself."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from cxkit.contracts.key_lines import key_lines
from cxkit.contracts.kinds import KINDS
from cxkit.contracts.locales import Locale
from cxkit.contracts.strict import Slug, Strict, build, quoted
from cxkit.contracts.yamls import parse_yaml
from cxkit.errors import ConfigError, nearest

OUTCOMES = (
    "revenue_growth",
    "log_revenue_growth",
    "real_revenue_growth",
    "organic_growth",
    "gross_margin",
    "operating_margin",
    "net_margin",
    "cost_of_revenue_share",
    "selling_general_administrative_share",
    "research_development_share",
    "depreciation_amortisation_share",
    "gross_margin_change",
    "operating_margin_change",
    "net_margin_change",
    "cost_of_revenue_share_change",
    "selling_general_administrative_share_change",
    "research_development_share_change",
    "depreciation_amortisation_share_change",
    "growth_variability",
    "margin_variability",
)
SPECIFICATIONS = (
    "pooled",
    "industry-and-year",
    "sub-industry-and-year-with-size",
    "company-and-year",
    "industry-by-year",
    "first-differences",
    "between",
    "forward-deviations",
    "two-stage-did",
)

Scalar = str | int | float | bool | None


def iso_date(value: Any) -> str:
    """`value` as an ISO date's text; a YAML date is one already. ValueError otherwise."""
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value.isoformat()
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        try:
            return dt.date.fromisoformat(value).isoformat()
        except ValueError:
            pass
    raise ValueError('must be a date, year-month-day: "2024-12-31"')


def _one_of(names: tuple[str, ...], what: str) -> BeforeValidator:
    def check(value: Any) -> str:
        if value not in names:
            guess = nearest(str(value), names) or "; known: " + ", ".join(names)
            raise ValueError(f"{quoted(str(value))} is no {what}{guess}")
        return str(value)

    return BeforeValidator(check)


def _currency(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch("[A-Z]{3}", value):
        raise ValueError("must be three capital letters, such as USD")
    return value


def _month_day(value: Any) -> str:
    if isinstance(value, str) and re.fullmatch(r"\d{2}-\d{2}", value):
        try:
            dt.date.fromisoformat(f"2024-{value}")
            return value
        except ValueError:
            pass
    raise ValueError('must be month and day, such as "12-31"')


def _notebook(value: Any) -> str:
    """A notebook's number as two digits; YAML reads an unquoted 03 as 3, which is the same."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 100:
        return f"{value:02d}"
    if isinstance(value, str) and re.fullmatch(r"\d{1,2}", value):
        return value.zfill(2)
    raise ValueError('must be a notebook\'s number, such as "03"')


def _parameters(value: Any) -> dict[str, dict[str, Scalar]]:
    """Plain values by notebook number and name; which names exist, the notebooks say."""
    if not isinstance(value, dict):
        raise ValueError('must be by notebook number: {"03": {lag: 1}}')
    found: dict[str, dict[str, Scalar]] = {}
    for key, given in value.items():
        number = _notebook(key)
        if number in found:
            raise ValueError(f'notebook "{number}" stands twice')
        if not isinstance(given, dict):
            raise ValueError(f'"{number}" must hold names with values: {{lag: 1}}')
        for name, plain in given.items():
            if not isinstance(name, str) or not name.isidentifier():
                raise ValueError(f'{quoted(str(name))} in "{number}" cannot be a parameter\'s name')
            if plain is not None and not isinstance(plain, str | int | float):
                raise ValueError(f'{name} in "{number}" must be one number, text, true or false')
        found[number] = dict(given)
    return found


def _file_name(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[\w-][\w .-]*", value):
        raise ValueError("must be the name of a file in the client's folder, without a path")
    return value


def _share(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 1:
        raise ValueError("must be a number above 0 and at most 1, such as 0.5")
    return float(value)


def _severity(value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        raise ValueError("must hold kinds of finding: {outside_scale: set_aside}")
    for kind, chosen in value.items():
        if kind not in KINDS:
            raise ValueError(
                f"{quoted(str(kind))} is no kind of finding{nearest(str(kind), KINDS)}"
            )
        if chosen not in KINDS[kind].allowed:
            raise ValueError(f"{kind} may be {' or '.join(KINDS[kind].allowed)}")
    return dict(value)


Date = Annotated[str, BeforeValidator(iso_date)]
Currency = Annotated[str, BeforeValidator(_currency)]
MonthDay = Annotated[str, BeforeValidator(_month_day)]
Notebook = Annotated[str, BeforeValidator(_notebook)]
Outcome = Annotated[str, _one_of(OUTCOMES, "outcome")]
Specification = Annotated[str, _one_of(SPECIFICATIONS, "specification")]
Parameters = Annotated[dict[str, dict[str, Scalar]], BeforeValidator(_parameters)]
Share = Annotated[float, BeforeValidator(_share)]
FileName = Annotated[str, BeforeValidator(_file_name)]
Severity = Annotated[dict[str, str], BeforeValidator(_severity)]


class Primary(Strict):
    """The one estimate declared before the run; what is left out takes the kit's default."""

    outcome: Outcome | None = None
    lag: Literal[0, 1, 2, 3] | None = None
    specification: Specification | None = None
    correction: Literal["none", "split-halves", "second-rater"] | None = None
    measure: str | None = None


class Brand(Strict):
    """How the client's reports look; `logo` is a file in the client's folder."""

    name: str | None = None
    color: str | None = None
    logo: FileName | None = None


class Scoring(Strict):
    """How answers become scores.

    min_answered is the share of a block's applicable items below which the block is missing;
    with `equal-roles` every role among a company's raters counts alike, however many they are.
    """

    min_answered: Share = 0.5
    raters: Literal["pooled", "equal-roles"] = "pooled"


class ClientConfig(Strict):
    """The keys of `client.yml`. Dates are ISO text; `as_of` is the last day of the data."""

    schema_version: Literal[1] = Field(examples=["1"], description="the version of these keys")
    client: Slug = Field(examples=["acme"], description="a short name, a-z, 0-9 and -")
    title: str = ""
    company: str | None = None
    instrument: Slug = Field(examples=["cx95"], description="a file of data/instruments or yours")
    benchmark: Slug | None = None
    as_of: Date = Field(examples=['"2024-12-31"'], description="the last day of the data")
    currency: Currency = Field(examples=["EUR"], description="of the report's amounts")
    rates: Literal["ecb"] | None = None
    language: Literal["en", "ru", "pl", "zh"] = "en"
    locale: Locale = Locale()
    fiscal_year_end: MonthDay | None = None
    primary: Primary = Primary()
    outcomes: tuple[Outcome, ...] = ("revenue_growth", "operating_margin")
    notebooks: tuple[Notebook, ...] | None = None
    parameters: Parameters = Field(default_factory=dict)
    profile_names: tuple[str, ...] | None = None
    severity: Severity = Field(default_factory=dict)
    restatements: Literal["latest", "refuse"] = "latest"
    scoring: Scoring = Scoring()
    brand: Brand = Brand()

    @model_validator(mode="before")
    @classmethod
    def _title(cls, content: Any) -> Any:
        """Without a title the client's slug stands in its place."""
        if isinstance(content, dict) and isinstance(content.get("client"), str):
            return {"title": content["client"], **content}
        return content

    @model_validator(mode="after")
    def _primary_is_an_outcome(self) -> ClientConfig:
        chosen = self.primary.outcome
        if chosen is not None and chosen not in self.outcomes:
            raise ValueError(
                f'primary.outcome "{chosen}" is not among outcomes: {", ".join(self.outcomes)}'
            )
        if len(set(self.outcomes)) != len(self.outcomes) or not self.outcomes:
            raise ValueError("outcomes must name at least one outcome, none twice")
        return self


def parse_config(data: bytes, label: str = "client.yml") -> ClientConfig:
    """`client.yml` from its bytes; ConfigError lists everything that is wrong in it."""
    return build(ClientConfig, parse_yaml(data, label), label, lambda: key_lines(data))


def checked_date(value: str, what: str) -> str:
    """`value` if it is an ISO date; ConfigError naming `what` otherwise."""
    try:
        return iso_date(value)
    except ValueError as error:
        raise ConfigError(f"{what} {error}, not {quoted(str(value))}.") from None
