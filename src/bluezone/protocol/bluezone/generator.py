"""A simulator of how published Android phones make their own ids, faults included.

Source: wire specification section 1.3 (executed) and 2.6. A phone keeps one base id for
ever and the id list of one day. The surprises, all kept because real data shows them: a
clock set back goes on with the later day's list; a clock before the base day uses the base
id as that day's key; a change of slots in mid-day indexes the old list with the new length.
Never a model for a new design.
"""

from typing import Final

from bluezone.protocol.bluezone.day_key import (
    BluezoneId,
    DayKey,
    day_key,
    expand_day_key,
    walk_day_key,
)
from bluezone.protocol.bluezone.infof import InfoF, infof_at
from bluezone.protocol.bluezone.slot import DAY_MS, android_slot_index, utc_midnight_ms
from bluezone.protocol.diagnosis_key import DEFAULT_SLOTS
from bluezone.protocol.errors import ProtocolError

FEWEST_SLOTS: Final = 2
"""With 1 slot per day the published Android generator fails inside and gives no id."""


class PhoneCrashError(ProtocolError):
    """A published phone throws here: it neither advertises nor stores until the next day."""

    code = "published_phone_crash"


class PublishedGenerator:
    """One published Android phone's own ids; the clock comes from the caller."""

    def __init__(self, base_id: DayKey, created_ms: int, *, slots: int = DEFAULT_SLOTS) -> None:
        """Start with a base id made at `created_ms` (Unix milliseconds).

        Raises:
            InvalidKeyError: the base id does not have 32 bytes.
        """
        self._base_id = day_key(base_id)
        self._base_midnight_ms = utc_midnight_ms(created_ms)
        self._cached: list[BluezoneId] = []
        self._cached_midnight_ms: int | None = None
        self.set_slots(slots)

    def set_slots(self, slots: int) -> None:
        """Store another number of slots per day; below 1 means the default of 96.

        The day's list that is already made stays as it is.
        """
        self._slots = slots if slots >= 1 else DEFAULT_SLOTS

    def id_at(self, now_ms: int) -> BluezoneId | None:
        """Return the id that the phone uses at `now_ms`, None if it makes none at all.

        Raises:
            PhoneCrashError: the slot index runs past the list of the day.
            InvalidKeyError: more than 86,400 slots, or a century after the base day.
        """
        midnight_ms = utc_midnight_ms(now_ms)
        if self._cached_midnight_ms is None or self._cached_midnight_ms < midnight_ms:
            if self._slots < FEWEST_SLOTS:
                return None
            self._cached = expand_day_key(self._key_of(midnight_ms), self._slots)
            self._cached_midnight_ms = midnight_ms
        index = android_slot_index(now_ms, self._slots)
        if index >= len(self._cached):
            raise PhoneCrashError(f"slot {index} is past the day's list of {len(self._cached)}")
        return self._cached[index]

    def _key_of(self, midnight_ms: int) -> DayKey:
        """Return the day key; days before the base day use the base id itself."""
        days = (midnight_ms - self._base_midnight_ms) // DAY_MS
        return walk_day_key(self._base_id, max(0, days))

    def infof_at(self, now_ms: int, days: int) -> InfoF:
        """Return what the phone says about its keys for a window of `days` days."""
        return infof_at(self._base_id, self._base_midnight_ms, now_ms=now_ms, days=days)


def android_id_changed(then_ms: int, now_ms: int, *, slots: int = DEFAULT_SLOTS) -> bool:
    """Return whether a published Android phone takes the id of `then_ms` for outdated.

    It compares slot indexes and forgets the day: an iPhone's id cached in slot 40 of
    yesterday counts as current in slot 40 of today (weakness W19).

    Raises:
        InvalidKeyError: `slots` is not 1 to 86,400.
    """
    return android_slot_index(then_ms, slots) != android_slot_index(now_ms, slots)
