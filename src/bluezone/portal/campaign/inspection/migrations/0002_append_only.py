"""The database itself refuses to change or delete an inspector's mark or a gift's day."""

from typing import ClassVar, Final

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

_TABLES: Final = ("inspection_mark", "inspection_giftday")
_SQLITE: Final = [
    f"""CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table}
        BEGIN SELECT RAISE(ABORT, 'this table is append-only'); END"""
    for table in _TABLES
    for verb in ("UPDATE", "DELETE")
]
_POSTGRESQL: Final = [
    """CREATE FUNCTION inspection_refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'this table is append-only'; END $$""",
    *(
        f"""CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
        FOR EACH ROW EXECUTE FUNCTION inspection_refuse()"""
        for table in _TABLES
    ),
]


def add_triggers(_apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    sqlite = schema_editor.connection.vendor == "sqlite"
    for statement in _SQLITE if sqlite else _POSTGRESQL:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("inspection", "0001_initial")]
    operations: ClassVar = [migrations.RunPython(add_triggers, elidable=False)]
