"""Engines for SQLite and PostgreSQL that mean what they say.

The surprising decision: on SQLite the driver opens no transaction by itself, and a writing
transaction takes the write lock at once (BEGIN IMMEDIATE). Otherwise two transactions that
read before they write lose updates without any error.
"""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

_SQLITE_PRAGMAS: Final = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=5000",
    "PRAGMA cache_size=-65536",
)
"""FULL: a publish that was answered survives a power cut. Cache: 64 MiB."""


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
    """Open `url` (`sqlite:///...` or `postgresql+psycopg://...`).

    Parameters are never part of an error message: they hold keys.
    """
    return Store(writes=_engine(url, "BEGIN IMMEDIATE"), reads=_engine(url, "BEGIN"))


def _engine(url: str, begin: str) -> Engine:
    sqlite = make_url(url).get_backend_name() == "sqlite"
    # A file cannot hang up; a server can, so each connection is tried before it is used.
    engine = create_engine(url, pool_pre_ping=not sqlite, hide_parameters=True)
    if sqlite:
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
