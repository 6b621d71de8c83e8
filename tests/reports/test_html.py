"""report.html as text: what the first page says, and that client words stay harmless."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import pytest

from cxkit.reports.html import render, unbroken
from cxkit.reports.write import draw_figures
from tests.reports.charts import HOSTILE
from tests.reports.sample import HEADLINE, sample

ATTACKS = [
    "<script>alert(1)</script>",
    "{{7*7}} {% for x in y %} ${7*7} #{7*7}",
    '"><img src=x onerror=alert(1)>',
    "</style><script>alert(1)</script>",
    "=cmd|' /C calc'!A0",
    "javascript:alert(1)",
    "\u202egnp.exe\u202c",
    "nul\x00byte\x1b[31m",
    "lone \ud800 surrogate",
    HOSTILE,
]


class Page(HTMLParser):
    """Every tag with its attributes, and the text between."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def drawn(results: dict[str, Any]) -> str:
    return render(results, draw_figures(results))


@pytest.fixture(scope="module")
def html() -> str:
    return drawn(sample())


@pytest.fixture(scope="module")
def first_page(html: str) -> str:
    return Page(html[: html.index("<main")]).text


def test_first_page_gives_the_answer_and_how_sure_it_is(first_page: str) -> None:
    assert "Northwind and its market" in first_page
    assert "Data as of 2020-12-31" in first_page
    assert HEADLINE in first_page
    assert "Grade B" in first_page
    for line in sample()["answer"]["sure_text"]:
        assert line in first_page


def test_first_page_says_what_was_left_out(first_page: str) -> None:
    assert "Section not made: Which kinds of company are there?" in first_page
    assert "It needs assessments, which the client has not sent." in first_page
    assert "Section out of date: Where does the company stand?" in first_page
    assert "14 rows: pnl.csv: period_end lies after the last day of the data" in first_page
    assert "312 rows: no accounts for the following fiscal year" in first_page
    assert "1 estimate could not be made" in first_page
    assert "1 finding is a warning" in first_page


def test_only_the_answer_s_own_exclusions_stand_on_the_first_page(first_page: str) -> None:
    assert "311 rows" not in first_page


def test_without_a_primary_estimate_the_page_says_so() -> None:
    results = sample()
    results |= {"answer": None, "primary": None, "estimates": [], "excluded": [], "findings": []}
    results["sections"] = [s | {"status": "done", "reason": None} for s in results["sections"]]
    words = Page(drawn(results)).text
    assert "There is no answer to print" in words
    assert "Nothing: every section was made and no row was left out." in words


def test_what_must_be_known_of_the_answer_stands_beneath_it(first_page: str) -> None:
    stale = "From an earlier run; its data, configuration or notebook have changed since."
    overridden = "The primary estimate was set on the command line, not in client.yml: "
    assert stale not in first_page
    assert overridden not in first_page
    results = sample()
    results["answer"]["stale"] = True
    section = {"section": "03_growth_linkage"}
    results["parameters_overridden"] = [
        section | {"name": "outcome", "value": "operating_margin"},
        section | {"name": "lag", "value": 0},
        section | {"name": "clip_lower", "value": 0.05},
    ]
    html = drawn(results)
    words = Page(html[: html.index("<main")]).text
    chosen = "outcome operating margin, lag 0, clip lower 0.05."
    assert f"{HEADLINE} {stale} {overridden}{chosen}" in words


def test_findings_in_our_own_words_are_drawn() -> None:
    results = sample()
    results["findings"][0]["message"] = {"id": "finding.after_as_of", "values": {}}
    says = "pnl.csv: rows are dated after the last day of the data"
    assert f"14 rows: {says}" in Page(drawn(results)).text


def test_contents_lead_to_every_section_and_exhibit(html: str) -> None:
    tags = Page(html).tags
    ids = [attrs["id"] for _, attrs in tags if "id" in attrs]
    links = [str(attrs["href"]) for tag, attrs in tags if tag == "a"]
    assert len(ids) == len(set(ids))
    assert all(link.startswith("#") and link[1:] in ids for link in links)
    for exhibit in sample()["exhibits"]:
        assert f"#exhibit-{exhibit['id']}" in links


def test_every_exhibit_has_headline_figure_table_note_and_source(html: str) -> None:
    articles = re.findall(r"<article.*?</article>", html, flags=re.S)
    results = sample()
    assert len(articles) == len(results["exhibits"])
    for article, exhibit in zip(articles, results["exhibits"], strict=True):
        page = Page(article)
        pictures = [attrs for tag, attrs in page.tags if tag == "img"]
        spoken = [str(p["alt"]).replace("\u202f", " ") for p in pictures]
        assert spoken == [exhibit["headline"]] * bool(exhibit["figure"])
        assert bool(exhibit["table"]["rows"]) == ("<table>" in article)
        assert exhibit["note"] in page.text
        assert exhibit["source"] in page.text


def test_an_exhibit_that_could_not_be_made_is_a_box_with_its_reason(html: str) -> None:
    assert '<p class="reason">Importance was not asked.</p>' in html


def test_nothing_is_loaded_and_nothing_runs(html: str) -> None:
    page = Page(html)
    assert {"script", "link", "iframe", "object", "base", "form"}.isdisjoint(
        t for t, _ in page.tags
    )
    for tag, attrs in page.tags:
        assert not [name for name in attrs if name.startswith("on") or name == "style"]
        for name in ("src", "srcset", "href", "action", "poster", "data"):
            assert str(attrs.get(name) or "#").startswith(("#", "data:image/svg+xml;base64,")), tag
    style = html[html.index("<style>") : html.index("</style>")]
    assert "url(" not in style
    assert "@import" not in style
    assert "default-src 'none'; img-src data:; style-src 'sha256-" in html


@pytest.mark.parametrize("attack", ATTACKS)
def test_client_words_are_shown_and_harmless(attack: str) -> None:
    html = everywhere(attack)
    html.encode("utf-8")
    page = Page(html)
    assert tags_of(page) == tags_of(Page(everywhere("words")))
    assert not set("\x00\x1b\u202e\u202c") & set(html)
    shown = re.sub(r"[\x00\x1b\u202e\u202c\ud800]", "\ufffd", attack)
    assert page.text.count(" ".join(shown.split())) >= 14


def everywhere(words: str) -> str:
    """The sample's page with these words in every place a client can fill."""
    results = sample()
    box, table = results["exhibits"][4], results["exhibits"][1]["table"]
    for holder, key in [
        (results, "title"), (results, "company"), (results["instrument"], "title"),
        (results["answer"], "headline"), (results["sections"][0], "title"),
        (results["excluded"][0], "reason"), (results["findings"][0], "message"),
        (results["checks"][0], "summary"), (results["parameters"][0], "value"),
        (results["tables"][0], "name"), (box, "headline"), (box, "note"), (box, "source"),
        (box["chart"], "reason"), (table["rows"][0], "label"), (table["columns"][0], "label"),
    ]:  # fmt: skip
        holder[key] = words
    return render(results, {e["figure"]: b"<svg/>" for e in results["exhibits"] if e["figure"]})


def tags_of(page: Page) -> list[str]:
    """Tags in order, but for those that keep a hyphenated word whole."""
    return [tag for tag, _ in page.tags if tag != "span"]


def test_long_tables_are_cut_with_where_the_rest_is() -> None:
    results = sample()
    table = results["exhibits"][1]["table"]
    table["rows"] = table["rows"] * 5
    assert "20 further rows are in tables/quality.tables.csv." in Page(drawn(results)).text


def test_same_results_same_page() -> None:
    assert drawn(sample()) == drawn(sample())


def test_hyphenated_words_of_a_headline_stay_whole() -> None:
    shown = unbroken(
        "+0.46 of <next-year> and next-year growth, −0.1-0.2, a-very-long-hyphenated-chain"
    )
    assert '<span class="whole">next-year</span> growth' in shown
    assert "&lt;next-year&gt;" in shown
    assert "a-very-long-hyphenated-chain" in shown
    assert shown.count("<span") == 1


def test_long_numbers_under_a_figure_are_folded_and_short_ones_open() -> None:
    """What a figure prints is not printed again; a table alone stays as it is, however long."""
    results = sample()
    first = next(e for e in results["exhibits"] if e["chart"]["kind"] == "dots")
    estimates = next(e for e in results["exhibits"] if e["id"] == "linkage.estimates")
    row = estimates["table"]["rows"][0]
    estimates["table"]["rows"] = [row] * 20  # what the answer rests on is never folded
    first["table"] = estimates["table"] | {"rows": [row] * 14}
    assert "<details" not in drawn(results)
    first["table"]["rows"] = [row] * 15
    folded = drawn(results)
    assert folded.count("<details") == 1
    inside = folded.split("<details", 1)[1].split("</details>", 1)[0]
    assert f"15 rows of numbers behind this figure, also in tables/{first['id']}.csv" in inside
    assert inside.count("<tr") == 16
    first["figure"] = None
    assert "<details" not in drawn(results)
