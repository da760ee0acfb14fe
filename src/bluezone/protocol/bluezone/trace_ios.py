"""A model of the trace on published iPhones, read from their source and not executed.

Source: wire specification section 1.6, "iOS differences". Times are seconds, the slot
length is a double, window bounds are cut to whole seconds and inclusive, so that a sighting
up to 999 ms after the border still matches the old id. The key length is not checked. The
list is decoded strictly: one bad entry and the whole list says "no match".
"""

import json
import math
import re
from collections.abc import Sequence
from typing import Final

from bluezone.protocol.bluezone.key_chain import KeyChain, WorkLimitError
from bluezone.protocol.bluezone.published_f0 import MAX_PUBLISHED_TEXT
from bluezone.protocol.bluezone.slot import DAY_MS, DAY_S
from bluezone.protocol.bluezone.trace import Heard, Outcome

MAX_TIME_S: Final = 1e15
"""Largest number in an entry that the model works with. Ours: thirty million years."""

_HEX: Final = re.compile(r"(?:[0-9A-Fa-f]{2})*")


def trace_ios(
    daily_key: str, time_start: float, slots: int, *, time_end: float, heard: Sequence[Heard]
) -> Outcome:
    """Return what a published iPhone with these rows finds for one entry.

    Args:
        daily_key: hexadecimal text of any length.
        time_start: seconds, as decoded.
        slots: the entry's `max`.
        time_end: seconds, as decoded.
        heard: stored rows, times in seconds.
    """
    if not _HEX.fullmatch(daily_key):
        return Outcome.CRASH
    if slots == 0:
        return Outcome.CRASH
    if time_end < time_start:
        return Outcome.NO_MATCH
    if not 0 < slots <= DAY_MS:  # backwards for ever, or a thousand windows a second
        return Outcome.HANG
    chain = KeyChain(bytes.fromhex(daily_key), slots)
    windows = _Windows(time_start, time_end, DAY_S / slots)
    try:
        match = any(
            chain.id_at(number) == contact_id
            for contact_id, time_s in heard
            if contact_id is not None
            for number in windows.around(time_s)
        )
    except WorkLimitError:
        return Outcome.HANG
    return Outcome.MATCH if match else Outcome.NO_MATCH


class _Windows:
    """The windows of one entry: start + n * delta, cut to whole seconds, both inclusive."""

    def __init__(self, start: float, end: float, delta_s: float) -> None:
        self._start, self._end, self._delta_s = start, end, delta_s

    def around(self, time_s: int) -> list[int]:
        """Return the numbers of the windows that hold `time_s`."""
        first = math.floor((time_s - self._start) / self._delta_s)
        reach = 1 + math.ceil(1 / self._delta_s)  # cutting moves a bound by under a second
        return [
            n for n in range(max(0, first - reach), first + reach + 1) if self._holds(n, time_s)
        ]

    def _holds(self, number: int, time_s: int) -> bool:
        start = self._start + number * self._delta_s
        return start <= self._end and int(start) <= time_s <= int(start + self._delta_s)


def _time(value: object) -> float | None:
    """Return a number of seconds, None where the decoder (or our limit) refuses it."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if abs(value) <= MAX_TIME_S else None


def _read_entry(value: object) -> tuple[str, float, int, float] | None:
    """Return daily_key, time_start, max and time_end, None if anything is amiss."""
    if not isinstance(value, dict):
        return None
    key, slots = value.get("daily_key"), _time(value.get("max"))
    start, end = _time(value.get("time_start")), _time(value.get("time_end"))
    if not isinstance(key, str) or start is None or end is None:
        return None
    return (key, start, int(slots), end) if slots is not None and slots == int(slots) else None


def _read_list(text: str) -> list[tuple[str, float, int, float]]:
    """Return the entries of a list, none at all if one of them is amiss."""
    if len(text) > MAX_PUBLISHED_TEXT:
        return []
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return []
    data = document.get("data") if isinstance(document, dict) else None
    entries = [_read_entry(value) for value in data] if isinstance(data, list) else []
    good = [entry for entry in entries if entry is not None]
    return good if len(good) == len(entries) else []


def published_contact_ios(text: str, heard: Sequence[Heard]) -> bool:
    """Return whether a published iPhone says "contact" to a pushed list.

    Args:
        text: the list as pushed.
        heard: stored rows, times in seconds.

    Returns:
        True at the first match. False if the list cannot be decoded, nothing matches, or
        an entry crashes the app or never ends before the first match.
    """
    for key, start, slots, end in _read_list(text):
        outcome = trace_ios(key, start, slots, time_end=end, heard=heard)
        if outcome is not Outcome.NO_MATCH:
            return outcome is Outcome.MATCH
    return False
