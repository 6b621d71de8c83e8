"""`benchmark.json`: its form, its bytes, and what is wrong with one that does not fit."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from cxkit.contracts.config import Date
from cxkit.contracts.strict import Number, Slug, Strict, Whole, build, quoted
from cxkit.errors import ConfigError
from cxkit.measures.disclosure import MIN_CELL
from cxkit.models.benchmark import Benchmark

MOST_BYTES = 20_000_000

Cell = Annotated[int, Field(strict=True, ge=MIN_CELL)]
Count = Annotated[int, Field(strict=True, ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Mass = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class _Instrument(Strict):
    id: Slug
    version: Whole


class _Cell(Strict):
    measure: str
    of: Literal["performance", "importance", "gap"]
    industry: str | None
    n: Cell
    q25: Number
    median: Number
    q75: Number
    mean: Number
    sd: Number
    q10: Number | None
    q90: Number | None

    @model_validator(mode="after")
    def _in_order(self) -> _Cell:
        known = [q for q in (self.q10, self.q25, self.median, self.q75, self.q90) if q is not None]
        if known != sorted(known) or self.sd < 0:
            raise ValueError("quantiles must rise, and sd be no less than 0")
        return self


class _Stage(Strict):
    stage: Whole
    n: Count | None
    share: Share | None


class _Norms(Strict):
    companies: Cell
    cells: tuple[_Cell, ...]
    stages: tuple[_Stage, ...]


class _Curve(Strict):
    level: Annotated[tuple[Number, ...], Field(min_length=1)]
    variance: tuple[Positive, ...]
    companies: tuple[Cell, ...]
    df: Positive

    @model_validator(mode="after")
    def _as_long(self) -> _Curve:
        lengths = {len(self.level), len(self.variance), len(self.companies)}
        if len(lengths) > 1 or list(self.level) != sorted(set(self.level)):
            raise ValueError("level, variance and companies must be as long, and level rise")
        return self


class _Source(Strict):
    companies: Cell
    rows: Count
    curves: dict[str, _Curve]


class _Error(Strict):
    instrument: Slug
    version: Whole
    items: _Source | None
    raters: _Source | None
    items_reason: Any
    raters_reason: Any


class _Prior(Strict):
    minimum: Number
    maximum: Number
    mass: Annotated[tuple[Mass, ...], Field(min_length=1)]
    companies: Cell
    method: Literal["normal", "deconvolution"]

    @model_validator(mode="after")
    def _is_a_distribution(self) -> _Prior:
        if not self.minimum < self.maximum or abs(sum(self.mass) - 1) > 1e-3:
            raise ValueError("mass must add up to 1, between minimum and maximum")
        return self


class _BlockPrior(Strict):
    mean: tuple[Number, ...]
    covariance: tuple[tuple[Number, ...], ...]
    companies: Cell

    @model_validator(mode="after")
    def _is_square(self) -> _BlockPrior:
        size = len(self.mean)
        if len(self.covariance) != size or any(len(line) != size for line in self.covariance):
            raise ValueError("covariance must have a row and a column per mean")
        return self


class _Reliability(Strict):
    coefficient: str
    value: Number
    conf_low: Number | None
    conf_high: Number | None
    companies: Cell
    items: Count


class _Agreement(Strict):
    measure: Literal["icc1", "icck", "r_wg"]
    block: str | None
    value: Number
    conf_low: Number | None
    conf_high: Number | None
    companies: Cell
    raters: Positive


class _Transition(Strict):
    from_stage: Whole
    to_stage: Whole
    block: str
    change: Number
    n: Cell


class _Linkage(Strict):
    id: str
    outcome: str
    lag: Count
    specification: str
    clip: tuple[Share, Share]
    terms: tuple[str, ...]
    estimate: tuple[Number, ...]
    covariance: tuple[tuple[Number, ...], ...]
    nobs: Cell
    entities: Cell
    unit: str
    role: Literal["primary", "secondary"]

    @model_validator(mode="after")
    def _is_square(self) -> _Linkage:
        sizes = {len(self.terms), len(self.estimate), len(self.covariance)}
        if len(sizes) > 1 or any(len(line) != len(self.terms) for line in self.covariance):
            raise ValueError("estimate and covariance must have one entry per term")
        return self


class BenchmarkFile(Strict):
    """The keys of `benchmark.json`."""

    schema_version: Literal[1]
    id: Slug
    as_of: Date
    instrument: _Instrument
    companies: Cell
    norms: _Norms
    error: _Error
    prior: _Prior | None
    block_prior: _BlockPrior | None
    reliability: tuple[_Reliability, ...]
    agreement: tuple[_Agreement, ...]
    transitions: tuple[_Transition, ...]
    linkage: tuple[_Linkage, ...]

    @model_validator(mode="after")
    def _of_one_instrument(self) -> BenchmarkFile:
        named = self.instrument.id, self.instrument.version
        if (self.error.instrument, self.error.version) != named:
            raise ValueError("error is of another instrument than the norms")
        if self.companies != self.norms.companies:
            raise ValueError("companies and norms.companies differ")
        return self


def dumps(benchmark: Benchmark) -> bytes:
    """The file's bytes: the same benchmark, the same bytes."""
    content = benchmark.to_json()
    build(BenchmarkFile, content, "benchmark.json")
    return (json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()


def loads(data: bytes, label: str) -> Benchmark:
    """The benchmark in a file's bytes; a ConfigError lists everything that is wrong in it."""
    if len(data) > MOST_BYTES:
        raise ConfigError(f"{label} has {len(data):,} bytes; a benchmark has far fewer.")
    try:
        content = json.loads(data.decode("utf-8"), parse_constant=_no_number)
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise ConfigError(f"{label} is no JSON: {quoted(str(error))}.") from None
    if not isinstance(content, dict):
        raise ConfigError(f"{label} is no benchmark. `cxkit benchmark` writes one.")
    return Benchmark.from_json(build(BenchmarkFile, content, label).model_dump())


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number")
