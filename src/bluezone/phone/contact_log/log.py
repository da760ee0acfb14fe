"""Keep the sightings of both schemes for 14 days in a private SQLite file.

Sources: `spec/exposure.md` 2.1 (14 full days), `spec/bluezone-wire.md` 2.7 (5 s) and its
weaknesses W21, W22, W28. Rows wait in memory for a short while so that a burst of the
radio costs one commit: `flush` makes everything recorded durable, and a kill loses at most
the rows recorded since the last commit, `LogLimits.batch_rows` of them.

The surprising decision: `forget_before` does not believe a clock that jumped forward by
more than two days until it has run for another day (see `clock_guard`); it says so.

Any thread may call any method; calls wait for one another.
"""

import sqlite3
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from bluezone.phone.clock_guard import ClockGuard
from bluezone.phone.contact_log.deduplication import Deduplication
from bluezone.phone.contact_log.limits import (
    DEFAULT_LIMITS,
    KEPT_DAYS,
    KEPT_LIVED_S,
    MAX_WAITING_ROWS,
    LogLimits,
    check_sighting,
)
from bluezone.phone.matching.arrays import SightingArrays
from bluezone.phone.private_database import (
    open_private,
    read_guard,
    reported,
    scrub,
    transaction,
    write_guard,
)
from bluezone.phone.sighting import Scheme, Sighting

_DAY_S: Final = 86_400
_SCHEMA: Final = (
    """
CREATE TABLE IF NOT EXISTS sighting (
    seq INTEGER PRIMARY KEY, scheme TEXT NOT NULL, id BLOB NOT NULL, time_s INTEGER NOT NULL,
    rssi_dbm INTEGER NOT NULL, aem BLOB NOT NULL, previous_scan_s INTEGER NOT NULL,
    lived_s INTEGER NOT NULL
) STRICT
""",
)
_INSERT: Final = (
    "INSERT INTO sighting (scheme, id, time_s, rssi_dbm, aem, previous_scan_s, lived_s) "
    "VALUES (?, ?, ?, ?, ?, ?, ?)"
)
_RECENT: Final = "SELECT id, time_s FROM sighting ORDER BY seq DESC LIMIT 4096"
_SELECT: Final = (
    "SELECT id, time_s, rssi_dbm, previous_scan_s, aem FROM sighting "
    "WHERE scheme = ? AND time_s >= ? AND time_s < ? ORDER BY time_s, seq LIMIT ?"
)
_MOST_ROWS: Final = "SELECT coalesce(max(seq) - min(seq) + 1, 0) FROM sighting"
_FORGET: Final = "DELETE FROM sighting WHERE time_s < ? OR lived_s < ?"
_DROP_OLDEST: Final = (
    "DELETE FROM sighting WHERE seq IN (SELECT seq FROM sighting ORDER BY seq LIMIT ?)"
)
_Row = tuple[str, bytes, int, int, bytes, int, int]


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What `forget_before` did.

    Attributes:
        rows: rows deleted.
        held_back: the clock jumped and nothing was deleted by date; tell the owner to check
            date and time.
        scrubbed: no byte of the deleted rows is left in the file or its log; False only
            while another process reads, then the next call does it.
    """

    rows: int
    held_back: bool
    scrubbed: bool


class ContactLog:
    """The sightings of the last 14 days; open it with `ContactLog.open`."""

    def __init__(self, connection: sqlite3.Connection, limits: LogLimits) -> None:
        self._connection = connection
        self._limits = limits
        self._lock = threading.RLock()
        self._waiting: list[_Row] = []
        self._guard = read_guard(connection)
        self._unscrubbed = True  # an earlier process may have been killed before it could
        self._repeats = Deduplication(reversed(connection.execute(_RECENT).fetchall()))

    @classmethod
    def open(cls, path: Path | str, *, limits: LogLimits = DEFAULT_LIMITS) -> Self:
        """Open or create the log at `path` (`:memory:` for one that is never written).

        Raises:
            StoreError: the file cannot be opened or is not a log.
        """
        return cls(open_private(path, _SCHEMA), limits)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __len__(self) -> int:
        with self._lock, reported():
            (rows,) = self._connection.execute("SELECT count(*) FROM sighting").fetchone()
            return int(rows) + len(self._waiting)

    def record(self, sighting: Sighting) -> bool:
        """Take a sighting; False if it repeats its identifier within 5 s.

        The row is durable at the latest after `batch_rows` rows, with the first row that
        arrives `batch_s` later, or at the next `flush`, `sightings` or `close`.

        Raises:
            InvalidSightingError: the sighting is malformed; nothing is stored.
            StoreError: the batch could not be written; its rows wait for the next try.
        """
        check_sighting(sighting)
        with self._lock:
            self._guard = self._guard.see(sighting.time_s)
            key = sighting.id
            if self._repeats.is_repeat(key, sighting.time_s):
                return False
            self._waiting.append(_row(sighting, self._guard))
            del self._waiting[:-MAX_WAITING_ROWS]
            self._repeats.store(key, sighting.time_s)
            if self._batch_is_due(sighting.time_s):
                self.flush()
            return True

    def flush(self) -> int:
        """Make everything recorded so far durable; return the number of rows written.

        Raises:
            StoreError: nothing was written; the rows wait for the next try.
        """
        with self._lock:
            rows = len(self._waiting)
            if not rows:
                return 0
            with transaction(self._connection):
                self._connection.executemany(_INSERT, self._waiting)
                write_guard(self._connection, self._guard)
                self._drop_oldest_rows()
            self._waiting.clear()
            self._drop_oldest_bytes()
            return rows

    def forget_before(self, now: int, *, clock_is_right: bool = False) -> Forgotten:
        """Delete for good what is older than 14 full days as seen at `now`.

        Args:
            now: the wall clock, Unix seconds.
            clock_is_right: the clock was checked (against a server, or it is simulated), so
                that even a jump of weeks is believed.

        Raises:
            StoreError: the database could not be written.
        """
        with self._lock:
            self.flush()
            self._guard = self._guard.trust(now) if clock_is_right else self._guard.see(now)
            with transaction(self._connection):
                rows = self._connection.execute(_FORGET, self._limits_of(now)).rowcount
                write_guard(self._connection, self._guard)
            self._unscrubbed = self._unscrubbed or rows > 0
            if self._unscrubbed:
                self._unscrubbed = not scrub(self._connection)
            return Forgotten(rows, not self._guard.trusted, not self._unscrubbed)

    def sightings(
        self, scheme: Scheme, *, since_s: int = 0, until_s: int = 2**62
    ) -> SightingArrays:
        """Return the sightings of one scheme in [since_s, until_s), oldest first."""
        with self._lock, reported():
            self.flush()
            limit = self._limits.max_rows + self._limits.batch_rows
            query = (scheme.value, since_s, until_s, limit)
            return SightingArrays.of_rows(
                scheme, self._connection.execute(_SELECT, query).fetchall()
            )

    def counts_by_day(self, scheme: Scheme) -> dict[int, int]:
        """Return for each UTC day number (Unix seconds // 86400) its number of rows."""
        with self._lock, reported():
            self.flush()
            query = (
                "SELECT time_s / 86400 AS day, count(*) FROM sighting WHERE scheme = ? "
                "GROUP BY day ORDER BY day LIMIT 1000"
            )
            return dict(self._connection.execute(query, (scheme.value,)).fetchall())

    def close(self) -> None:
        """Make everything durable and close the file."""
        with self._lock:
            try:
                self.flush()
            finally:
                self._connection.close()

    def _batch_is_due(self, time_s: int) -> bool:
        waited_s = abs(time_s - self._waiting[0][2])
        full = len(self._waiting) >= self._limits.batch_rows
        return full or waited_s >= self._limits.batch_s

    def _limits_of(self, now: int) -> tuple[int, int]:
        oldest_s = now // _DAY_S * _DAY_S - KEPT_DAYS * _DAY_S if self._guard.trusted else 0
        return oldest_s, self._guard.lived_s - KEPT_LIVED_S

    def _drop_oldest_rows(self) -> None:
        (most,) = self._connection.execute(_MOST_ROWS).fetchone()
        if most <= self._limits.max_rows:  # counting a million rows at every batch is slow
            return
        (rows,) = self._connection.execute("SELECT count(*) FROM sighting").fetchone()
        if rows > self._limits.max_rows:
            self._connection.execute(_DROP_OLDEST, (rows - self._limits.max_rows,))
            self._unscrubbed = True

    def _drop_oldest_bytes(self) -> None:
        while self._used_bytes() > self._limits.max_bytes:
            (rows,) = self._connection.execute("SELECT count(*) FROM sighting").fetchone()
            with transaction(self._connection):
                self._connection.execute(_DROP_OLDEST, (rows // 16 + 1,))
            self._unscrubbed = True
            scrub(self._connection)
            if not rows:
                return

    def _used_bytes(self) -> int:
        pages, free, size = (
            int(self._connection.execute(f"PRAGMA {name}").fetchone()[0])
            for name in ("page_count", "freelist_count", "page_size")
        )
        return (pages - free) * size


def _row(sighting: Sighting, guard: ClockGuard) -> _Row:
    return (
        sighting.scheme.value,
        sighting.id,
        sighting.time_s,
        sighting.rssi_dbm,
        sighting.aem,
        sighting.previous_scan_s,
        guard.lived_s,
    )
