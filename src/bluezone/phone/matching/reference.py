"""Match keys against sightings the clear way: expand every key, look every identifier up.

Sources: Exposure Notification cryptography v1.2; `spec/bluezone-wire.md` 1.1, 1.6, 1.7.
This path is the meaning of matching and the oracle of any faster one; it takes about 30
microseconds a key. The surprising decision: an `en` sighting counts as a candidate at
whatever time it was heard, with a flag, because the window rules own day, drift and
replay; a Bluezone sighting outside the tolerance is no match at all.
"""

from collections.abc import Iterator
from typing import Final, Protocol

from bluezone.phone.matching.arrays import DayKeyArrays, EnKeyArrays, Matches, SightingArrays
from bluezone.phone.matching.tolerance import EN_DRIFT_INTERVALS, SlotTolerance
from bluezone.protocol.bluezone.day_key import DayKey, expand_day_key
from bluezone.protocol.bluezone.slot import DAY_MS, DAY_S
from bluezone.protocol.en.tek import INTERVAL_S, MAX_INTERVAL, ROLLING_PERIOD, Tek, expand_tek

MAX_MATCHED_SLOTS: Final = 1_440
"""More slots a day than one a minute is an attempt to keep the phone busy (W13)."""
_DEFAULT_TOLERANCE: Final = SlotTolerance()
_Row = tuple[int, int, int, bool, bool]
_Index = dict[bytes, list[int]]


class Matcher(Protocol):
    """What finds the sightings of keys; every implementation gives the same arrays."""

    def match_en(self, keys: EnKeyArrays, sightings: SightingArrays) -> Matches:
        """Return every pair of an `en` key and a sighting with one of its identifiers."""
        ...

    def match_day_keys(
        self, keys: DayKeyArrays, sightings: SightingArrays, *, tolerance: SlotTolerance
    ) -> Matches:
        """Return every pair of a day key and a sighting of it within the tolerance."""
        ...


class ReferenceMatcher:
    """The clear path, in plain Python."""

    def match_en(self, keys: EnKeyArrays, sightings: SightingArrays) -> Matches:
        """Return every pair of an `en` key and a sighting with one of its identifiers.

        Args:
            keys: (n, 16) keys with start and period. A period outside 1 to 144 or a start
                outside 32 bits cannot be expanded and matches nothing.
            sightings: (m, 16) sightings of the `en` scheme.

        Returns:
            Pairs ordered by key, interval, sighting. `tolerated`: heard in another interval.
            `in_time`: interval - 12 <= t // 600 < interval + 13.
        """
        index = _index(sightings)
        return Matches.of(list(_en_rows(keys, sightings, index)) if index else [])

    def match_day_keys(
        self,
        keys: DayKeyArrays,
        sightings: SightingArrays,
        *,
        tolerance: SlotTolerance = _DEFAULT_TOLERANCE,
    ) -> Matches:
        """Return every pair of a day key and a sighting of it within the tolerance.

        Args:
            keys: (n, 32) keys with the UTC midnight of their day and its slots. A start that
                is no midnight, or slots outside 1 to 1,440, match nothing (W31).
            sightings: (m, 12) sightings of the `bluezone` scheme.
            tolerance: staleness and clock allowance.

        Returns:
            Pairs ordered by key, slot, sighting; `interval` is the slot. `tolerated`: heard
            outside the slot, whose ends both count as inside, as published tracers decide.
        """
        index = _index(sightings)
        rows = _day_key_rows(keys, sightings, index, tolerance) if index else ()
        return Matches.of(list(rows))


def match_en(keys: EnKeyArrays, sightings: SightingArrays) -> Matches:
    """Do as `ReferenceMatcher.match_en`."""
    return ReferenceMatcher().match_en(keys, sightings)


def match_day_keys(
    keys: DayKeyArrays,
    sightings: SightingArrays,
    *,
    tolerance: SlotTolerance = _DEFAULT_TOLERANCE,
) -> Matches:
    """Do as `ReferenceMatcher.match_day_keys`."""
    return ReferenceMatcher().match_day_keys(keys, sightings, tolerance=tolerance)


def _index(sightings: SightingArrays) -> _Index:
    index: _Index = {}
    for row, identifier in enumerate(sightings.ids):
        index.setdefault(identifier.tobytes(), []).append(row)
    return index


def _en_rows(keys: EnKeyArrays, sightings: SightingArrays, index: _Index) -> Iterator[_Row]:
    heard_in = (sightings.time_s // INTERVAL_S).tolist()
    stretches = zip(keys.start.tolist(), keys.period.tolist(), strict=True)
    for number, (start, period) in enumerate(stretches):
        if not (1 <= period <= ROLLING_PERIOD and 0 <= start <= MAX_INTERVAL - period + 1):
            continue
        rpis = expand_tek(Tek(keys.keys[number].tobytes()), start, period)
        for interval, rpi in enumerate(rpis, start):
            for row in index.get(rpi, ()):
                drift = heard_in[row] - interval
                in_time = -EN_DRIFT_INTERVALS <= drift <= EN_DRIFT_INTERVALS
                yield number, row, interval, drift != 0, in_time


def _day_key_rows(
    keys: DayKeyArrays, sightings: SightingArrays, index: _Index, tolerance: SlotTolerance
) -> Iterator[_Row]:
    time_s = sightings.time_s.tolist()
    days = zip(keys.time_start.tolist(), keys.slots.tolist(), strict=True)
    for number, (midnight_s, slots) in enumerate(days):
        if midnight_s % DAY_S or not 1 <= slots <= MAX_MATCHED_SLOTS:
            continue
        ids = expand_day_key(DayKey(keys.keys[number].tobytes()), slots)
        for slot, identifier in enumerate(ids):
            for row in index.get(identifier, ()):
                late_ms = time_s[row] * 1000 - midnight_s * 1000 - slot * (DAY_MS // slots)
                if _in_tolerance(late_ms, DAY_MS // slots, tolerance):
                    exact = 0 <= late_ms <= DAY_MS // slots
                    yield number, row, slot, not exact, True


def _in_tolerance(late_ms: int, slot_ms: int, tolerance: SlotTolerance) -> bool:
    latest_ms = slot_ms + (tolerance.stale_s + tolerance.skew_s) * 1000
    return -tolerance.skew_s * 1000 <= late_ms <= latest_ms
