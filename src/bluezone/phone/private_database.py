"""Open a SQLite file that only its owner can read and that keeps no deleted bytes.

Answers weaknesses W21 (data at rest on shared storage) and W22 (no retention). The file
has mode 0600 in a folder of mode 0700, `secure_delete` overwrites what is deleted with
zeros, freed pages are given back, and `scrub` empties the write-ahead log, which
otherwise still holds the deleted rows. What a flash controller keeps in spare blocks is
out of reach of any program; encrypt the disk of the device against that.
"""

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bluezone.phone.clock_guard import ClockGuard
from bluezone.phone.errors import StoreError

IN_MEMORY: Final = ":memory:"
_BUSY_TIMEOUT_S: Final = 5.0
_PRAGMAS: Final = (
    "PRAGMA auto_vacuum = INCREMENTAL",  # before the first table, or it has no effect
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA secure_delete = ON",
    "PRAGMA temp_store = MEMORY",
)
_CLOCK_TABLE: Final = """
CREATE TABLE IF NOT EXISTS clock (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    last_s INTEGER, jumped_from_s INTEGER, jumped_to_s INTEGER NOT NULL, lived_s INTEGER NOT NULL
) STRICT
"""


def open_private(path: Path | str, schema: tuple[str, ...]) -> sqlite3.Connection:
    """Open or create a database of mode 0600 with the tables of `schema`.

    Args:
        path: the file; its folder is made with mode 0700 if it is not there. `:memory:`
            keeps everything in memory (tests and demonstrations).
        schema: `CREATE TABLE IF NOT EXISTS` statements; the clock table is added.

    Raises:
        StoreError: the file cannot be made or is not a database.
    """
    try:
        if str(path) != IN_MEMORY:
            _make_private(Path(path))
        return _connect(path, (_CLOCK_TABLE, *schema))
    except (OSError, sqlite3.Error) as error:
        raise StoreError(
            f"cannot open {Path(path).name}: {error}. Check the folder's rights and free space; "
            "if the file is damaged, move it away and start again"
        ) from error


def _make_private(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    path.chmod(0o600)


def _connect(path: Path | str, statements: tuple[str, ...]) -> sqlite3.Connection:
    # The stores hold a lock of their own around every use, hence any thread may call.
    connection = sqlite3.connect(
        path, timeout=_BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
    )
    try:
        for statement in (*_PRAGMAS, *statements):
            connection.execute(statement)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


@contextlib.contextmanager
def reported() -> Iterator[None]:
    """Turn an error of SQLite into ours.

    Raises:
        StoreError: the database could not be read or written.
    """
    try:
        yield
    except sqlite3.Error as error:
        raise StoreError(f"the phone's memory cannot be used: {error}. Check free space") from error


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Run one use case in one transaction: all of it is durable afterwards, or nothing.

    Raises:
        StoreError: the database could not be read or written.
    """
    with reported():
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def scrub(connection: sqlite3.Connection) -> bool:
    """Give freed pages back and empty the write-ahead log; False while a reader holds it."""
    try:
        # A script is run to its end; `execute` would stop after giving back one page.
        connection.executescript("PRAGMA incremental_vacuum")
        busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
            return False
        raise StoreError(f"the phone's memory cannot be tidied: {error}") from error
    return int(busy) == 0


def read_guard(connection: sqlite3.Connection) -> ClockGuard:
    """Return the clock guard that was last stored, or a new one."""
    row = connection.execute(
        "SELECT last_s, jumped_from_s, jumped_to_s, lived_s FROM clock WHERE one = 1"
    ).fetchone()
    return ClockGuard() if row is None else ClockGuard(*row)


def write_guard(connection: sqlite3.Connection, guard: ClockGuard) -> None:
    """Store the clock guard; to be called inside a transaction."""
    connection.execute(
        "INSERT INTO clock (one, last_s, jumped_from_s, jumped_to_s, lived_s) "
        "VALUES (1, ?, ?, ?, ?) ON CONFLICT (one) DO UPDATE SET last_s = excluded.last_s, "
        "jumped_from_s = excluded.jumped_from_s, jumped_to_s = excluded.jumped_to_s, "
        "lived_s = excluded.lived_s",
        (guard.last_s, guard.jumped_from_s, guard.jumped_to_s, guard.lived_s),
    )
