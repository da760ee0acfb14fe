"""Bring the key server's database to the newest form of its tables, with Alembic."""

from alembic import command
from alembic.config import Config

from bluezone.keyserver.store.db import Lock, Store, hold


def upgrade(store: Store) -> None:
    """Create or update every table; running it twice changes nothing, also at the same time."""
    config = Config()
    config.set_main_option("script_location", "bluezone.keyserver.store:migrations")
    config.set_main_option("path_separator", "os")
    with store.writes.begin() as connection:
        hold(connection, Lock.TABLES)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
