"""Every attempt to share, so that a lost answer or a kill can be continued, not repeated.

The secrets of an attempt (token, HMAC secret, certificate, the keys to send) lie here only
while it is under way; a finished or failed attempt keeps its receipt and nothing else. The
file has the rules of every store of the phone: mode 0600, deleted bytes overwritten.

Any thread may use it; calls wait for one another.
"""

import sqlite3
import threading
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Final, Self

import msgspec

from bluezone.phone.key_store import OwnKeys
from bluezone.phone.private_database import open_private, reported, scrub, transaction
from bluezone.phone.share.errors import ShareError
from bluezone.phone.share.receipt import Receipt

_SCHEMA: Final = (
    """
CREATE TABLE IF NOT EXISTS attempt (
    number INTEGER PRIMARY KEY AUTOINCREMENT, state TEXT NOT NULL, began_s INTEGER NOT NULL,
    open BLOB, receipt BLOB
) STRICT
""",
)


class State(StrEnum):
    """How far an attempt is."""

    PREVIEWED = "previewed"
    CONFIRMED = "confirmed"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Open:
    """The secrets of an attempt under way; hidden in the repr.

    Attributes:
        token: the portal's permission for one certificate.
        test_type: kind of result.
        symptom_date: ISO day of onset, empty if unknown.
        confirmation: value that a person gives back by confirming.
        shown: the keys of the preview, without being released.
        keys: what is sent, fixed at the confirmation; None before.
        secret: HMAC secret of the certificate, 32 bytes.
        certificate: empty until the portal gave it.
        en_saved: number that the key server saved; None until it answered.
        bluezone_saved: the same for day keys.
    """

    token: str = field(repr=False)
    test_type: str
    symptom_date: str
    confirmation: str = field(repr=False)
    shown: OwnKeys = field(repr=False)
    keys: OwnKeys | None = field(default=None, repr=False)
    secret: bytes = field(default=b"", repr=False)
    certificate: str = field(default="", repr=False)
    en_saved: int | None = None
    bluezone_saved: int | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One row.

    Attributes:
        number: names the attempt in forms and receipts.
        state: how far it is.
        began_s: when the code was accepted, Unix seconds.
        open: secrets, None once it is over.
        receipt: what was sent, None unless it is done.
    """

    number: int
    state: State
    began_s: int
    open: Open | None
    receipt: Receipt | None


class ShareJournal:
    """The attempts; open it with `ShareJournal.open`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._lock = threading.RLock()

    @classmethod
    def open(cls, path: Path | str) -> Self:
        """Open or create it at `path`, or in `:memory:`.

        Raises:
            StoreError: the file cannot be opened.
        """
        return cls(open_private(path, _SCHEMA))

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    def begin(self, content: Open, now: int) -> int:
        """Keep a new attempt and return its number."""
        with self._lock, transaction(self._connection):
            row = self._connection.execute(
                "INSERT INTO attempt (state, began_s, open) VALUES (?, ?, ?)",
                (State.PREVIEWED.value, now, msgspec.json.encode(content)),
            )
        return int(row.lastrowid or 0)

    def read(self, number: int) -> Attempt:
        """Return an attempt.

        Raises:
            ShareError: `preview_expired`: there is none of that number.
        """
        with self._lock, reported():
            row = self._connection.execute(
                "SELECT number, state, began_s, open, receipt FROM attempt WHERE number = ?",
                (number,),
            ).fetchone()
        if row is None:
            raise ShareError("preview_expired")
        return _attempt(*row)

    def unfinished(self) -> Attempt | None:
        """Return the newest attempt that a person confirmed and that is not over yet."""
        with self._lock, reported():
            row = self._connection.execute(
                "SELECT number, state, began_s, open, receipt FROM attempt "
                "WHERE state = 'confirmed' ORDER BY number DESC LIMIT 1"
            ).fetchone()
        return None if row is None else _attempt(*row)

    def receipts(self) -> list[Receipt]:
        """Return the receipts, newest first."""
        with self._lock, reported():
            rows = self._connection.execute(
                "SELECT receipt FROM attempt WHERE state = 'done' ORDER BY number DESC LIMIT 100"
            ).fetchall()
        return [msgspec.json.decode(row[0], type=Receipt) for row in rows]

    def confirm(self, attempt: Attempt, content: Open) -> Attempt:
        """Note that a person confirmed; what is sent is fixed from now on."""
        query = "UPDATE attempt SET state = ?, open = ? WHERE number = ? AND state = 'previewed'"
        return self._change(query, attempt, State.CONFIRMED, content)

    def advance(self, attempt: Attempt, content: Open) -> Attempt:
        """Keep what a server answered."""
        query = "UPDATE attempt SET state = ?, open = ? WHERE number = ? AND state = 'confirmed'"
        return self._change(query, attempt, State.CONFIRMED, content)

    def finish(self, attempt: Attempt, receipt: Receipt) -> None:
        """Keep the receipt and drop the secrets."""
        self._close_attempt(attempt.number, State.DONE, msgspec.json.encode(receipt))

    def fail(self, attempt: Attempt) -> None:
        """Drop the secrets of an attempt that cannot be continued."""
        self._close_attempt(attempt.number, State.FAILED, None)

    def drop_unconfirmed(self, before_s: int) -> None:
        """Drop attempts that began before an instant and were never confirmed."""
        with self._lock:
            with transaction(self._connection):
                rows = self._connection.execute(
                    "DELETE FROM attempt WHERE state = 'previewed' AND began_s < ?", (before_s,)
                ).rowcount
            if rows:
                scrub(self._connection)

    def _change(self, query: str, attempt: Attempt, state: State, content: Open) -> Attempt:
        with self._lock, transaction(self._connection):
            values = (state.value, msgspec.json.encode(content), attempt.number)
            if self._connection.execute(query, values).rowcount != 1:
                raise ShareError("preview_expired")
        return replace(attempt, state=state, open=content)

    def _close_attempt(self, number: int, state: State, receipt: bytes | None) -> None:
        with self._lock:
            with transaction(self._connection):
                self._connection.execute(
                    "UPDATE attempt SET state = ?, open = NULL, receipt = ? WHERE number = ?",
                    (state.value, receipt, number),
                )
            scrub(self._connection)


def _attempt(
    number: int, state: str, began_s: int, content: bytes | None, receipt: bytes | None
) -> Attempt:
    return Attempt(
        number,
        State(state),
        began_s,
        None if content is None else msgspec.json.decode(content, type=Open),
        None if receipt is None else msgspec.json.decode(receipt, type=Receipt),
    )
