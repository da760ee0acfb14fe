"""Recorded cases of the original code, read from their files.

Source: the form of the vectors described in `spec/exposure.md` section 8. The surprising
decision: `expected` is never read; whoever runs a case compares.
"""

from collections.abc import Mapping

import msgspec

from bluezone.phone.risk.bounds import Instant, Strength
from bluezone.phone.risk.cases import Case
from bluezone.phone.risk.engine_state import EngineConfig
from bluezone.phone.risk.errors import InvalidRecordingError
from bluezone.phone.risk.policy_types import DailySummaryConfig, DataMapping, V1Config
from bluezone.phone.risk.system import SystemConstants, V1Constants
from bluezone.phone.sighting import Scheme, Sighting
from bluezone.protocol.diagnosis_key import DiagnosisKey
from bluezone.protocol.en.tek import ROLLING_PERIOD, TEK_BYTES


class _Key(msgspec.Struct, frozen=True):
    """A key as a file may have it: what is missing has the default of 2.2."""

    key_data: str
    rolling_start_interval_number: int
    rolling_period: int | None = None
    report_type: int | None = None
    days_since_onset: int | None = None
    transmission_risk_level: int | None = None


class _Sighting(msgspec.Struct, frozen=True):
    rpi: str
    aem: str
    rssi: Strength
    epoch_seconds: Instant
    previous_scan_epoch_seconds: Instant = 0


class _Case(msgspec.Struct, frozen=True):
    """The members that decide; others, such as `expected`, are not looked at."""

    id: str
    now_epoch_seconds: Instant
    keys: tuple[_Key, ...]
    sightings: tuple[_Sighting, ...]
    daily_summaries_configs: tuple[msgspec.Raw, ...] = ()
    data_mapping: msgspec.Raw = msgspec.Raw(b"{}")
    v1_config: msgspec.Raw = msgspec.Raw(b"{}")
    later_passes: tuple[tuple[_Key, ...], ...] = ()
    tracing_params: dict[str, bool | int] = {}


class _CaseId(msgspec.Struct, frozen=True):
    id: str


class _File(msgspec.Struct, frozen=True):
    cases: tuple[msgspec.Raw, ...]


def split_cases(data: bytes) -> tuple[bytes, ...]:
    """Return the JSON text of each case of a file: `{"cases": [...]}` or a bare list.

    Raises:
        InvalidRecordingError: the file is neither.
    """
    try:
        if data.lstrip()[:1] == b"[":
            return tuple(bytes(raw) for raw in msgspec.json.decode(data, type=list[msgspec.Raw]))
        return tuple(bytes(raw) for raw in msgspec.json.decode(data, type=_File).cases)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise InvalidRecordingError(f"the file is not a list of cases: {error}") from error


def case_id(data: bytes) -> str | None:
    """Return the name of a case whose other members may be unreadable, None without one."""
    try:
        return msgspec.json.decode(data, type=_CaseId).id
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return None


def parse_case(data: bytes) -> Case:
    """Return one case.

    Raises:
        InvalidRecordingError: a member is missing, of a wrong type, or not hexadecimal.
        InvalidPolicyError: a configuration that the original refuses to build.
    """
    try:
        raw = msgspec.json.decode(data, type=_Case)
        return Case(
            id=raw.id,
            now=raw.now_epoch_seconds,
            passes=tuple(tuple(map(_key, keys)) for keys in (raw.keys, *raw.later_passes)),
            sightings=tuple(map(_sighting, raw.sightings)),
            engine_config=EngineConfig(
                mapping=msgspec.json.decode(raw.data_mapping, type=DataMapping),
                v1=msgspec.json.decode(raw.v1_config, type=V1Config),
                system=_system(raw.tracing_params),
            ),
            summaries=tuple(
                msgspec.json.decode(config, type=DailySummaryConfig)
                for config in raw.daily_summaries_configs
            ),
        )
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise InvalidRecordingError(f"the case cannot be read: {error}") from error


def _system(params: Mapping[str, bool | int]) -> SystemConstants:
    """Return the constants with a case's own parameters of the old score."""
    interpolate, minimum_s = False, V1Constants().minimum_duration_s
    for name, value in params.items():
        if name == "interpolation_enabled":
            interpolate = bool(value)
        elif name.startswith("min") and "duration" in name:
            minimum_s = int(value)
        else:
            raise InvalidRecordingError(f"unknown tracing parameter {name!r}")
    constants = V1Constants(interpolate=interpolate, minimum_duration_s=minimum_s)
    return SystemConstants(skip_changed_period=False, v1=constants)


def _key(key: _Key) -> DiagnosisKey:
    data = _bytes(key.key_data)
    if len(data) != TEK_BYTES:
        raise InvalidRecordingError(f"a key has {TEK_BYTES} bytes, not {len(data)}")
    if not 0 <= key.rolling_start_interval_number < 2**32 - ROLLING_PERIOD:
        raise InvalidRecordingError("a key must start at a 32-bit interval number")
    return DiagnosisKey(
        key=data,
        start=key.rolling_start_interval_number,
        period=ROLLING_PERIOD if key.rolling_period is None else key.rolling_period,
        report_type=key.report_type or 0,
        days_since_onset=key.days_since_onset,
        transmission_risk=key.transmission_risk_level or 0,
    )


def _sighting(sighting: _Sighting) -> Sighting:
    return Sighting(
        Scheme.EN,
        _bytes(sighting.rpi),
        sighting.epoch_seconds,
        sighting.rssi,
        _bytes(sighting.aem),
        sighting.previous_scan_epoch_seconds,
    )


def _bytes(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError as error:
        raise InvalidRecordingError("keys, identifiers and metadata must be hexadecimal") from error
