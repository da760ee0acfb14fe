"""Agencies, their sizes, their heads, their reports; the vouchers are in `voucher_models`.

Nobody's name is here, and no row says who installed. Sizes and reports are only added, never
changed: the newest row of the newest day counts. Rows that grow with days carry the unit's path
first, so that they can be spread by unit (DESIGN "Storage and scale").
"""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from bluezone.portal.campaign.agencies.voucher_models import (
    DailyCount,
    Pool,
    Purpose,
    Slip,
    SlipState,
    SpentToken,
)
from bluezone.portal.units.models import Unit
from bluezone.portal.units.paths import PATH_LENGTH

__all__ = [
    "Agency",
    "AgencyHead",
    "AgencySize",
    "DailyCount",
    "Kind",
    "Pool",
    "Purpose",
    "Report",
    "Slip",
    "SlipState",
    "SpentToken",
    "Way",
]


class Kind(models.TextChoices):
    """What sort of body an agency is; the order names all three."""

    DEPARTMENT = "department", _("Department")
    AGENCY = "agency", _("Agency or public service unit")
    MASS_ORGANISATION = "mass_organisation", _("Mass organisation")


class Way(models.TextChoices):
    """How an agency counts its staff with the app."""

    VOUCHERS = "vouchers", _("Vouchers: each person counts themselves, nobody sees who")
    REPORT = "report", _("Report: the head reports a number")


class Agency(models.Model):
    """One body that the order addresses, in one unit."""

    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, db_column="unit_path", related_name="agencies"
    )
    name = models.CharField(max_length=160)
    kind = models.CharField(max_length=20, choices=Kind)
    way = models.CharField(max_length=10, choices=Way, default=Way.VOUCHERS.value)
    created_at = models.BigIntegerField()

    class Meta:
        """A name is used once in a unit."""

        ordering: ClassVar = ["unit_id", "name", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["unit", "name"], name="agency_once_in_a_unit")
        ]

    def __str__(self) -> str:
        """Return the name that people read."""
        return self.name


class AgencySize(models.Model):
    """How many people work in an agency and how many of them have a smartphone, from a day on."""

    unit_path = models.CharField(max_length=PATH_LENGTH)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="sizes")
    from_day = models.DateField()
    staff = models.PositiveIntegerField()
    smartphones = models.PositiveIntegerField()
    set_by = models.CharField(max_length=120)
    set_at = models.BigIntegerField()

    class Meta:
        """More smartphones than people cannot be."""

        ordering: ClassVar = ["unit_path", "agency_id", "from_day", "pk"]
        indexes: ClassVar = [
            models.Index(fields=["unit_path", "agency", "from_day"], name="agency_size_by_day")
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="agency_smartphones_within_staff", condition=Q(smartphones__lte=F("staff"))
            ),
            models.CheckConstraint(name="agency_has_staff", condition=Q(staff__gte=1)),
        ]


class AgencyHead(models.Model):
    """Who may print vouchers and report for one agency, whatever their role above it."""

    agency = models.ForeignKey(Agency, on_delete=models.CASCADE, related_name="heads")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="agencies_headed"
    )

    class Meta:
        """Once each."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["agency", "user"], name="agency_head_once")
        ]


class Report(models.Model):
    """What an agency reports without vouchers; a correction is a new row that names the old."""

    unit_path = models.CharField(max_length=PATH_LENGTH)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="reports")
    day = models.DateField()
    staff_installed = models.PositiveIntegerField()
    relatives_installed = models.PositiveIntegerField(default=0)
    corrects = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="corrections"
    )
    note = models.CharField(max_length=200, blank=True, default="")
    reported_by = models.CharField(max_length=120)
    reported_at = models.BigIntegerField()

    class Meta:
        """The newest day first, the newest row of a day first."""

        ordering: ClassVar = ["-day", "-pk"]
        indexes: ClassVar = [
            models.Index(fields=["unit_path", "agency", "day"], name="agency_report_by_day")
        ]
