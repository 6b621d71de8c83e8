"""A primary estimate of any lag meets its panel."""

from __future__ import annotations

from pathlib import Path

import pytest

import cxkit as cx


@pytest.mark.parametrize("lag", [0, 2, 3])
def test_the_primary_lag_is_among_the_panels(
    lag: int, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CXKIT_RUN", raising=False)
    run = cx.open_run("03_growth_linkage", "service-brands", "", 1)
    primary = run.primary("net_margin", lag)
    asked = [(p.outcome, p.lag) for p in run.panels(lags=(1,), primary=primary)]
    assert ("net_margin", lag) in asked
    assert len(asked) == len(set(asked))
    family = cx.fit_linkages([run.panel("net_margin", lag)], primary, ["company-and-year"])
    assert family.main is not None
