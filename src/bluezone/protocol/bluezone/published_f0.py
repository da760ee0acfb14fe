"""How published Android phones read a pushed F0 list, faults included.

Source: wire specification section 1.6 points 6 and 7. The surprise: reading is lazy. A
member that is missing or of the wrong type aborts the list at that entry, so that earlier
entries count and later ones are lost.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from bluezone.protocol.bluezone.android_json import read_android_json
from bluezone.protocol.bluezone.android_number import double_text, hex_digit, to_int, to_long
from bluezone.protocol.bluezone.key_chain import WorkLimitError
from bluezone.protocol.errors import InvalidF0ListError

MAX_PUBLISHED_TEXT: Final = 1 << 20
"""Longest list in characters that we read the published way. Ours; a push holds 4096 bytes."""


@dataclass(frozen=True, slots=True)
class PublishedEntry:
    """One F0 entry as a published phone holds it, with no limits checked.

    Attributes:
        daily_key: the text of the member, meant to be 64 hexadecimal digits; hidden.
        time_start: seconds, 64 bits.
        max: slots per day, 32 bits, any sign.
        time_end: seconds, 64 bits.
    """

    daily_key: str = field(repr=False)
    time_start: int
    max: int
    time_end: int


def android_hex(text: str) -> bytes | None:
    """Return the bytes that a published Android phone decodes from `text`.

    Digits that are not hexadecimal are not rejected but give garbage. None where the phone
    throws: an odd number of UTF-16 code units.
    """
    raw = text.encode("utf-16-be", "surrogatepass")
    digits = [hex_digit(int.from_bytes(raw[at : at + 2])) for at in range(0, len(raw), 2)]
    if len(digits) % 2:
        return None
    pairs = zip(digits[::2], digits[1::2], strict=True)
    return bytes(((high << 4) + low) % 256 for high, low in pairs)


def _text_of(value: object) -> str:
    """Return a JSON value as Android's `getString` coerces it."""
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        return double_text(value)
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).replace("/", "\\/")


def _read_entry(value: object) -> PublishedEntry | None:
    """Return one entry, None where an Android phone aborts the list."""
    if not isinstance(value, dict) or "daily_key" not in value:
        return None
    time_start, time_end = to_long(value.get("time_start")), to_long(value.get("time_end"))
    slots = to_int(value.get("max"))
    if time_start is None or slots is None or time_end is None:
        return None
    return PublishedEntry(_text_of(value["daily_key"]), time_start, slots, time_end)


def read_published_list(text: str) -> Iterator[PublishedEntry | None]:
    """Yield the entries of a list as a published Android phone reads them.

    Each element of `data` gives one item, in order: an entry, or None for an element at
    which the phone gives up the list.

    Raises:
        InvalidF0ListError: the phone finds no list at all (not JSON, no array `data`).
        WorkLimitError: the text is longer than 1,048,576 characters.
    """
    if len(text) > MAX_PUBLISHED_TEXT:
        raise WorkLimitError(f"list has more than {MAX_PUBLISHED_TEXT} characters")
    document = read_android_json(text)
    data = document.get("data") if isinstance(document, dict) else None
    if not isinstance(data, list):
        raise InvalidF0ListError("list has no array data")
    return map(_read_entry, data)
