"""client.yml: every key, every slip in it, and YAML that means harm or means something else."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxkit.contracts.config import ClientConfig, parse_config
from cxkit.contracts.strict import build
from cxkit.contracts.yamls import parse_yaml
from cxkit.errors import ConfigError
from tests.contracts.folders import CLIENT


def _config(extra: str = "", **changes: str) -> ClientConfig:
    """The good client.yml with lines added and, by key, other values."""
    lines = [
        f"{key}: {changes.get(key, value)}"
        for key, value in (line.split(": ", 1) for line in CLIENT.splitlines())
    ]
    return parse_config(("\n".join(lines) + "\n" + extra + "\n").encode())


def _refusal(extra: str = "", **changes: str) -> str:
    with pytest.raises(ConfigError) as caught:
        _config(extra, **changes)
    return str(caught.value)


def test_every_key_is_read() -> None:
    config = _config(
        "benchmark: peers\n"
        "language: ru\n"
        "locale: {decimal: '.'}\n"
        "fiscal_year_end: '06-30'\n"
        "primary: {outcome: net_margin, lag: 0, specification: pooled}\n"
        "outcomes: [revenue_growth, net_margin]\n"
        "notebooks: [2, '03']\n"
        "parameters: {03: {clip: 0.02, note: NO}, '02': {}}\n"
        "profile_names: [Leaders, Others]\n"
        "severity: {outside_scale: set_aside, other_currency: warn}\n"
        "restatements: refuse\n"
        "scoring: {min_answered: 0.75, raters: equal-roles}\n"
        "brand: {name: Acme, color: '#aa0000', logo: logo.svg}\n"
    )
    assert config.notebooks == ("02", "03")
    assert config.parameters == {"03": {"clip": 0.02, "note": "NO"}, "02": {}}
    assert config.primary.outcome == "net_margin"
    assert config.outcomes == ("revenue_growth", "net_margin")
    assert config.as_of == "2024-12-31"
    assert config.fiscal_year_end == "06-30"
    assert config.brand.logo == "logo.svg"
    assert (config.scoring.min_answered, config.scoring.raters) == (0.75, "equal-roles")


def test_what_is_left_out_has_a_default() -> None:
    text = "schema_version: 1\nclient: a\ninstrument: b\nas_of: 2024-12-31\ncurrency: EUR\n"
    config = parse_config(text.encode())
    assert (config.title, config.company, config.language, config.notebooks) == (
        "a",
        None,
        "en",
        None,
    )
    assert config.outcomes == ("revenue_growth", "operating_margin")
    assert config.as_of == "2024-12-31"
    assert (config.scoring.min_answered, config.scoring.raters) == (0.5, "pooled")
    assert (config.primary.outcome, config.primary.lag, config.primary.specification) == (None,) * 3


@pytest.mark.parametrize("key", ["schema_version", "client", "instrument", "as_of", "currency"])
def test_required_keys(key: str) -> None:
    text = "\n".join(line for line in CLIENT.splitlines() if not line.startswith(key))
    with pytest.raises(ConfigError, match=f"{key}: is missing"):
        parse_config(text.encode())


@pytest.mark.parametrize(
    ("extra", "words"),
    [
        ("titel: x", 'titel: unknown key; did you mean "title"?'),
        ("primary: {outcom: x}", 'primary.outcom: unknown key; did you mean "outcome"?'),
        ("locale: {decimals: .}", 'locale.decimals: unknown key; did you mean "decimal"?'),
        ("severity: {outside_scal: warn}", 'did you mean "outside_scale"?'),
        ("severity: {missing_column: warn}", "missing_column may be refuse"),
        ("severity: {outside_scale: ignore}", "outside_scale may be refuse or set_aside"),
        ("outcomes: [net_margn]", 'outcomes[1]: "net_margn" is no outcome; did you mean'),
        ("outcomes: []", "at least one outcome"),
        ("outcomes: [net_margin, net_margin]", "none twice"),
        ("primary: {specification: poold}", 'did you mean "pooled"?'),
        ("primary: {outcome: net_margin}", "is not among outcomes"),
        ("primary: {lag: 7}", "primary.lag: must be 0, 1, 2 or 3, not 7"),
        ("language: de", "language: must be 'en', 'ru', 'pl' or 'zh', not \"de\""),
        ("locale: {decimal: ';'}", "locale.decimal: must be '.' or ','"),
        ("locale: {decimal: ',', thousands: ','}", 'both ","; they must differ'),
        ("locale: {thousands: '.'}", 'both "."; they must differ'),
        ("locale: {thousands: '  '}", "locale.thousands: must be"),
        ("locale: {dates: ydm}", "locale.dates: must be 'iso', 'dmy', 'mdy' or 'ymd'"),
        ("locale: {separator: '|'}", "locale.separator: must be ',', ';' or 'tab'"),
        ("locale: {encoding: koi8-r}", "locale.encoding: must be 'utf-8', 'cp1250'"),
        ("locale: {encoding: 8}", "locale.encoding: must be 'utf-8', 'cp1250'"),
        ("fiscal_year_end: 31-12", "must be month and day"),
        ("fiscal_year_end: 02-30", "must be month and day"),
        ("notebooks: [abc]", "must be a notebook's number"),
        ("parameters: {abc: {}}", "must be a notebook's number"),
        ("parameters: {3: {x: 1}, '03': {x: 2}}", '"03" stands twice'),
        ("parameters: {3: {'x; import os': 1}}", "cannot be a parameter's name"),
        ("parameters: {3: {x: [1]}}", "must be one number, text, true or false"),
        ("restatements: ignore", "restatements: must be"),
        ("brand: {logo: ../logo.svg}", "without a path"),
        ("brand: {logo: /etc/passwd}", "without a path"),
        ("scoring: {min_answerd: 0.5}", 'did you mean "min_answered"?'),
        ("scoring: {min_answered: 0}", "scoring.min_answered: must be a number above 0 and at"),
        ("scoring: {min_answered: 1.01}", "must be a number above 0 and at most 1"),
        ("scoring: {min_answered: 50}", "must be a number above 0 and at most 1"),
        ("scoring: {min_answered: .nan}", "must be a number above 0 and at most 1"),
        ("scoring: {min_answered: '0.5'}", "must be a number above 0 and at most 1"),
        ("scoring: {min_answered: true}", "must be a number above 0 and at most 1"),
        ("scoring: {raters: equal}", "scoring.raters: must be 'pooled' or 'equal-roles'"),
        ("scoring: pooled", "scoring: must hold keys with values"),
        ("brand: 7", "brand: must hold keys with values"),
    ],
)
def test_refused(extra: str, words: str) -> None:
    assert words in _refusal(extra)


@pytest.mark.parametrize("share", ["1", "0.001", "1.0"])
def test_completeness_from_just_above_nothing_to_all(share: str) -> None:
    assert _config(f"scoring: {{min_answered: {share}}}").scoring.min_answered == float(share)


@pytest.mark.parametrize(
    "slug", ["../x", "a/b", ".", "-a", "Acme", "a_b", '""', "a b", "x" * 64, "éa", "17", '"a\\n"']
)
def test_slugs_that_are_none(slug: str) -> None:
    assert "client: must be of a-z" in _refusal(client=slug)
    assert "instrument: must be of a-z" in _refusal(instrument=slug)


@pytest.mark.parametrize("slug", ["a", "0", "acme-2", "x" * 63])
def test_slugs(slug: str) -> None:
    assert _config(client=f'"{slug}"').client == slug


@pytest.mark.parametrize("date", ["2024-13-01", "2023-02-29", "31.12.2024", "2024", "20241231"])
def test_as_of_is_an_iso_date(date: str) -> None:
    assert "as_of: must be a date" in _refusal(as_of=date)


@pytest.mark.parametrize("currency", ["usd", "US", "$", "840"])
def test_currency(currency: str) -> None:
    assert "currency: must be three capital letters" in _refusal(currency=currency)


@pytest.mark.parametrize("value", ["00123", "1E5", "true", "1.5"])
def test_an_id_that_yaml_would_change_must_be_quoted(value: str) -> None:
    assert "company: must be text; put it in quotes" in _refusal(company=value)
    assert _config(company=f'"{value}"').company == value


@pytest.mark.parametrize("value", ["NO", "no", "yes", "ON", "12:30:45", "2024-01-01", "NA", "None"])
def test_text_that_yaml_1_1_would_change(value: str) -> None:
    assert parse_yaml(f"key: {value}".encode(), "x.yml") == {"key": value}
    assert _config(company=value).company == value


def test_all_problems_come_at_once() -> None:
    message = _refusal("titel: x\nlanguage: de", client="A", currency="usd", as_of="soon")
    assert message.startswith("client.yml has 5 problems:\n  ")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: 1\nb: 2\na: 3", 'x.yml, line 3: the key "a" stands twice'),
        ("a: {b: 1, b: 2}", 'x.yml, line 1: the key "b" stands twice'),
        ("a: &x [1]\nb: *x", "anchors and aliases"),
        ("a: !!python/object/apply:os.system [ls]", "line 1: tags (!) are not read"),
        ("a: !foo b", "tags (!) are not read"),
        ("a: !!binary aGk=", "tags (!) are not read"),
        ("%YAML 1.1\n---\na: NO", "line 1: YAML directives"),
        ("a: 1\n---\nb: 2", "is not valid YAML"),
        ("a: [", "line 1 is not valid YAML"),
        ("a: b: c", "is not valid YAML"),
        ("a: =", "tags (!) are not read"),
        ("", "must hold keys with values"),
        ("- 1", "must hold keys with values"),
        ("just text", "must hold keys with values"),
        ("a: " + "[" * 30 + "]" * 30, "nested deeper than 20"),
        ("a: " + "- " * 5000, "is not valid YAML"),
        ("a: " + "{a: " * 5000, "nested deeper than 20"),
        ("a: " + "x" * 300_001, "at most 300,000 are read"),
    ],
)
def test_yaml_that_is_refused(text: str, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_yaml(text.encode(), "x.yml")
    assert words in str(caught.value)


def test_bytes_that_are_no_text() -> None:
    with pytest.raises(ConfigError, match="is not UTF-8"):
        parse_yaml("a: é".encode("latin-1"), "x.yml")


def test_problems_name_their_line_and_what_to_write() -> None:
    text = (
        'client: acme\nlocale:\n  decimals: "."\nparameters: {3: 7}\noutcomes:\n- x\n- net_margn\n'
    )
    with pytest.raises(ConfigError) as caught:
        parse_config(text.encode(), "acme/client.yml")
    lines = str(caught.value).split("\n  ")
    assert lines[0] == "acme/client.yml has 8 problems:"
    for problem in (
        "schema_version: is missing; write schema_version: 1 (the version of these keys)",
        'as_of: is missing; write as_of: "2024-12-31" (the last day of the data)',
        'line 3, locale.decimals: unknown key; did you mean "decimal"?',
        'line 4, parameters: "03" must hold names with values: {lag: 1}',
        'line 7, outcomes[2]: "net_margn" is no outcome; did you mean "net_margin"?',
    ):
        assert problem in lines


def _loads_or_is_refused(load: Callable[[], object]) -> None:
    with contextlib.suppress(ConfigError):
        load()


@given(st.binary(max_size=200))
def test_no_bytes_end_in_a_traceback(data: bytes) -> None:
    _loads_or_is_refused(lambda: parse_config(data))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from([*ClientConfig.model_fields, "x"]), VALUES))
def test_no_values_end_in_a_traceback(content: dict[str, object]) -> None:
    _loads_or_is_refused(lambda: build(ClientConfig, content, "client.yml"))
