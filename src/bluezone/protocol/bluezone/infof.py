"""InfoF: what a published phone says about its own keys when it hands over its history.

Source: wire specification section 1.4. The surprise: whatever window is asked for, the base
id, which gives all ids for ever, is inside too (weakness W2). We read InfoF from old phones
and simulate it; nothing of ours sends it.
"""

import json
import re
from dataclasses import dataclass, field
from typing import Final

from bluezone.protocol.bluezone.day_key import MAX_WALK_DAYS, DayKey, walk_day_key
from bluezone.protocol.bluezone.slot import DAY_MS, DAY_S
from bluezone.protocol.errors import InvalidInfoFError

MAX_INFOF_TEXT: Final = 4096
"""Longest InfoF in characters. Ours; the published one has about 220."""

MAX_TIME_S: Final = 2**32 - 1
_HEX_KEY: Final = re.compile(r"[0-9A-Fa-f]{64}")
_MEMBERS: Final = frozenset({"base_id", "time", "daily_key", "time_start"})


@dataclass(frozen=True, slots=True)
class InfoF:
    """A phone's own keys for a window of days.

    Attributes:
        base_id: the root of all its keys, 32 bytes; hidden in the repr.
        time: UTC midnight of the base id's day, Unix seconds.
        daily_key: day key of the first day of the window; hidden in the repr.
        time_start: UTC midnight of that day, Unix seconds.
    """

    base_id: DayKey = field(repr=False)
    time: int
    daily_key: DayKey = field(repr=False)
    time_start: int

    def is_consistent(self) -> bool:
        """Return whether the day key really follows from the base id."""
        days, rest = divmod(self.time_start - self.time, DAY_S)
        if rest or not 0 <= days <= MAX_WALK_DAYS:
            return False
        return walk_day_key(self.base_id, days) == self.daily_key


def infof_at(base_id: DayKey, base_midnight_ms: int, *, now_ms: int, days: int) -> InfoF:
    """Return what a published phone says at `now_ms` for a window of `days` days.

    Args:
        base_id: the phone's root key, 32 bytes.
        base_midnight_ms: UTC midnight of its day, Unix milliseconds.
        now_ms: Unix milliseconds.
        days: length of the window; 14 in the published app.

    Raises:
        InvalidKeyError: the key length is wrong, or the window begins more than a hundred
            years after the base day.
    """
    since_base_ms = now_ms - days * DAY_MS - base_midnight_ms
    offset = max(0, since_base_ms // DAY_MS)
    base_s = base_midnight_ms // 1000
    return InfoF(base_id, base_s, walk_day_key(base_id, offset), base_s + offset * DAY_S)


def encode_infof(info: InfoF | None) -> str:
    """Return the JSON text of an InfoF in Android's order, "" for a phone without a base id."""
    if info is None:
        return ""
    members = {
        "base_id": info.base_id.hex().upper(),
        "time": info.time,
        "daily_key": info.daily_key.hex().upper(),
        "time_start": info.time_start,
    }
    return json.dumps(members, separators=(",", ":"))


def _key(document: dict[str, object], name: str) -> DayKey:
    value = document[name]
    if not isinstance(value, str) or not _HEX_KEY.fullmatch(value):
        raise InvalidInfoFError(f"{name} is not a string of 64 hexadecimal digits")
    return DayKey(bytes.fromhex(value))


def _midnight(document: dict[str, object], name: str) -> int:
    """Return a UTC midnight; iOS may write the whole number as a float."""
    value = document[name]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidInfoFError(f"{name} is not a number")
    if not 0 <= value <= MAX_TIME_S or value % DAY_S:
        raise InvalidInfoFError(f"{name} is not a UTC midnight in range")
    return int(value)


def parse_infof(text: str) -> InfoF | None:
    """Return what a phone said about its keys, None for "" (it has no base id).

    Args:
        text: JSON text of at most 4096 characters, members in any order, numbers whole but
            written as int or float.

    Raises:
        InvalidInfoFError: anything but exactly the four members in their types and limits.
    """
    if text == "":
        return None
    if len(text) > MAX_INFOF_TEXT:
        raise InvalidInfoFError(f"InfoF has more than {MAX_INFOF_TEXT} characters")
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise InvalidInfoFError("InfoF is not well-formed JSON") from None
    if not isinstance(document, dict) or document.keys() != _MEMBERS:
        raise InvalidInfoFError("members are not exactly base_id, time, daily_key, time_start")
    return InfoF(
        _key(document, "base_id"),
        _midnight(document, "time"),
        _key(document, "daily_key"),
        _midnight(document, "time_start"),
    )
