"""Inspectors' marks, days of gifts, and the searches that the worker keeps ready.

Marks and gift days are append-only: triggers of the database refuse to change or delete a row.
A mark outlives the finding that it speaks of, so it names a unit, a pattern and days instead of
a row; a later search finds the same pattern by them (`marking`).
"""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from bluezone.portal.campaign.figures.models import NAME_LENGTH
from bluezone.portal.units.paths import PATH_LENGTH

WHAT_LENGTH = 200
NOTE_LENGTH = 1000


class Verdict(models.TextChoices):
    """What an inspector says of a finding."""

    LOOKED_AT = "looked_at", _("Looked at, still open")
    EXPLAINED = "explained", _("Explained")
    CONFIRMED = "confirmed", _("Confirmed: the figures are wrong")


class Pattern(models.TextChoices):
    """What figures look like; the last part of a message id of the statistics."""

    JUMP = "jump", _("Sudden jump")
    ROUND = "round", _("Round numbers")
    COPY = "copy", _("Yesterday's figure again")
    SAME_RISE = "same_rise", _("The same rise each day")
    TWIN = "twin", _("Another unit's figures")
    SAME_SERIES = "same_series", _("Two counts that are one")
    ABOVE_PHONES = "above_phones", _("More than there are phones")
    GIFT = "gift", _("Installed for a gift, then deleted")
    GIFT_FALL = "gift_fall", _("A fall after a gift")


class Mark(models.Model):
    """What an inspector found out about a pattern of a unit.

    Attributes:
        day, last_day: the days of the pattern as it was when it was marked.
        value: the highest figure among them; a count above the phones that has grown since is
            asked about again.
    """

    id = models.BigAutoField(primary_key=True)
    unit_path = models.CharField(max_length=PATH_LENGTH)
    pattern = models.CharField(max_length=12, choices=Pattern)
    day = models.DateField()
    last_day = models.DateField()
    value = models.PositiveBigIntegerField()
    verdict = models.CharField(max_length=9, choices=Verdict)
    note = models.TextField(blank=True, default="")
    marked_by = models.CharField(max_length=NAME_LENGTH)
    marked_at = models.BigIntegerField()

    class Meta:
        """Read by unit; days in order."""

        ordering: ClassVar = ["unit_path", "id"]
        indexes: ClassVar = [models.Index(fields=["unit_path"], name="mark_by_unit")]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="a_mark_ends_after_start", condition=Q(last_day__gte=F("day"))
            )
        ]


class GiftDay(models.Model):
    """A day on which something was given for installing, in a unit and everywhere below it.

    A row with `withdraws` says that the row of that number was a mistake.
    """

    id = models.BigAutoField(primary_key=True)
    unit_path = models.CharField(max_length=PATH_LENGTH)
    day = models.DateField()
    what = models.CharField(max_length=WHAT_LENGTH)
    source = models.CharField(max_length=WHAT_LENGTH)
    recorded_by = models.CharField(max_length=NAME_LENGTH)
    recorded_at = models.BigIntegerField()
    withdraws = models.BigIntegerField(null=True, blank=True)

    class Meta:
        """Read by unit and day; withdrawn once."""

        ordering: ClassVar = ["unit_path", "day", "id"]
        indexes: ClassVar = [models.Index(fields=["unit_path", "day"], name="gift_by_unit")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["unit_path", "withdraws"], name="withdrawn_once")
        ]


class KeptSearch(models.Model):
    """What a search of an evening found below a province, or among the provinces of a nation.

    Attributes:
        digest: of the figures that were searched; with others it is not used for a province.
        seen: the newest figures, denominators and gifts when it was last compared with them.
        findings: JSON of `searching.Seen`, the strongest first.
    """

    pk = models.CompositePrimaryKey("top_path", "day")
    top_path = models.CharField(max_length=PATH_LENGTH)
    day = models.DateField()
    digest = models.CharField(max_length=64)
    seen = models.CharField(max_length=120)
    made_at = models.BigIntegerField()
    findings = models.JSONField()

    class Meta:
        """By top and day."""

        ordering: ClassVar = ["top_path", "day"]
