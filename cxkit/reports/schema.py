"""The shape of `results.json`: what must be there, of which kind, and which words are known.

Further keys are allowed at every level but inside charts, where a misspelt key would mean a
figure without its data.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StrictBool, StrictInt, StrictStr

from cxkit.contracts.config import SPECIFICATIONS
from cxkit.errors import nearest
from cxkit.reports.charts import Chart, Kind
from cxkit.reports.shapes import Format, Maybe, Message, Number, Open, Text


def _known_specification(name: str) -> str:
    if name not in SPECIFICATIONS:
        raise ValueError(f"unknown specification{nearest(name, SPECIFICATIONS)}")
    return name


Grade = Literal["A", "B", "C", "D"]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,120}$")]
SectionId = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]
Specification = Annotated[StrictStr, AfterValidator(_known_specification)]


class Column(Open):
    id: StrictStr
    label: Text
    unit: Text
    format: Format


class TableData(Open):
    columns: list[Column]
    rows: list[dict[str, Number | StrictBool | Text | None]]


class Exhibit(Open):
    id: Slug
    section: SectionId
    kind: Kind
    message: Message
    headline: StrictStr
    note: StrictStr
    source: StrictStr
    grade: Grade | None
    chart: Chart
    table: TableData
    figure: Annotated[str, Field(pattern=r"^figures/[a-z0-9][a-z0-9._-]*\.svg$")] | None


class Estimate(Open):
    id: StrictStr
    role: Literal["primary", "secondary", "exploratory"]
    family: StrictStr
    outcome: StrictStr
    specification: Specification | None = None
    correction: Literal["none", "split-halves", "second-rater"] | None = None
    lag: StrictInt | None = None
    estimate: Number
    std_error: Maybe
    conf_low: Maybe
    conf_high: Maybe
    p_value: Maybe = None
    p_adjusted: Maybe = None
    mde: Maybe
    nobs: StrictInt
    entities: StrictInt
    unit: StrictStr
    grade: Grade | None


class Check(Open):
    id: StrictStr
    passed: StrictBool | None
    summary: Text
    section: SectionId | None = None


class Excluded(Open):
    reason: Text
    rows: StrictInt
    section: SectionId | None = None


class Profiles(Open):
    verdict: Literal["structure", "continuum", "too-few"]


class Instrument(Open):
    id: StrictStr
    version: Any
    title: Text


class Answer(Open):
    message: Message
    headline: StrictStr
    sure: list[Text]
    sure_text: list[StrictStr]
    grade: Grade | None
    stale: StrictBool = False


class Section(Open):
    id: SectionId
    title: Text
    status: Literal["done", "skipped", "kept", "stale"]
    reason: Text | None


class Parameter(Open):
    section: SectionId
    name: StrictStr
    value: Any


class DataFile(Open):
    name: StrictStr
    rows: StrictInt
    sha256: StrictStr


class Finding(Open):
    file: StrictStr
    kind: StrictStr
    severity: Literal["refuse", "set_aside", "warn"]
    rows: StrictInt
    message: Text


class Results(Open):
    """One report: the reader's own company and aggregates, nothing by company."""

    schema_version: Literal[1]
    client: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
    as_of: Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\d$")]
    language: StrictStr
    title: Text
    company: StrictStr | None
    instrument: Instrument
    primary: StrictStr | None
    answer: Answer | None
    sections: list[Section]
    estimates: list[Estimate]
    profiles: Profiles | None = None
    checks: list[Check]
    exhibits: list[Exhibit]
    excluded: list[Excluded]
    parameters: list[Parameter]
    parameters_overridden: list[Parameter] = Field(default_factory=list)
    tables: list[DataFile]
    findings: list[Finding]
