"""What an upload says about the phone's own keys, read with patience and believed with care.

Source: spec/bluezone-wire.md 1.4 (InfoF), 3.4 rule 6, W2 and W31. Read: numbers as int or
float, milliseconds where seconds belong, members that nobody asked for. Believed: a key that
follows from the root, of a day that such a phone can mean. The root id is in every InfoF; here
it serves to check the key, and to know whose contacts are awaited; it is not stored.
"""

import json
from dataclasses import dataclass, field
from typing import Final

from bluezone.portal.appgateway.times import to_seconds
from bluezone.protocol.bluezone.day_key import DayKey, walk_day_key
from bluezone.protocol.bluezone.history import ContactRow
from bluezone.protocol.bluezone.infof import MAX_INFOF_TEXT, InfoF, parse_infof
from bluezone.protocol.bluezone.key_chain import KeyChain
from bluezone.protocol.bluezone.slot import DAY_S, utc_midnight_s
from bluezone.protocol.diagnosis_key import DEFAULT_SLOTS
from bluezone.protocol.errors import InvalidInfoFError, InvalidKeyError

OLDEST_DAYS: Final = 15
"""The window key of 14 days, and a day for clocks and time zones."""
SLOT_S: Final = DAY_S // DEFAULT_SLOTS
"""An InfoF does not say how many slots a day has (1.4): published phones have 96."""
_TIMES: Final = ("time", "time_start")
_KEYS: Final = ("base_id", "daily_key")


@dataclass(frozen=True, slots=True)
class OwnKeys:
    """A phone's keys from one day on.

    Attributes:
        root: text that only this phone knows; never stored.
        daily_key: day key of the first day.
        midnight: UTC midnight of that day, Unix seconds.
    """

    root: str = field(repr=False)
    daily_key: DayKey = field(repr=False)
    midnight: int

    def key_of(self, midnight: int) -> DayKey:
        """Return the day key of a later day, or of the first itself."""
        return walk_day_key(self.daily_key, (midnight - self.midnight) // DAY_S)

    def chain(self) -> KeyChain:
        """Return the ids, numbered from slot 0 of the first day."""
        return KeyChain(self.daily_key, DEFAULT_SLOTS)


def read_own_keys(text: str, *, now: int) -> OwnKeys | None:
    """Return the keys that an InfoF holds.

    Args:
        text: as it came.
        now: Unix seconds.

    Returns:
        None where nothing can be made of it: empty (a phone without an id), not JSON, a key
        that does not follow from the root, a first day in the future or over 15 days ago.
    """
    try:
        info = parse_infof(_tidied(text))
        if info is None or not info.is_consistent() or not _plausible(info, now):
            return None
    except (InvalidInfoFError, InvalidKeyError):
        return None
    root = f"{info.base_id.hex()} {info.time}"
    return OwnKeys(root, info.daily_key, info.time_start)


def is_own(row: ContactRow, keys: OwnKeys, chain: KeyChain) -> bool:
    """Return whether a row's own id is this phone's for the slot of its time, or one beside."""
    slot = (row.time_ms // 1000 - keys.midnight) // SLOT_S
    beside = (near for near in (slot, slot - 1, slot + 1) if near >= 0)
    return any(chain.id_at(near) == row.own_id for near in beside)


def _plausible(info: InfoF, now: int) -> bool:
    today = utc_midnight_s(now)
    return today - OLDEST_DAYS * DAY_S <= info.time_start <= today


def _tidied(text: str) -> str:
    """Return the text with its four members only, the times as whole seconds.

    Raises:
        InvalidInfoFError: too long, or no JSON object with these members.
    """
    if not text.strip():
        return ""
    if len(text) > MAX_INFOF_TEXT:
        raise InvalidInfoFError(f"InfoF has more than {MAX_INFOF_TEXT} characters")
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise InvalidInfoFError("InfoF is not well-formed JSON") from None
    if not isinstance(document, dict) or not {*_TIMES, *_KEYS} <= document.keys():
        raise InvalidInfoFError("InfoF lacks a member")
    times = {name: _seconds(document[name]) for name in _TIMES}
    return json.dumps({name: document[name] for name in _KEYS} | times)


def _seconds(value: object) -> int:
    """Return a time as whole seconds, whichever unit and type it came in.

    Raises:
        InvalidInfoFError: no number, or no instant in either unit.
    """
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 13:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidInfoFError("a time is not a number")
    if not 0 <= value < 10**14 or value % 1:
        raise InvalidInfoFError("a time is not a whole number in range")
    seconds = to_seconds(int(value))
    if seconds is None:
        raise InvalidInfoFError("a time is neither in seconds nor in milliseconds")
    return seconds
