"""What an engine needs and what it remembers: plain values, so that they can be stored.

Source: `spec/exposure.md` sections 2.3 and 2.7. The surprising decision of the original, kept:
the report type of a stored result may change, but only upwards and only once.
"""

from dataclasses import dataclass, field, replace
from typing import Final

from bluezone.phone.risk.policy_types import Calibration, DataMapping, V1Config
from bluezone.phone.risk.system import SystemConstants
from bluezone.phone.risk.v1_records import V1Result
from bluezone.phone.risk.windows import ExposureWindow
from bluezone.protocol.diagnosis_key import ReportType

_TRANSITIONS: Final = {
    ReportType.SELF_REPORT: (
        ReportType.CONFIRMED_TEST,
        ReportType.CONFIRMED_CLINICAL_DIAGNOSIS,
        ReportType.REVOKED,
    ),
    ReportType.CONFIRMED_CLINICAL_DIAGNOSIS: (ReportType.CONFIRMED_TEST, ReportType.REVOKED),
}
"""Changes of report type that are taken over (2.7)."""


@dataclass(frozen=True, slots=True)
class StoredResult:
    """What is known of one matched key.

    Attributes:
        report_type: resolved, after transitions.
        windows: in order of time; may be empty.
        v1: old records; None for day keys.
        transitions: changes of report type so far.
    """

    report_type: int
    windows: tuple[ExposureWindow, ...]
    v1: V1Result | None = None
    transitions: int = 0


@dataclass(slots=True)
class EngineState:
    """All that an engine remembers; plain values, so that it can be stored.

    Attributes:
        results: by key bytes, in order of matching.
        periods: rolling period of the first attempt with any valid sighting, by key bytes.
    """

    results: dict[bytes, StoredResult] = field(default_factory=dict, repr=False)
    periods: dict[bytes, int] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class EngineConfig:
    """What an engine needs of policy, beside the system's constants."""

    mapping: DataMapping = field(default_factory=DataMapping)
    v1: V1Config = field(default_factory=V1Config)
    calibration: Calibration = field(default_factory=Calibration)
    system: SystemConstants = field(default_factory=SystemConstants)


def changed(stored: StoredResult, report_type: int, transitions_allowed: int) -> StoredResult:
    """Return the result with a new report type where that is allowed (2.7), else as it was."""
    allowed = _TRANSITIONS.get(ReportType(stored.report_type), ())
    if report_type not in allowed or stored.transitions >= transitions_allowed:
        return stored
    return replace(
        stored,
        report_type=report_type,
        windows=tuple(replace(window, report_type=report_type) for window in stored.windows),
        transitions=stored.transitions + 1,
    )
