"""The lines of a recording as they stand in a file; nothing else is accepted.

Source: ours. The surprising decision: unknown members are refused, so that nothing that did not
match can travel along unseen (W5, W6).
"""

from typing import Literal

import msgspec

from bluezone.phone.risk.bounds import Instant, Seconds, Strength
from bluezone.protocol.diagnosis_key import DEFAULT_SLOTS


class SightingRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One sighting that matched."""

    id: str
    time_s: Instant
    rssi_dbm: Strength
    aem: str = ""
    previous_scan_s: Instant = 0
    tolerated: bool = False


class MatchRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One key with its sightings."""

    scheme: Literal["en", "bluezone"]
    key: str
    sightings: tuple[SightingRow, ...]
    start: int = 0
    period: int = 144
    time_start: int = 0
    slots: int = DEFAULT_SLOTS
    report_type: int = 0
    days_since_onset: int | None = None
    transmission_risk: int = 0


class ScanRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One scan of a window."""

    start_s: Instant
    seconds_since_last_scan: Seconds
    attenuations: tuple[Strength, ...]
    span_s: Seconds = 0
    continued: bool = False


class WindowRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One window, recorded as such."""

    start_s: Instant
    report_type: int
    infectiousness: int
    scans: tuple[ScanRow, ...]
    confidence: int = 0
    scheme: Literal["en", "bluezone"] = "en"
    tolerated: bool = False


class Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One phone at one instant."""

    id: str
    now: Instant
    matches: tuple[MatchRow, ...] = ()
    windows: tuple[WindowRow, ...] = ()
