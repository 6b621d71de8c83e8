"""The shape of `results.json`: what must be there, of which kind, and which words are known.

Further keys are allowed at every level but inside charts, where a misspelt key would mean a
figure without its data.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictBool, StrictInt, StrictStr

from cxkit.contracts.config import SPECIFICATIONS
from cxkit.display import FORMATS
from cxkit.errors import nearest


class Open(BaseModel):
    """Known keys are checked, further keys are kept as they are."""

    model_config = ConfigDict(extra="allow", allow_inf_nan=False, strict=True)


class Closed(BaseModel):
    """Only the known keys."""

    model_config = ConfigDict(
        extra="forbid", allow_inf_nan=False, strict=True, populate_by_name=True
    )


class Message(Open):
    """Our own words: a template's id and the values it is filled with."""

    id: StrictStr
    values: dict[str, Any] = {}


def _known_format(name: str) -> str:
    if name not in FORMATS:
        raise ValueError(f"unknown number format{nearest(name, FORMATS)}")
    return name


def _known_specification(name: str) -> str:
    if name not in SPECIFICATIONS:
        raise ValueError(f"unknown specification{nearest(name, SPECIFICATIONS)}")
    return name


Text = StrictStr | Message
Number = StrictInt | float
Maybe = Number | None
Grade = Literal["A", "B", "C", "D"]
Format = Annotated[StrictStr, AfterValidator(_known_format)]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,120}$")]
SectionId = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]
Kind = Literal["intervals", "binned", "bars", "dots", "histogram", "lines", "box", "table"]
Specification = Annotated[StrictStr, AfterValidator(_known_specification)]


class IntervalRow(Closed):
    label: Text
    group: Text | None = None
    estimate: Maybe
    conf_low: Maybe
    conf_high: Maybe
    n: StrictInt | None = None
    highlight: StrictBool = False


class Intervals(Closed):
    kind: Literal["intervals"]
    x: Text
    format: Format
    rows: list[IntervalRow]


class Point(Closed):
    x: Number | StrictStr | None
    y: Maybe
    conf_low: Maybe = None
    conf_high: Maybe = None
    n: StrictInt | None = None


class Line(Closed):
    x_from: Number
    y_from: Number
    x_to: Number
    y_to: Number


class Binned(Closed):
    kind: Literal["binned"]
    x: Text
    y: Text
    x_format: Format
    y_format: Format
    points: list[Point]
    line: Line | None = None


class BarRow(Closed):
    label: Text
    value: Maybe
    highlight: StrictBool = False
    n: StrictInt | None = None


class Bars(Closed):
    kind: Literal["bars"]
    x: Text
    format: Format
    rows: list[BarRow]


class DotRow(Closed):
    label: Text
    value: Maybe = None
    q25: Maybe
    median: Maybe
    q75: Maybe
    n: StrictInt | None = None


class Dots(Closed):
    kind: Literal["dots"]
    x: Text
    format: Format
    minimum: Maybe = None
    maximum: Maybe = None
    rows: list[DotRow]


class Bin(Closed):
    start: Number = Field(alias="from")
    below: Number
    n: StrictInt | None


class Band(Closed):
    start: Maybe = Field(alias="from")
    below: Maybe
    label: Text


class Marker(Closed):
    value: Maybe
    label: Text


class Histogram(Closed):
    kind: Literal["histogram"]
    x: Text
    y: Text
    format: Format
    bins: list[Bin]
    bands: list[Band] = []
    marker: Marker | None = None


class Series(Closed):
    label: Text
    points: list[Point]


class Lines(Closed):
    kind: Literal["lines"]
    x: Text
    y: Text
    x_format: Format
    y_format: Format
    series: list[Series]


class Box(Closed):
    kind: Literal["box"]
    reason: Text


class Table(Closed):
    kind: Literal["table"]


Chart = Annotated[
    Intervals | Binned | Bars | Dots | Histogram | Lines | Box | Table,
    Field(discriminator="kind"),
]


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
    parameters_overridden: list[Parameter] = []
    tables: list[DataFile]
    findings: list[Finding]
