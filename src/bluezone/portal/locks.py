"""Named locks for what is read first and then written, held until the transaction ends.

On SQLite a transaction is the only writer from its first moment (`database`), so there is
nothing to do. PostgreSQL lets transactions run side by side, and each sees only what was
committed before its statement: two that add to the same sum would both add to the old one.
Whoever reads in order to write therefore takes a name first: before any row of its own, and
before the audit, which is locked last by everybody. One order for all means no deadlock.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


def hold(name: str, *, shared: bool = False) -> None:
    """Wait until no other transaction holds `name`; keep it until the caller's one ends.

    Args:
        name: what is protected; taking it again in the same transaction is allowed.
        shared: many may hold it shared at once, but not beside one that holds it alone.

    Raises:
        TransactionManagementError: there is no transaction that could hold it.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError(f"the lock “{name}” needs a transaction")
    if connection.vendor == "postgresql":
        call = "pg_advisory_xact_lock_shared" if shared else "pg_advisory_xact_lock"
        _ask(call, name)


@contextmanager
def held_throughout(name: str) -> Iterator[None]:
    """Hold `name` on this connection, over as many transactions as happen inside."""
    if connection.vendor != "postgresql":
        yield
        return
    _ask("pg_advisory_lock", name)
    try:
        yield
    finally:
        _ask("pg_advisory_unlock", name)


def _ask(call: str, name: str) -> None:
    digest = hashlib.sha256(f"bluezone.portal\n{name}".encode()).digest()
    number = int.from_bytes(digest[:8], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {call}(%s)", [number])
