"""What is said of an interval from items fits the number of raters behind the score."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
import pytest

from cxkit.display import text
from cxkit.exhibits.certainty import _headline, source_note


@pytest.mark.parametrize(("raters", "one"), [(1, True), (2, False)])
def test_two_raters_are_not_called_one(raters: int, one: bool) -> None:
    """Where too few companies have two raters, two raters' interval comes from items as well."""
    sure = SimpleNamespace(error=SimpleNamespace(curve=lambda source: None))
    row = pd.Series({"error_source": "items", "respondents": raters, "index": 50.0, "sem": 3.0,
                     "conf_low": 44.0, "conf_high": 56.0})  # fmt: skip
    note = text(source_note(sure, row))  # type: ignore[arg-type]
    headline = text(_headline(sure, "Acme", row, pd.DataFrame()))  # type: ignore[arg-type]
    assert note.startswith("One rater answered" if one else "2 raters answered")
    assert ("one rater's leniency" in headline) == one
    assert "leniency" in note
    assert "leniency" in headline
