"""F0 entries and lists: what a server pushes so that phones look for a patient's ids.

Source: wire specification sections 1.5 and 1.6. This parser is the strict one: it accepts
only what no published phone can crash on, hang on or silently misread, so that whatever
passes here may be pushed. How published phones themselves read a list is in
`published_f0.py`.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, NoReturn

from bluezone.protocol.bluezone.day_key import DAY_KEY_BYTES, DayKey
from bluezone.protocol.bluezone.slot import DAY_S
from bluezone.protocol.errors import InvalidF0ListError

MAX_F0_SLOTS: Final = 1440
"""Most slots per day in an entry: one a minute. Ours; a phone does `max` hashes a day."""

MAX_F0_SPAN_S: Final = 60 * DAY_S
"""Longest time that one entry may cover. Ours: four times the published 14 days."""

MAX_F0_TIME_S: Final = 2**32 - 1
"""Latest instant in an entry (year 2106): far from every overflow of a phone."""

MAX_F0_TEXT: Final = 1 << 20
"""Longest list in characters: some 7,000 entries. A push carries at most 27."""

_MEMBERS: Final = frozenset({"daily_key", "time_start", "max", "time_end"})
_HEX_KEY: Final = re.compile(r"[0-9A-Fa-f]{64}")


@dataclass(frozen=True, slots=True)
class F0Entry:
    """One day key to look for, from its own UTC midnight on.

    Attributes:
        daily_key: day key of the first day, 32 bytes; hidden in the repr.
        time_start: UTC midnight of that key's day, Unix seconds.
        max: slots per day of the patient's phone, 1 to 1440.
        time_end: last instant at which a slot may start, Unix seconds, less than 60 days
            after `time_start`.

    Raises:
        InvalidF0ListError: a member is out of these limits.
    """

    daily_key: DayKey = field(repr=False)
    time_start: int
    max: int
    time_end: int

    def __post_init__(self) -> None:
        """Check every limit."""
        if len(self.daily_key) != DAY_KEY_BYTES:
            raise InvalidF0ListError(f"daily_key has {len(self.daily_key)} bytes, expected 32")
        if not 1 <= self.max <= MAX_F0_SLOTS:
            raise InvalidF0ListError(f"max is out of range, expected 1 to {MAX_F0_SLOTS}")
        if not 0 <= self.time_start <= self.time_end <= MAX_F0_TIME_S:
            raise InvalidF0ListError("time_start and time_end are out of order or out of range")
        if self.time_start % DAY_S:
            raise InvalidF0ListError("time_start is not a UTC midnight")
        if self.time_end - self.time_start >= MAX_F0_SPAN_S:
            raise InvalidF0ListError(f"time_end is {MAX_F0_SPAN_S} s or more after time_start")


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Return a JSON object, refusing a name that comes twice."""
    members = dict(pairs)
    if len(members) != len(pairs):
        raise InvalidF0ListError("a member comes twice in one object")
    return members


def _refuse_constant(name: str) -> NoReturn:
    raise InvalidF0ListError(f"{name} is not a number of JSON")


def load_json(text: str) -> object:
    """Return the value of a JSON text, refusing duplicate names, NaN and infinities.

    Raises:
        InvalidF0ListError: too long, not JSON, nested too deeply.
    """
    if len(text) > MAX_F0_TEXT:
        raise InvalidF0ListError(f"list has more than {MAX_F0_TEXT} characters")
    try:
        value: object = json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise InvalidF0ListError("list is not well-formed JSON") from None
    return value


def _whole(entry: dict[str, object], name: str) -> int:
    value = entry[name]
    if type(value) is not int:
        raise InvalidF0ListError(f"{name} is not a whole number")
    return value


def _read_entry(value: object) -> F0Entry:
    """Return one entry of the list."""
    if not isinstance(value, dict) or value.keys() != _MEMBERS:
        raise InvalidF0ListError("members are not exactly daily_key, time_start, max, time_end")
    key = value["daily_key"]
    if not isinstance(key, str) or not _HEX_KEY.fullmatch(key):
        raise InvalidF0ListError("daily_key is not a string of 64 hexadecimal digits")
    return F0Entry(
        daily_key=DayKey(bytes.fromhex(key)),
        time_start=_whole(value, "time_start"),
        max=_whole(value, "max"),
        time_end=_whole(value, "time_end"),
    )


def parse_f0_list(text: str) -> list[F0Entry]:
    """Return the entries of a pushed list, in its order.

    Args:
        text: JSON text `{"data": [...]}`, at most 1,048,576 characters.

    Raises:
        InvalidF0ListError: anything but exactly the specified members, types and limits of
            `F0Entry`; the message names the entry, counted from 0.
    """
    document = load_json(text)
    if not isinstance(document, dict) or document.keys() != {"data"}:
        raise InvalidF0ListError("list is not an object with the one member data")
    data = document["data"]
    if not isinstance(data, list):
        raise InvalidF0ListError("data is not an array")
    entries = []
    for number, value in enumerate(data):
        try:
            entries.append(_read_entry(value))
        except InvalidF0ListError as error:
            raise InvalidF0ListError(f"entry {number}: {error}") from None
    return entries


def encode_f0_list(entries: Iterable[F0Entry]) -> str:
    """Return the JSON text of a list as the server pushes it: compact, keys in upper case.

    Splitting a long list over pushes of at most 27 entries is the sender's business.
    """
    data = [
        {
            "daily_key": entry.daily_key.hex().upper(),
            "time_start": entry.time_start,
            "max": entry.max,
            "time_end": entry.time_end,
        }
        for entry in entries
    ]
    return json.dumps({"data": data}, separators=(",", ":"))
