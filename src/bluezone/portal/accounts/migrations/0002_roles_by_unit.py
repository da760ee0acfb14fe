import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

ROLES = [
    ("health_worker", "Health worker"),
    ("campaign_officer", "Campaign officer"),
    ("unit_manager", "Unit manager"),
    ("team_member", "Team member"),
    ("agency_head", "Agency head"),
    ("auditor", "Auditor"),
    ("administrator", "Administrator"),
]


class Migration(migrations.Migration):
    """Accounts keep the role they have: it acts on the whole installation, as it did before."""

    dependencies = [("accounts", "0001_initial"), ("units", "0001_initial")]

    operations = [
        migrations.AlterField(
            model_name="user",
            name="role",
            field=models.CharField(blank=True, choices=ROLES, default="", max_length=20),
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("role", models.CharField(choices=ROLES, max_length=20)),
                ("created_at", models.BigIntegerField()),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memberships",
                        to="units.unit",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("unit", "user", "role"), name="one_role_once_a_unit"
                    )
                ],
            },
        ),
    ]
