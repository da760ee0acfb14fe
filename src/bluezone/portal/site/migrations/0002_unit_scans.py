from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("publicsite", "0001_initial")]
    operations: ClassVar = [
        migrations.CreateModel(
            name="UnitScan",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "unit_path",
                        "day",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("unit_path", models.CharField(max_length=80)),
                ("day", models.DateField()),
                ("count", models.PositiveIntegerField(default=0)),
            ],
        ),
    ]
