"""Which encoding bytes are in, judged by the letters they would be.

A guess is only ever said in a message: what is read is what `client.yml` declares. A word is
plausible if all its letters belong to the languages of its encoding and its capitals stand
where capitals do; Cyrillic ones are weighed by how frequent the letters are, because in the
wrong one of two Cyrillic encodings every letter is still a letter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

# Of encodings that give the same text the one named first is said.
NAMES = {
    "cp1252": "Windows Western (cp1252)",
    "cp1251": "Windows Cyrillic (cp1251)",
    "cp1250": "Windows Central European (cp1250)",
    "gb18030": "Chinese (gb18030)",
    "koi8_r": "Cyrillic KOI8-R",
    "cp866": "DOS Cyrillic (cp866)",
    "iso8859_2": "ISO 8859-2",
    "mac_roman": "Mac Roman",
}
DECLARABLE = ("cp1250", "cp1251", "cp1252", "gb18030")
SAMPLE = 50_000  # bytes of lines with other than ASCII that are looked at
LEAST, CLOSE = 0.5, 0.1  # the score of a guess, and how near another must be to be named too

_FREQUENT = "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъёіїєґ"
_PER_THOUSAND = (
    *(110, 85, 80, 74, 67, 63, 55, 47, 45, 44, 35, 32, 30, 28, 26, 20, 19, 17, 17, 17, 16, 14),
    *(12, 10, 9, 7, 6, 5, 4, 3, 3, 1, 1, 30, 6, 5, 1),
)
_SHARES = {c: n / 1000 for c, n in zip(_FREQUENT, _PER_THOUSAND, strict=True)}
_USUAL_SHARE = 0.045  # the mean share of the letters of running Russian text is some 0.06
_CENTRAL = frozenset("ąćęłńóśźżáčďéěíňřšťúůýžőűöüäôľĺŕđăâîșțşţß")
_WESTERN = frozenset("áàâäãåæçéèêëíìîïñóòôöõøœúùûüýÿßšžðþ")
_LETTERS = {
    "cp1250": _CENTRAL,
    "iso8859_2": _CENTRAL,
    "cp1252": _WESTERN,
    "mac_roman": _WESTERN,
}
_BETWEEN = re.compile(r"[\x00-\x40\[-`{-\x7f\xa0«»„“”‘’‚‹›–—…№€™®°§]+")
_RARE = 0.95  # what nobody writes any more is not named first
_MOST_ACCENTED = 0.75  # of a text's letters: Łódź has that many, Cyrillic taken for Latin all


@dataclass(frozen=True)
class Guess:
    """An encoding, what people call it, how well it fits (0 to 1), and a word it would give."""

    encoding: str
    name: str
    score: float
    word: str


def likely_encodings(data: bytes) -> list[Guess]:
    """The encodings whose letters make sense, best first; as good ones follow, others do not."""
    sample = _sample(data)
    texts: dict[str, str] = {}
    for encoding in NAMES:
        try:
            texts[encoding] = sample.decode(encoding)
        except UnicodeDecodeError:
            continue
    scores = {encoding: score(encoding, text) for encoding, text in texts.items()}
    best = max(scores.values(), default=0.0)
    near = [e for e in texts if scores[e] >= max(LEAST, best - CLOSE)]
    found: dict[str, Guess] = {}
    for encoding in near:
        word = max(_words(texts[encoding]), key=len, default="")
        found.setdefault(texts[encoding], Guess(encoding, NAMES[encoding], scores[encoding], word))
    return sorted(found.values(), key=lambda guess: -guess.score)


def _sample(data: bytes) -> bytes:
    lines, size = [], 0
    for line in data.split(b"\n"):
        if not line.isascii():
            lines.append(line[:SAMPLE] if size == 0 else line)
            size += len(line)
        if size > SAMPLE:
            break
    return b"\n".join(lines)


def score(encoding: str, text: str) -> float:
    """How well a text's words with other than ASCII fit the languages of an encoding, 0 to 1."""
    if encoding == "gb18030":
        return _han_score(text)
    words = list(_words(text))
    if not words:  # nothing but dashes, quotes and the like, which Windows encodings share
        return float(encoding.startswith("cp125"))
    if encoding in _LETTERS:
        fit = sum(_is_latin(word, _LETTERS[encoding]) for word in words) / len(words)
        letters = "".join(words)
        accented = sum(not c.isascii() for c in letters) / len(letters)
        rare = _RARE if encoding == "mac_roman" else 1.0
        return rare * fit if accented <= _MOST_ACCENTED else 0.0
    return cyrillic_score(words)


def cyrillic_score(words: list[str]) -> float:
    """How well words fit Russian or Ukrainian, 0 to 1."""
    good = [word.lower() for word in words if _is_cyrillic(word)]
    shares = [_SHARES[letter] for word in good for letter in word]
    if not shares:
        return 0.0
    usual = min(1.0, sum(shares) / len(shares) / _USUAL_SHARE)
    return usual * len(good) / len(words)


def _words(text: str) -> Iterator[str]:
    """Words with a letter or sign beyond ASCII."""
    return (word for word in _BETWEEN.split(text) if word and not word.isascii())


def _is_latin(word: str, letters: frozenset[str]) -> bool:
    known = all(c.isascii() or c in letters for c in word.lower())
    return known and _is_cased(word)


def _is_cyrillic(word: str) -> bool:
    return all(letter in _SHARES for letter in word.lower()) and _is_cased(word)


def _is_cased(word: str) -> bool:
    """Capitals throughout, nowhere, or first."""
    return word.isupper() or word[1:].islower() or len(word) == 1


def _han_score(text: str) -> float:
    """The share of common Chinese characters, which stand first in their standard."""
    signs = [c for c in text if not c.isascii()]
    if not signs:
        return 0.0
    common = 0
    for sign in signs:
        code = sign.encode("gb18030")
        common += len(code) == 2 and (0xA1 <= code[0] <= 0xA3 or 0xB0 <= code[0] <= 0xD7)
        common -= len(code) == 2 and code[1] < 0xA1  # beyond the first standard
    return max(0.0, common / len(signs))
