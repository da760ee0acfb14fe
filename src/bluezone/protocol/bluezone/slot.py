"""Slots: the equal parts of a UTC day, each with an id of its own.

Source: wire specification section 1.2. Android cuts the day with whole milliseconds, iOS
with a double of seconds. The surprise: where the number of slots does not divide the day,
Android's index runs past the last slot in the last milliseconds and the published phone
fails; `android_slot_index` shows that, `slot_at` (for our own phones) stays in the last slot.
"""

from math import floor
from typing import Final

from bluezone.protocol.diagnosis_key import DEFAULT_SLOTS
from bluezone.protocol.errors import InvalidKeyError

DAY_S: Final = 86_400
DAY_MS: Final = 86_400_000
MAX_SLOTS: Final = 86_400
"""Most slots per day that we expand: one a second. Ours; published phones use 96."""


def check_slots(slots: int) -> None:
    """Refuse a number of slots per day that we do not work with.

    Raises:
        InvalidKeyError: `slots` is not 1 to 86,400.
    """
    if not 1 <= slots <= MAX_SLOTS:
        raise InvalidKeyError(f"{slots} slots per day are out of range, expected 1 to {MAX_SLOTS}")


def utc_midnight_s(time_s: int) -> int:
    """Return the UTC midnight at or before `time_s`, both Unix seconds."""
    return time_s - time_s % DAY_S


def utc_midnight_ms(time_ms: int) -> int:
    """Return the UTC midnight at or before `time_ms`, both Unix milliseconds."""
    return time_ms - time_ms % DAY_MS


def android_slot_ms(slots: int) -> int:
    """Return the length of a slot on Android: floor(86,400,000 / slots) milliseconds.

    Raises:
        InvalidKeyError: `slots` is not 1 to 86,400.
    """
    check_slots(slots)
    return DAY_MS // slots


def ios_slot_s(slots: int) -> float:
    """Return the length of a slot on iOS: 86,400 / slots seconds, a double.

    Raises:
        InvalidKeyError: `slots` is not 1 to 86,400.
    """
    check_slots(slots)
    return DAY_S / slots


def android_slot_index(time_ms: int, slots: int = DEFAULT_SLOTS) -> int:
    """Return the slot index that a published Android phone computes at `time_ms`.

    Half-open: exactly at a border the new slot starts. The result equals `slots`, one past
    the end, in the last `86,400,000 % slots` milliseconds of the day.

    Raises:
        InvalidKeyError: `slots` is not 1 to 86,400.
    """
    return time_ms % DAY_MS // android_slot_ms(slots)


def ios_slot_index(time_s: float, slots: int = DEFAULT_SLOTS) -> int:
    """Return the slot index that a published iPhone computes at `time_s` (Unix seconds).

    Read from the published source, not executed.

    Raises:
        InvalidKeyError: `slots` is not 1 to 86,400.
    """
    return floor(time_s % DAY_S / ios_slot_s(slots))


def slot_at(time_s: int, *, slots: int = DEFAULT_SLOTS) -> int:
    """Return the slot that holds `time_s`, 0 to slots - 1, by Android's arithmetic.

    Raises:
        InvalidKeyError: `slots` is not 1 to 86,400.
    """
    return min(android_slot_index(time_s * 1000, slots), slots - 1)


def slot_start_s(midnight_s: int, slot: int, *, slots: int = DEFAULT_SLOTS) -> int:
    """Return the first whole second of a slot, Unix seconds.

    Args:
        midnight_s: UTC midnight of the day, Unix seconds.
        slot: 0 to `slots`; `slots` itself gives the next midnight.
        slots: slots per day, 1 to 86,400.

    Raises:
        InvalidKeyError: the slot or the number of slots is out of range.
    """
    delta_ms = android_slot_ms(slots)
    if not 0 <= slot <= slots:
        raise InvalidKeyError(f"slot {slot} is out of range, expected 0 to {slots}")
    if slot == slots:
        return midnight_s + DAY_S
    return midnight_s - (-slot * delta_ms // 1000)


def next_slot_border_s(time_s: int, *, slots: int = DEFAULT_SLOTS) -> int:
    """Return the first whole second after `time_s` that lies in another slot.

    This is when a phone must change its id; never later than the next UTC midnight.

    Raises:
        InvalidKeyError: `slots` is not 1 to 86,400.
    """
    slot = slot_at(time_s, slots=slots)
    return slot_start_s(utc_midnight_s(time_s), slot + 1, slots=slots)
