"""The report in a real browser: no request, no sideways scrolling, no script run."""

from __future__ import annotations

from pathlib import Path

import pytest

from cxkit.reports.write import write_report
from tests.reports.browser import measured, needs_chromium, overflow, requests, run
from tests.reports.charts import HOSTILE
from tests.reports.sample import sample, save

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A hostile report: client words everywhere try to load, run or break something."""
    results = sample()
    trap = HOSTILE + '<img src="http://one.invalid/a.png" onerror="document.title=1">'
    results["title"] = trap
    results["exhibits"][0]["headline"] = trap
    results["exhibits"][0]["chart"]["rows"][0]["label"] = trap
    results["exhibits"][0]["table"]["rows"][0]["label"] = trap
    results["excluded"][0]["reason"] = trap
    folder = save(tmp_path_factory.mktemp("report"), results)
    write_report(folder)
    return folder / "report.html"


def test_the_log_would_show_a_request(tmp_path: Path) -> None:
    page = tmp_path / "loads.html"
    page.write_text('<img src="http://one.invalid/a.png">', encoding="utf-8")
    assert requests(page, tmp_path) == ["http://one.invalid/a.png"]


def test_the_report_asks_the_network_for_nothing(report: Path, tmp_path: Path) -> None:
    assert requests(report, tmp_path) == []
    assert (tmp_path / "shot.png").stat().st_size > 20_000


def test_client_words_stay_words(report: Path, tmp_path: Path) -> None:
    dom = run(report, tmp_path, "--dump-dom")
    assert "<script" not in dom
    assert "one.invalid" in dom
    assert "<title>1</title>" not in dom


@pytest.mark.parametrize("width", [390, 768, 1280])
def test_the_page_never_scrolls_sideways(report: Path, tmp_path: Path, width: int) -> None:
    assert overflow(report, tmp_path, width) <= 0


def test_on_a_phone_columns_of_words_keep_their_width(report: Path, tmp_path: Path) -> None:
    cells = "[...document.querySelectorAll('tbody th, tbody .text')]"
    narrowest = f"Math.min(...{cells}.map(cell => cell.getBoundingClientRect().width))"
    assert measured(report, tmp_path, 390, narrowest) >= 140


@pytest.mark.parametrize(("width", "shown"), [(390, True), (1280, False)])
def test_figures_that_scroll_say_so(report: Path, tmp_path: Path, width: int, shown: bool) -> None:
    height = "document.querySelector('.hint').getBoundingClientRect().height"
    assert (measured(report, tmp_path, width, height) > 0) is shown
