"""A parser of multipart bodies that keeps the parts it was asked for and nothing else.

Source: spec/bluezone-wire.md 3.2 (exact multipart bytes), 3.4 rules 4 and 5. It takes every
layout of the published app: boundaries of RNFetchBlob, of OkHttp and `*****`, names in any case,
lengths inside parts. A byte of a part that nobody keeps is looked at once, in the chunk that the
server handed over, by one search for the boundary; it is never copied, decoded or counted.

Why not python-multipart: measured side by side both take 1.5 to 7 GB/s, so speed does not decide.
It hands out every byte of every part and would be a new dependency; here a byte that is to be
dropped never leaves the search, which is the promise to be kept.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from bluezone.portal.appgateway.uploads.delimiter import Delimiter
from bluezone.portal.appgateway.uploads.errors import (
    DuplicatePartError,
    MalformedUploadError,
    PartTooLargeError,
    TooManyPartsError,
    TruncatedUploadError,
)
from bluezone.portal.appgateway.uploads.heads import part_name
from bluezone.portal.appgateway.uploads.held import HeldBytes, PartSink

HEAD_BYTES: Final = 2_048
"""Of the head of one part; the largest published one has about 120."""
PARTS: Final = 16
"""Published bodies have five."""
_CLOSED: Final = b"--"
_HEAD_END: Final = b"\r\n\r\n"

Sinks = Callable[[str], PartSink | None]


@dataclass(slots=True)
class Parts:
    """The kept parts of one body, until they are wiped.

    Attributes:
        held: their bytes by name.
    """

    held: dict[str, HeldBytes] = field(default_factory=dict, repr=False)

    def text(self, name: str) -> str:
        """Return a part as text without white space around it; "" if it did not come.

        Version 2.0.4 writes one more CRLF behind a value.

        Raises:
            MalformedUploadError: it is not UTF-8.
        """
        value = self.held.get(name)
        if value is None:
            return ""
        try:
            return value.value().decode("utf-8").strip()
        except UnicodeDecodeError:
            raise MalformedUploadError("a part is not UTF-8") from None

    def wipe(self) -> None:
        """Overwrite what was kept."""
        for value in self.held.values():
            value.wipe()
        self.held.clear()


class MultipartParser:
    """Takes a body in chunks of any size; the same body gives the same parts however it is cut."""

    def __init__(
        self, boundary: bytes, *, keep: Mapping[str, int], sink: Sinks = lambda _: None
    ) -> None:
        """Begin before the first boundary.

        Args:
            boundary: from the content type.
            keep: most bytes of each part that is kept, by name.
            sink: asked for every other part by its name when it begins; None drops it.
        """
        self.parts: Final = Parts()
        self._keep = keep
        self._sink = sink
        self._delimiter = Delimiter(boundary)
        self._head = bytearray()
        self._target: PartSink | None = None
        self._count = 0
        self._state = self._skip_to_boundary
        self._closed = False

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes.

        Raises:
            BadBodyError: the body is not what it should be; nothing more may be fed.
        """
        at = 0
        while at < len(chunk) and not self._closed:
            at = self._state(chunk, at)

    def finish(self) -> Parts:
        """Return the parts that were kept.

        Raises:
            TruncatedUploadError: the last boundary has not come.
        """
        if not self._closed:
            raise TruncatedUploadError("the body ended before its last boundary")
        return self.parts

    def wipe(self) -> None:
        """Overwrite everything that was kept, whatever state this is in."""
        self._wipe_head()
        self.parts.wipe()

    def _skip_to_boundary(self, chunk: bytes, at: int) -> int:
        """Pass by a part's content, or whatever stands before the first boundary."""
        step = self._delimiter.look(chunk, at)
        if self._target is not None:
            _write(self._target, self._delimiter.text[: step.late])
            self._target.write(memoryview(chunk)[at : step.end])
        if step.after is None:
            return len(chunk)
        self._target = None
        self._state = self._read_head
        return step.after

    def _read_head(self, chunk: bytes, at: int) -> int:
        """Take the line end of the boundary and the head up to its empty line."""
        if len(self._head) < len(_CLOSED):
            self._take(chunk, at, at + 1)
            self._closed = self._head == _CLOSED
            return at + 1
        line = chunk.find(b"\n", at) + 1 or len(chunk)
        self._take(chunk, at, line)
        if self._head.endswith(_HEAD_END):
            self._begin_part()
        return line

    def _take(self, chunk: bytes, at: int, end: int) -> None:
        if len(self._head) + end - at > HEAD_BYTES:
            raise PartTooLargeError(f"the head of a part is larger than {HEAD_BYTES} bytes")
        self._head += memoryview(chunk)[at:end]

    def _begin_part(self) -> None:
        self._count += 1
        if self._count > PARTS:
            raise TooManyPartsError(f"more than {PARTS} parts")
        padding, _, _ = self._head.partition(b"\r\n")
        if padding.strip(b" \t"):
            raise MalformedUploadError("a boundary is followed by something else")
        self._target = self._target_of(part_name(self._head))
        self._wipe_head()
        self._state = self._skip_to_boundary

    def _target_of(self, name: str) -> PartSink | None:
        limit = self._keep.get(name)
        if limit is None:
            return self._sink(name)
        if name in self.parts.held:
            raise DuplicatePartError("a part came twice")
        held = self.parts.held[name] = HeldBytes(limit=limit)
        return held

    def _wipe_head(self) -> None:
        self._head[:] = bytes(len(self._head))
        self._head.clear()


def _write(sink: PartSink, piece: bytes) -> None:
    if piece:
        sink.write(memoryview(piece))
