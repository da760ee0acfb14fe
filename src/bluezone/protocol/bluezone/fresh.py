"""Fresh day keys: how our own phones speak the published id scheme without its worst flaw.

Source: weakness W1 and section 1.6 of the wire specification. A published phone hashes one
key forward for ever, so that whoever learns one day learns all later ones. Ours draws an
independent random key every UTC day; a published tracer still accepts each as an F0 entry,
provided that the entry ends with its own day, because the tracer would hash it onward.
"""

from typing import Final

from bluezone.protocol.bluezone.day_key import DayKey, day_key
from bluezone.protocol.bluezone.f0 import F0Entry
from bluezone.protocol.bluezone.slot import DAY_MS, DAY_S
from bluezone.protocol.diagnosis_key import DEFAULT_SLOTS
from bluezone.protocol.errors import InvalidKeyError

_LAST_SECOND_MS: Final = 1000


def f0_entry_for_day(key: DayKey, midnight_s: int, *, slots: int = DEFAULT_SLOTS) -> F0Entry:
    """Return the F0 entry that finds the ids of one fresh day key and of no other day.

    `time_end` is the last second of the day, not the next midnight: a slot that starts at
    or before `time_end` is searched, so midnight would already probe H(key).

    Args:
        key: the day's own 32 bytes.
        midnight_s: UTC midnight of that day, Unix seconds.
        slots: slots per day, 1 to 1440; must leave less than a second of the day over.

    Raises:
        InvalidKeyError: the key length is wrong, or the slots leave a second or more over,
            in which a published tracer would already search the next day.
        InvalidF0ListError: the instant or the number of slots is out of limits.
    """
    if slots > 0 and DAY_MS % slots >= _LAST_SECOND_MS:
        raise InvalidKeyError(f"{slots} slots leave a second or more of the day over")
    last_second_s = midnight_s + DAY_S - 1
    return F0Entry(daily_key=day_key(key), time_start=midnight_s, max=slots, time_end=last_second_s)
