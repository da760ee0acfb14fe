"""What the export reads and records: keys of a window, files that phones can see."""

from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Connection, text

from bluezone.keyserver.export.series import Series

# No LIMIT: a window is read whole, because its files are sorted over all its keys.
_WINDOW: Final = text("""
    SELECT region, traveler, health_authority_id, created_at, generated, packed_keys
      FROM published_keys
     WHERE scheme = :scheme AND created_at >= :start AND created_at < :end
       AND (region = :region OR traveler)
     ORDER BY created_at, published_id
""")

_FIRST: Final = text("""
    SELECT created_at
      FROM published_keys
     WHERE scheme = :scheme AND created_at >= :start
       AND (region = :region OR traveler)
     ORDER BY created_at, published_id
     LIMIT 1
""")

_RECORD_FILE: Final = text("""
    INSERT INTO export_file
           (path, series, window_start, window_end, number, key_count, state)
    VALUES (:path, :series, :window_start, :window_end, :number, :key_count, 'live')
    ON CONFLICT (path) DO NOTHING
""")

MAX_INDEX_LINES: Final = 100_000

_LIVE: Final = text("""
    SELECT path
      FROM export_file
     WHERE series = :series AND state = 'live'
     ORDER BY window_end, number, path
     LIMIT :limit
""")

_EXPIRE: Final = text("""
    UPDATE export_file
       SET state = 'expired'
     WHERE series = :series AND state = 'live' AND window_end < :before
""")

_EXPIRED: Final = text("""
    SELECT path
      FROM export_file
     WHERE series = :series AND state = 'expired'
     ORDER BY window_end, number, path
     LIMIT :limit
""")

_FORGET: Final = text("DELETE FROM export_file WHERE path = :path AND state = 'expired'")


@dataclass(frozen=True, slots=True)
class KeyRow:
    """One stored row of packed keys; see `publish.accepted` for the records."""

    region: str
    traveler: bool
    health_authority_id: str
    created_at: int
    generated: bool
    packed_keys: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class FileRecord:
    """One file of a series as the database knows it."""

    path: str
    series: str
    window_start: int
    window_end: int
    number: int
    key_count: int


def read_window(db: Connection, series: Series, *, start: int, end: int) -> list[KeyRow]:
    """Return every row of the window `[start, end)`, oldest first."""
    values = {"scheme": series.scheme.value, "region": series.region, "start": start, "end": end}
    return [
        KeyRow(region, bool(traveler), authority, int(created_at), bool(generated), bytes(packed))
        for region, traveler, authority, created_at, generated, packed in db.execute(
            _WINDOW, values
        )
    ]


def first_created_at(db: Connection, series: Series, *, start: int) -> int | None:
    """Return when the first keys at or after `start` count as published, or None."""
    values = {"scheme": series.scheme.value, "region": series.region, "start": start}
    found = db.execute(_FIRST, values).scalar_one_or_none()
    return None if found is None else int(found)


def record_file(db: Connection, record: FileRecord) -> None:
    """Remember a file; the same path twice is the same file."""
    db.execute(
        _RECORD_FILE,
        {
            "path": record.path,
            "series": record.series,
            "window_start": record.window_start,
            "window_end": record.window_end,
            "number": record.number,
            "key_count": record.key_count,
        },
    )


def live_paths(db: Connection, series: Series) -> list[str]:
    """Return the paths for the index, oldest window first."""
    values = {"series": series.name, "limit": MAX_INDEX_LINES}
    return list(db.execute(_LIVE, values).scalars())


def expire_files(db: Connection, series: Series, *, before: int) -> int:
    """Take files of windows that ended before `before` out of the index; return how many."""
    return db.execute(_EXPIRE, {"series": series.name, "before": before}).rowcount


def expired_paths(db: Connection, series: Series) -> list[str]:
    """Return the paths that no index names any more."""
    values = {"series": series.name, "limit": MAX_INDEX_LINES}
    return list(db.execute(_EXPIRED, values).scalars())


def forget_file(db: Connection, path: str) -> None:
    """Forget an expired file after it was deleted."""
    db.execute(_FORGET, {"path": path})
