"""Remember which published keys this phone has heard, and what its owner was told.

A file of keys is handled once, but a judgement needs every key of the last 14 days, so the
few that matched are kept; the rest of a file is forgotten at once. A key that comes again
with another report type is kept as a second row: the risk engine decides which change
counts. Same file rules as every store of the phone: mode 0600, deleted bytes overwritten.

One thread at a time.
"""

import datetime as dt
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Final, Self

from bluezone.phone.private_database import (
    open_private,
    read_guard,
    reported,
    scrub,
    transaction,
    write_guard,
)
from bluezone.protocol.diagnosis_key import DayKeyEntry, DiagnosisKey

KEPT_DAYS: Final = 14
_DAY_S: Final = 86_400
_INTERVAL_S: Final = 600
_EPOCH: Final = dt.date(1970, 1, 1)
_MAX_KEYS: Final = 100_000
_SCHEMA: Final = (
    """
CREATE TABLE IF NOT EXISTS matched_key (
    seq INTEGER PRIMARY KEY, scheme TEXT NOT NULL, key BLOB NOT NULL, start INTEGER NOT NULL,
    length INTEGER NOT NULL, report_type INTEGER NOT NULL, days_since_onset INTEGER,
    transmission_risk INTEGER NOT NULL, end_s INTEGER NOT NULL,
    UNIQUE (scheme, key, start, report_type)
) STRICT
""",
    """
CREATE TABLE IF NOT EXISTS told (
    day INTEGER NOT NULL, level TEXT NOT NULL, at_s INTEGER NOT NULL, PRIMARY KEY (day, level)
) STRICT
""",
)
_INSERT: Final = (
    "INSERT INTO matched_key (scheme, key, start, length, report_type, days_since_onset, "
    "transmission_risk, end_s) VALUES (?, ?, ?, ?, ?, ?, ?, ?) "
    "ON CONFLICT (scheme, key, start, report_type) DO NOTHING"
)
_SELECT: Final = (
    "SELECT key, start, length, report_type, days_since_onset, transmission_risk "
    "FROM matched_key WHERE scheme = ? ORDER BY seq LIMIT ?"
)


class ExposureStore:
    """Matched keys and told exposures; open it with `ExposureStore.open`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    @classmethod
    def open(cls, path: Path | str) -> Self:
        """Open or create it at `path`, or in `:memory:`.

        Raises:
            StoreError: the file cannot be opened.
        """
        return cls(open_private(path, _SCHEMA))

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def add(self, keys: Iterable[DiagnosisKey | DayKeyEntry]) -> int:
        """Keep keys that matched; return how many were new."""
        with transaction(self._connection):
            return sum(self._connection.execute(_INSERT, _row(key)).rowcount for key in keys)

    def en_keys(self) -> list[DiagnosisKey]:
        """Return the kept `en` keys in the order in which they came."""
        with reported():
            rows = self._connection.execute(_SELECT, ("en", _MAX_KEYS)).fetchall()
        return [DiagnosisKey(*row) for row in rows]

    def day_keys(self) -> list[DayKeyEntry]:
        """Return the kept Bluezone day keys in the order in which they came."""
        with reported():
            rows = self._connection.execute(_SELECT, ("bluezone", _MAX_KEYS)).fetchall()
        return [DayKeyEntry(*row[:5]) for row in rows]

    def was_told(self, day: dt.date, level: str) -> bool:
        """Say whether the owner was told of `level` on `day`."""
        with reported():
            query = "SELECT 1 FROM told WHERE day = ? AND level = ?"
            row = self._connection.execute(query, ((day - _EPOCH).days, level)).fetchone()
        return row is not None

    def note_told(self, day: dt.date, level: str, now: int) -> None:
        """Note that the owner was told of `level` on `day`."""
        with transaction(self._connection):
            self._connection.execute(
                "INSERT INTO told (day, level, at_s) VALUES (?, ?, ?) "
                "ON CONFLICT (day, level) DO NOTHING",
                ((day - _EPOCH).days, level, now),
            )

    def told(self) -> list[tuple[dt.date, str, int]]:
        """Return what the owner was told: (day of the exposure, level, instant), oldest first."""
        with reported():
            rows = self._connection.execute(
                "SELECT day, level, at_s FROM told ORDER BY day, level LIMIT 1000"
            ).fetchall()
        return [(_EPOCH + dt.timedelta(days=day), level, at_s) for day, level, at_s in rows]

    def forget_before(self, now: int) -> None:
        """Delete what ended 14 full days before `now`; a clock that jumped is not believed."""
        oldest = now // _DAY_S - KEPT_DAYS
        with transaction(self._connection):
            guard = read_guard(self._connection).see(now)
            write_guard(self._connection, guard)
            if not guard.trusted:
                return
            query = "DELETE FROM matched_key WHERE end_s < ?"
            rows = self._connection.execute(query, (oldest * _DAY_S,)).rowcount
            rows += self._connection.execute("DELETE FROM told WHERE day < ?", (oldest,)).rowcount
        if rows:
            scrub(self._connection)


def _row(key: DiagnosisKey | DayKeyEntry) -> tuple[object, ...]:
    report = (int(key.report_type), key.days_since_onset)
    if isinstance(key, DiagnosisKey):
        end_s = (key.start + key.period) * _INTERVAL_S
        return ("en", key.key, key.start, key.period, *report, key.transmission_risk, end_s)
    return ("bluezone", key.key, key.time_start, key.slots, *report, 0, key.time_start + _DAY_S)
