"""Tables whose rows lie in the order of their key, used by the migrations.

Tables with millions of rows are asked by ranges of their composite key. SQLite then needs no
second copy of the key: `WITHOUT ROWID` halves the file. PostgreSQL has its ordinary table.
"""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import ProjectState


class CreateClusteredModel(migrations.CreateModel):
    """Creates a model's table, on SQLite without a rowid; the model must have no other index."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Create the table."""
        if schema_editor.connection.vendor != "sqlite":
            super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        apps: Apps = to_state.apps
        model: type[models.Model] = apps.get_model(app_label, self.name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            sql, parameters = schema_editor.table_sql(model)
            schema_editor.execute(f"{sql} WITHOUT ROWID", parameters or None)
