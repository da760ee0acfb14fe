"""Match a day's keys against a phone's log, the clear path: microseconds a key."""

import time
from collections.abc import Iterator

import numpy as np

from bluezone.phone.matching.arrays import DayKeyArrays, EnKeyArrays, SightingArrays
from bluezone.phone.matching.reference import ReferenceMatcher
from bluezone.phone.sighting import Scheme, Sighting
from bluezone.protocol.bluezone.day_key import DayKey, expand_day_key
from bluezone.protocol.diagnosis_key import DayKeyEntry, DiagnosisKey
from bluezone.protocol.en.tek import Tek, expand_tek

SIGHTINGS = 10_000
EN_KEYS = 20_000
DAY_KEYS = 5_000
MIDNIGHT_S = 1_597_449_600
RNG = np.random.default_rng(20200815)


def _log(scheme: Scheme, planted: list[bytes], size: int) -> SightingArrays:
    noise = [RNG.bytes(size) for _ in range(SIGHTINGS - len(planted))]
    return SightingArrays.of(
        scheme,
        [
            Sighting(scheme=scheme, id=id_, time_s=MIDNIGHT_S + 300, rssi_dbm=-60)
            for id_ in [*planted, *noise]
        ],
    )


def _row(scheme: Scheme, keys: int, seconds: float, found: int) -> dict[str, object]:
    per_key = round(1e6 * seconds / keys, 2)
    return {"scheme": scheme.value, "keys": keys, "sightings": SIGHTINGS, "us_per_key": per_key,
            "matches": found}  # fmt: skip


def main() -> Iterator[dict[str, object]]:
    start = MIDNIGHT_S // 600
    keys = [DiagnosisKey(key=RNG.bytes(16), start=start) for _ in range(EN_KEYS)]
    log = _log(Scheme.EN, [expand_tek(Tek(key.key), start)[0] for key in keys[:5]], 16)
    arrays, begin = EnKeyArrays.of(keys), time.perf_counter()
    matches = ReferenceMatcher().match_en(arrays, log)
    yield _row(Scheme.EN, EN_KEYS, time.perf_counter() - begin, len(matches.key_index))

    days = [DayKeyEntry(key=RNG.bytes(32), time_start=MIDNIGHT_S) for _ in range(DAY_KEYS)]
    log = _log(Scheme.BLUEZONE, [expand_day_key(DayKey(day.key))[0] for day in days[:5]], 12)
    day_arrays, begin = DayKeyArrays.of(days), time.perf_counter()
    matches = ReferenceMatcher().match_day_keys(day_arrays, log)
    yield _row(Scheme.BLUEZONE, DAY_KEYS, time.perf_counter() - begin, len(matches.key_index))
