"""One window in the calculation of the Corona-Warn-App: filters, risk value, weighted time.

Source: `spec/exposure.md` section 4.2. The surprising decision of the original, kept: a window
whose time is in no range of the mapping is dropped entirely.
"""

from collections.abc import Iterable
from typing import Final

from bluezone.phone.risk.cwa_config import CwaConfig, LevelOfTime
from bluezone.phone.risk.cwa_results import CwaWindow
from bluezone.phone.risk.windows import ExposureWindow, ScanInstance
from bluezone.protocol.diagnosis_key import ReportType

_HIGH_INFECTIOUSNESS: Final = 2


def judged_window(config: CwaConfig, window: ExposureWindow) -> CwaWindow | None:
    """Return the window with its level, or None where a filter drops it (4.2)."""
    trl = _trl(config, window)
    if trl is None or _is_filtered(config, window, trl):
        return None
    time = _trv(config, trl) * (weighted_seconds(config, window) / 60)
    level = level_of(time, config.normalized_time_per_window)
    return None if level is None else CwaWindow(window, trl, time, level)


def _is_filtered(config: CwaConfig, window: ExposureWindow, trl: int) -> bool:
    if any(trl in f.drop_if_trl_in_range for f in config.trl_filters):
        return True
    for f in config.minutes_at_attenuation_filters:
        inside = (s for s in window.scans if s.min_attenuation_db in f.attenuation_range)
        seconds = sum(_seconds(scan) for scan in inside)
        minutes = seconds // 60 if config.whole_minutes_in_filters else seconds / 60
        if minutes in f.drop_if_minutes_in_range:
            return True
    return False


def _trl(config: CwaConfig, window: ExposureWindow) -> int | None:
    """Return report type offset + infectiousness offset; None for a type without one."""
    encoding = config.trl_encoding
    offsets = {
        ReportType.RECURSIVE: encoding.report_type_offset_recursive,
        ReportType.SELF_REPORT: encoding.report_type_offset_self_report,
        ReportType.CONFIRMED_CLINICAL_DIAGNOSIS: (
            encoding.report_type_offset_confirmed_clinical_diagnosis
        ),
        ReportType.CONFIRMED_TEST: encoding.report_type_offset_confirmed_test,
    }
    offset = offsets.get(ReportType(window.report_type))
    if offset is None:
        return None
    if window.infectiousness == _HIGH_INFECTIOUSNESS:
        return offset + encoding.infectiousness_offset_high
    return offset + encoding.infectiousness_offset_standard


def _trv(config: CwaConfig, trl: int) -> float:
    for entry in config.transmission_risk_value_mapping:
        if entry.transmission_risk_level == trl:
            return entry.transmission_risk_value
    return 0.0


def weighted_seconds(config: CwaConfig, window: ExposureWindow) -> float:
    """Return the seconds of a window, each scan weighted by its attenuation."""
    return sum(_seconds(scan) * _weight(config, scan.min_attenuation_db) for scan in window.scans)


def _weight(config: CwaConfig, attenuation_db: int) -> float:
    for entry in config.minutes_at_attenuation_weights:
        if attenuation_db in entry.attenuation_range:
            return entry.weight
    return 0.0


def level_of(time: float, levels: Iterable[LevelOfTime]) -> int | None:
    """Return the level of the first range that holds `time`, None where none does."""
    for entry in levels:
        if time in entry.normalized_time_range:
            return entry.risk_level
    return None


def _seconds(scan: ScanInstance) -> int:
    return max(scan.seconds_since_last_scan, 0)
