"""Files in other encodings: read where declared, refused by name where not, never guessed."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from cxkit.contracts import check_client, read_client
from cxkit.contracts.findings import Findings
from cxkit.contracts.letters import likely_encodings
from cxkit.contracts.locales import PLAIN, Locale
from cxkit.contracts.mojibake import is_mojibake, repaired
from cxkit.contracts.raw import cell_texts, read_raw
from tests.contracts.folders import CLIENT, COMPANIES, write_client
from tests.contracts.reading_cases import CHINESE, FRENCH, POLISH, RUSSIAN

TEXTS = {"cp1251": RUSSIAN, "cp1250": POLISH, "cp1252": FRENCH, "gb18030": CHINESE}
WORDS = {
    "cp1251": ["Выручка", "ООО «Ромашка»", "Лукойл", "ИТОГ", "Київстар", "ПАО Сбербанк"],
    "cp1250": ["Spółka", "Żabka", "Škoda", "Příbram", "Łódź", "Győr"],
    "cp1252": ["Müller", "Société", "Nestlé", "España", "Jönköping", "São Paulo"],
    "gb18030": ["中国移动", "腾讯控股", "北京", "上海汽车", "阿里巴巴"],
    "koi8_r": ["Выручка", "Сбербанк"],
    "cp866": ["Выручка", "Сбербанк"],
    "iso8859_2": ["Łódź", "Škoda"],
    "mac_roman": ["Müller", "Société"],
}


def _names(data: bytes, encoding: str, findings: Findings) -> list[str] | None:
    locale = Locale(encoding=encoding)  # type: ignore[arg-type]
    raw = read_raw("companies.csv", data, findings, locale)
    return None if raw is None else cell_texts(raw.columns["name"])


@pytest.mark.parametrize("encoding", TEXTS)
def test_a_declared_encoding_is_read(encoding: str, tmp_path: Path) -> None:
    text = TEXTS[encoding]
    changes = {
        "client.yml": CLIENT + f"locale: {{encoding: {encoding}}}\n",
        "companies.csv": text.encode(encoding),
    }
    client = read_client(str(write_client(tmp_path, changes)))
    names = [line.split(",")[1] for line in text.splitlines()[1:]]
    assert client.table("companies")["name"].tolist() == names
    assert client.findings.empty


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_unicode_needs_no_word(encoding: str) -> None:
    for text in TEXTS.values():
        findings = Findings()
        names = _names(text.encode(encoding), "utf-8", findings)
        assert names == [line.split(",")[1] for line in text.splitlines()[1:]]
        assert findings.frame().empty


@pytest.mark.parametrize("encoding", TEXTS)
def test_the_letters_name_the_encoding(encoding: str, tmp_path: Path) -> None:
    changes = {"companies.csv": TEXTS[encoding].encode(encoding)}
    found = check_client(str(write_client(tmp_path, changes))).iloc[0]
    assert found["kind"] == "not_utf8"
    assert found["message"].startswith("line 2 is not UTF-8; by its letters it is ")
    assert f"({encoding})" in found["message"]
    assert f"locale: {{encoding: {encoding}}}" in found["way_out"]


def test_the_way_out_works(tmp_path: Path) -> None:
    """What a finding advises makes the file readable, and the words it showed are there."""
    for place, encoding in enumerate(TEXTS):
        data = TEXTS[encoding].encode(encoding)
        folder = write_client(tmp_path, {"companies.csv": data}, f"c{place}")
        advice = check_client(str(folder)).iloc[0]["way_out"]
        declared = advice.split("put ")[1].split("}")[0] + "}"
        (folder / "client.yml").write_text(CLIENT + declared + "\n")
        assert check_client(str(folder)).empty


@pytest.mark.parametrize("encoding", WORDS)
def test_one_word_is_enough_to_guess(encoding: str) -> None:
    for word in WORDS[encoding]:
        guesses = likely_encodings(f"company_id,name\na1,{word}\n".encode(encoding))
        readings = [
            f"company_id,name\na1,{word}\n".encode(encoding).decode(g.encoding) for g in guesses
        ]
        assert any(word in reading for reading in readings), word


@given(st.binary(max_size=200), st.sampled_from(["utf-8", *TEXTS]))
def test_any_bytes_are_read_or_refused(data: bytes, encoding: str) -> None:
    findings = Findings()
    raw = read_raw("companies.csv", data, findings, Locale(encoding=encoding))  # type: ignore[arg-type]
    assert raw is not None or findings.refused


@given(st.text(st.characters(codec="cp1251", categories=["L", "N", "Zs"]), min_size=1, max_size=20))
@settings(suppress_health_check=[HealthCheck.filter_too_much])
def test_nothing_is_changed_by_a_declared_encoding(word: str) -> None:
    assume(word.strip() == word)
    data = f"company_id,name\na1,{word}\n".encode("cp1251")
    findings = Findings()
    names = _names(data, "cp1251", findings)
    if names is None:
        assert findings.frame()["kind"].tolist() == ["not_declared_encoding"]
        assert data.decode("utf-8")  # it is UTF-8 as well, by chance
    else:
        assert names == [word]


@given(st.text(st.characters(categories=["L"], max_codepoint=0x24F), min_size=1, max_size=12))
def test_ascii_and_single_accents_are_no_mojibake(word: str) -> None:
    plain = "".join(c if c.isascii() else "x" for c in word)
    assert not is_mojibake(plain)


@pytest.mark.parametrize("text", ["Café", "Привет", "Łódź", "中国移动", "naïve “quoted”", "Zażółć"])
@pytest.mark.parametrize("wrong", ["cp1252", "cp1251", "cp1250"])
def test_utf8_read_otherwise_is_recognised(text: str, wrong: str) -> None:
    signs = []
    for code in text.encode():
        try:
            signs.append(bytes([code]).decode(wrong))
        except UnicodeDecodeError:
            signs.append(chr(code))  # as Windows does with a byte that has no sign
    assert repaired("".join(signs)) == text
    assert not is_mojibake(text)


def test_blanks_and_titles_do_not_move_rows(tmp_path: Path) -> None:
    content = "sep=,\nCompanies\n\n" + COMPANIES + "c3,\n"
    found = check_client(str(write_client(tmp_path, {"companies.csv": content})))
    missing = found[found["kind"] == "missing_value"]
    assert missing[["row", "column"]].values.tolist() == [[6, "name"]]


def test_reading_plainly_is_the_default() -> None:
    assert Locale() == PLAIN
    assert Locale(thousands="\u202f").thousands == " "  # type: ignore[arg-type]
    assert Locale(thousands="’").thousands == "'"  # type: ignore[arg-type]
    assert Locale(separator="\t").separator == "tab"  # type: ignore[arg-type]
    assert Locale(encoding="Windows-1251").encoding == "cp1251"  # type: ignore[arg-type]
