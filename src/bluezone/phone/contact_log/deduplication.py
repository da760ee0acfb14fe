"""Drop a repeat of an identifier within five seconds of its last stored sighting.

Source: `spec/bluezone-wire.md` 2.7: the key is the identifier, not the address; a gap of
5 s or more is stored again. Unlike the published app the distance in time counts in both
directions, so that a clock set back does not silence an identifier until it catches up.
"""

from collections.abc import Iterable
from typing import Final

from bluezone.phone.contact_log.limits import DEDUPLICATION_S

_PRUNE_ABOVE: Final = 8_192


class Deduplication:
    """The time of the last stored sighting of each identifier heard lately."""

    def __init__(self, stored: Iterable[tuple[bytes, int]] = ()) -> None:
        """Start from rows already stored, oldest first."""
        self._last_s: dict[bytes, int] = dict(stored)

    def is_repeat(self, identifier: bytes, time_s: int) -> bool:
        """Say whether a sighting at `time_s` is too close to the last stored one."""
        last_s = self._last_s.get(identifier)
        return last_s is not None and abs(time_s - last_s) < DEDUPLICATION_S

    def store(self, identifier: bytes, time_s: int) -> None:
        """Remember that this sighting was stored."""
        self._last_s[identifier] = time_s
        if len(self._last_s) > _PRUNE_ABOVE:
            self._prune(time_s)

    def _prune(self, now: int) -> None:
        fresh = {k: t for k, t in self._last_s.items() if abs(now - t) < DEDUPLICATION_S}
        self._last_s = fresh
