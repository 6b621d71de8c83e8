"""What research has published about satisfaction and money: `data/reference/evidence.csv`.

Labels say how a figure was read: V at its source, A in an abstract, S second-hand. A figure that
was not verified (U) may stand in the file; it is left out on reading, so that none is ever used.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from cxkit.contracts.project import project_root
from cxkit.display import Shown
from cxkit.errors import ConfigError

PATH = Path("data") / "reference" / "evidence.csv"
TEXTS = ("study", "n_of", "outcome", "finding", "source", "label")
NUMBERS = ("year", "effect", "effect_low", "effect_high", "n")
USED, UNVERIFIED = ("V", "A", "S"), "U"


@dataclass(frozen=True, eq=False, repr=False)
class Evidence(Shown):
    """Published findings; one row each.

    table: study, year, effect (a correlation r; missing where none was read), effect_low and
    effect_high (where a range was), n (of n_of: firms, studies, correlations), outcome, finding
    (in words), source (the kind of study), label (V, A or S). unverified counts the rows left
    out for their label.
    """

    table: pd.DataFrame
    unverified: int = 0

    @property
    def summary(self) -> str:
        known = int(self.table["effect"].notna().sum())
        return f"{len(self.table)} published findings, {known} of them a correlation."


def evidence(path: Path | None = None) -> Evidence:
    """The project's published findings, or those of another file of the same columns.

    ConfigError where the file, a column or a label is not as it should be.
    """
    file = path or project_root() / PATH
    try:
        table = pd.read_csv(file, dtype="str", keep_default_na=False, encoding="utf-8")
    except FileNotFoundError:
        raise ConfigError(f"{PATH.as_posix()} is missing; it is part of the project.") from None
    lacking = [c for c in (*TEXTS, *NUMBERS) if c not in table]
    if lacking:
        raise ConfigError(f"{file.name} lacks the columns {', '.join(lacking)}")
    other = sorted(set(table["label"]) - {*USED, UNVERIFIED})
    if other:
        raise ConfigError(f'{file.name} has the label "{other[0]}"; use V, A, S or U')
    for name in NUMBERS:
        table[name] = pd.to_numeric(table[name].replace("", None))
    used = table["label"].isin(USED)
    return Evidence(table[used].reset_index(drop=True), int((~used).sum()))
