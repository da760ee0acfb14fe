"""Delete published keys, so that no file written from now on holds them.

Keys are packed by publish, without an index of their own, so the rows are looked through,
newest first, until every key is found: withdrawals are rare, and only a token of ours starts
one. The surprising decision: nothing remembers that a key was withdrawn. Whoever has a
certificate for it can publish it again, as with any key.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Connection, bindparam, text

from bluezone.keyserver.errors import KeyServerError
from bluezone.keyserver.publish.accepted import record_key_id, split_records
from bluezone.keyserver.publish.revision_token import Listed
from bluezone.keyserver.store.db import Lock, Store, hold
from bluezone.protocol.scheme import Scheme

ROWS_AT_ONCE: Final = 2_000

# No LIMIT: the answer has at most one row for each key asked, 90 for a token.
_KNOWN: Final = text("""
    SELECT key_id, start, period
      FROM known_key
     WHERE key_id IN :key_ids
     ORDER BY key_id
""").bindparams(bindparam("key_ids", expanding=True))

_NEWEST: Final = text("SELECT COALESCE(MAX(published_id), 0) FROM published_keys")

_OLDER: Final = text("""
    SELECT published_id, packed_keys
      FROM published_keys
     WHERE published_id <= :newest AND scheme = :scheme AND NOT generated
     ORDER BY published_id DESC
     LIMIT :limit
""")

_READ: Final = text("SELECT packed_keys FROM published_keys WHERE published_id = :published_id")
_KEEP: Final = text("""
    UPDATE published_keys
       SET packed_keys = :packed_keys
     WHERE published_id = :published_id
""")
_DELETE: Final = text("DELETE FROM published_keys WHERE published_id = :published_id")
_FORGET: Final = text("DELETE FROM known_key WHERE key_id = :key_id")


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """What a revision token lists."""

    scheme: Scheme
    listed: Listed = field(repr=False)


def withdraw_all(store: Store, withdrawals: Sequence[Withdrawal]) -> list[int | KeyServerError]:
    """Do each withdrawal in a transaction of its own; return how many keys each deleted."""
    return [withdraw(store, one) for one in withdrawals]


def withdraw(store: Store, withdrawal: Withdrawal) -> int:
    """Delete the keys; return how many were there. Doing it twice is no fault."""
    wanted = _known(store, withdrawal.listed)
    rows = _rows_with(store, withdrawal.scheme, wanted) if wanted else []
    if not wanted:
        return 0
    with store.writes.begin() as db:
        hold(db, Lock.WINDOWS)  # beside no publish, and no other withdrawal of the same row
        for published_id in rows:
            _remove(db, published_id, withdrawal.scheme, wanted)
        db.execute(_FORGET, [{"key_id": key_id} for key_id in sorted(wanted)])
    return len(wanted)


def _known(store: Store, listed: Listed) -> frozenset[bytes]:
    """Return the listed keys that are published with just this interval."""
    if not listed:
        return frozenset()
    with store.reads.begin() as db:
        rows = db.execute(_KNOWN, {"key_ids": sorted(listed)}).all()
    return frozenset(
        bytes(key_id)
        for key_id, start, period in rows
        if listed[bytes(key_id)] == (int(start), int(period))
    )


def _rows_with(store: Store, scheme: Scheme, wanted: Collection[bytes]) -> list[int]:
    """Return the rows that hold the keys, looking at no more of them than needed."""
    with store.reads.begin() as db:
        newest = int(db.execute(_NEWEST).scalar_one())
    missing, found = set(wanted), list[int]()
    while missing:
        values = {"newest": newest, "scheme": scheme.value, "limit": ROWS_AT_ONCE}
        with store.reads.begin() as db:
            rows = db.execute(_OLDER, values).all()
        for published_id, packed in rows:
            here = missing.intersection(_key_ids(scheme, bytes(packed)))
            if here:
                found.append(int(published_id))
                missing -= here
        if len(rows) < ROWS_AT_ONCE:
            break
        newest = int(rows[-1][0]) - 1
    return found


def _remove(db: Connection, published_id: int, scheme: Scheme, wanted: Collection[bytes]) -> None:
    packed = db.execute(_READ, {"published_id": published_id}).scalar_one_or_none()
    if packed is None:  # too old meanwhile
        return
    kept = [
        record
        for record in split_records(scheme, bytes(packed))
        if record_key_id(scheme, record) not in wanted
    ]
    if kept:
        db.execute(_KEEP, {"published_id": published_id, "packed_keys": b"".join(kept)})
    else:
        db.execute(_DELETE, {"published_id": published_id})


def _key_ids(scheme: Scheme, packed: bytes) -> list[bytes]:
    return [record_key_id(scheme, record) for record in split_records(scheme, packed)]
