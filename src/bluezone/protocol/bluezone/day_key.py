"""Day keys, sub-keys and the 12-byte ids that published Bluezone phones broadcast.

Source: wire specification section 1.1 (algorithm of the published apps of August 2020).
The surprise: the salt really reads `bluzonesubkey`, without an "e" after "blu", and it
enters only the first sub-key of a day.
"""

from hashlib import sha256
from operator import itemgetter
from typing import Final, NewType

from bluezone.protocol.bluezone.slot import check_slots, slot_at
from bluezone.protocol.diagnosis_key import DEFAULT_SLOTS
from bluezone.protocol.errors import InvalidKeyError

DayKey = NewType("DayKey", bytes)
"""Day key: 32 secret bytes that give all ids of one UTC day. Never log one."""

BluezoneId = NewType("BluezoneId", bytes)
"""Bluezone id: 12 bytes, public, valid for one slot."""

DAY_KEY_BYTES: Final = 32
ID_BYTES: Final = 12
SALT: Final = b"bluzonesubkey"
ID_POSITIONS: Final = (0, 4, 8, 12, 16, 18, 20, 22, 24, 26, 28, 30)
"""Bytes of a sub-key that make its id: every 4th of the first half, every 2nd of the second."""
_at_id_positions: Final = itemgetter(*ID_POSITIONS)

MAX_WALK_DAYS: Final = 36_600
"""Days that one walk along the chain may take: a hundred years. Ours, against hanging."""


def day_key(data: bytes) -> DayKey:
    """Return `data` as a day key.

    Raises:
        InvalidKeyError: `data` does not have exactly 32 bytes.
    """
    if len(data) != DAY_KEY_BYTES:
        raise InvalidKeyError(f"day key has {len(data)} bytes, expected {DAY_KEY_BYTES}")
    return DayKey(data)


def next_day_key(key: DayKey) -> DayKey:
    """Return the day key that the published chain uses one day after `key`.

    DK[n+1] = H(DK[n]). Whoever has one key therefore has all later ones: our own phones
    never derive keys this way (see `fresh.py`), only published phones do.
    """
    return DayKey(sha256(day_key(key)).digest())


def walk_day_key(key: DayKey, days: int) -> DayKey:
    """Return the day key of the published chain `days` days after `key`, 0 for `key` itself.

    Args:
        key: 32 bytes.
        days: 0 to 36,600.

    Raises:
        InvalidKeyError: the key length or the number of days is out of limits.
    """
    if not 0 <= days <= MAX_WALK_DAYS:
        raise InvalidKeyError(f"cannot walk {days} days, expected 0 to {MAX_WALK_DAYS}")
    walked = day_key(key)
    for _ in range(days):
        walked = next_day_key(walked)
    return walked


def first_sub_key(key: DayKey) -> bytes:
    """Return S[0] = H(DK || salt), the sub-key of slot 0."""
    return sha256(day_key(key) + SALT).digest()


def next_sub_key(sub_key: bytes) -> bytes:
    """Return S[k+1] = H(S[k]); no salt here."""
    return sha256(sub_key).digest()


def expand_sub_keys(key: DayKey, count: int) -> list[bytes]:
    """Return the sub-keys S[0] to S[count-1] of one day, 32 bytes each, slot 0 first.

    Args:
        key: 32 bytes.
        count: 1 to 86,400.

    Raises:
        InvalidKeyError: the key length or the count is out of limits.
    """
    check_slots(count)
    sub_keys = [first_sub_key(key)]
    for _ in range(count - 1):
        sub_keys.append(next_sub_key(sub_keys[-1]))
    return sub_keys


def id_of_sub_key(sub_key: bytes) -> BluezoneId:
    """Return the 12-byte id of a 32-byte sub-key.

    Raises:
        InvalidKeyError: the sub-key does not have 32 bytes.
    """
    if len(sub_key) != DAY_KEY_BYTES:
        raise InvalidKeyError(f"sub-key has {len(sub_key)} bytes, expected {DAY_KEY_BYTES}")
    return BluezoneId(bytes(_at_id_positions(sub_key)))


def expand_day_key(key: DayKey, slots: int = DEFAULT_SLOTS) -> list[BluezoneId]:
    """Return the ids of one day, slot 0 first.

    The ids do not depend on `slots`, only how long each one is valid does: the list for 48
    slots is the first half of the list for 96.

    Args:
        key: 32 bytes.
        slots: slots per day, 1 to 86,400; 96 on every published phone.

    Raises:
        InvalidKeyError: the key length or the number of slots is out of limits.
    """
    return [id_of_sub_key(sub_key) for sub_key in expand_sub_keys(key, slots)]


def own_id_at(key: DayKey, time_s: int, *, slots: int = DEFAULT_SLOTS) -> BluezoneId:
    """Return the id that a phone with `key` as the key of this UTC day broadcasts at `time_s`.

    Args:
        key: the key of the day that holds `time_s`, 32 bytes.
        time_s: Unix seconds UTC.
        slots: slots per day, 1 to 86,400.

    Raises:
        InvalidKeyError: the key length or the number of slots is out of limits.
    """
    return id_of_sub_key(expand_sub_keys(key, slot_at(time_s, slots=slots) + 1)[-1])
