"""Recorded encounters: matched sightings or windows of one phone, one JSON object a line.

Source: ours, for comparing models on the same contacts. The surprising decision: a
recording holds published keys and what matched them, never what did not match, so that a
file given away for study tells nothing of other people (W5, W6).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import msgspec

from bluezone.phone.risk.errors import InvalidRecordingError
from bluezone.phone.risk.matched_key import MatchedKey
from bluezone.phone.risk.recording_lines import Line
from bluezone.phone.risk.recording_reading import exposure_window, matched_key
from bluezone.phone.risk.recording_writing import match_row, window_row
from bluezone.phone.risk.windows import ExposureWindow

MAX_LINE_BYTES: Final = 16 * 1024 * 1024
"""Longest line: a phone's 14 days of one key in plain JSON stay far below."""


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
    line = Line(
        recording.id,
        recording.now,
        tuple(map(match_row, recording.matches)),
        tuple(map(window_row, recording.windows)),
    )
    return msgspec.json.encode(line) + b"\n"


def _read_line(line: bytes, number: int) -> Recording:
    if len(line) > MAX_LINE_BYTES:
        raise InvalidRecordingError(f"line {number} is longer than {MAX_LINE_BYTES} bytes")
    try:
        raw = msgspec.json.decode(line, type=Line)
        return Recording(
            raw.id,
            raw.now,
            tuple(map(matched_key, raw.matches)),
            tuple(map(exposure_window, raw.windows)),
        )
    except (msgspec.MsgspecError, RecursionError, ValueError) as error:
        raise InvalidRecordingError(f"line {number} is no recording: {error}") from error
