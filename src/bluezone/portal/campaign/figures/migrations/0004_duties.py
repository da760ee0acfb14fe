"""What the worker does by itself, and who is at it."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("figures", "0003_registrations_by_unit"),
    ]
    operations: ClassVar = [
        migrations.CreateModel(
            name="Duty",
            fields=[
                ("name", models.CharField(max_length=20, primary_key=True, serialize=False)),
                ("slot", models.CharField(default="", max_length=40)),
                ("lease_until", models.BigIntegerField(default=0)),
            ],
        ),
    ]
