"""From lines of a recording to keys, sightings and windows."""

from typing import Final

from bluezone.phone.risk.matched_key import MatchedKey
from bluezone.phone.risk.recording_lines import MatchRow, ScanRow, SightingRow, WindowRow
from bluezone.phone.risk.windows import ExposureWindow, ScanInstance
from bluezone.phone.sighting import Scheme, Sighting
from bluezone.protocol.diagnosis_key import DayKeyEntry, DiagnosisKey

_KEY_BYTES: Final = {"en": 16, "bluezone": 32}


def matched_key(match: MatchRow) -> MatchedKey:
    """Return a key with its sightings; raise ValueError for what cannot be one."""
    key = bytes.fromhex(match.key)
    if len(key) != _KEY_BYTES[match.scheme]:
        raise ValueError(f"a key has {_KEY_BYTES[match.scheme]} bytes, not {len(key)}")
    scheme = Scheme(match.scheme)
    diagnosis_key = (
        DiagnosisKey(
            key,
            match.start,
            match.period,
            match.report_type,
            match.days_since_onset,
            match.transmission_risk,
        )
        if scheme is Scheme.EN
        else DayKeyEntry(
            key, match.time_start, match.slots, match.report_type, match.days_since_onset
        )
    )
    sightings = tuple(_sighting(scheme, row) for row in match.sightings)
    return MatchedKey(diagnosis_key, sightings, tuple(row.tolerated for row in match.sightings))


def _sighting(scheme: Scheme, row: SightingRow) -> Sighting:
    return Sighting(
        scheme,
        bytes.fromhex(row.id),
        row.time_s,
        row.rssi_dbm,
        bytes.fromhex(row.aem),
        row.previous_scan_s,
    )


def exposure_window(window: WindowRow) -> ExposureWindow:
    """Return a window; raise ValueError for what cannot be one."""
    if not (1 <= window.report_type <= 5 and 0 <= window.infectiousness <= 2):
        raise ValueError("a window has report type 1 to 5 and infectiousness 0 to 2")
    return ExposureWindow(
        start_s=window.start_s,
        report_type=window.report_type,
        infectiousness=window.infectiousness,
        confidence=window.confidence,
        scans=tuple(map(_scan, window.scans)),
        scheme=Scheme(window.scheme),
        tolerated=window.tolerated,
    )


def _scan(scan: ScanRow) -> ScanInstance:
    if not scan.attenuations:
        raise ValueError("a scan has at least one attenuation")
    return ScanInstance.of_packets(
        scan.attenuations,
        start_s=scan.start_s,
        seconds_since_last_scan=scan.seconds_since_last_scan,
        span_s=scan.span_s,
        continued=scan.continued,
    )
