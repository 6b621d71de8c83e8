"""Files in other encodings: read where that is certain or declared, else refused with a guess."""

from __future__ import annotations

import codecs
from collections.abc import Iterator

from tests.contracts.bad_inputs.case import Case, Finding, R, W, config, given
from tests.contracts.folders import COMPANIES

FAMILY = "encodings"
NAMES = {
    "Russian": ("Магазин у дома", "Розничная торговля"),
    "Polish": ("Żabka Łódź", "Sprzedaż detaliczna"),
    "French": ("Café de l'Été", "Hôtellerie"),
    "Chinese": ("全聚德集团", "餐饮零售"),
}
OWN = {"Russian": "cp1251", "Polish": "cp1250", "French": "cp1252", "Chinese": "gb18030"}
FOREIGN = (
    ("Russian", "koi8_r"),
    ("Russian", "cp866"),
    ("Polish", "iso8859_2"),
    ("French", "mac_roman"),
)
# Which declared encoding a file in another one is read with, and what comes of it.
MISTAKEN = (
    ("Russian", "cp1251", "cp1252", "doubtful_encoding"),
    ("Russian", "koi8_r", "cp1251", "doubtful_encoding"),
    ("French", "utf-8", "cp1252", "not_declared_encoding"),
    ("Chinese", "utf-8", "gb18030", "not_declared_encoding"),
)


def _text(language: str) -> str:
    name, industry = NAMES[language]
    return f"company_id,name,industry\na1,{name},{industry}\nb2,Beta,Retail\n"


def cases() -> Iterator[Case]:
    """All cases of the family."""
    for language in NAMES:
        yield from _unicode(language)
        yield from _own(language, OWN[language])
    for language, encoding in FOREIGN:
        yield _refused(f"{language} as {encoding}", _text(language).encode(encoding), encoding)
    for case in MISTAKEN:
        yield _mistaken(*case)
    yield from _damaged()
    yield from _mangled()


def _read(name: str, data: bytes, truth: str, locale: str = "", *findings: Finding) -> Case:
    return given(name, FAMILY, "companies", data, truth, *findings, client_yml=config(locale))


def _unicode(language: str) -> Iterator[Case]:
    text = _text(language)
    yield _read(f"{language} with a byte order mark", codecs.BOM_UTF8 + text.encode(), text)
    for encoding, mark in (("utf-16-le", codecs.BOM_UTF16_LE), ("utf-16-be", codecs.BOM_UTF16_BE)):
        data = mark + text.encode(encoding)
        yield _read(f"{language} as {encoding}", data, text)


def _own(language: str, encoding: str) -> Iterator[Case]:
    text = _text(language)
    data = text.encode(encoding)
    yield _refused(f"{language} as {encoding}, undeclared", data, encoding)
    yield _read(
        f"{language} as {encoding}, declared", data, text, f"locale: {{encoding: {encoding}}}"
    )


def _refused(name: str, data: bytes, encoding: str) -> Case:
    try:
        data.decode("utf-8")
        raise AssertionError(f"{name} is UTF-8 too")
    except UnicodeDecodeError as error:
        value = repr(data[error.start : error.start + 8])[2:-1]
    finding: Finding = ("companies.csv", None, None, "not_utf8", R, value)
    return given(name, FAMILY, "companies", data, None, finding)


def _mistaken(language: str, encoding: str, declared: str, kind: str) -> Case:
    data = _text(language).encode(encoding)
    doubtful = kind == "doubtful_encoding"
    read = data.decode(declared) if doubtful else None
    findings: list[Finding] = [("companies.csv", None, None, kind, R, declared)]
    if doubtful and declared == "cp1252":  # Cyrillic as Western letters gives itself away
        words = (part.encode(encoding).decode(declared) for part in NAMES[language])
        findings += [
            ("companies.csv", 2, column, "mojibake", W, word)
            for column, word in zip(("name", "industry"), words, strict=True)
        ]
    return given(
        f"{language} in {encoding}, declared as {declared}", FAMILY, "companies", data, read,
        *findings, client_yml=config(f"locale: {{encoding: {declared}}}"),
    )  # fmt: skip


def _damaged() -> Iterator[Case]:
    """Files that are in no encoding, or end in the middle of a sign."""
    text = _text("Russian")
    wide = codecs.BOM_UTF16_LE + text.encode("utf-16-le")
    broken = {
        "UTF-8 that ends inside a sign": (f"{COMPANIES}c3,ы".encode()[:-1], "\\xd1"),
        "UTF-16 that ends inside a sign": (wide[:-1], None),
        "UTF-16 without a mark": (text.encode("utf-16-le"), None),
        "random bytes": (bytes(range(255, 127, -1)) * 4, None),
    }
    for name, (data, value) in broken.items():
        yield given(
            name, FAMILY, "companies", data, None,
            ("companies.csv", None, None, "not_utf8", R, value or _first_bad(data)),
        )  # fmt: skip
    yield _read("UTF-32 with a mark", text.encode("utf-32"), text)


def _first_bad(data: bytes) -> str:
    encoding = "utf-16" if data.startswith(codecs.BOM_UTF16_LE) else "utf-8"
    try:
        data.decode(encoding)
        start = 0
    except UnicodeDecodeError as error:
        start = error.start
    return repr(data[start : start + 8])[2:-1]


def _mangled() -> Iterator[Case]:
    """Text that was read in a wrong encoding before it was sent: said, and left as it is."""
    texts = {
        "UTF-8 read as cp1252": "Café Été".encode().decode("cp1252"),
        "UTF-8 read as cp1251": "Выручка".encode().decode("cp1251"),
        "UTF-8 read as cp1250": "Łódź Żabka".encode().decode("cp1250", "replace"),
        "cp1251 read as cp1252": "Магазин".encode("cp1251").decode("cp1252"),
        "letters replaced": "Caf\ufffd",
        "letters replaced by question marks": "???????",
    }
    for name, text in texts.items():
        sent = COMPANIES.replace("Beta", text)
        yield given(
            name, FAMILY, "companies", sent, sent,
            ("companies.csv", 3, "name", "mojibake", W, text),
        )  # fmt: skip
    for text in (
        "Ünïcödé",
        "ÉLÉPHANT Ñandú Łódź",
        "Ð",
        "naïve café – “quoted”",
        "¿Qué? ¡Sí!",
        "Straße № 5",
    ):
        sent = COMPANIES.replace("Beta", text)
        yield given(f"{text} is sound", FAMILY, "companies", sent, sent)
