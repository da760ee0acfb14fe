"""Which stored sightings belong to a temporary exposure key, and what they say.

Source: `spec/exposure.md` sections 1 and 2.2. Two lists result: U, every valid sighting,
feeds windows; A, the strongest of each scan of each identifier, feeds the old score. The
surprising decision of the original, kept: A is thinned before metadata is examined, so an
invalid strongest packet can hide a valid one; and day D + 2 is never read.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from operator import attrgetter

from bluezone.phone.risk.system import DAY_S, INTERVALS_PER_DAY, SystemConstants
from bluezone.phone.risk.windows import EvaluatedSighting
from bluezone.phone.sighting import Scheme, Sighting
from bluezone.protocol.diagnosis_key import DiagnosisKey
from bluezone.protocol.en.metadata import METADATA_BYTES, crypt_with_aemk, decode_metadata
from bluezone.protocol.en.tek import INTERVAL_S, ROLLING_PERIOD, Rpi, Tek, derive_aemk, expand_tek
from bluezone.protocol.errors import InvalidKeyError

_BY_TIME = attrgetter("time_s")


class SightingIndex:
    """Sightings of the `en` scheme by UTC day and identifier, in the order given (2.1)."""

    def __init__(self, sightings: Iterable[Sighting]) -> None:
        self._rows: defaultdict[tuple[int, bytes], list[Sighting]] = defaultdict(list)
        for sighting in sightings:
            if sighting.scheme is Scheme.EN:
                self._rows[sighting.time_s // DAY_S, sighting.id].append(sighting)

    def of_day(self, day: int, rpi: bytes) -> Sequence[Sighting]:
        """Return the sightings of `rpi` on UTC day number `day`."""
        return self._rows.get((day, rpi), ())


def select_sightings(
    key: DiagnosisKey,
    index: SightingIndex,
    system: SystemConstants,
    *,
    aggregate: bool,
) -> list[EvaluatedSighting]:
    """Return the valid sightings of a key, ascending in time, ties in order of interval.

    Args:
        key: the key; a period of 0 or less matches nothing.
        index: what was heard.
        system: tolerances.
        aggregate: False for list U, True for list A.

    Raises:
        InvalidKeyError: the period is above 144 or the key cannot be expanded.
    """
    if key.period > ROLLING_PERIOD:
        raise InvalidKeyError(f"a key covers at most {ROLLING_PERIOD} intervals, not {key.period}")
    if key.period <= 0:
        return []
    tek = Tek(key.key)
    aemk = derive_aemk(tek)
    found: list[EvaluatedSighting] = []
    for interval, rpi in enumerate(expand_tek(tek, key.start, key.period), key.start):
        heard = _in_time(key, interval, _stored(key, interval, rpi, index), system)
        kept = _strongest_of_scans(heard, system) if aggregate else heard
        found += _evaluate(kept, aemk, rpi, interval, system)
    return sorted(found, key=_BY_TIME)


def seconds_since_last_scan(time_s: int, previous_scan_s: int, system: SystemConstants) -> int:
    """Return the seconds a scan stands for: a capped difference of clock minutes (2.4)."""
    if previous_scan_s == 0:
        return system.unknown_scan_s
    return 60 * min(system.scan_cap_minutes, time_s // 60 - previous_scan_s // 60)


def _stored(key: DiagnosisKey, interval: int, rpi: Rpi, index: SightingIndex) -> Iterable[Sighting]:
    """Yield the identifier's sightings of the days that the original reads (2.2, step 1)."""
    day = key.start // INTERVALS_PER_DAY
    if interval - 12 < INTERVALS_PER_DAY * day:
        yield from index.of_day(day - 1, rpi)
    yield from index.of_day(day, rpi)
    yield from index.of_day(day + 1, rpi)


def _in_time(
    key: DiagnosisKey, interval: int, sightings: Iterable[Sighting], system: SystemConstants
) -> list[Sighting]:
    """Return those within the drift tolerance that are no replays, by time (steps 2 to 4)."""
    first = interval - system.drift_intervals
    end = interval + system.drift_intervals + 1
    if system.cut_at_key_end:
        end = min(end, key.start + key.period)
    valid = [s for s in sightings if first <= s.time_s // INTERVAL_S < end]
    valid.sort(key=_BY_TIME)
    return [s for s in valid if s.time_s - valid[0].time_s <= system.replay_limit_s]


def _strongest_of_scans(sightings: Sequence[Sighting], system: SystemConstants) -> list[Sighting]:
    """Return the strongest sighting of each scan, the first on ties (step 5)."""
    scans: list[list[Sighting]] = []
    for sighting in sightings:
        if scans and sighting.time_s - scans[-1][-1].time_s <= system.same_scan_gap_s:
            scans[-1].append(sighting)
        else:
            scans.append([sighting])
    return [max(scan, key=attrgetter("rssi_dbm")) for scan in scans]


def _evaluate(
    sightings: Iterable[Sighting], aemk: bytes, rpi: Rpi, interval: int, system: SystemConstants
) -> Iterable[EvaluatedSighting]:
    """Yield sightings with readable and plausible metadata (step 6)."""
    lowest, highest = system.tx_bounds_dbm
    for sighting in sightings:
        if len(sighting.aem) != METADATA_BYTES:
            continue
        metadata = decode_metadata(crypt_with_aemk(aemk, rpi, sighting.aem))
        if not lowest <= metadata.tx_power_dbm <= highest:
            continue
        yield EvaluatedSighting(
            time_s=sighting.time_s,
            rssi_dbm=sighting.rssi_dbm,
            tx_power_dbm=metadata.tx_power_dbm,
            confidence=metadata.confidence,
            seconds_since_last_scan=seconds_since_last_scan(
                sighting.time_s, sighting.previous_scan_s, system
            ),
            tolerated=sighting.time_s // INTERVAL_S != interval,
        )
