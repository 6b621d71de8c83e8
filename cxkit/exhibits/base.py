"""An exhibit: one finding with its message, chart data, table, note, source and grade."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from cxkit import plots
from cxkit.display import Shown, Text, message, number, text
from cxkit.measures.disclosure import MIN_CELL


@dataclass(frozen=True)
class Column:
    """A column of an exhibit's table: where its values lie, its label and how they print."""

    id: str
    label: Text
    format: str = "text"
    unit: str = ""


@dataclass(frozen=True, eq=False, repr=False)
class Exhibit(Shown):
    """One finding. message is the headline; chart is data that `plots` can draw.

    rows holds one mapping per table row, keyed by column id; a value is a number, None, the
    client's own text or a message.
    """

    id: str
    section: str
    message: dict[str, Any]
    chart: dict[str, Any]
    columns: Sequence[Column] = ()
    rows: Sequence[dict[str, Any]] = ()
    notes: Sequence[Text] = ()
    sources: Sequence[Text] = ()
    grade: str | None = None
    language: str = field(default="en", compare=False)

    @property
    def summary(self) -> str:
        """The headline in the exhibit's language."""
        return text(self.message, self.language)

    @cached_property
    def table(self) -> pd.DataFrame:
        """The table as it reads: labels as columns, values written out."""
        return pd.DataFrame(
            {
                text(c.label, self.language): [
                    number(row.get(c.id), c.format, self.language) for row in self.rows
                ]
                for c in self.columns
            }
        )

    @property
    def sample_line(self) -> str:
        """Notes and sources."""
        parts = [text(t, self.language) for t in (*self.notes, *self.sources)]
        return " ".join(p for p in parts if p)

    def _repr_html_(self) -> str:
        figure = ""
        if self.chart.get("kind") not in ("table", "box"):
            drawn = plots.svg(plots.draw(self.chart, self.language)).decode("utf-8")
            figure = drawn[drawn.index("<svg") :]
        return figure + super()._repr_html_()

    def as_row(self) -> dict[str, Any]:
        """The exhibit as one entry of `exhibits` in results.json."""
        drawn = self.chart.get("kind") not in ("table", "box")
        return {
            "id": self.id,
            "section": self.section,
            "kind": self.chart["kind"],
            "message": self.message,
            "headline": self.summary,
            "note": " ".join(text(t, self.language) for t in self.notes),
            "source": " ".join(text(t, self.language) for t in self.sources),
            "messages": {"note": list(self.notes), "source": list(self.sources)},
            "grade": self.grade,
            "chart": self.chart,
            "table": {
                "columns": [
                    {"id": c.id, "label": c.label, "unit": c.unit, "format": c.format}
                    for c in self.columns
                ],
                "rows": list(self.rows),
            },
            "figure": f"figures/{self.id}.svg" if drawn else None,
        }


@dataclass(frozen=True, eq=False, repr=False)
class Gallery(Shown):
    """Several exhibits shown one below the other."""

    exhibits: tuple[Exhibit, ...]

    @property
    def summary(self) -> str:
        return f"{len(self.exhibits)} exhibits."

    def __str__(self) -> str:
        return "\n\n".join(str(e) for e in self.exhibits) or self.summary

    def _repr_html_(self) -> str:
        return "".join(e._repr_html_() for e in self.exhibits) or f"<p>{self.summary}</p>"


def box(id: str, section: str, title: Text, reason: Text) -> Exhibit:
    """An exhibit that could not be made: a box with its reason, never silence."""
    headline = message("exhibit.box", title=title)
    return Exhibit(id, section, headline, {"kind": "box", "reason": reason})


def gathered(exhibits: Sequence[Exhibit]) -> list[Exhibit]:
    """The same exhibits, those that cannot be made for one and the same reason in one box.

    The box names each of them and stands where the last one stood.
    """
    boxes: dict[str, list[Exhibit]] = {}
    for exhibit in exhibits:
        if exhibit.chart.get("kind") == "box":
            reason = text(exhibit.chart["reason"], exhibit.language)
            boxes.setdefault(f"{exhibit.section} {reason}", []).append(exhibit)
    several = [same for same in boxes.values() if len(same) > 1]
    last = {id(same[-1]): _one_box(same) for same in several}
    gone = {id(one) for same in several for one in same[:-1]}
    return [last.get(id(one), one) for one in exhibits if id(one) not in gone]


def _one_box(same: Sequence[Exhibit]) -> Exhibit:
    titles = [one.message["values"]["title"] for one in same]
    together = titles[0]
    for title in titles[1:]:
        together = message("display.pair", first=together, second=title)
    reason = message("exhibit.boxes_reason", reason=same[0].chart["reason"], titles=together)
    return replace(same[0], message=message("exhibit.boxes", count=len(same)),
                   chart={"kind": "box", "reason": reason})  # fmt: skip


def quartiles(values: pd.Series) -> dict[str, Any] | None:
    """Quartiles and count, or None below the smallest cell that is shown."""
    known = values.dropna()
    if len(known) < MIN_CELL:
        return None
    q25, median, q75 = np.quantile(known.to_numpy(float), [0.25, 0.5, 0.75])
    return {
        "q25": float(q25),
        "median": float(median),
        "q75": float(q75),
        "n": len(known),
    }


def mean_interval(values: pd.Series) -> dict[str, Any]:
    """Mean with its 95 % interval (t), and count; no interval from a single value."""
    known = values.dropna().to_numpy(float)
    mean, n = float(known.mean()), len(known)
    if n < 2:
        return {"y": mean, "conf_low": None, "conf_high": None, "n": n}
    reach = float(stats.t.ppf(0.975, n - 1) * known.std(ddof=1) / np.sqrt(n))
    return {"y": mean, "conf_low": mean - reach, "conf_high": mean + reach, "n": n}


def value(x: Any) -> float | None:
    """A float for JSON: missing is None."""
    return None if x is None or pd.isna(x) else float(x)


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a frame as mappings by column."""
    return [{str(k): v for k, v in row.items()} for row in frame.to_dict("records")]
