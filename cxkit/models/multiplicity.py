"""p-values adjusted for the number of questions asked."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's (1979) step-down adjustment, in the order given; NaN is refused by the caller."""
    p = np.asarray(p_values, float)
    order = np.argsort(p, kind="stable")
    factor = np.arange(len(p), 0, -1)
    stepped = np.minimum(1.0, np.maximum.accumulate(p[order] * factor))
    out = np.empty(len(p))
    out[order] = stepped
    return [float(v) for v in out]
