"""What each kind of figure shows, read from the drawn lines, boxes and words themselves."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from cxkit import plots
from cxkit.plots.place import Spot, around, beside
from cxkit.plots.style import INK, TINT
from tests.reports import maturity_charts as charts

MAPS = [name for name in charts.nasty() if name.startswith("map-")]


def words(chart: dict[str, Any], language: str = "en") -> list[str]:
    figure = plots.draw(chart, language)
    return [t.get_text() for t in figure.findobj(Text) if t.get_text().strip()]


def joined(chart: dict[str, Any]) -> str:
    return " ".join(words(chart))


def marks(figure: Figure, marker: str) -> list[tuple[float, float]]:
    """Places, in the axes' own units, of every mark of a shape."""
    lines = [line for ax in figure.axes for line in ax.lines if line.get_marker() == marker]
    return [(x, y) for line in lines for x, y in zip(xs(line), ys(line), strict=True)]


def xs(line: Line2D) -> list[float]:
    return [float(x) for x in np.asarray(line.get_xdata())]


def ys(line: Line2D) -> list[float]:
    return [float(y) for y in np.asarray(line.get_ydata())]


def boxes(figure: Figure, colour: str) -> list[Rectangle]:
    wanted = tuple(int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    found = [p for ax in figure.axes for p in ax.patches if isinstance(p, Rectangle)]
    return [p for p in found if np.allclose(p.get_facecolor()[:3], wanted, atol=1e-6)]


def test_the_ladder_rises_and_its_highlighted_step_is_the_likely_one() -> None:
    figure = plots.draw(charts.ladder())
    [strong] = boxes(figure, TINT)
    assert (strong.get_x(), strong.get_x() + strong.get_width()) == (38, 57)
    labels = [w for w in words(charts.ladder()) if w[1:3] == ". "]
    assert [label[0] for label in labels] == ["5", "4", "3", "2", "1"]


def test_the_ladder_says_what_its_numbers_are() -> None:
    assert "probability" in words(charts.ladder())
    assert "share" in words({**charts.ladder(), "marker": None})
    assert "companies" in words({**charts.ladder(), "heading": "companies"})
    assert "interval: 35.1 to 50.9" in words(charts.ladder())
    assert "79.3\u202f%" in words(charts.ladder())


def test_a_dot_s_interval_is_drawn_and_written() -> None:
    chart = charts.dots_intervals()
    figure = plots.draw(chart)
    assert [38.0, 56.0] in [sorted(xs(line)) for line in figure.axes[0].lines]
    assert "47.0 (38.0 to 56.0)" in words(chart)
    without = {**chart, "rows": [{**r, "conf_low": None, "conf_high": None} for r in chart["rows"]]}
    assert "47.0" in words(without)
    assert "own" in words(without)


def test_gaps_stand_in_the_order_given_with_gap_rank_and_count() -> None:
    chart = charts.gaps(charts.BLOCKS)
    shown = words(chart)
    assert [w for w in shown if w in charts.BLOCKS] == charts.BLOCKS
    assert "+34.0 (+27.8 to +40.2)" in shown
    assert "1 to 3" in shown
    assert "212" in shown


def test_marks_of_a_gap_that_may_be_none_are_hollow() -> None:
    chart = charts.gaps(charts.BLOCKS)
    figure = plots.draw(chart)
    dots = [line for line in figure.axes[0].lines if line.get_marker() == "o"]
    hollow = [str(line.get_markerfacecolor()) == "white" for line in dots]
    covers = [r["conf_low"] <= 0 <= r["conf_high"] for r in chart["rows"]]
    assert hollow == covers
    assert True in covers
    assert "Hollow marks: the interval of the gap covers zero." in joined(chart)


def test_values_beyond_the_scale_s_ends_stay_inside_the_axes() -> None:
    figure = plots.draw({**charts.gaps(charts.BLOCKS), "minimum": 50, "maximum": 60})
    low, high = figure.axes[0].get_xlim()
    assert all(low < x < high for x, _ in [*marks(figure, "o"), *marks(figure, "D")])


@pytest.mark.parametrize("name", MAPS)
def test_no_name_lies_on_a_mark(name: str) -> None:
    figure = plots.draw(charts.nasty()[name])
    if not figure.axes:
        return
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    area = figure.axes[0].bbox
    texts = [
        t.get_window_extent(canvas.get_renderer()) for t in figure.findobj(Text) if t.get_text()
    ]
    inside = [box for box in texts if box.x0 > area.x0 and box.y0 > area.y0]
    points = [line for line in figure.axes[0].lines if line.get_marker() not in ("None", None)]
    places = [figure.axes[0].transData.transform((xs(line)[0], ys(line)[0])) for line in points]
    for box, (x, y) in itertools.product(inside, places):
        away = max(box.x0 - x, x - box.x1, box.y0 - y, y - box.y1)
        assert away > 1.5, (name, x, y)


def test_every_point_of_a_crowded_map_has_its_number_and_its_name() -> None:
    chart = charts.nasty()["map-sixty"]
    shown = words(chart)
    for number, point in enumerate(chart["points"], start=1):
        assert shown.count(str(number)) >= 2  # beside the point and in the key
        assert point["label"] in " ".join(shown)


def test_points_in_one_place_share_their_numbers() -> None:
    assert "4, 5, 6, 7, 8, 9" in words(charts.nasty()["map-tied"])


def test_of_very_many_points_those_that_stand_out_are_named() -> None:
    shown = joined(charts.nasty()["map-two-hundred"])
    assert "Company 1" in shown
    assert "Company 2" not in shown
    assert "199 further points carry no name" in shown


def test_names_of_few_points_stand_beside_them() -> None:
    shown = joined(charts.map_())
    assert all(part in shown for name in charts.BLOCKS for part in name.split())
    assert "1" not in words(charts.map_())


def test_every_number_of_a_heatmap_is_written_and_darker_where_larger() -> None:
    chart = charts.heatmap(charts.BLOCKS)
    figure = plots.draw(chart)
    shown = words(chart)
    values = [v for row in chart["rows"] for v in row["values"]]
    assert all(f"{v:.1f}" in shown for v in values if v is not None)
    assert shown.count("–") == values.count(None) > 0
    cells = [p for p in figure.patches + list(figure.artists) if isinstance(p, Rectangle)]
    cells = [p for p in cells if p.get_height() * figure.get_figheight() > 0.15]
    known = [v for v in values if v is not None]
    assert len(cells) == len(known)
    light = [float(np.dot(p.get_facecolor()[:3], (0.2126, 0.7152, 0.0722))) for p in cells]
    order = np.argsort(known, kind="stable")
    assert all(b <= a + 1e-9 for a, b in itertools.pairwise(np.array(light)[order]))


@pytest.mark.parametrize("value", [-40.0, -20.0, 0.0, 20.0, 40.0])
def test_numbers_in_coloured_cells_can_be_read(value: float) -> None:
    chart = {**charts.heatmap(["x"], ["y"]), "minimum": -40, "maximum": 40}
    chart["rows"][0]["values"] = [value]
    figure = plots.draw(chart)
    cells = [p for p in figure.artists + figure.patches if isinstance(p, Rectangle)]
    assert min(contrast(to_rgb(p.get_facecolor())) for p in cells) > 4.5


def contrast(colour: tuple[float, ...]) -> float:
    """Contrast of the ink against a colour, as WCAG 2 defines it."""
    ink = tuple(int(INK[i : i + 2], 16) / 255 for i in (1, 3, 5))
    light, dark = luminance(colour), luminance(ink)
    return (max(light, dark) + 0.05) / (min(light, dark) + 0.05)


def luminance(colour: tuple[float, ...]) -> float:
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in colour]
    return float(np.dot(linear, (0.2126, 0.7152, 0.0722)))


def test_columns_that_do_not_fit_go_on_below() -> None:
    shown = words(charts.nasty()["heatmap-years"])
    assert [w for w in shown if w.isdigit() and len(w) == 4] == [str(2000 + i) for i in range(40)]
    assert shown.count("Strategy and leadership") >= 2


def test_panels_share_one_scale() -> None:
    figure = plots.draw(charts.panels())
    assert len(figure.axes) == 6
    assert len({ax.get_ylim() for ax in figure.axes}) == 1
    assert len({ax.get_xlim() for ax in figure.axes}) == 1


def test_changes_are_marked_by_shape_and_a_missing_wave_breaks_the_line() -> None:
    figure = plots.draw(charts.panels())
    assert marks(figure, "^") == [(2024.0, 82.5)]
    assert marks(figure, "v") == [(2024.0, 25.0)]
    broken = [line for line in figure.axes[4].lines if np.isnan(ys(line)).any()]
    assert len(broken) == 1
    assert "No values to show." in words(charts.panels())


def test_signals_are_marked_by_rule_and_named() -> None:
    chart = charts.control(36, ewma=False)
    figure = plots.draw(chart)
    assert len(marks(figure, "^")) == 1
    assert len(marks(figure, "s")) == 1
    assert "signal: beyond the limits" in words(chart)


def test_a_smoothed_signal_is_marked_in_the_smoothed_chart_only() -> None:
    chart = charts.control(36)
    above = [p for p in chart["ewma"] if p["y"] > p["upper"]]
    chart["points"][30]["signal"] = "ewma"
    figure = plots.draw(chart)
    assert not [line for line in figure.axes[0].lines if line.get_markerfacecolor() == "white"]
    rings = [line for line in figure.axes[1].lines if line.get_markerfacecolor() == "white"]
    assert len(rings) == len(above) > 0
    said = [w for w in words(chart) if "weighted mean (EWMA) beyond" in w]
    assert len(said) == 1


def test_limits_are_drawn_phase_by_phase() -> None:
    chart = charts.control(36, ewma=False)
    heights = {
        y
        for line in plots.draw(chart).axes[0].lines
        if line.get_marker() in ("None", None)
        for y in ys(line)
    }
    assert {31.0, 36.5, 31.0 - 7.6, 36.5 + 7.6} <= heights


@pytest.mark.parametrize("absent", ["row", "value"])
def test_a_missing_period_breaks_the_control_chart_s_line(absent: str) -> None:
    chart = charts.control(24, ewma=False)
    for point in chart["points"]:
        point.update(y=30.0, signal=None, phase=0, center=None, lower=None, upper=None)
    if absent == "row":
        del chart["points"][10]
    else:
        chart["points"][10]["y"] = None
    [ax] = plots.draw(chart).axes
    runs = [len(xs(line)) for line in ax.lines if line.get_linewidth() == 1.0]
    assert runs == [10, 13]


def test_smoothed_values_stand_below_on_the_same_dates() -> None:
    above, below = plots.draw(charts.control(36)).axes
    assert above.get_xlim() == below.get_xlim()
    assert above.get_position().x0 == pytest.approx(below.get_position().x0)
    assert above.get_position().y0 > below.get_position().y1


def test_the_radar_leaves_out_what_is_missing() -> None:
    figure = plots.draw(charts.radar())
    lines = [line for line in figure.findobj(Line2D) if line.get_linewidth() == 2.0]
    whole = [line for line in lines if len(xs(line)) == 2 and line.get_marker() == "None"]
    assert len(whole) == 1 + 4  # the key's, and four of six sides: the fourth spoke has no value
    assert "– (median 52.0)" in words(charts.radar())


def test_a_bridge_s_bars_lead_from_level_to_level() -> None:
    chart = charts.bridge()
    figure = plots.draw(chart)
    bars = sorted((p for p in figure.axes[0].patches if isinstance(p, Rectangle)),
                  key=lambda p: p.get_y())  # fmt: skip
    changes = [r["value"] for r in chart["rows"] if r["role"] == "change"]
    at = chart["rows"][0]["value"]
    for bar, change in zip(bars, changes, strict=True):
        assert sorted((at, at + change)) == pytest.approx(
            [bar.get_x(), bar.get_x() + bar.get_width()]
        )
        at += change
    assert [x for x, _ in marks(figure, "D")] == pytest.approx([41.3, 43.45])


def test_a_bridge_writes_changes_with_sign_and_levels_without() -> None:
    shown = words(charts.bridge())
    assert {"41.3", "+0.92 (+0.11 to +1.73)", "43.5 (41.9 to 45.0)"} <= set(shown)
    assert {"adds", "takes away"} <= set(shown)


def test_unclear_changes_of_a_bridge_are_hollow_and_wide_ones_end_in_arrows() -> None:
    chart = charts.bridge()
    figure = plots.draw(chart)
    hollow = [p.get_facecolor()[:3] == (1.0, 1.0, 1.0) for p in
              sorted(figure.axes[0].patches, key=lambda p: p.get_y())]  # fmt: skip
    assert hollow == [False, True, False, False, True]
    assert "Hollow bars: the interval of the change covers zero." in joined(chart)
    low, high = figure.axes[0].get_xlim()
    assert low > 10
    assert high < 65
    assert len(marks(figure, "<")) == len(marks(figure, ">")) == 1


def test_a_missing_change_leaves_the_level_where_it_was() -> None:
    figure = plots.draw(charts.nasty()["bridge-gap"])
    bars = [p for p in figure.axes[0].patches if isinstance(p, Rectangle)]
    assert len(bars) == 4
    assert "–" in words(charts.nasty()["bridge-gap"])


@pytest.mark.parametrize(
    "name", ["ladder", "gaps", "map", "heatmap", "panels", "control", "radar", "bridge"]
)
def test_a_chart_without_values_says_so(name: str) -> None:
    chart = charts.nasty().get(f"{name}-none", charts.ladder())
    if name == "ladder":
        chart = {**chart, "marker": None}
    assert words(chart) == ["No values to show."]


def test_words_find_a_place_beside_their_points_or_say_that_they_do_not() -> None:
    area = Spot(0, 0, 3, 3)
    found = beside([(1.0, 1.0), (1.1, 1.0)], [(0.5, 0.1)] * 2, [], area)
    assert found is not None
    assert found[0].overlap(found[1]) == 0
    assert beside([(1.0, 1.0)], [(4.0, 0.1)], [], area) is None


def test_words_stand_farther_off_where_it_is_crowded() -> None:
    area = Spot(0, 0, 3, 3)
    found = [s for s in around([(1.5, 1.5)] * 30, [(0.2, 0.1)] * 30, [], area) if s]
    assert len(found) == 30
    assert all(a.overlap(b) < 1e-9 for a, b in itertools.combinations(found, 2))
    assert all(s.within(area) for s in found)
