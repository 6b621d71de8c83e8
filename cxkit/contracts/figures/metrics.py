"""Operating metrics that cannot be what was meant."""

from __future__ import annotations

import numpy as np

from cxkit.contracts.intake import Intake

# What a metric of this name can be: net promoters in points, the others as fractions.
RANGES = {"nps": (-100.0, 100.0), "churn": (0.0, 1.0), "retention": (0.0, 1.0)}


def check_metrics(intake: Intake) -> None:
    """Values outside the range of their metric; shares without the cases they are taken of."""
    frame = intake.frames["metrics"]
    names = frame["metric"].str.casefold()
    values = frame["value"].to_numpy(float)
    for name, (low, high) in RANGES.items():
        outside = (names == name).to_numpy(dtype=bool) & ((values < low) | (values > high))
        intake.report(
            "metrics",
            outside,
            "metric_outside",
            "value",
            f"{{value}} is outside {low:g} to {high:g}, where {name} lies",
            "correct the value" if name == "nps" else "write a fraction: 0.02 for 2 %",
            f"values outside {low:g} to {high:g}",
        )
    intake.drop_aside("metrics")
    _check_cases(intake)


def _check_cases(intake: Intake) -> None:
    """One finding for each company's metric that is a share and has values without their n."""
    frame = intake.frames["metrics"]
    inside = frame["value"].between(0, 1)
    groups = [frame["company_id"], frame["metric"]]
    share = inside.groupby(groups).transform("all") & (frame["value"] % 1 != 0).groupby(
        groups
    ).transform("any")
    without = share & ~(frame["n"] > 0) & frame["value"].notna()
    first = without & ~frame[without].duplicated(["company_id", "metric"]).reindex(
        frame.index, fill_value=True
    )
    intake.report(
        "metrics",
        np.asarray(first, dtype=bool),
        "share_without_n",
        "n",
        "these look like shares, and some have no n: they get no chart of shares",
        "send n, the number of cases behind each value",
        "metrics whose shares have no n",
    )
