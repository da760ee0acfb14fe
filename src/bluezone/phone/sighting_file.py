"""Sightings from a CSV file with a header: recorded logs, ours or another program's.

Source: the columns of the real history file of August 2020 (`contact_id`, `rssi_dbm`,
`time_ms`) and of our own log. The surprising decision: the length of an identifier says
its scheme, and a time in `time_ms` below 10^11 is taken for seconds, because published
iPhones wrote seconds where Androids wrote milliseconds (`spec/bluezone-wire.md` 1.7, D6).
"""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from typing import Final

from bluezone.phone.errors import PhoneError
from bluezone.phone.sighting import Scheme, Sighting

MAX_FILE_BYTES: Final = 128 * 2**20
"""Largest file; a full log of a million rows is about 100 MB."""
MAX_ROWS: Final = 1_000_000
FIRST_MILLISECONDS: Final = 10**11

_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "id": ("id", "contact_id", "rpi"),
    "rssi": ("rssi_dbm", "rssi"),
    "time": ("time_s", "epoch_seconds", "time_ms"),
    "aem": ("aem",),
    "previous_scan_s": ("previous_scan_s",),
}
_REQUIRED: Final = ("id", "rssi", "time")
_SCHEME_OF_DIGITS: Final = {32: Scheme.EN, 24: Scheme.BLUEZONE}
_HEX: Final = re.compile(r"(?:[0-9A-Fa-f]{2})*")
_NUMBER: Final = re.compile(r"-?[0-9]{1,14}(?:\.0{1,9})?")
_MAX_AEM_DIGITS: Final = 128


class SightingFileError(PhoneError):
    """A file of sightings with a column missing or a row that cannot be read."""

    code = "invalid_sighting_file"


def parse_sightings(data: bytes) -> list[Sighting]:
    """Return the sightings of a CSV file, one a row, in the order of the file.

    Args:
        data: UTF-8 text, at most 128 MiB and a million rows. Columns, in any order and
            case: `id`, `contact_id` or `rpi` (32 hex digits are `en`, 24 `bluezone`);
            `rssi_dbm` or `rssi`; `time_s`, `epoch_seconds` or `time_ms`; optional `aem`
            (hex) and `previous_scan_s` (Unix seconds). Others are ignored.

    Raises:
        SightingFileError: the message names the row (from 0, after the header) and column.
    """
    if len(data) > MAX_FILE_BYTES:
        raise SightingFileError(f"the file has {len(data)} bytes, more than {MAX_FILE_BYTES}")
    try:
        reader = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True)
        columns = _columns(next(reader, []))
        rows = (row for row in reader if row)
        return [_sighting(number, row, columns) for number, row in enumerate(rows)]
    except UnicodeDecodeError:
        raise SightingFileError("the file is not UTF-8 text") from None
    except csv.Error as error:
        raise SightingFileError(f"the file is not CSV: {error}") from None


def _columns(header: Sequence[str]) -> dict[str, tuple[int, str]]:
    """Return for each field its position and the name that the file gives it."""
    names = [name.strip().lower() for name in header]
    found = {
        field: (names.index(name), name)
        for field, choices in _NAMES.items()
        for name in reversed(choices)
        if name in names
    }
    for field in _REQUIRED:
        if field not in found:
            wanted = " or ".join(_NAMES[field])
            raise SightingFileError(f"the header has no column {wanted}")
    return found


def _sighting(number: int, row: Sequence[str], columns: Mapping[str, tuple[int, str]]) -> Sighting:
    if number >= MAX_ROWS:
        raise SightingFileError(f"the file has more than {MAX_ROWS} rows")
    cells = {field: _cell(number, row, at) for field, (at, _) in columns.items()}
    id_name, time_name = columns["id"][1], columns["time"][1]
    scheme = _SCHEME_OF_DIGITS.get(len(cells["id"]))
    if scheme is None:
        raise _fault(number, id_name, "expected 32 (en) or 24 (bluezone) hex digits")
    return Sighting(
        scheme,
        _bytes(number, id_name, cells["id"]),
        _time_s(number, time_name, cells["time"]),
        _rssi_dbm(number, columns["rssi"][1], cells["rssi"]),
        _bytes(number, "aem", cells.get("aem", "")),
        _previous_scan_s(number, cells.get("previous_scan_s", "")),
    )


def _cell(number: int, row: Sequence[str], at: int) -> str:
    if at >= len(row):
        raise SightingFileError(f"row {number}: has {len(row)} columns, fewer than the header")
    return row[at].strip()


def _bytes(number: int, column: str, text: str) -> bytes:
    if len(text) > _MAX_AEM_DIGITS or _HEX.fullmatch(text) is None:
        raise _fault(number, column, "expected pairs of hex digits")
    return bytes.fromhex(text)


def _whole(number: int, column: str, text: str) -> int:
    if _NUMBER.fullmatch(text) is None:
        raise _fault(number, column, "expected a whole number")
    return int(text.split(".", 1)[0])


def _time_s(number: int, column: str, text: str) -> int:
    value = _whole(number, column, text)
    if value < 0:
        raise _fault(number, column, "a time before 1970")
    if column == "time_ms" and value >= FIRST_MILLISECONDS:
        return value // 1000
    if value >= FIRST_MILLISECONDS:
        raise _fault(number, column, "expected seconds, this looks like milliseconds")
    return value


def _rssi_dbm(number: int, column: str, text: str) -> int:
    value = _whole(number, column, text)
    if not -128 <= value <= 127:
        raise _fault(number, column, "expected -128 to 127 dBm")
    return max(value, -127)


def _previous_scan_s(number: int, text: str) -> int:
    value = _whole(number, "previous_scan_s", text) if text else 0
    if not 0 <= value < FIRST_MILLISECONDS:
        raise _fault(number, "previous_scan_s", "expected Unix seconds")
    return value


def _fault(number: int, column: str, what: str) -> SightingFileError:
    return SightingFileError(f"row {number}, column {column}: {what}")
