"""What all tables hold: how many rows, and whether bytes that must not be kept are anywhere."""

import base64
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

from django.db import connection

_COUNT = "SELECT '{name}', COUNT(*) FROM \"{name}\""


def row_counts(*, without: Iterable[str] = ()) -> dict[str, int]:
    """Return the number of rows of every table."""
    left_out = set(without)
    names = [name for name in connection.introspection.table_names() if name not in left_out]
    asked = " UNION ALL ".join(_COUNT.format(name=name) for name in names)
    with connection.cursor() as cursor:
        cursor.execute(asked)
        return dict(cursor.fetchall())


def grown(before: Mapping[str, int]) -> dict[str, int]:
    """Return the tables that have other counts than `before`, with the difference."""
    after = row_counts()
    changed = {name: count - before.get(name, 0) for name, count in after.items()}
    return {name: difference for name, difference in changed.items() if difference}


def values() -> Iterator[tuple[str, bytes]]:
    """Yield every value of every column of every table, as `table.column` and bytes."""
    for table in connection.introspection.table_names():
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - a name of our own schema
            names = [column[0] for column in cursor.description or ()]
            for row in cursor:
                for name, value in zip(names, row, strict=True):
                    if value is not None:
                        yield f"{table}.{name}", _bytes(value)


def _bytes(value: object) -> bytes:
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value)
    return str(value).encode()


def forms_of(secret: bytes) -> set[bytes]:
    """Return how bytes could stand in a column: raw, hexadecimal, base64."""
    plain, web = base64.b64encode(secret), base64.urlsafe_b64encode(secret)
    return {
        secret,
        secret.hex().encode(),
        secret.hex().upper().encode(),
        plain.rstrip(b"="),
        web.rstrip(b"="),
    }


def found(secrets: Mapping[bytes, str], *, log: str = "") -> dict[str, str]:
    """Return which of these byte strings stand anywhere, and in which column, or in the log.

    Args:
        secrets: what to look for, and what it is. All of one kind should have few lengths: each
            length costs a walk over every value.
    """
    lengths = {len(secret) for secret in secrets}
    hits: dict[str, str] = {}
    for place, value in chain(values(), [("log", log.encode())]):
        for length in lengths:
            for at in range(len(value) - length + 1):
                name = secrets.get(value[at : at + length])
                if name is not None:
                    hits[name] = place
    return hits
