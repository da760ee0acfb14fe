"""Names as people type them: without diacritics, without official words, in any Unicode form.

`fold` turns "Hải Dương", composed or decomposed, and "HAI DUONG" into "hai duong"; `đ` becomes
`d`, an apostrophe joins ("R'lấp" is "rlap"), every other sign separates, and 01 is 1, because
both "Phường 01" and "Phường 1" are written.
"""

import re
import unicodedata
from typing import Final, NamedTuple

_LETTERS: Final = str.maketrans({"đ": "d", "ð": "d", "ł": "l", "ø": "o", "æ": "ae", "œ": "oe"})
_LATIN_MARKS: Final = re.compile("[\u0300-\u036f]")
"""Accents of Latin letters; other scripts' marks are found by their category."""
_APOSTROPHES: Final = re.compile(r"['`’ʼ´]")
_WORDS: Final = re.compile(r"[^\W_]+")
_ZEROS: Final = re.compile(r"\b0+(?=\d)")
_GLUED: Final = re.compile(r"(q|p)(\d+)")

NAME_LENGTH: Final = 160
FULL_LENGTH: Final = 200
"""Folding can make a text longer: ﷺ becomes eighteen letters."""

OFFICIAL_WORDS: Final = (
    "thanh pho",
    "thi tran",
    "thi xa",
    "dac khu",
    "to dan pho",
    "khu pho",
    "tinh",
    "huyen",
    "quan",
    "phuong",
    "xa",
    "thon",
    "ban",
    "ap",
)
"""Kinds of units in Vietnam, folded; a search works with or without them."""
ABBREVIATIONS: Final = {
    "tp": "thanh pho",
    "tx": "thi xa",
    "tt": "thi tran",
    "tdp": "to dan pho",
    "kp": "khu pho",
    "q": "quan",
    "h": "huyen",
    "p": "phuong",
    "x": "xa",
}
"""How the same words are shortened in addresses."""


ENGLISH_WORDS: Final = ("province", "city", "district", "commune", "ward", "town", "village")
"""The same in English, where they stand behind the name."""


def composed(text: str) -> str:
    """Return `text` in Unicode form NFC, each run of white space one space."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def fold(text: str) -> str:
    """Return the lower-case words of `text` without diacritics, separated by one space."""
    # Once before folding the case and once after: 𝗔 has no small letter, and İ becomes two.
    lower = unicodedata.normalize("NFKD", text).casefold()
    bare = _LATIN_MARKS.sub("", unicodedata.normalize("NFKD", lower))
    if not bare.isascii():
        bare = "".join(letter for letter in bare if unicodedata.category(letter)[0] != "M")
    words = _WORDS.findall(_APOSTROPHES.sub("", bare.translate(_LETTERS)))
    return _ZEROS.sub("", " ".join(words))


class SearchTexts(NamedTuple):
    """What a search compares, cut to the width of the columns."""

    search_name: str
    search_full: str
    initials: str


def search_texts(name: str, full_name: str) -> SearchTexts:
    """Return what a search compares of a unit with these names."""
    folded = fold(name)
    return SearchTexts(folded[:NAME_LENGTH], fold(full_name)[:FULL_LENGTH], initials(folded))


def initials(folded: str) -> str:
    """Return the first letters of folded words, numbers whole: "hai duong" is "hd"."""
    return "".join(word if word.isdigit() else word[0] for word in folded.split())[:16]


def spelled_out(folded: str) -> str:
    """Return a folded text with its leading abbreviation written out: "tp hd", "q1", "p 9"."""
    folded = _GLUED.sub(r"\1 \2", folded) if _GLUED.fullmatch(folded) else folded
    first, _, others = folded.partition(" ")
    return f"{ABBREVIATIONS[first]} {others}" if others and first in ABBREVIATIONS else folded


def without_official_word(folded: str) -> str:
    """Return a folded text without the kind of unit it starts with, if anything is left then.

    An English kind at its end goes, too: "hai duong province".
    """
    text = spelled_out(folded)
    before, _, last = text.rpartition(" ")
    if before and last in ENGLISH_WORDS:
        return before
    for word in OFFICIAL_WORDS:
        if text.startswith(f"{word} "):
            return text[len(word) + 1 :]
    return text
