"""Text that was read in the wrong encoding before it was sent, and now is wrong for good.

It is valid UTF-8, so only its look gives it away: UTF-8 taken for a Windows encoding
("CafÃ©"), Cyrillic taken for Western letters ("Âûðó÷êà"), letters replaced by marks ("Caf\ufffd").
"""

from __future__ import annotations

import re
from functools import cache

from cxkit.contracts.letters import LEAST, cyrillic_score

LOST = re.compile("\ufffd|锟斤拷|\\?{3,}")
_WRONG = ("cp1252", "cp1251", "cp1250")  # what UTF-8 is mistaken for
_WORD = re.compile(r"[\u00c0-\u00ff\u00a8\u00aa\u00af\u00b2\u00b3\u00b8\u00ba\u00bf]+")
_ODD = 5  # letters in a row with accents: more than any word of a Western language has
# Letters and signs of business text: Latin, Greek, Cyrillic, punctuation, currency, Chinese.
_EXPECTED = re.compile(
    r"[\x20-\x7e\xa0-\u017f\u0218-\u021b\u0386-\u03ce\u0401-\u045f\u0490\u0491\u2010-\u203a\u20ac\u2116\u2122"
    r"\u3000-\u30ff\u4e00-\u9fff\uff01-\uff5e\U0001f300-\U0001faff\u200d\ufe0f]+"
)


def is_mojibake(text: str) -> bool:
    """Whether a text shows the marks of a wrong encoding."""
    if text.isascii():
        return "???" in text
    return bool(LOST.search(text)) or repaired(text) is not None


def repaired(text: str) -> str | None:
    """What a mangled text was before, as far as that can be told; None for a sound one."""
    for encoding in _WRONG:
        data = _bytes(text, encoding)
        right = _decoded(data) if data is not None else None
        if right is not None and _EXPECTED.fullmatch(right):
            return right
    return _cyrillic(text)


def _decoded(data: bytes) -> str | None:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _cyrillic(text: str) -> str | None:
    """Words of accented letters only, if as Cyrillic they make sense."""
    if any(ord(c) >= 0x400 for c in text):
        return None
    words = _WORD.findall(text)
    data = [_bytes(word, "cp1252") for word in words]
    right = [code.decode("cp1251", "replace") for code in data if code is not None]
    long = max(map(len, words), default=0) >= _ODD
    if not long or len(right) < len(words) or cyrillic_score(right) < LEAST:
        return None
    found = iter(right)
    return _WORD.sub(lambda _: next(found), text)


def _bytes(text: str, encoding: str) -> bytes | None:
    """The text's bytes in an encoding; a byte it has no sign for stays what it is."""
    table = _table(encoding)
    codes = [ord(c) if c.isascii() else table.get(c, -1) for c in text]
    return None if -1 in codes or max(codes, default=0) < 0x80 else bytes(codes)


@cache
def _table(encoding: str) -> dict[str, int]:
    signs: dict[str, int] = {}
    for code in range(0x80, 0x100):
        sign = bytes([code]).decode(encoding, "ignore")
        signs[sign or chr(code)] = code
    return signs
