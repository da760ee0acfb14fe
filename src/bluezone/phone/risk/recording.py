"""Recorded encounters: matched sightings or windows of one phone, one JSON object a line.

Source: ours, for comparing models on the same contacts. The surprising decision: a
recording holds published keys and what matched them, never what did not match, so that a
file given away for study tells nothing of other people (W5, W6).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

import msgspec

from bluezone.phone.risk.bounds import Instant, Seconds, Strength
from bluezone.phone.risk.errors import InvalidRecordingError
from bluezone.phone.risk.matched_key import MatchedKey
from bluezone.phone.risk.windows import ExposureWindow, ScanInstance
from bluezone.phone.sighting import Scheme, Sighting
from bluezone.protocol.diagnosis_key import DEFAULT_SLOTS, DayKeyEntry, DiagnosisKey

MAX_LINE_BYTES: Final = 16 * 1024 * 1024
"""Longest line: a phone's 14 days of one key in plain JSON stay far below."""

_KEY_BYTES: Final = {"en": 16, "bluezone": 32}


class _Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    time_s: Instant
    rssi_dbm: Strength
    aem: str = ""
    previous_scan_s: Instant = 0
    tolerated: bool = False


class _Match(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    scheme: Literal["en", "bluezone"]
    key: str
    sightings: tuple[_Row, ...]
    start: int = 0
    period: int = 144
    time_start: int = 0
    slots: int = DEFAULT_SLOTS
    report_type: int = 0
    days_since_onset: int | None = None
    transmission_risk: int = 0


class _Scan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    start_s: Instant
    seconds_since_last_scan: Seconds
    attenuations: tuple[Strength, ...]
    span_s: Seconds = 0
    continued: bool = False


class _Window(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    start_s: Instant
    report_type: int
    infectiousness: int
    scans: tuple[_Scan, ...]
    confidence: int = 0
    scheme: Literal["en", "bluezone"] = "en"
    tolerated: bool = False


class _Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    now: Instant
    matches: tuple[_Match, ...] = ()
    windows: tuple[_Window, ...] = ()


@dataclass(frozen=True, slots=True)
class Recording:
    """What one phone had matched at one instant.

    Attributes:
        id: name of the recording.
        now: Unix seconds at which it is judged.
        matches: keys with their sightings.
        windows: windows recorded as such, where sightings are not known.
    """

    id: str
    now: int
    matches: tuple[MatchedKey, ...] = ()
    windows: tuple[ExposureWindow, ...] = ()


def read_recordings(lines: Iterable[bytes]) -> Iterator[Recording]:
    """Yield the recordings of a file, line by line; empty lines are passed over.

    Raises:
        InvalidRecordingError: a line is no recording; the message says which.
    """
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield _read_line(line, number)


def write_recording(recording: Recording) -> bytes:
    """Return the line of a recording, with its end; what `read_recordings` reads."""
    line = _Line(
        recording.id,
        recording.now,
        tuple(map(_match_row, recording.matches)),
        tuple(map(_window_row, recording.windows)),
    )
    return msgspec.json.encode(line) + b"\n"


def _read_line(line: bytes, number: int) -> Recording:
    if len(line) > MAX_LINE_BYTES:
        raise InvalidRecordingError(f"line {number} is longer than {MAX_LINE_BYTES} bytes")
    try:
        raw = msgspec.json.decode(line, type=_Line)
        return Recording(
            raw.id,
            raw.now,
            tuple(map(_matched_key, raw.matches)),
            tuple(map(_window, raw.windows)),
        )
    except (msgspec.MsgspecError, RecursionError, ValueError) as error:
        raise InvalidRecordingError(f"line {number} is no recording: {error}") from error


def _matched_key(match: _Match) -> MatchedKey:
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


def _sighting(scheme: Scheme, row: _Row) -> Sighting:
    return Sighting(
        scheme,
        bytes.fromhex(row.id),
        row.time_s,
        row.rssi_dbm,
        bytes.fromhex(row.aem),
        row.previous_scan_s,
    )


def _window(window: _Window) -> ExposureWindow:
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


def _scan(scan: _Scan) -> ScanInstance:
    if not scan.attenuations:
        raise ValueError("a scan has at least one attenuation")
    return ScanInstance.of_packets(
        scan.attenuations,
        start_s=scan.start_s,
        seconds_since_last_scan=scan.seconds_since_last_scan,
        span_s=scan.span_s,
        continued=scan.continued,
    )


def _match_row(match: MatchedKey) -> _Match:
    key = match.key
    flags = match.tolerated or (False,) * len(match.sightings)
    rows = tuple(
        _Row(s.id.hex(), s.time_s, s.rssi_dbm, s.aem.hex(), s.previous_scan_s, flag)
        for s, flag in zip(match.sightings, flags, strict=True)
    )
    if isinstance(key, DiagnosisKey):
        return _Match(
            "en",
            key.key.hex(),
            rows,
            start=key.start,
            period=key.period,
            report_type=key.report_type,
            days_since_onset=key.days_since_onset,
            transmission_risk=key.transmission_risk,
        )
    return _Match(
        "bluezone",
        key.key.hex(),
        rows,
        time_start=key.time_start,
        slots=key.slots,
        report_type=key.report_type,
        days_since_onset=key.days_since_onset,
    )


def _window_row(window: ExposureWindow) -> _Window:
    scans = tuple(
        _Scan(s.start_s, s.seconds_since_last_scan, s.attenuations, s.span_s, s.continued)
        for s in window.scans
    )
    return _Window(
        window.start_s,
        window.report_type,
        window.infectiousness,
        scans,
        window.confidence,
        window.scheme.value,
        window.tolerated,
    )
