"""Norms: how scores are spread among companies, told without telling any company's score."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from cxkit.contracts import Instrument
from cxkit.display import Shown
from cxkit.measures import Maturity
from cxkit.measures.disclosure import MIN_CELL, held_back
from cxkit.models.classes import Classes, index_classes, summary
from cxkit.models.coarse import Coarse, coarse

COLUMNS = ("measure", "of", "industry", "n", "q25", "median", "q75", "mean", "sd", "q10", "q90")
KEY = ["company_id", "wave"]


@dataclass(frozen=True, eq=False, repr=False)
class Norms(Shown):
    """Norms of every company's latest wave, the reader's own company left out.

    table has one row per cell: measure (`index`, a block's or an item's id), of (performance,
    importance, gap), industry (missing: all companies), n (companies with that score), q25,
    median, q75, mean, sd, and q10, q90 from 50 companies on. The index is in the instrument's
    points, everything else in points of 0-100. stages has one row per stage: stage, n, share;
    the last two are missing where the stage is not told. companies counts those with an index.
    Cells of fewer than five, and what would give them away by subtraction, are absent.
    """

    table: pd.DataFrame
    stages: pd.DataFrame
    companies: int

    @property
    def summary(self) -> str:
        """A sentence on what there is."""
        return f"Norms of {self.companies:,} companies in {len(self.table):,} cells."

    @property
    def industries(self) -> tuple[str, ...]:
        """The industries whose index is told."""
        rows = self.table[(self.table["measure"] == "index") & self.table["industry"].notna()]
        return tuple(str(name) for name in rows["industry"])

    def cell(
        self, measure: str, industry: str | None = None, of: str = "performance"
    ) -> dict[str, Any] | None:
        """One cell: n, q25, median, q75, mean, sd, q10, q90 (None where not told); None if held
        back."""
        t = self.table
        at = (t["measure"] == measure) & (t["of"] == of)
        at &= t["industry"].isna() if industry is None else t["industry"] == industry
        if not at.any():
            return None
        row = t[at].iloc[0]
        found = {name: _number(row[name]) for name in COLUMNS[4:]}
        return {"n": int(row["n"]), **found}

    def quartiles(
        self, measure: str, industry: str | None = None, of: str = "performance"
    ) -> dict[str, Any] | None:
        """q25, median, q75 and n of a cell; None where it is held back."""
        cell = self.cell(measure, industry, of)
        return None if cell is None else {k: cell[k] for k in ("q25", "median", "q75", "n")}

    def place(
        self, value: float, measure: str = "index", industry: str | None = None,
        of: str = "performance",
    ) -> tuple[float, float] | None:  # fmt: skip
        """Between which shares of the companies a value lies: (0.25, 0.5) is the second quarter.

        At a median both are 0.5. None where the cell is held back or the value is missing.
        """
        cell = self.cell(measure, industry, of)
        if cell is None or not np.isfinite(value):
            return None
        names = {"q10": 0.1, "q25": 0.25, "median": 0.5, "q75": 0.75, "q90": 0.9}
        known = [(cell[name], share) for name, share in names.items() if cell[name] is not None]
        below = max((share for at, share in known if at <= value), default=0.0)
        above = min((share for at, share in known if at >= value), default=1.0)
        return min(below, above), max(below, above)

    def shares(self) -> dict[int, float | None]:
        """Share of the companies in each stage; None where it is not told."""
        both = zip(self.stages["stage"], self.stages["share"], strict=True)
        return {int(stage): _number(share) for stage, share in both}

    def to_json(self) -> dict[str, Any]:
        """Cells and stages as lists of mappings."""
        cells = [{k: _plain(v) for k, v in row.items()} for row in self.table.to_dict("records")]
        stages = [
            {"stage": int(r["stage"]), "n": _whole(r["n"]), "share": _number(r["share"])}
            for r in self.stages.to_dict("records")
        ]
        return {"companies": self.companies, "cells": cells, "stages": stages}

    @classmethod
    def none(cls) -> Norms:
        """Norms that tell nothing."""
        return cls(_table([]), _stages([]), 0)

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Norms:
        """The norms that `to_json` wrote."""
        return cls(_table(stored["cells"]), _stages(stored["stages"]), int(stored["companies"]))


def norms(scores: Maturity, companies: pd.DataFrame, reader: str = "") -> Norms:
    """Norms of the latest wave of every company but the reader's.

    companies: company_id, industry (missing counts among all companies only).
    """
    others = scores.latest[scores.latest["company_id"] != reader][KEY]
    about = companies[["company_id", "industry"]]
    found = coarse(scores, others)
    parts = list(_cells(found, about))
    parts.sort(key=lambda row: (row["_order"], row["of"], row["industry"] or ""))
    index = found.parts[("index", "performance")]
    stages = _stage_rows(index.values, scores.instrument)
    return Norms(_table(parts), _stages(stages), int(index.values.notna().sum()))


def _cells(found: Coarse, about: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Every cell that may be told."""
    for order, ((measure, of), part) in enumerate(found.parts.items()):
        values = part.values.dropna()
        if len(values) < MIN_CELL:
            continue
        industry = values.index.to_frame(index=False).merge(about, on="company_id", how="left")
        groups = pd.Series(values.to_numpy(), index=industry["industry"])
        for name, members in _told(groups):
            row = asdict(summary(members, part.classes))
            yield {"measure": measure, "of": of, "industry": name, "_order": order, **row}


def _told(groups: pd.Series) -> Iterator[tuple[str | None, np.ndarray]]:
    """All companies, then the industries that neither are nor leave too few."""
    yield None, groups.to_numpy(float)
    known = groups[groups.index.notna()]
    counts = known.groupby(level=0, sort=True).size()
    unsaid = held_back([int(n) for n in counts], rest=len(groups) - len(known))
    for name, no in zip(counts.index, unsaid, strict=True):
        if not no:
            yield str(name), known.loc[[name]].to_numpy(float)


def _stage_rows(values: pd.Series, instrument: Instrument) -> list[dict[str, Any]]:
    """Companies by stage; a class of the index lies in one stage."""
    if values.notna().sum() < MIN_CELL:
        return []
    at = instrument.stage_of(_inside(values, index_classes(instrument)))
    counts = [int((at == stage.id).sum()) for stage in instrument.stages]
    total = sum(counts)
    return [
        {"stage": stage.id, "n": None if no else n, "share": None if no else round(n / total, 6)}
        for stage, n, no in zip(instrument.stages, counts, held_back(counts), strict=True)
    ]


def _inside(values: pd.Series, classes: Classes) -> np.ndarray:
    return classes.middles(values.dropna().to_numpy(float))


def _table(rows: list[dict[str, Any]]) -> pd.DataFrame:
    frame = pd.DataFrame([{name: row[name] for name in COLUMNS} for row in rows], columns=COLUMNS)
    numbers = dict.fromkeys(COLUMNS[4:], "float64")
    text = dict.fromkeys(COLUMNS[:3], "str")
    return frame.astype({**text, "n": "int64", **numbers})


def _stages(rows: list[dict[str, Any]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["stage", "n", "share"])
    return frame.astype({"stage": "int64", "n": "float64", "share": "float64"})


def _number(value: Any) -> float | None:
    return None if value is None or pd.isna(value) else float(value)


def _whole(value: Any) -> int | None:
    return None if value is None or pd.isna(value) else int(value)


def _plain(value: Any) -> Any:
    return None if pd.isna(value) else value
