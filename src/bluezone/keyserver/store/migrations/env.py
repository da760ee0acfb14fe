"""How Alembic runs our migrations: on the connection it is given, in one transaction."""

from alembic import context
from sqlalchemy import Connection

connection: Connection = context.config.attributes["connection"]
context.configure(connection=connection, version_table="keyserver_version")
context.run_migrations()
