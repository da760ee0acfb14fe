"""Arrays that go into a matcher and come out of it.

The matcher's meaning is defined on arrays so that a compiled path can take the place of
the reference without its callers noticing. The surprising decision: keys that cannot be
expanded (a period of 0, a start beyond the clock of the protocol) stay in the arrays and
match nothing, so that one bad key of a signed file never hides the others.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bluezone.phone.errors import InvalidArraysError
from bluezone.phone.sighting import Scheme, Sighting
from bluezone.protocol.diagnosis_key import DayKeyEntry, DiagnosisKey

Bytes2D = NDArray[np.uint8]
Int64s = NDArray[np.int64]
Bools = NDArray[np.bool_]

ID_BYTES: Final = {Scheme.EN: 16, Scheme.BLUEZONE: 12}
"""Length of an identifier of each scheme, in bytes."""
_INT64_MIN: Final = -(2**63)
_INT64_MAX: Final = 2**63 - 1


@dataclass(frozen=True, slots=True)
class EnKeyArrays:
    """Diagnosis keys of the `en` scheme.

    Attributes:
        keys: (n, 16) uint8.
        start: (n,) int64, first interval.
        period: (n,) int64, number of intervals.
    """

    keys: Bytes2D = field(repr=False)
    start: Int64s
    period: Int64s

    def __post_init__(self) -> None:
        _check(self.keys, 16, self.start, self.period)

    @classmethod
    def of(cls, keys: Sequence[DiagnosisKey]) -> "EnKeyArrays":
        """Return the arrays of `keys`, in their order."""
        return cls(
            _bytes_2d([key.key for key in keys], 16),
            _int64([key.start for key in keys]),
            _int64([key.period for key in keys]),
        )


@dataclass(frozen=True, slots=True)
class DayKeyArrays:
    """Bluezone day keys.

    Attributes:
        keys: (n, 32) uint8.
        time_start: (n,) int64, UTC midnight of the key's day, Unix seconds.
        slots: (n,) int64, slots a day.
    """

    keys: Bytes2D = field(repr=False)
    time_start: Int64s
    slots: Int64s

    def __post_init__(self) -> None:
        _check(self.keys, 32, self.time_start, self.slots)

    @classmethod
    def of(cls, keys: Sequence[DayKeyEntry]) -> "DayKeyArrays":
        """Return the arrays of `keys`, in their order."""
        return cls(
            _bytes_2d([key.key for key in keys], 32),
            _int64([key.time_start for key in keys]),
            _int64([key.slots for key in keys]),
        )


@dataclass(frozen=True, slots=True)
class SightingArrays:
    """Sightings of one scheme, one row each; read-only by agreement.

    Attributes:
        scheme: the scheme of every row.
        ids: (m, 16) or (m, 12) uint8.
        time_s: (m,) int64, Unix seconds.
        rssi_dbm: (m,) int64.
        previous_scan_s: (m,) int64, 0 where unknown.
        aem: m byte strings as received, empty for `bluezone`.
    """

    scheme: Scheme
    ids: Bytes2D = field(repr=False)
    time_s: Int64s = field(repr=False)
    rssi_dbm: Int64s = field(repr=False)
    previous_scan_s: Int64s = field(repr=False)
    aem: tuple[bytes, ...] = field(repr=False)

    def __post_init__(self) -> None:
        _check(self.ids, ID_BYTES[self.scheme], self.time_s, self.rssi_dbm, self.previous_scan_s)
        if len(self.aem) != len(self.ids):
            raise InvalidArraysError(f"{len(self.aem)} metadata fields for {len(self.ids)} ids")

    def __len__(self) -> int:
        return len(self.ids)

    @classmethod
    def of(cls, scheme: Scheme, sightings: Iterable[Sighting]) -> "SightingArrays":
        """Return the arrays of those `sightings` that belong to `scheme`, in their order."""
        own = (sighting for sighting in sightings if sighting.scheme is scheme)
        rows = [(row.id, row.time_s, row.rssi_dbm, row.previous_scan_s, row.aem) for row in own]
        return cls.of_rows(scheme, rows)

    @classmethod
    def of_rows(
        cls, scheme: Scheme, rows: Sequence[tuple[bytes, int, int, int, bytes]]
    ) -> "SightingArrays":
        """Return the arrays of rows (id, time_s, rssi_dbm, previous_scan_s, aem)."""
        return cls(
            scheme,
            _bytes_2d([row[0] for row in rows], ID_BYTES[scheme]),
            _int64([row[1] for row in rows]),
            _int64([row[2] for row in rows]),
            _int64([row[3] for row in rows]),
            tuple(row[4] for row in rows),
        )

    def sighting(self, index: int) -> Sighting:
        """Return row `index` as one value."""
        return Sighting(
            self.scheme,
            self.ids[index].tobytes(),
            int(self.time_s[index]),
            int(self.rssi_dbm[index]),
            self.aem[index],
            int(self.previous_scan_s[index]),
        )


@dataclass(frozen=True, slots=True)
class Matches:
    """Pairs of a key and a sighting with one of its identifiers; q rows.

    Ordered by key, then interval, then sighting.

    Attributes:
        key_index: (q,) int64 into the key arrays.
        sighting_index: (q,) int64 into the sighting arrays.
        interval: (q,) int64; the interval number for `en`, the slot of the day for `bluezone`.
        tolerated: (q,) bool; the time lies outside the identifier's own interval or slot.
        in_time: (q,) bool; False where not even the tolerance covers the time, so that the
            row is only a candidate (`en` alone: the window rules drop it as a replay).
    """

    key_index: Int64s
    sighting_index: Int64s
    interval: Int64s
    tolerated: Bools
    in_time: Bools

    def __len__(self) -> int:
        return len(self.key_index)

    @classmethod
    def of(cls, rows: Sequence[tuple[int, int, int, bool, bool]]) -> "Matches":
        """Return the arrays of `rows`, each in the order of the attributes."""
        numbers = np.array([row[:3] for row in rows], dtype=np.int64).reshape(-1, 3)
        flags = np.array([row[3:] for row in rows], dtype=np.bool_).reshape(-1, 2)
        return cls(numbers[:, 0], numbers[:, 1], numbers[:, 2], flags[:, 0], flags[:, 1])


def _bytes_2d(rows: Sequence[bytes], width: int) -> Bytes2D:
    if any(len(row) != width for row in rows):
        raise InvalidArraysError(f"every row must have {width} bytes")
    return np.frombuffer(b"".join(rows), dtype=np.uint8).reshape(len(rows), width)


def _int64(values: Sequence[int]) -> Int64s:
    if any(not _INT64_MIN <= value <= _INT64_MAX for value in values):
        raise InvalidArraysError("a number does not fit in 64 bits")
    return np.array(values, dtype=np.int64)


def _check(table: Bytes2D, width: int, *columns: Int64s) -> None:
    if table.dtype != np.uint8 or table.ndim != 2 or table.shape[1] != width:
        raise InvalidArraysError(f"expected (n, {width}) bytes, got {table.dtype} {table.shape}")
    for column in columns:
        if column.dtype != np.int64 or column.shape != (len(table),):
            raise InvalidArraysError(
                f"expected ({len(table)},) int64, got {column.dtype} {column.shape}"
            )
