"""Sightings of the 12-byte scheme, made fit for the same windows.

Source: `spec/bluezone-wire.md` 1.7 (stale ids), 2.2 (no transmit power on the air), 2.7
(5 s between rows), 2.8 (a scan stands for about 300 s). The surprising decision: rows
without a known previous scan, as published phones write them, are gathered into scans
first, so that forty seconds of rows credit one cycle and not five seconds a row.
"""

from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import attrgetter

from bluezone.phone.risk.matched_key import MatchedKey
from bluezone.phone.risk.policy_types import Calibration
from bluezone.phone.risk.sightings import seconds_since_last_scan
from bluezone.phone.risk.system import DAY_S, BluezoneConstants, SystemConstants
from bluezone.phone.risk.windows import EvaluatedSighting
from bluezone.phone.sighting import Sighting
from bluezone.protocol.diagnosis_key import DEFAULT_SLOTS, DayKeyEntry

_Row = tuple[Sighting, bool]


def evaluate_day_key(
    match: MatchedKey, calibration: Calibration, system: SystemConstants
) -> list[EvaluatedSighting]:
    """Return the valid sightings of a day key, ascending in time.

    Args:
        match: a day key and its sightings; their tolerance flags are carried over.
        calibration: transmit power and correction that stand in for what is not sent.
        system: replay limit and scan lengths.
    """
    flags = match.tolerated or (False,) * len(match.sightings)
    rows = sorted(zip(match.sightings, flags, strict=True), key=lambda row: row[0].time_s)
    kept = _without_replays(rows, _replay_limit_s(match, system.bluezone))
    scans = _scan_seconds([row for row, _ in kept], system)
    return [
        EvaluatedSighting(
            time_s=row.time_s,
            rssi_dbm=max(-127, min(126, row.rssi_dbm + calibration.rssi_correction_db)),
            tx_power_dbm=calibration.tx_power_dbm,
            confidence=0,
            seconds_since_last_scan=seconds,
            tolerated=tolerated,
            scan=scan,
        )
        for (row, tolerated), (scan, seconds) in zip(kept, scans, strict=True)
    ]


def _replay_limit_s(match: MatchedKey, constants: BluezoneConstants) -> int:
    """Return how long one id can honestly be heard: its slot and the tolerance."""
    slots = match.key.slots if isinstance(match.key, DayKeyEntry) else DEFAULT_SLOTS
    return DAY_S // max(slots, 1) + constants.tolerance_s


def _without_replays(rows: Sequence[_Row], limit_s: int) -> list[_Row]:
    first_s: dict[bytes, int] = {}
    return [
        row
        for row in rows
        if row[0].time_s - first_s.setdefault(row[0].id, row[0].time_s) <= limit_s
    ]


def _scan_seconds(
    rows: Sequence[Sighting], system: SystemConstants
) -> list[tuple[int | None, int]]:
    """Return for each row its inferred scan (None if scans are recorded) and its seconds."""
    result: list[tuple[int | None, int]] = []
    for recorded, run in groupby(rows, key=lambda row: row.previous_scan_s != 0):
        if recorded:
            result += [(None, _recorded(row, system)) for row in run]
        else:
            result += _inferred(list(run), system.bluezone)
    return result


def _recorded(row: Sighting, system: SystemConstants) -> int:
    return seconds_since_last_scan(row.time_s, row.previous_scan_s, system)


def _inferred(rows: Sequence[Sighting], constants: BluezoneConstants) -> Iterable[tuple[int, int]]:
    """Yield (time of the scan's first row, seconds the scan stands for) for each row.

    A scan stands for the time since the scan before it began, at most one cycle.
    """
    start_s, previous_s = rows[0].time_s, rows[0].time_s
    seconds = constants.cycle_s
    for time_s in map(attrgetter("time_s"), rows):
        too_long = time_s - start_s > constants.scan_run_s
        if time_s - previous_s > constants.scan_gap_s or too_long:
            seconds = min(constants.cycle_s, time_s - start_s)
            start_s = time_s
        previous_s = time_s
        yield start_s, seconds
