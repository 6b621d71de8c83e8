"""p-values of wildboottest for tests/models/test_wild.py, made once: it is no dependency.

    python tests/models/published/wild_p_values.py > tests/models/published/wild_p_values.csv

Needs wildboottest 0.3.2. The panels are those of `drawn_panels.sample`; effects enter as dummies.
"""

from __future__ import annotations

import contextlib
import io
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import statsmodels.api as sm
from wildboottest.wildboottest import wildboottest

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))
from tests.models.drawn_panels import dummies, sample

CASES = [(1, 20, "rademacher"), (2, 25, "rademacher"), (4, 30, "rademacher"), (3, 12, "webb"),
         (5, 38, "rademacher"), (8, 10, "webb")]  # fmt: skip

print("seed,companies,weights,draws,p_value")
for seed, companies, weights in CASES:
    data = sample(seed, companies, 0.3)
    columns = np.column_stack(
        [data["x"], data["z"], dummies(data["company"]), dummies(data["year"])[:, 1:]]
    )
    names = ["x", *(f"d{i}" for i in range(1, columns.shape[1]))]
    frame = pd.DataFrame(columns, columns=names)
    with contextlib.redirect_stdout(io.StringIO()):
        found = wildboottest(
            sm.OLS(data["y"], frame), param="x", cluster=pd.Series(data["company"]), B=99999,
            weights_type=weights, seed=11, parallel=False, show=False,
        )  # fmt: skip
    print(f"{seed},{companies},{weights},99999,{float(found['p-value'].iloc[0]):.6f}")
