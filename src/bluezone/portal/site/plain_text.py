"""Text as people type it, in paragraphs and links; nothing of it is ever HTML.

Only `http` and `https` addresses become links; everything else stays what it looks like.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

_LINK: Final = re.compile(r"https?://[^\s<>\"'“”‘’]+")
_TRAILING: Final = ".,;:!?)]}»…"


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text; `url` is empty unless it is a link."""

    text: str
    url: str


def clean(text: str) -> str:
    """Return `text` in composed form, without control characters, with single line ends."""
    lines = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    kept = [
        mark for mark in lines if mark == "\n" or unicodedata.category(mark) not in {"Cc", "Cs"}
    ]
    # Marks that turn the direction of writing can make an address look like another one.
    return "".join(mark for mark in kept if unicodedata.bidirectional(mark) not in _TURNING)


_TURNING: Final = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})


def paragraphs(text: str) -> list[list[list[Piece]]]:
    """Return paragraphs (parted by an empty line), each its lines, each line its pieces."""
    blocks = re.split(r"\n\s*\n", clean(text).strip())
    return [[pieces(line) for line in block.split("\n")] for block in blocks if block.strip()]


def pieces(line: str) -> list[Piece]:
    """Return a line as text and links in their order."""
    found, end = [], 0
    for match in _LINK.finditer(line):
        url = match.group().rstrip(_TRAILING)
        if match.start() > end:
            found.append(Piece(line[end : match.start()], ""))
        found.append(Piece(url, url))
        end = match.start() + len(url)
    if end < len(line) or not found:
        found.append(Piece(line[end:], ""))
    return found
