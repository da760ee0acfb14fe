"""Bringing the portal's tables up to date, or checking that somebody has.

Two processes that start at once take turns: on PostgreSQL the second waits and then finds
nothing to do.
"""

from django.core.management import call_command
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

from bluezone.portal import locks
from bluezone.portal.errors import DatabaseUnavailableError


def migrate() -> None:
    """Create or update every table and make the secrets that are missing.

    Raises:
        DatabaseUnavailableError: the database server does not let us in.
    """
    try:
        with locks.held_throughout("migrations"):
            call_command("migrate", interactive=False, verbosity=0)
    except OperationalError as error:
        raise _unavailable(error) from None


def check_tables() -> None:
    """Make sure that every table is there, without changing anything.

    Raises:
        DatabaseUnavailableError: the server does not let us in, or migrations are to be run.
    """
    try:
        executor = MigrationExecutor(connection)
        to_do = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except OperationalError as error:
        raise _unavailable(error) from None
    if to_do:
        raise DatabaseUnavailableError(
            "the portal's tables are missing or old; run `bluezone migrate`"
        )


def _unavailable(error: OperationalError) -> DatabaseUnavailableError:
    """Say where the server should be and why not, in libpq's words; no password is in them."""
    known = connection.settings_dict
    place = f"{known['HOST'] or 'this machine'}, database {known['NAME']}"
    reason = " ".join(str(error).split())
    return DatabaseUnavailableError(f"the portal's database does not answer ({place}): {reason}")
