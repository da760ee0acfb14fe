import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("fieldwork", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="household",
            name="helped_on",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="paperlist",
            name="rows",
            field=models.JSONField(default=list),
        ),
        migrations.AlterField(
            model_name="device",
            name="user",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="field_devices",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
    ]
