"""What every shape of `results.json` is built from: strict records, texts, numbers, formats."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, StrictInt, StrictStr

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


Text = StrictStr | Message
Number = StrictInt | float
Maybe = Number | None
Format = Annotated[StrictStr, AfterValidator(_known_format)]
