"""Contact-history files: the rows that a published phone hands over.

Source: wire specification sections 2.7 and 3.2 (history file) and 1.7 (D6). One line a row:
own id, contact id, RSSI and time, parted by tabs, no header. The surprise: Android writes
milliseconds and iOS seconds with nothing to tell them apart, so a value below 10^11 counts
as seconds. Also read: the same columns as CSV with a header.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from bluezone.protocol.bluezone.day_key import ID_BYTES, BluezoneId
from bluezone.protocol.bluezone.slot import DAY_MS
from bluezone.protocol.errors import InvalidHistoryError

FIRST_MILLISECONDS: Final = 10**11
"""Below, a time is seconds (until the year 5138); from here on, milliseconds (from 1973)."""

MAX_HISTORY_BYTES: Final = 32 << 20
"""Largest file: some 490,000 rows, a year of the densest real history. Ours."""

DEFAULT_DAYS: Final = 14
"""Days that a published phone hands over unless the push says otherwise."""

CSV_HEADER: Final = "own_id,contact_id,rssi_dbm,time_ms"
_COLUMNS: Final = 4
_ID: Final = re.compile(rf"[0-9A-Fa-f]{{{2 * ID_BYTES}}}")
_RSSI: Final = re.compile(r"-?[0-9]{1,3}")
_TIME: Final = re.compile(r"[0-9]{1,14}")


@dataclass(frozen=True, slots=True)
class ContactRow:
    """One sighting as a published phone stores and exports it.

    Attributes:
        own_id: the phone's own id when it stored the row.
        contact_id: the id heard; None for a Bluetooth Classic row, which is never exported.
        rssi_dbm: -128 to 127; 0 means unknown.
        stored_time: as stored: milliseconds on Android, seconds on iOS.
    """

    own_id: BluezoneId
    contact_id: BluezoneId | None
    rssi_dbm: int
    stored_time: int

    @property
    def time_ms(self) -> int:
        """When it was heard, Unix milliseconds, whichever platform stored it."""
        in_seconds = self.stored_time < FIRST_MILLISECONDS
        return self.stored_time * 1000 if in_seconds else self.stored_time


def _fault(row: int, what: str) -> InvalidHistoryError:
    return InvalidHistoryError(f"row {row}: {what}")


def _id(text: str, row: int, name: str) -> BluezoneId:
    if not _ID.fullmatch(text):
        raise _fault(row, f"{name} is not {2 * ID_BYTES} hexadecimal digits")
    return BluezoneId(bytes.fromhex(text))


def _read_row(line: str, separator: str, row: int) -> ContactRow:
    """Return one row of the file."""
    columns = line.split(separator)
    if len(columns) != _COLUMNS:
        raise _fault(row, f"{len(columns)} columns, expected {_COLUMNS}")
    own_id, contact_id, rssi, time = columns
    if not _RSSI.fullmatch(rssi) or not -128 <= int(rssi) <= 127:
        raise _fault(row, "RSSI is not a whole number from -128 to 127")
    if not _TIME.fullmatch(time):
        raise _fault(row, "time is not a whole number of 1 to 14 digits")
    return ContactRow(
        _id(own_id, row, "own id"), _id(contact_id, row, "contact id"), int(rssi), int(time)
    )


def parse_history(data: bytes) -> list[ContactRow]:
    """Return the rows of a contact-history file, in its order.

    Args:
        data: the file, at most 32 MiB: tab-separated as exported, or CSV with the header
            `own_id,contact_id,rssi_dbm,time_ms`. Lines end with LF or CRLF; the last line
            may lack its end.

    Raises:
        InvalidHistoryError: too large, not ASCII, or a row that cannot be read; the message
            names the row, counted from 0 without the header.
    """
    if len(data) > MAX_HISTORY_BYTES:
        raise InvalidHistoryError(f"file has more than {MAX_HISTORY_BYTES} bytes")
    try:
        text = data.decode("ascii")
    except UnicodeDecodeError as error:
        raise _fault(data.count(b"\n", 0, error.start), "a character is not ASCII") from None
    lines = (
        [line.removesuffix("\r") for line in text.removesuffix("\n").split("\n")] if text else []
    )
    separator = "\t"
    if lines and lines[0] == CSV_HEADER:
        separator = ","
        del lines[0]
    return [_read_row(line, separator, row) for row, line in enumerate(lines)]


def write_history(rows: Iterable[ContactRow]) -> str:
    """Return the text of a contact-history file: tabs, upper case, LF after every row.

    Bluetooth Classic rows, which have no contact id, are left out. Times stand as stored.
    """
    return "".join(
        f"{row.own_id.hex().upper()}\t{row.contact_id.hex().upper()}"
        f"\t{row.rssi_dbm}\t{row.stored_time}\n"
        for row in rows
        if row.contact_id is not None
    )


def rows_to_export(
    rows: Iterable[ContactRow], *, now_ms: int, days: int = DEFAULT_DAYS
) -> Iterator[ContactRow]:
    """Yield the rows that a published phone hands over, in their order.

    The window is rolling, not aligned to UTC days: times from now - days * 24 h on.

    Args:
        rows: all stored rows.
        now_ms: Unix milliseconds of the export.
        days: length of the window.
    """
    first_ms = now_ms - days * DAY_MS
    return (row for row in rows if row.contact_id is not None and row.time_ms >= first_ms)
