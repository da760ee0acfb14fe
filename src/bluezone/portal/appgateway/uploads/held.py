"""Bytes of a part that is kept, in memory that can be overwritten.

They lie in blocks that never move: a `bytearray` that grows is copied by the allocator, and
nobody could wipe what it leaves behind.
"""

from typing import Final, Protocol

from bluezone.portal.appgateway.uploads.errors import PartTooLargeError

BLOCK_BYTES: Final = 65_536


class PartSink(Protocol):
    """Where the bytes of a part go, instead of nowhere."""

    def write(self, piece: memoryview) -> None:
        """Take over the next bytes; they must be copied, or forgotten, before this returns."""


class HeldBytes:
    """A value that is kept for the length of a request."""

    __slots__ = ("_blocks", "_limit", "_size")

    def __init__(self, *, limit: int) -> None:
        """Begin empty.

        Args:
            limit: most bytes.
        """
        self._limit = limit
        self._size = 0
        self._blocks: list[bytearray] = []

    def write(self, piece: memoryview) -> None:
        """Copy `piece` to the end.

        Raises:
            PartTooLargeError: that would be more than the limit.
        """
        if self._size + len(piece) > self._limit:
            raise PartTooLargeError(f"a part is larger than {self._limit} bytes")
        while len(piece):
            room = self._room()
            taken = piece[: len(room)]
            room[: len(taken)] = taken
            self._size += len(taken)
            piece = piece[len(taken) :]

    def wipe(self) -> None:
        """Overwrite every byte with zero and be empty."""
        for block in self._blocks:
            block[:] = bytes(len(block))
        self._blocks.clear()
        self._size = 0

    def value(self) -> bytes:
        """Return a copy, which cannot be wiped."""
        return bytes(self.copy())

    def copy(self) -> bytearray:
        """Return a copy, which whoever asked for it overwrites."""
        copied = bytearray(self._size)
        for number, block in enumerate(self._blocks):
            start = number * BLOCK_BYTES
            copied[start : start + BLOCK_BYTES] = memoryview(block)[: self._size - start]
        return copied

    def __len__(self) -> int:
        return self._size

    def __repr__(self) -> str:
        return f"HeldBytes({self._size} bytes)"

    def _room(self) -> memoryview:
        """Return the part of the last block that is free."""
        used = self._size % BLOCK_BYTES
        if used == 0:
            self._blocks.append(bytearray(min(BLOCK_BYTES, self._limit)))
        return memoryview(self._blocks[-1])[used:]
