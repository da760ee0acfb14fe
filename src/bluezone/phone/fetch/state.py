"""What was fetched already, so that a phone asks for each file once, whatever happens.

A file counts as done only after its keys were handled; a kill in between means that it is
fetched and handled again, never that it is lost. Rows go when the files are long gone.
"""

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from bluezone.phone.fetch.settings import KEPT_S, RETRY_FIRST_S, RETRY_LAST_S
from bluezone.phone.private_database import open_private, reported, transaction

_SCHEMA: Final = (
    """
CREATE TABLE IF NOT EXISTS file (
    path TEXT PRIMARY KEY, end_s INTEGER NOT NULL, done INTEGER NOT NULL,
    tries INTEGER NOT NULL, again_s INTEGER NOT NULL, keys INTEGER NOT NULL, code TEXT NOT NULL
) STRICT
""",
    """
CREATE TABLE IF NOT EXISTS listing (
    path TEXT PRIMARY KEY, etag TEXT NOT NULL, body BLOB NOT NULL
) STRICT
""",
    """
CREATE TABLE IF NOT EXISTS run (
    one INTEGER PRIMARY KEY CHECK (one = 1), at_s INTEGER NOT NULL, good_s INTEGER,
    code TEXT NOT NULL
) STRICT
""",
)


@dataclass(frozen=True, slots=True)
class LastRun:
    """When the phone last asked for files.

    Attributes:
        at_s: last try, Unix seconds.
        good_s: last try that reached the end, None if there was none.
        code: what went wrong in the last try, empty if nothing.
        files: files handled so far and still remembered.
        refused: files refused and still listed.
    """

    at_s: int
    good_s: int | None
    code: str
    files: int
    refused: int


class FetchState:
    """The memory of a `Fetcher`; open it with `FetchState.open`. One thread at a time."""

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

    def listing(self, path: str) -> tuple[str, bytes]:
        """Return the version and the bytes of an index as last seen; empty if never."""
        with reported():
            row = self._connection.execute(
                "SELECT etag, body FROM listing WHERE path = ?", (path,)
            ).fetchone()
        return ("", b"") if row is None else (row[0], row[1])

    def keep_listing(self, path: str, etag: str, body: bytes) -> None:
        """Remember an index."""
        with transaction(self._connection):
            self._connection.execute(
                "INSERT INTO listing (path, etag, body) VALUES (?, ?, ?) "
                "ON CONFLICT (path) DO UPDATE SET etag = excluded.etag, body = excluded.body",
                (path, etag, body),
            )

    def is_wanted(self, path: str, now: int) -> bool:
        """Say whether a file is new, or was refused long enough ago for another try."""
        with reported():
            row = self._connection.execute(
                "SELECT done, again_s FROM file WHERE path = ?", (path,)
            ).fetchone()
        return row is None or (not row[0] and now >= row[1])

    def is_done(self, path: str) -> bool:
        """Say whether a file's keys were handled."""
        with reported():
            query = "SELECT 1 FROM file WHERE path = ? AND done = 1"
            return self._connection.execute(query, (path,)).fetchone() is not None

    def done(self, path: str, end_s: int, keys: int) -> None:
        """Note that a file's keys were handled."""
        self._note(path, end_s, 1, 0, keys, "")

    def refused(self, path: str, end_s: int, now: int, code: str) -> None:
        """Note that a file was refused, and when to try again."""
        with reported():
            row = self._connection.execute(
                "SELECT tries FROM file WHERE path = ?", (path,)
            ).fetchone()
        tries = 0 if row is None else int(row[0])
        wait_s = min(RETRY_FIRST_S * 2 ** min(tries, 10), RETRY_LAST_S)
        self._note(path, end_s, 0, now + wait_s, 0, code)

    def finish(self, now: int, code: str) -> None:
        """Note the end of a run (`code` empty if all was well) and drop rows of old files."""
        with transaction(self._connection):
            self._connection.execute(
                "INSERT INTO run (one, at_s, good_s, code) VALUES (1, ?, ?, ?) "
                "ON CONFLICT (one) DO UPDATE SET at_s = excluded.at_s, "
                "good_s = coalesce(excluded.good_s, run.good_s), code = excluded.code",
                (now, None if code else now, code),
            )
            self._connection.execute("DELETE FROM file WHERE end_s < ?", (now - 2 * KEPT_S,))

    def last_run(self) -> LastRun | None:
        """Return what is known of the last run, None before the first."""
        with reported():
            row = self._connection.execute(
                "SELECT at_s, good_s, code, (SELECT count(*) FROM file WHERE done = 1), "
                "(SELECT count(*) FROM file WHERE done = 0) FROM run WHERE one = 1"
            ).fetchone()
        return None if row is None else LastRun(*row)

    def _note(self, path: str, end_s: int, done: int, again_s: int, keys: int, code: str) -> None:
        with transaction(self._connection):
            self._connection.execute(
                "INSERT INTO file (path, end_s, done, tries, again_s, keys, code) "
                "VALUES (?, ?, ?, 1, ?, ?, ?) ON CONFLICT (path) DO UPDATE SET "
                "done = excluded.done, tries = file.tries + 1, again_s = excluded.again_s, "
                "keys = excluded.keys, code = excluded.code",
                (path, end_s, done, again_s, keys, code),
            )
