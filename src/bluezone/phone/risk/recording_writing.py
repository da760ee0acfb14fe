"""From keys, sightings and windows to lines of a recording."""

from bluezone.phone.risk.matched_key import MatchedKey
from bluezone.phone.risk.recording_lines import MatchRow, ScanRow, SightingRow, WindowRow
from bluezone.phone.risk.windows import ExposureWindow
from bluezone.protocol.diagnosis_key import DiagnosisKey


def match_row(match: MatchedKey) -> MatchRow:
    """Return the row of a key with its sightings."""
    key = match.key
    flags = match.tolerated or (False,) * len(match.sightings)
    rows = tuple(
        SightingRow(s.id.hex(), s.time_s, s.rssi_dbm, s.aem.hex(), s.previous_scan_s, flag)
        for s, flag in zip(match.sightings, flags, strict=True)
    )
    if isinstance(key, DiagnosisKey):
        return MatchRow(
            "en",
            key.key.hex(),
            rows,
            start=key.start,
            period=key.period,
            report_type=key.report_type,
            days_since_onset=key.days_since_onset,
            transmission_risk=key.transmission_risk,
        )
    return MatchRow(
        "bluezone",
        key.key.hex(),
        rows,
        time_start=key.time_start,
        slots=key.slots,
        report_type=key.report_type,
        days_since_onset=key.days_since_onset,
    )


def window_row(window: ExposureWindow) -> WindowRow:
    """Return the row of a window."""
    scans = tuple(
        ScanRow(s.start_s, s.seconds_since_last_scan, s.attenuations, s.span_s, s.continued)
        for s in window.scans
    )
    return WindowRow(
        window.start_s,
        window.report_type,
        window.infectiousness,
        scans,
        window.confidence,
        window.scheme.value,
        window.tolerated,
    )
