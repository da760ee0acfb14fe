"""How much the contact log holds, how long, and what it accepts.

Sources: 14 days from `spec/exposure.md` 2.1; 5 s from `spec/bluezone-wire.md` 2.7. The
caps are ours: a million rows is about 5 rows per scan and person, 12 scans an hour, 14
hours a day with 85 people around, for 14 days.
"""

from dataclasses import dataclass
from typing import Final

from bluezone.phone.errors import InvalidSightingError
from bluezone.phone.matching.arrays import ID_BYTES
from bluezone.phone.sighting import Sighting

KEPT_DAYS: Final = 14
"""Full UTC days kept before today."""
KEPT_LIVED_S: Final = (KEPT_DAYS + 1) * 86_400
"""Longest stay of a row by the time the device saw pass, whatever its date says."""
DEDUPLICATION_S: Final = 5
"""A repeat of an identifier sooner than this after its last stored row is dropped."""
MAX_AEM_BYTES: Final = 64
"""More metadata than any advertisement can carry is not a sighting."""
MAX_WAITING_ROWS: Final = 16_384
"""Rows kept in memory while the disk refuses them; the oldest go first."""
_MAX_TIME_S: Final = 2**40  # far beyond the interval counter, far below 64 bits


@dataclass(frozen=True, slots=True)
class LogLimits:
    """Caps of one log; the oldest rows (by arrival) go first.

    Attributes:
        max_rows: rows kept; one full batch more may be there for an instant.
        max_bytes: bytes of the database file in use, checked after every batch.
        batch_rows: rows that may wait in memory; the bound on loss at a kill.
        batch_s: seconds (of sighting time) that a row may wait while others arrive.
    """

    max_rows: int = 1_000_000
    max_bytes: int = 128 * 1024 * 1024
    batch_rows: int = 64
    batch_s: int = 5


DEFAULT_LIMITS: Final = LogLimits()


def check_sighting(sighting: Sighting) -> None:
    """Refuse what no radio of ours can have heard.

    Raises:
        InvalidSightingError: wrong length of the identifier or metadata, or a strength or
            a time out of bounds.
    """
    if len(sighting.id) != ID_BYTES[sighting.scheme]:
        raise InvalidSightingError(
            f"an identifier of {sighting.scheme} has {ID_BYTES[sighting.scheme]} bytes, "
            f"not {len(sighting.id)}"
        )
    if len(sighting.aem) > MAX_AEM_BYTES:
        raise InvalidSightingError(f"{len(sighting.aem)} bytes of metadata, at most 64 are kept")
    if not -127 <= sighting.rssi_dbm <= 127:
        raise InvalidSightingError("the received strength must be between -127 and 127 dBm")
    if not (0 <= sighting.time_s < _MAX_TIME_S and 0 <= sighting.previous_scan_s < _MAX_TIME_S):
        raise InvalidSightingError("the time of a sighting must be in Unix seconds")
