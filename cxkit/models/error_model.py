"""The error model: how large one rater's error is at each level, kept with a benchmark."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from cxkit.contracts import Instrument
from cxkit.display import Text
from cxkit.measures import Maturity
from cxkit.models.error_rows import Reason, item_source, rater_source, sheet_source
from cxkit.models.variance_curve import Curve


@dataclass(frozen=True)
class Source:
    """What one source says about the error of a rater: curves of the index and of the blocks.

    curves maps `index` (squared points of the instrument) and each block's id (squared points of
    0-100) to its variance by level; a block without one is absent. companies counts those behind
    it, rows their waves.
    """

    curves: Mapping[str, Curve]
    companies: int
    rows: int

    def to_json(self) -> dict[str, Any]:
        """Plain lists and numbers."""
        curves = {name: curve.to_json() for name, curve in self.curves.items()}
        return {"companies": self.companies, "rows": self.rows, "curves": curves}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Source:
        """The source that `to_json` wrote."""
        curves = {name: Curve.from_json(curve) for name, curve in stored["curves"].items()}
        return cls(curves, int(stored["companies"]), int(stored["rows"]))


@dataclass(frozen=True)
class ErrorModel:
    """The error variance of ONE rater's score by level, from items and from raters.

    A source that the sample does not carry is None, and its reason (a text) says why.
    """

    instrument: str
    version: int
    items: Source | None
    raters: Source | None
    items_reason: Text | None = None
    raters_reason: Text | None = None

    def curve(self, source: str, measure: str = "index") -> Curve | None:
        """The curve of `items` or `raters` for `index` or a block's id, or None."""
        found = self.items if source == "items" else self.raters
        return found.curves.get(measure) if found else None

    def to_json(self) -> dict[str, Any]:
        """Plain lists, numbers and texts; no row of a company."""
        return {
            "instrument": self.instrument, "version": self.version,
            "items": self.items.to_json() if self.items else None,
            "raters": self.raters.to_json() if self.raters else None,
            "items_reason": self.items_reason, "raters_reason": self.raters_reason,
        }  # fmt: skip

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> ErrorModel:
        """The model that `to_json` wrote."""
        sources = {
            name: Source.from_json(stored[name]) if stored[name] else None
            for name in ("items", "raters")
        }
        return cls(
            str(stored["instrument"]), int(stored["version"]), sources["items"],
            sources["raters"], stored["items_reason"], stored["raters_reason"],
        )  # fmt: skip


def error_model(
    items: pd.DataFrame,
    raters: pd.DataFrame,
    instrument: Instrument,
    rater_blocks: pd.DataFrame | None = None,
) -> ErrorModel:
    """How large one rater's error is at each level of the index and of each block.

    items: one row per company, wave and item: company_id, wave, item_id, performance (mean of
    the respondents, on the item's scale, NaN unanswered), respondents. raters: one row per
    respondent of a company and wave: company_id, wave, respondent_id, index. rater_blocks adds
    block and performance (0-100) per row; without it the blocks have no curves from raters.
    Ten companies are needed, for raters ten with two raters or more.
    """
    seen, between = item_source(items, instrument), rater_source(raters, rater_blocks, instrument)
    return ErrorModel(
        instrument.id, instrument.version, _source(seen), _source(between),
        seen if isinstance(seen, Reason) else None,
        between if isinstance(between, Reason) else None,
    )  # fmt: skip


def error_model_of(scores: Maturity) -> ErrorModel:
    """The error model of scored answers: from every rater's own sheet where they are at hand."""
    model = error_model(scores.items, scores.raters, scores.instrument, scores.rater_blocks)
    if scores.ratings is None:
        return model
    seen = sheet_source(scores.ratings, scores.instrument)
    return replace(
        model, items=_source(seen), items_reason=seen if isinstance(seen, Reason) else None
    )


def _source(found: Any) -> Source | None:
    return None if isinstance(found, Reason) else Source(*found)
