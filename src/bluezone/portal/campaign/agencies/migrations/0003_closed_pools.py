from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("agencies", "0002_append_only")]
    operations: ClassVar = [
        migrations.AddField(
            model_name="pool",
            name="closed_at",
            field=models.BigIntegerField(blank=True, null=True),
        ),
    ]
