"""A panel's rows under a specification, as the arrays the checks compute with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxkit.measures import Panel
from cxkit.models import least_squares as ls
from cxkit.models.grams import Array, Codes
from cxkit.models.linkage_rows import clipped, usable_rows
from cxkit.models.linkage_spec import LinkageSpec
from cxkit.models.specifications import specification


@dataclass(frozen=True, eq=False)
class Rows:
    """n rows: y the clipped outcome, score, controls (n, k); company as codes, year as it is.

    effects are codes (n,) of what the specification holds fixed; table has the panel's columns.
    """

    y: Array
    score: Array
    controls: Array
    company: Codes
    year: Codes
    effects: tuple[Codes, ...]
    lag: int
    table: pd.DataFrame

    @property
    def x(self) -> Array:
        """(n, 1 + k): the score, then the controls."""
        return np.column_stack([self.score, self.controls])


def rows_of(panel: Panel, spec: LinkageSpec) -> Rows:
    """The rows of a panel that say something under a specification; none is no error."""
    shape = specification(spec.specification)
    table, _ = usable_rows(panel.table, shape)
    if table.empty:
        none: Codes = np.empty(0, np.intp)
        return Rows(*(np.empty(0),) * 2, np.empty((0, len(shape.controls))), none, none,
                    tuple(none for _ in shape.effects), panel.lag, table)  # fmt: skip
    return Rows(
        y=clipped(table, panel.table, spec.clip),
        score=table["score"].to_numpy(float),
        controls=table[list(shape.controls)].to_numpy(float),
        company=ls.codes(table["company_id"].to_numpy(str)),
        year=table["fiscal_year"].to_numpy().astype(np.intp),
        effects=tuple(ls.codes(table[e].to_numpy(str)) for e in shape.effects),
        lag=panel.lag,
        table=table,
    )
