"""Registrations lie by unit and day, under a number drawn by lot; waiting ones are counted first."""

from typing import ClassVar, Final

from django.db import migrations, models

from bluezone.portal.campaign.figures.clustered import CreateClusteredModel

_COUNT: Final = """
    INSERT INTO figures_dailyregistrations (unit_path, day, platform, count)
    SELECT unit_path, day, platform, COUNT(*) FROM figures_registration
    GROUP BY unit_path, day, platform
    ON CONFLICT (unit_path, day, platform)
    DO UPDATE SET count = figures_dailyregistrations.count + excluded.count
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("figures", "0002_append_only")]
    operations: ClassVar = [
        migrations.RunSQL(_COUNT),
        migrations.DeleteModel("Registration"),
        CreateClusteredModel(
            name="Registration",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "unit_path",
                        "day",
                        "platform",
                        "id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("unit_path", models.CharField(max_length=80)),
                ("day", models.DateField()),
                (
                    "platform",
                    models.CharField(
                        choices=[("android", "Android"), ("ios", "iOS"), ("other", "Other")],
                        max_length=7,
                    ),
                ),
                ("id", models.BigIntegerField()),
            ],
        ),
    ]
