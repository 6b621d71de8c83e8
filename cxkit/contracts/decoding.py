"""A file's bytes to text: UTF-8, UTF-16 with its mark, or the encoding that was declared.

Nothing is guessed. What is in none of these is refused, with the encoding that its letters
speak for and the way out.
"""

from __future__ import annotations

import codecs

from cxkit.contracts.findings import Findings
from cxkit.contracts.letters import DECLARABLE, Guess, likely_encodings
from cxkit.contracts.locales import Locale
from cxkit.contracts.strict import quoted

# Files that go by the name of a CSV without being one, by how they start.
OTHERS = {
    b"PK\x03\x04": "an Excel workbook or another zip file",
    b"\xd0\xcf\x11\xe0": "an old or encrypted Excel workbook",
    b"PAR1": "a Parquet file",
    b"%PDF": "a PDF",
    b"\x1f\x8b": "a gzip file",
}
WIDE = {
    codecs.BOM_UTF32_LE: "utf-32",  # before UTF-16, whose mark is its start
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
AS_UTF8 = 'save the file as "CSV UTF-8"'


def decode(file: str, data: bytes, locale: Locale, findings: Findings) -> str | None:
    """The file's text without its byte order mark; None with a finding where it is not read."""
    for start, name in OTHERS.items():
        if data.startswith(start):
            way_out = "save it as CSV, or give it the ending of what it is"
            findings.add(file, "unreadable_file", f"this is {name}, not a CSV file", way_out)
            return None
    for mark, encoding in WIDE.items():
        if data.startswith(mark):
            return _wide(file, data, encoding, findings)
    if locale.encoding == "utf-8" or data.startswith(codecs.BOM_UTF8):
        return _utf8(file, data, findings)
    return _declared(file, data, locale.encoding, findings)


def _wide(file: str, data: bytes, encoding: str, findings: Findings) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        found = f"the file begins as {encoding.upper()} and is damaged at byte {error.start + 1:,}"
        findings.add(file, "not_utf8", found, AS_UTF8, value=_bytes_at(data, error.start))
        return None


def _utf8(file: str, data: bytes, findings: Findings) -> str | None:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        found = f"line {_line(data, error.start)} is not UTF-8"
        guesses = likely_encodings(data)
        declarable = [guess.encoding for guess in guesses if guess.encoding in DECLARABLE]
        way_out = AS_UTF8 + _declaration(declarable)
        value = _bytes_at(data, error.start)
        findings.add(file, "not_utf8", found + _reading(guesses), way_out, value=value)
        return None
    if 4 * text.count("\0") > len(text):
        found = "the file is UTF-16 without a byte order mark"
        findings.add(file, "not_utf8", found, AS_UTF8, value=_bytes_at(data, 0))
        return None
    return text


def _declaration(encodings: list[str]) -> str:
    """The line of client.yml that would have a file read, with what else it might be."""
    if not encodings:
        return ""
    first, *others = encodings
    rest = f" (or {', '.join(others)})" if others else ""
    return f", or put locale: {{encoding: {first}}}{rest} into client.yml"


def _declared(file: str, data: bytes, encoding: str, findings: Findings) -> str | None:
    """Text in the declared encoding, unless it is UTF-8 after all."""
    if not data.isascii() and _is_utf8(data):
        findings.add(
            file,
            "not_declared_encoding",
            f"client.yml declares {encoding}, but this file is UTF-8",
            "take the encoding out of client.yml, and save every file as UTF-8",
            value=encoding,
        )
        return None
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        guesses = likely_encodings(data)
        line, value = _line(data, error.start), _bytes_at(data, error.start)
        found = f"line {line} is not {encoding}, which client.yml declares{_reading(guesses)}"
        way_out = AS_UTF8 + ", and take the encoding out of client.yml"
        findings.add(file, "not_declared_encoding", found, way_out, value=value)
        return None
    _report_doubt(file, data, text, encoding, findings)
    return text


def _report_doubt(file: str, data: bytes, text: str, encoding: str, findings: Findings) -> None:
    """Nearly every byte is a letter in the wrong encoding too, only not one that makes sense."""
    guesses = [] if data.isascii() else likely_encodings(data)
    if guesses and all(data.decode(guess.encoding) != text for guess in guesses):
        findings.add(
            file,
            "doubtful_encoding",
            f"read as {encoding}, which client.yml declares, its words make no sense"
            + _reading(guesses),
            "correct locale: {encoding: ...} in client.yml, or " + AS_UTF8,
            value=encoding,
        )


def _reading(guesses: list[Guess]) -> str:
    """What the file's letters speak for, each encoding with a word as it would read."""
    if not guesses:
        return ""
    said = [guess.name + (f": {quoted(guess.word, 30)}" if guess.word else "") for guess in guesses]
    return "; by its letters it is " + ", or ".join(said)


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _line(data: bytes, at: int) -> int:
    return data[:at].count(b"\n") + 1


def _bytes_at(data: bytes, at: int) -> str:
    return repr(data[at : at + 8])[2:-1]
