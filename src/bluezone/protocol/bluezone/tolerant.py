"""Our own decision on an F0 entry: as the published trace, but forgiving of old phones.

Source: wire specification section 1.7 (D4, D6, D7) and weakness W12. A published Android
phone keeps an id on the air up to 150 s after its slot, so the id of slot k is accepted in
[start - skew, end + 150 s + skew]; what only this tolerance found is flagged. Unlike the
published trace, slots are counted from each UTC midnight, so nothing drifts where the
number of slots does not divide the day.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from bluezone.protocol.bluezone.f0 import F0Entry
from bluezone.protocol.bluezone.history import ContactRow
from bluezone.protocol.bluezone.key_chain import KeyChain
from bluezone.protocol.bluezone.slot import DAY_MS, android_slot_ms

STALE_S: Final = 150
"""How long a published Android phone in the foreground advertises an old id: D4."""

DEFAULT_SKEW_S: Final = 30
"""Clock allowance. Ours: phones set their clock by the network, to within seconds."""

MAX_SKEW_S: Final = 3600
"""Largest clock allowance. Ours: an hour; more would make every slot match."""


@dataclass(frozen=True, slots=True)
class RowMatch:
    """One row that matches an entry.

    Attributes:
        row: index of the row, from 0.
        tolerated: True if only the tolerance made it match.
    """

    row: int
    tolerated: bool


def match_tolerant(
    entry: F0Entry,
    rows: Iterable[ContactRow],
    *,
    skew_s: int = DEFAULT_SKEW_S,
    stale_s: int = STALE_S,
) -> list[RowMatch]:
    """Return the rows that match an F0 entry as our phones decide, in the rows' order.

    Args:
        entry: a checked entry.
        rows: stored rows of either platform; seconds and milliseconds are told apart.
        skew_s: clock allowance, 0 to 3600 s; a value outside is moved to the nearer end.
        stale_s: how long after its slot an id is still accepted, 0 to 3600 s, likewise.
    """
    early_ms = 1000 * min(max(skew_s, 0), MAX_SKEW_S)
    late_ms = early_ms + 1000 * min(max(stale_s, 0), MAX_SKEW_S)
    chain = KeyChain(entry.daily_key, entry.max)
    matches = []
    for number, row in enumerate(rows):
        starts = [
            start_ms
            for probe, start_ms in _slots_around(entry, row.time_ms, early_ms, late_ms)
            if chain.id_at(probe) == row.contact_id
        ]
        if starts:
            matches.append(RowMatch(number, not _exact(entry, row.time_ms, starts)))
    return matches


def _exact(entry: F0Entry, time_ms: int, starts: Iterable[int]) -> bool:
    """Return whether the time lies in one of the slots, both ends inclusive."""
    return any(start <= time_ms <= start + android_slot_ms(entry.max) for start in starts)


def _slots_around(
    entry: F0Entry, time_ms: int, early_ms: int, late_ms: int
) -> Iterator[tuple[int, int]]:
    """Yield number and start of every slot of the entry that may explain `time_ms`."""
    delta_ms = android_slot_ms(entry.max)
    entry_ms = entry.time_start * 1000
    first_ms = max(time_ms - late_ms - delta_ms, entry_ms)
    last_ms = min(time_ms + early_ms, entry.time_end * 1000)
    for day in range((first_ms - entry_ms) // DAY_MS, (last_ms - entry_ms) // DAY_MS + 1):
        midnight_ms = entry_ms + day * DAY_MS
        first_slot = max(0, -((midnight_ms - first_ms) // delta_ms))
        last_slot = min(entry.max - 1, (last_ms - midnight_ms) // delta_ms)
        for slot in range(first_slot, last_slot + 1):
            yield day * entry.max + slot, midnight_ms + slot * delta_ms
