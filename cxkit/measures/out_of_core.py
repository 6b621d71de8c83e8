"""Scores from any number of answers, straight from their files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cxkit.contracts import Instrument
from cxkit.contracts.large import read_answers
from cxkit.measures.large_scores import from_large
from cxkit.measures.score_parts import MIN_ANSWERED, POOLED, Rules
from cxkit.measures.scores import Maturity, assemble


def score_out_of_core(
    answers: Path | Sequence[Path],
    instrument: Instrument,
    min_answered: float = MIN_ANSWERED,
    raters: str = POOLED,
) -> Maturity:
    """The scores `maturity` would give, of answers in Parquet or CSV files or a folder of them.

    The files have the columns of `assessments` and are checked like it: what does not fit is a
    ContractError with every row. They are never held in memory as a whole. A client's folder
    with millions of answers is read this way of itself.
    """
    rules = Rules(min_answered, raters)
    parts, detail = from_large(read_answers(answers, instrument), instrument, rules)
    return assemble([parts], instrument, detail, rules)
