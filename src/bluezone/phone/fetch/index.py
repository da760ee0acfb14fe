"""The list of files that a server offers: read as data, never as instructions.

Source: `spec/server-rules.md` 1.6: plain ASCII, one relative path a line, oldest first,
named `<start>-<end>-<number>.zip`. The surprising decision: a line that is not such a name
is counted and passed over. It cannot point the phone to another server or folder, and it
cannot hide the lines after it.
"""

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

from bluezone.phone.fetch.settings import MAX_INDEX_LINES
from bluezone.protocol.scheme import Scheme

_LINE: Final = re.compile(
    r"(?:[A-Za-z0-9_][A-Za-z0-9._-]{0,63}/){0,7}([0-9]{1,12})-([0-9]{1,12})-[0-9]{5}\.zip"
)


@dataclass(frozen=True, slots=True, order=True)
class OfferedFile:
    """One line of an index.

    Attributes:
        start_s: first second of its window, Unix UTC, as its name says.
        end_s: first second after the window; later files of one window move it a little.
        path: relative to the export root.
        scheme: the scheme of the index that lists it.
    """

    start_s: int
    end_s: int
    path: str
    scheme: Scheme


@dataclass(frozen=True, slots=True)
class Index:
    """The files of one index, in its order, and the number of lines passed over."""

    files: tuple[OfferedFile, ...]
    odd_lines: int


def parse_index(data: bytes, scheme: Scheme) -> Index:
    """Return what an index lists; any bytes give an `Index`.

    Args:
        data: at most 1 MiB; lines after the 20,000th are passed over.
        scheme: what its files should hold.
    """
    lines = [line.strip() for line in data.decode("ascii", "replace").splitlines()]
    named = [line for line in lines if line]
    found = [_offered(line, scheme) for line in named[:MAX_INDEX_LINES]]
    files = tuple(dict.fromkeys(file for file in found if file is not None))
    return Index(files, len(named) - sum(file is not None for file in found))


def is_covered(file: OfferedFile, longer: Sequence[OfferedFile], done: AbstractSet[str]) -> bool:
    """Say whether longer packages that were handled contain a file's whole window.

    Every longer package that touches the window must be handled, since one window may be
    cut into several files; a refused package therefore never hides the shorter ones.
    """
    touching = [one for one in longer if one.start_s < file.end_s and file.start_s < one.end_s]
    contains = any(one.start_s <= file.start_s and file.end_s <= one.end_s for one in touching)
    return contains and all(one.path in done for one in touching)


def _offered(line: str, scheme: Scheme) -> OfferedFile | None:
    match = _LINE.fullmatch(line)
    if match is None:
        return None
    start_s, end_s = int(match[1]), int(match[2])
    return OfferedFile(start_s, end_s, line, scheme) if start_s < end_s else None
