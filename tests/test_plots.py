"""Figures: no label clipped, none on top of another, the same bytes every time."""

from __future__ import annotations

import itertools
import xml.etree.ElementTree as ET
from functools import cache
from typing import Any

import matplotlib
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox, BboxBase

from cxkit import plots
from cxkit.errors import ConfigError
from cxkit.plots.fields import spread
from cxkit.plots.measure import width, wrap
from cxkit.plots.rows import interval_limits
from cxkit.plots.scale import limits, scale
from tests.reports import maturity_charts
from tests.reports.charts import HOSTILE, bars, intervals, nasty, usual

USUAL = {**usual(), **maturity_charts.usual()}
CHARTS = {**USUAL, **nasty(), **maturity_charts.nasty()}


@cache
def drawn_words(name: str) -> tuple[BboxBase, list[tuple[str, Bbox]]]:
    """A chart's extent in pixels, and its words with theirs."""
    figure = plots.draw(CHARTS[name])
    return figure.bbox, words_of(figure)


def words_of(figure: Figure) -> list[tuple[str, Bbox]]:
    """Every drawn text of a figure with its extent in pixels."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    renderer = canvas.get_renderer()
    found = figure.findobj(Text)
    shown = [t for t in found if t.get_visible() and t.get_text().strip()]
    return [(t.get_text(), t.get_window_extent(renderer)) for t in shown]


@pytest.mark.parametrize("name", CHARTS)
def test_no_word_is_clipped(name: str) -> None:
    sheet, found = drawn_words(name)
    tall, wide = sheet.height, sheet.width
    for words, box in found:
        inside = box.x0 >= -0.5 and box.y0 >= -0.5 and box.x1 <= wide + 0.5 and box.y1 <= tall + 0.5
        assert inside, f"{words!r} leaves the figure: {box}"


@pytest.mark.parametrize("name", CHARTS)
def test_no_word_lies_on_another(name: str) -> None:
    pairs = itertools.combinations(drawn_words(name)[1], 2)
    for (one, a), (two, b) in pairs:
        across = min(a.x1, b.x1) - max(a.x0, b.x0)
        up = min(a.y1, b.y1) - max(a.y0, b.y0)
        assert across <= 0.5 or up <= 1.5, f"{one!r} and {two!r} overlap"


@pytest.mark.parametrize("name", [*USUAL, *nasty()])
def test_svg_is_well_formed_and_asks_for_nothing(name: str) -> None:
    drawn = plots.svg(plots.draw(CHARTS[name]))
    root = ET.fromstring(drawn)
    assert root.tag.endswith("svg")
    links = [v for e in root.iter() for k, v in e.attrib.items() if k.endswith("href")]
    assert all(link.startswith("#") for link in links)
    assert b"<script" not in drawn
    assert b"<!DOCTYPE" not in drawn
    assert b"<!--" not in drawn


@pytest.mark.parametrize("name", USUAL)
def test_same_chart_same_bytes(name: str) -> None:
    first = plots.svg(plots.draw(CHARTS[name]))
    plots.svg(plots.draw(bars()))
    assert plots.svg(plots.draw(CHARTS[name])) == first


def test_every_label_is_drawn_whole() -> None:
    chart = nasty()["bars-long"]
    drawn = "".join(words for words, _ in words_of(plots.draw(chart)))
    for row in chart["rows"]:
        if row["label"] != HOSTILE:
            assert row["label"].replace(" ", "") in drawn.replace(" ", "")


def test_hostile_words_are_drawn_as_text() -> None:
    drawn = " ".join(words for words, _ in words_of(plots.draw(bars([HOSTILE]))))
    assert "<script>alert(1)</script>" in drawn
    assert "$x^2_{y}$" in drawn
    assert not set("\x00\x1b\u202e\u202c") & set(drawn)


@pytest.mark.filterwarnings("error")
def test_letters_no_font_has_are_marked_without_a_warning() -> None:
    everything = " ".join(
        words for words, _ in words_of(plots.draw(bars(["Ж \U000e0041 −5 €", "客户 👩‍💻"])))
    )
    assert "Ж \ufffd −5 €" in everything


def test_drawing_leaves_the_reader_s_settings_alone() -> None:
    before = dict(matplotlib.rcParams)
    plots.svg(plots.draw(intervals()))
    assert dict(matplotlib.rcParams) == before


def test_the_zero_line_is_always_in_an_interval_plot() -> None:
    rows = [{**row, "estimate": 5.0, "conf_low": 4.0, "conf_high": 6.0} for row in _rows()]
    low, high = interval_limits(rows)
    assert low < 0 < 6.0 < high


def test_one_wide_interval_does_not_flatten_the_rest() -> None:
    low, high = interval_limits(intervals()["rows"])
    assert -0.02 < low < 0
    assert 0.008 < high < 0.03


def test_an_unknown_kind_is_refused_with_the_nearest() -> None:
    with pytest.raises(ConfigError, match='did you mean "intervals"'):
        plots.draw({"kind": "interval"})
    with pytest.raises(ConfigError, match='kind "box"'):
        plots.draw({"kind": "box", "reason": "too few"})


@pytest.mark.parametrize("room", [0.4, 1.0, 2.5])
def test_wrapped_lines_fit_and_lose_nothing(room: float) -> None:
    words = "Sub-industry and year Donaudampfschifffahrtsgesellschaft a/b/c"
    lines = wrap(words, room)
    assert max(map(width, lines)) <= room
    assert "".join(lines).replace(" ", "") == words.replace(" ", "")


def test_spread_keeps_things_apart_and_inside() -> None:
    middles = spread([1.0, 1.01, 1.02], [0.2, 0.2, 0.2], (0.0, 3.0))
    assert all(b - a >= 0.2 for a, b in itertools.pairwise(middles))
    assert middles[0] >= 0.1
    assert middles[-1] <= 2.9


@pytest.mark.parametrize(("low", "high"), [(0.0, 0.0), (-5e-7, 5e-7), (1e9, 1e9 + 1), (-3, 7e6)])
def test_scales_have_ticks_inside_their_limits(low: float, high: float) -> None:
    ends = limits([low, high])
    found = scale(*ends, "num", 3.0)
    assert ends[0] < ends[1]
    assert all(ends[0] <= place <= ends[1] for place in found.places)


def _rows() -> list[dict[str, Any]]:
    return [row for row in intervals()["rows"] if row["estimate"] is not None]
