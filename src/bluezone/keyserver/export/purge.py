"""Delete published keys that no file holds any more.

Source: key server rules 1.6: kept 336 hours, never under 240. In small transactions, so that
publishes do not wait; a purge that dies half way is finished by the next.
"""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Connection, text

from bluezone.keyserver.publish.accepted import record_key_id, split_records
from bluezone.keyserver.settings import ExportSettings
from bluezone.keyserver.store.db import Store
from bluezone.protocol.scheme import Scheme

ROWS_AT_ONCE: Final = 200

_OLD: Final = text("""
    SELECT published_id, packed_keys
      FROM published_keys
     WHERE scheme = :scheme AND created_at < :before
     ORDER BY created_at, published_id
     LIMIT :limit
""")
_DELETE: Final = text("DELETE FROM published_keys WHERE published_id = :published_id")
_FORGET: Final = text("DELETE FROM known_key WHERE key_id = :key_id")


def purge_old_keys(store: Store, settings: ExportSettings, *, now: int) -> int:
    """Delete keys that count as published before the retention; return how many rows."""
    before = now - settings.retention_s
    return sum(_purge(store, scheme, before) for scheme in Scheme)


def _purge(store: Store, scheme: Scheme, before: int) -> int:
    total = 0
    while True:
        with store.writes.begin() as db:
            done = _purge_some(db, scheme, before)
        total += done
        if done < ROWS_AT_ONCE:
            return total


def _purge_some(db: Connection, scheme: Scheme, before: int) -> int:
    values = {"scheme": scheme.value, "before": before, "limit": ROWS_AT_ONCE}
    rows = db.execute(_OLD, values).all()
    if rows:
        key_ids = _key_ids(scheme, (bytes(packed) for _, packed in rows))
        db.execute(_FORGET, [{"key_id": key_id} for key_id in key_ids])
        db.execute(_DELETE, [{"published_id": row[0]} for row in rows])
    return len(rows)


def _key_ids(scheme: Scheme, packed: Iterable[bytes]) -> list[bytes]:
    return sorted(
        record_key_id(scheme, record) for value in packed for record in split_records(scheme, value)
    )
