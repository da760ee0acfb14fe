"""Engines for SQLite and PostgreSQL that mean what they say.

The surprising decision: on SQLite the driver opens no transaction by itself, and a writing
transaction takes the write lock at once (BEGIN IMMEDIATE). Otherwise two transactions that
read before they write lose updates without any error. On PostgreSQL they run side by side;
what must not is held apart by `hold`.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import ConnectionPoolEntry

from bluezone.keyserver.errors import SettingsError

_SQLITE_PRAGMAS: Final = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=5000",
    "PRAGMA cache_size=-65536",
)
"""FULL: a publish that was answered survives a power cut. Cache: 64 MiB."""

CONNECT_TIMEOUT_S: Final = 10
"""A database server that does not answer is reported, not waited for."""

_HOLD: Final = text("SELECT pg_advisory_xact_lock(:room, :lock)")
_HOLD_SHARED: Final = text("SELECT pg_advisory_xact_lock_shared(:room, :lock)")
_ROOM: Final = 0x425A4B53
"""Sets our locks apart from those of others in the same database: the letters `BZKS`."""


class Lock(IntEnum):
    """What transactions on PostgreSQL must not do side by side."""

    TABLES = 1
    WINDOWS = 2


@dataclass(frozen=True, slots=True)
class Store:
    """The two ways into one database.

    Attributes:
        writes: engine whose transactions hold the write lock from their first moment.
        reads: engine whose transactions never wait for a writer.
    """

    writes: Engine
    reads: Engine

    def close(self) -> None:
        """Close every pooled connection."""
        self.writes.dispose()
        self.reads.dispose()


def open_store(url: str) -> Store:
    """Open `url` (`sqlite:///...` or `postgresql://user:password@host:port/name`).

    Parameters are never part of an error message: they hold keys.

    Raises:
        SettingsError: another kind of address, or its driver is not installed.
    """
    try:
        return Store(writes=_engine(url, "BEGIN IMMEDIATE"), reads=_engine(url, "BEGIN"))
    except (ArgumentError, ValueError):
        raise SettingsError(
            "BLUEZONE_KEYSERVER_DATABASE_URL must be postgresql://user:password@host:port/name"
        ) from None
    except ModuleNotFoundError:
        raise SettingsError(
            'this database needs a package that is missing; pip install "bluezone[server]"'
        ) from None


def hold(db: Connection, lock: Lock, *, shared: bool = False) -> None:
    """Wait until no other transaction holds `lock`; keep it until this one ends.

    Many may hold it shared at once, but not beside one that holds it alone. On SQLite a
    writing transaction is the only one anyway.
    """
    if db.dialect.name == "postgresql":
        db.execute(_HOLD_SHARED if shared else _HOLD, {"room": _ROOM, "lock": int(lock)})


def _engine(url: str, begin: str) -> Engine:
    address = make_url(url)
    if address.get_backend_name() != "sqlite":
        if "connect_timeout" not in address.query:
            address = address.update_query_dict({"connect_timeout": str(CONNECT_TIMEOUT_S)})
        # A server can hang up, so each connection is tried before it is used.
        return create_engine(address, pool_pre_ping=True, hide_parameters=True)
    engine = create_engine(address, hide_parameters=True)
    event.listen(engine, "connect", _prepare_sqlite)

    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    event.listen(engine, "begin", _begin)
    return engine


def _prepare_sqlite(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # the driver starts its transactions too late
    cursor = connection.cursor()
    for pragma in _SQLITE_PRAGMAS:
        cursor.execute(pragma)
    cursor.close()
