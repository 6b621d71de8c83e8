"""Operating metrics that are in form and cannot be what was meant."""

from __future__ import annotations

from collections.abc import Iterator

from tests.contracts.bad_inputs.case import SMALL, A, Case, Finding, R, W, config

FAMILY = "operating metrics"
HEAD = "company_id,date,metric,value,n\n"
GOOD = (
    "a1,2024-01-31,nps,-100,300\na1,2024-01-31,churn,1,200\na1,2024-01-31,csat,4.2,\n"
    "a1,2024-02-29,NPS,100,\na1,2024-02-29,churn,0,200\na1,2024-02-29,orders,120000,\n"
)


def cases() -> Iterator[Case]:
    """All cases of the family."""
    yield _case("metrics within their ranges", "")
    yield _case(
        "net promoters beyond 100",
        "a1,2024-03-31,nps,101,300\na1,2024-04-30,Nps,-100.5,300\n",
        ("metrics.csv", 8, "value", "metric_outside", A, "101"),
        ("metrics.csv", 9, "value", "metric_outside", A, "-100.5"),
        read="",
    )
    percent = "a1,2024-03-31,churn,2.4,200\n"
    outside: Finding = ("metrics.csv", 8, "value", "metric_outside", A, "2.4")
    yield _case("churn in percent", percent, outside, read="")
    yield _case(
        "churn in percent, refused",
        percent,
        (*outside[:4], R, "2.4"),
        settings="severity: {metric_outside: refuse}",
    )
    yield _case(
        "a share without its cases",
        "a1,2024-01-31,won,0.4,\na1,2024-02-29,won,0.5,0\nb2,2024-01-31,won,0.4,30\n",
        ("metrics.csv", 8, "n", "share_without_n", W, ""),
    )
    months = ["2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30"]
    for name, metric, values, bad in (
        ("a percentage among fractions", "won", ("0.86", "88", "0.87", "0.9"), (9, "88")),
        ("a fraction among percentages", "won", ("86", "88", "0.87", "90"), (10, "0.87")),
        ("net promoters as fractions", "nps", ("0.41", "0.4", "-0.02", "0.5"), (8, "0.41")),
    ):
        rows = zip(months, values, strict=True)
        text = "".join(f"b2,{month},{metric},{value},30\n" for month, value in rows)
        yield _case(name, text, ("metrics.csv", bad[0], "value", "metric_unit", W, bad[1]))
    yield _case("whole numbers without cases", "a1,2024-01-31,wins,0,\na1,2024-02-29,wins,1,\n")


def _case(
    name: str, rows: str, *findings: Finding, read: str | None = None, settings: str = ""
) -> Case:
    """The good metrics and further rows; `read` is what must be read of these."""
    files = {"metrics.csv": HEAD + GOOD + rows}
    if settings:
        files["client.yml"] = config(settings)
    truth = {"metrics": HEAD + GOOD + (rows if read is None else read)}
    return Case(name, FAMILY, files, truth, findings, without=SMALL)
