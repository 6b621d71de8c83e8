"""Operating metrics that cannot be what was meant."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxkit.contracts.intake import Intake

# What a metric of this name can be: net promoters in points, the others as fractions.
RANGES = {"nps": (-100.0, 100.0), "churn": (0.0, 1.0), "retention": (0.0, 1.0)}

FEWEST = 3  # values of a company's metric that say how it is written
HUNDRED = (1.7, 2.3)  # log10 between a fraction and the same in percent, give or take


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
    _check_units(intake)
    _check_cases(intake)


def _check_units(intake: Intake) -> None:
    """Fractions among percentages, or the other way round; net promoters as fractions."""
    frame = intake.frames["metrics"]
    names = frame["metric"].str.casefold()
    size = frame["value"].abs().where(frame["value"] != 0)
    keys = [frame["company_id"], names]
    middle = size.groupby(keys).transform("median")
    enough = size.groupby(keys).transform("count") >= FEWEST
    far = pd.Series(np.log10(size / middle), index=frame.index).abs()
    slipped = enough & far.between(*HUNDRED) & ((size < 1) != (middle < 1))
    intake.report(
        "metrics", slipped.to_numpy(bool), "metric_unit", "value",
        "{value} is a hundred times off the company's other values: a fraction among percentages, "
        "or the other way round", "write all values in one way",
        "fractions among percentages",
    )  # fmt: skip
    small = (frame["value"].abs() <= 1).groupby(keys).transform("all") & (names == "nps")
    parts = (frame["value"] % 1 != 0).groupby(keys).transform("any")
    first = enough & small & parts & ~pd.concat(keys, axis=1).duplicated()
    intake.report(
        "metrics", first.to_numpy(bool), "metric_unit", "value",
        "{value}, and all other values of the company's nps lie between -1 and 1: are they "
        "fractions?", "write nps in points from -100 to 100: 41, not 0.41",
        "net promoters that look like fractions",
    )  # fmt: skip


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
