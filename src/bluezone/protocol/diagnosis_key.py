"""Diagnosis keys: what a confirmed person publishes, in either scheme.

Source: Exposure Notification key export format v1; `report_type` and
`days_since_onset_of_symptoms` as in its protobuf. A `DayKeyEntry` is the same idea for the
12-byte scheme: one independent day key that is good for one UTC day.
"""

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

DEFAULT_SLOTS: Final = 96
"""Slots a day of the published apps: 15 minutes each."""


class ReportType(IntEnum):
    """How the case was found, as numbered on the wire."""

    UNKNOWN = 0
    CONFIRMED_TEST = 1
    CONFIRMED_CLINICAL_DIAGNOSIS = 2
    SELF_REPORT = 3
    RECURSIVE = 4
    REVOKED = 5


@dataclass(frozen=True, slots=True)
class DiagnosisKey:
    """One temporary exposure key of a confirmed case.

    Attributes:
        key: 16 secret bytes until published; hidden in the repr.
        start: first interval number (Unix seconds // 600).
        period: intervals covered, 1 to 144.
        report_type: 0 to 5 as in `ReportType`; larger numbers are kept as they came.
        days_since_onset: day of the key minus day of onset, None when unknown.
        transmission_risk: 0 to 8; deprecated on the wire, still carried.
    """

    key: bytes = field(repr=False)
    start: int
    period: int = 144
    report_type: int = ReportType.UNKNOWN
    days_since_onset: int | None = None
    transmission_risk: int = 0


@dataclass(frozen=True, slots=True)
class DayKeyEntry:
    """One fresh Bluezone day key of a confirmed case.

    Attributes:
        key: 32 secret bytes until published; hidden in the repr.
        time_start: UTC midnight of its day, Unix seconds.
        slots: slots per day, 96 on every published phone.
        report_type: as in `DiagnosisKey`.
        days_since_onset: as in `DiagnosisKey`.
    """

    key: bytes = field(repr=False)
    time_start: int
    slots: int = DEFAULT_SLOTS
    report_type: int = ReportType.UNKNOWN
    days_since_onset: int | None = None
