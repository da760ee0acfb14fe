"""The database itself refuses to change or delete a version of a target."""

from typing import ClassVar, Final

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

_TABLES: Final = ("targets_targetversion", "targets_targetclause")


def _sqlite(table: str) -> list[str]:
    return [
        f"""CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table}
            BEGIN SELECT RAISE(ABORT, 'targets are append-only: add a version'); END"""
        for verb in ("UPDATE", "DELETE")
    ]


_REFUSE: Final = """CREATE FUNCTION targets_refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'targets are append-only: add a version'; END $$"""


def _postgresql(table: str) -> list[str]:
    return [
        f"""CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION targets_refuse()"""
    ]


def add_triggers(_apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    sqlite = schema_editor.connection.vendor == "sqlite"
    if not sqlite:
        schema_editor.execute(_REFUSE)
    for table in _TABLES:
        for statement in _sqlite(table) if sqlite else _postgresql(table):
            schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("targets", "0001_initial")]
    operations: ClassVar = [migrations.RunPython(add_triggers, elidable=False)]
