"""Holding a history in memory while nobody knows yet whether its sender agreed to share it.

Source: spec/bluezone-wire.md 3.2 (parts in wire order: the history comes before the code). A
history is held only while a code is open whose person chose to share contacts; one that is too
large, or one too many at a time, is dropped, and the keys behind it are taken without it.
"""

from typing import Final

from bluezone.portal.appgateway.uploads.held import HeldBytes

PART: Final = "history"
AT_ONCE: Final = 16
"""Histories held at the same time by one process: with the default limit at most 80 MB."""


class Places:
    """So many histories may be held at a time."""

    def __init__(self, count: int) -> None:
        """Begin with all places free."""
        self.free = count

    def take(self) -> bool:
        """Take a place; False if there is none."""
        if self.free == 0:
            return False
        self.free -= 1
        return True

    def give_back(self) -> None:
        """Free a place that was taken."""
        self.free += 1


PLACES: Final = Places(AT_ONCE)


class HeldHistory:
    """The history of one upload: a sink for its part, empty once it is too large."""

    def __init__(self, *, limit: int, places: Places = PLACES) -> None:
        """Hold nothing yet.

        Args:
            limit: most bytes.
            places: where a place is taken when the part begins.
        """
        self._held = HeldBytes(limit=limit)
        self._limit = limit
        self._places = places
        self._has_place = False
        self._is_given_up = False

    def sink(self, name: str) -> "HeldHistory | None":
        """Return where the part `name` goes: here for the history, if there is a place."""
        if name != PART or self._is_given_up:
            return None
        if not self._has_place:
            self._has_place = self._places.take()
        return self if self._has_place else None

    def write(self, piece: memoryview) -> None:
        """Hold the next bytes, or nothing any more if they are too many."""
        if not self._is_given_up and len(self._held) + len(piece) > self._limit:
            self._is_given_up = True
            self._held.wipe()
        if not self._is_given_up:
            self._held.write(piece)

    def copy(self) -> bytearray | None:
        """Return the history, to be overwritten by the caller; None if there is none."""
        return self._held.copy() if len(self._held) else None

    def wipe(self) -> None:
        """Overwrite what is held and free the place; can be called twice."""
        self._held.wipe()
        if self._has_place:
            self._places.give_back()
        self._has_place = False
