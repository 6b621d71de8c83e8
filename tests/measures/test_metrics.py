"""Operating metrics as series: in order, one company's, with the phases events begin."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from cxkit.measures.metrics import metric_series, own_company
from tests.measures.metric_cases import metric_client, rows, steady


def test_series_are_the_own_companys_in_the_order_of_time(tmp_path: Path) -> None:
    text = rows("zeal", [3, 4, 5]) + rows("nps", [30, 31, 32]) + rows("nps", [9, 9], company="b2")
    lines = text.splitlines(keepends=True)
    client = metric_client(tmp_path, "".join(reversed(lines)))
    nps, zeal = metric_series(client)
    assert (nps.metric, zeal.metric) == ("nps", "zeal")
    assert nps.table["value"].tolist() == [30, 31, 32]
    assert nps.table["date"].is_monotonic_increasing
    assert nps.label == {"id": "metric.nps", "values": {}}
    assert zeal.label == "zeal"
    assert [one.table["value"].tolist() for one in metric_series(client, "b2")] == [[9, 9]]
    assert str(nps).startswith("NPS: 3 values from 2020-01-31 to 2020-03-31.")


def test_a_share_needs_its_cases_and_values_of_a_share(tmp_path: Path) -> None:
    half = rows("half", [0.2, 0.3], n=50).replace(",50\n", ",\n", 1)
    text = rows("churn", [0.0, 1.0, 0.02], n=100) + rows("csat", [0.8, 0.7]) + half
    text += rows("ces", [0.9, 1.1], n=30) + rows("zero", [0.2, 0.3], n=0)
    share = {one.metric: one.share for one in metric_series(metric_client(tmp_path, text))}
    assert share == {"churn": True, "csat": False, "half": False, "ces": False, "zero": False}


def test_a_method_or_a_rollout_begins_a_phase_at_its_next_value(tmp_path: Path) -> None:
    events = (
        "a1,2020-03-15,method\na1,2020-05-31,rollout\na1,2020-05-31,method\n"
        "a1,2020-02-10,merger\nb2,2020-02-10,method\na1,2019-06-30,rollout\n"
    )
    client = metric_client(tmp_path, rows("nps", range(8)), events)
    (nps,) = metric_series(client)
    assert nps.table["phase"].tolist() == [0, 0, 1, 1, 2, 2, 2, 2]
    assert nps.phases["start"].dt.strftime("%Y-%m").tolist() == ["2020-01", "2020-03", "2020-05"]
    assert nps.phases["reason"].tolist() == ["first", "method", "rollout"]
    (given,) = metric_series(client, phases=["2020-07-01", "2030-01-01"])
    assert given.table["phase"].tolist() == [0, 0, 1, 1, 2, 2, 3, 3]
    assert given.phases["reason"].tolist()[-1] == "given"
    assert given.phases["event"].tolist()[-1] == pd.Timestamp("2020-07-01")


def test_days_read_as_months_where_that_tells_them_apart(tmp_path: Path) -> None:
    text = rows("nps", range(4)) + rows("ces", range(4), freq="7D")
    nps, ces = metric_series(metric_client(tmp_path, text))
    assert nps.day(1) == "2020-02"
    assert ces.day(1) == "2020-02-07"


def test_gaps_are_counted(tmp_path: Path) -> None:
    lines = rows("nps", steady(1, 12)).splitlines(keepends=True)
    (nps,) = metric_series(metric_client(tmp_path, "".join(lines[:4] + lines[6:9] + lines[10:])))
    assert nps.gaps == 2


def test_whose_metrics_a_report_may_show(tmp_path: Path) -> None:
    text = rows("nps", [1, 2])
    assert own_company(metric_client(tmp_path, text)) == "a1"
    nobody = metric_client(tmp_path, text, company="", name="nobody")
    assert own_company(nobody) == ""
    assert metric_series(nobody) == ()
