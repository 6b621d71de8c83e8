"""The shape of a chart's data, kind by kind; `plots` draws every one but box and table.

No further keys are allowed: a misspelt key would mean a figure without its data. A value that
is None is missing and is drawn as nothing; the chart says so with a dash.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field, StrictBool, StrictInt, StrictStr, model_validator

from cxkit.reports.shapes import Closed, Format, Maybe, Number, Text

Kind = Literal[
    "intervals", "binned", "bars", "dots", "histogram", "lines", "ladder", "gaps", "map",
    "heatmap", "panels", "control", "radar", "bridge", "box", "table",
]  # fmt: skip


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


class _Ranged(Closed):
    """A chart whose numbers lie between two ends that are known beforehand."""

    minimum: Maybe = None
    maximum: Maybe = None

    @model_validator(mode="after")
    def _ends(self) -> _Ranged:
        if self.minimum is not None and self.maximum is not None and self.minimum >= self.maximum:
            raise ValueError(f"minimum {self.minimum} is not below maximum {self.maximum}")
        return self


class DotRow(Closed):
    """conf_low and conf_high are the interval of `value`."""

    label: Text
    value: Maybe = None
    conf_low: Maybe = None
    conf_high: Maybe = None
    q25: Maybe
    median: Maybe
    q75: Maybe
    n: StrictInt | None = None


class Dots(_Ranged):
    kind: Literal["dots"]
    x: Text
    format: Format
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
    bands: list[Band] = Field(default_factory=list)
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


class Step(Band):
    """A stage's band on the index and its share of companies or its probability, a fraction."""

    value: Maybe
    highlight: StrictBool = False

    @model_validator(mode="after")
    def _rises(self) -> Step:
        if self.start is not None and self.below is not None and self.start >= self.below:
            raise ValueError(f"from {self.start} is not below {self.below}")
        if self.value is not None and not 0 <= self.value <= 1:
            raise ValueError(f"value {self.value} is no fraction between 0 and 1")
        return self


class IntervalMarker(Marker):
    conf_low: Maybe = None
    conf_high: Maybe = None


class Ladder(Closed):
    """Steps from the lowest to the highest; `heading` names what their values are."""

    kind: Literal["ladder"]
    x: Text
    format: Format
    heading: Text | None = None
    steps: list[Step]
    marker: IntervalMarker | None = None


class GapRow(Closed):
    """Importance and performance of a thing; the interval and the ranks are those of the gap."""

    label: Text
    group: Text | None = None
    importance: Maybe
    performance: Maybe
    gap: Maybe
    conf_low: Maybe = None
    conf_high: Maybe = None
    rank_low: StrictInt | None = None
    rank_high: StrictInt | None = None
    n: StrictInt | None = None


class Gaps(_Ranged):
    kind: Literal["gaps"]
    x: Text
    format: Format
    rows: list[GapRow]


class MapPoint(Closed):
    x: Maybe
    y: Maybe
    label: Text
    group: Text | None = None
    highlight: StrictBool = False


class Cross(Closed):
    x: Number
    y: Number


class Map(Closed):
    kind: Literal["map"]
    x: Text
    y: Text
    x_format: Format
    y_format: Format
    points: list[MapPoint]
    cross: Cross | None = None


class HeatRow(Closed):
    label: Text
    group: Text | None = None
    values: list[Maybe]


class Heatmap(_Ranged):
    kind: Literal["heatmap"]
    format: Format
    columns: list[Text]
    rows: list[HeatRow]

    @model_validator(mode="after")
    def _full(self) -> Heatmap:
        for i, row in enumerate(self.rows):
            if len(row.values) != len(self.columns):
                wrong = f"rows[{i}] has {len(row.values)} values for {len(self.columns)} columns"
                raise ValueError(wrong)
        return self


class PanelPoint(Closed):
    x: Number | StrictStr
    y: Maybe
    conf_low: Maybe = None
    conf_high: Maybe = None
    changed: Literal["up", "down"] | None = None


class Reference(Closed):
    x: Number | StrictStr
    y: Maybe


class Panel(Closed):
    title: Text
    points: list[PanelPoint]
    reference: list[Reference] = Field(default_factory=list)


class Panels(Closed):
    """Small charts with one scale: own values over time, and others' for comparison."""

    kind: Literal["panels"]
    x: Text | None = None
    y: Text | None = None
    x_format: Format
    y_format: Format
    panels: list[Panel]

    @model_validator(mode="after")
    def _placed(self) -> Panels:
        for i, panel in enumerate(self.panels):
            _check_places(self.x_format, (p.x for p in panel.points), f"panels[{i}].points")
            _check_places(self.x_format, (p.x for p in panel.reference), f"panels[{i}].reference")
        return self


class ControlPoint(Closed):
    """One period: its value, centre and limits; signal is the id of the rule that it breaks."""

    x: Number | StrictStr
    y: Maybe
    center: Maybe
    lower: Maybe
    upper: Maybe
    signal: StrictStr | None = None
    phase: StrictInt = 1


class EwmaPoint(Closed):
    x: Number | StrictStr
    y: Maybe
    lower: Maybe
    upper: Maybe


class Control(Closed):
    kind: Literal["control"]
    x: Text
    y: Text
    x_format: Format
    y_format: Format
    points: list[ControlPoint]
    ewma: list[EwmaPoint] | None = None

    @model_validator(mode="after")
    def _placed(self) -> Control:
        _check_places(self.x_format, (p.x for p in self.points), "points")
        _check_places(self.x_format, (p.x for p in self.ewma or []), "ewma")
        return self


class RadarRow(Closed):
    label: Text
    value: Maybe
    median: Maybe


class Radar(_Ranged):
    kind: Literal["radar"]
    format: Format
    rows: list[RadarRow]


class BridgeRow(Closed):
    """start and end are levels; a change leads from the level before it to the next."""

    label: Text
    role: Literal["start", "change", "end"]
    value: Maybe
    conf_low: Maybe = None
    conf_high: Maybe = None
    highlight: StrictBool = False


class Bridge(Closed):
    kind: Literal["bridge"]
    x: Text
    format: Format
    rows: list[BridgeRow]

    @model_validator(mode="after")
    def _adds_up(self) -> Bridge:
        roles = [row.role for row in self.rows]
        if roles != ["start", *["change"] * (len(roles) - 2), "end"]:
            raise ValueError("rows are not one start, changes and one end, in this order")
        values = [row.value for row in self.rows]
        known = [v for v in values if v is not None]
        if len(known) == len(values):
            most = max(map(abs, known))
            if abs(sum(known[:-1]) - known[-1]) > 1e-6 * most:
                raise ValueError(f"start and changes add up to {sum(known[:-1])}, not {known[-1]}")
        return self


class Box(Closed):
    kind: Literal["box"]
    reason: Text


class Table(Closed):
    kind: Literal["table"]


Chart = Annotated[
    Intervals | Binned | Bars | Dots | Histogram | Lines | Ladder | Gaps | Map | Heatmap | Panels
    | Control | Radar | Bridge | Box | Table,
    Field(discriminator="kind"),
]  # fmt: skip


def _check_places(fmt: str, places: Iterable[Number | str], path: str) -> None:
    """Dates where the axis shows dates, numbers everywhere else."""
    for i, place in enumerate(places):
        if fmt == "date":
            try:
                dt.date.fromisoformat(str(place))
            except ValueError as error:
                raise ValueError(f"{path}[{i}].x is no date such as 2024-12-31") from error
        elif isinstance(place, str):
            raise ValueError(f"{path}[{i}].x is no number, which the format {fmt} asks for")
