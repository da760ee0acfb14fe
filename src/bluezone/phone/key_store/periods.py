"""The stretches of time for which own keys are good, as rows of one table.

A row covers [begin, end) in units of its scheme: interval numbers for `en`, Unix seconds
for `bluezone`. `released` is the unit in which the row was handed out for sharing, None
while it is secret. A released row may be broadcast only in that very unit, until the next
border: afterwards anybody could know its identifiers.
"""

import sqlite3
from dataclasses import dataclass, field
from typing import Final

from bluezone.phone.sighting import Scheme

SCHEMA: Final = (
    """
CREATE TABLE IF NOT EXISTS own_key (
    seq INTEGER PRIMARY KEY, scheme TEXT NOT NULL, begin INTEGER NOT NULL, end INTEGER NOT NULL,
    key BLOB NOT NULL, released INTEGER, shared INTEGER NOT NULL DEFAULT 0,
    shareable INTEGER NOT NULL DEFAULT 1
) STRICT
""",
)
_COLUMNS: Final = "seq, begin, end, key, released, shareable"


@dataclass(frozen=True, slots=True)
class OwnKey:
    """One row: a key and the stretch of time in which it is broadcast.

    Attributes:
        seq: row number; later rows were made later.
        begin: first unit (interval, or Unix second).
        end: first unit after it.
        key: 16 or 32 secret bytes.
        released: unit in which it was handed out for sharing, None while secret.
        shareable: False for a key made while the clock stood in a time already shared.
    """

    seq: int
    begin: int
    end: int
    key: bytes = field(repr=False)
    released: int | None
    shareable: bool


def find(connection: sqlite3.Connection, scheme: Scheme, at: int, unit: int) -> OwnKey | None:
    """Return the newest key that may be broadcast at `at`, or None.

    Args:
        connection: the open key store.
        scheme: which keys.
        at: interval number or Unix second.
        unit: first number of the interval or slot that holds `at`.
    """
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM own_key WHERE scheme = ? AND begin <= ? AND ? < end "  # noqa: S608 (a constant)
        "AND (released IS NULL OR released = ?) ORDER BY seq DESC LIMIT 1",
        (scheme.value, at, at, unit),
    ).fetchone()
    return None if row is None else _own_key(row)


def overlapping(
    connection: sqlite3.Connection, scheme: Scheme, begin: int, end: int
) -> list[OwnKey]:
    """Return the keys that touch [begin, end), oldest stretch first."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM own_key WHERE scheme = ? AND begin < ? AND ? < end "  # noqa: S608 (a constant)
        "ORDER BY begin, seq LIMIT 1000",
        (scheme.value, end, begin),
    ).fetchall()
    return [_own_key(row) for row in rows]


def unshared(
    connection: sqlite3.Connection, scheme: Scheme, begin: int, until: int
) -> list[OwnKey]:
    """Return the shareable keys not shared yet that begin in [begin, until), oldest first."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM own_key WHERE scheme = ? AND shareable = 1 AND shared = 0 "  # noqa: S608 (a constant)
        "AND begin >= ? AND begin < ? ORDER BY begin, seq LIMIT 1000",
        (scheme.value, begin, until),
    ).fetchall()
    return [_own_key(row) for row in rows]


def insert(
    connection: sqlite3.Connection, scheme: Scheme, stretch: range, key: bytes, *, shareable: bool
) -> None:
    """Add a key for the units of `stretch`."""
    connection.execute(
        "INSERT INTO own_key (scheme, begin, end, key, shareable) VALUES (?, ?, ?, ?, ?)",
        (scheme.value, stretch.start, stretch.stop, key, shareable),
    )


def release(connection: sqlite3.Connection, seq: int, *, end: int, unit: int) -> None:
    """Cut a key at `end` and note that it was handed out in `unit`; once only."""
    connection.execute(
        "UPDATE own_key SET end = ?, released = ? WHERE seq = ? AND released IS NULL",
        (end, unit, seq),
    )


def mark_shared(connection: sqlite3.Connection, scheme: Scheme, key: bytes) -> None:
    """Note that a key was published; it is never offered again."""
    connection.execute(
        "UPDATE own_key SET shared = 1 WHERE scheme = ? AND key = ? AND shared = 0",
        (scheme.value, key),
    )


def _own_key(row: tuple[int, int, int, bytes, int | None, int]) -> OwnKey:
    seq, begin, end, key, released, shareable = row
    return OwnKey(seq, begin, end, key, released, bool(shareable))
