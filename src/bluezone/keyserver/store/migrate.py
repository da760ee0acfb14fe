"""Bring the key server's database to the newest form of its tables, with Alembic."""

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from bluezone.keyserver.errors import SettingsError, StoreUnavailableError
from bluezone.keyserver.store.db import Lock, Store, hold

_VERSIONS = "keyserver_version"


def upgrade(store: Store) -> None:
    """Create or update every table; running it twice changes nothing, also at the same time.

    Raises:
        StoreUnavailableError: the database server does not let us in.
    """
    config = _config()
    try:
        with store.writes.begin() as connection:
            hold(connection, Lock.TABLES)
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except OperationalError as error:
        raise _unreachable(store, error) from None


def check_tables(store: Store) -> None:
    """Make sure that the tables are the newest ones, without changing anything.

    Raises:
        StoreUnavailableError: the database server does not let us in.
        SettingsError: the tables are missing, or made by another version of this program.
    """
    try:
        with store.reads.begin() as connection:
            current = _revision(connection)
    except OperationalError as error:
        raise _unreachable(store, error) from None
    if current != ScriptDirectory.from_config(_config()).get_current_head():
        raise SettingsError("the key server's tables are missing or old; run `bluezone migrate`")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "bluezone.keyserver.store:migrations")
    config.set_main_option("path_separator", "os")
    return config


def _revision(connection: Connection) -> str | None:
    context = MigrationContext.configure(connection, opts={"version_table": _VERSIONS})
    return context.get_current_revision()


def _unreachable(store: Store, error: OperationalError) -> StoreUnavailableError:
    """Say where the server should be and why not, in libpq's words; no password is in them."""
    url = store.writes.url
    place = f"{url.host or url.query.get('host') or 'this machine'}, database {url.database}"
    reason = " ".join(str(error.orig).split())
    return StoreUnavailableError(f"the key server's database does not answer ({place}): {reason}")
