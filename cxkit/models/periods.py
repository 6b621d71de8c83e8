"""Does the link of score and outcome last? The same estimate in parts of the years."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from cxkit.errors import SampleError
from cxkit.measures import Panel
from cxkit.models.linkage_fit import fit_one
from cxkit.models.linkage_result import LinkageResult
from cxkit.models.linkage_rows import clipped
from cxkit.models.linkage_spec import LinkageSpec
from cxkit.models.multiplicity import benjamini_hochberg
from cxkit.models.specifications import RECOMMENDED, RECOMMENDED_BETWEEN

PARTS = 3
LEAST_YEARS = 9  # three years to a part


@dataclass(frozen=True, eq=False)
class Period:
    """The estimate of the scores of the calendar years first to last, exploratory."""

    first: int
    last: int
    result: LinkageResult


def fit_periods(
    panel: Panel,
    primary: LinkageSpec,
    specifications: Sequence[str] = (RECOMMENDED_BETWEEN, RECOMMENDED),
    starts: Sequence[int] = (),
) -> tuple[Period, ...]:
    """Each specification in each part of the years, not corrected for error in the score.

    Parts are thirds of the calendar years of the waves, or begin with the years in starts.

    Outcomes are clipped at the quantiles of the whole panel, and p-values adjusted together
    (Benjamini, Hochberg). Nothing with fewer than nine years; a part that cannot be estimated
    is left out.
    """
    waves = panel.table["wave"].dt.year
    years = sorted(int(y) for y in waves.unique())
    if len(years) < LEAST_YEARS and not starts:
        return ()
    outcome = clipped(panel.table, panel.table, primary.clip)
    whole = replace(panel, table=panel.table.assign(outcome=outcome))
    found = []
    for name in specifications:
        for part in _parts(years, starts):
            inside = waves.between(part[0], part[-1])
            spec = replace(primary, specification=name, clip=(0.0, 1.0), correction="none")
            try:
                result = fit_one(replace(whole, table=whole.table[inside]), spec)
            except SampleError:
                continue
            found.append(Period(int(part[0]), int(part[-1]), result))
    adjusted = benjamini_hochberg([float(p.result.score.p_value) for p in found])
    return tuple(
        replace(p, result=replace(p.result, role="exploratory", p_adjusted=q))
        for p, q in zip(found, adjusted, strict=True)
    )


def _parts(years: Sequence[int], starts: Sequence[int]) -> list[np.ndarray]:
    if not starts:
        return np.array_split(years, PARTS)
    cuts = np.searchsorted(years, sorted(starts))
    return [part for part in np.split(np.asarray(years), cuts) if len(part)]
