"""Posters, how often each and each unit's code was scanned on a day, announcements, versions.

A scan is a number of a poster or unit and a day: no address, no browser, no time of day is stored.
An announcement's text is never changed in place; each edit is a new version, and the one that
was last published is what the public reads.
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from bluezone.portal.site.choices import Kind, State
from bluezone.portal.units.models import Unit
from bluezone.portal.units.paths import PATH_LENGTH

NAME_LENGTH = 120
CODE_LENGTH = 6


class Poster(models.Model):
    """One printing of a material for one unit, with a QR code of its own."""

    code = models.CharField(max_length=CODE_LENGTH, primary_key=True)
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, db_column="unit_path", related_name="posters"
    )
    kind = models.CharField(max_length=8, choices=Kind)
    language = models.CharField(max_length=8)
    version = models.PositiveIntegerField()
    place = models.CharField(max_length=NAME_LENGTH, blank=True, default="")
    expires_on = models.DateField()
    created_by = models.CharField(max_length=NAME_LENGTH)
    created_at = models.BigIntegerField()

    class Meta:
        """The newest first; versions of a kind count up within a unit and a language."""

        ordering: ClassVar = ["-created_at", "code"]
        indexes: ClassVar = [
            models.Index(fields=["unit", "kind", "language"], name="poster_by_unit")
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["unit", "kind", "language", "version"], name="poster_version_once"
            )
        ]

    def __str__(self) -> str:
        """Return the code."""
        return self.code


class PosterScan(models.Model):
    """How often a poster's address was opened on a (local) day."""

    pk = models.CompositePrimaryKey("poster_id", "day")
    poster = models.ForeignKey(Poster, on_delete=models.CASCADE, related_name="scans")
    day = models.DateField()
    count = models.PositiveIntegerField(default=0)


class UnitScan(models.Model):
    """How often a unit's own address was opened on a (local) day."""

    pk = models.CompositePrimaryKey("unit_path", "day")
    unit_path = models.CharField(max_length=PATH_LENGTH)
    day = models.DateField()
    count = models.PositiveIntegerField(default=0)


class Announcement(models.Model):
    """A notice of a unit; what it says is in its versions."""

    id = models.BigAutoField(primary_key=True)
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, db_column="unit_path", related_name="announcements"
    )
    state = models.CharField(max_length=9, choices=State, default=State.DRAFT.value)
    published_at = models.BigIntegerField(null=True, blank=True)
    shown_version = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        """The newest first; what is or was public has a date and a version."""

        ordering: ClassVar = ["-published_at", "-id"]
        indexes: ClassVar = [models.Index(fields=["state", "published_at"], name="news_by_date")]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="published_has_date_and_version",
                condition=Q(state="draft")
                | Q(published_at__isnull=False, shown_version__isnull=False),
            )
        ]

    def __str__(self) -> str:
        """Return the number."""
        return str(self.pk)


class AnnouncementVersion(models.Model):
    """What an announcement said from `written_at` on; never changed."""

    announcement = models.ForeignKey(
        Announcement, on_delete=models.CASCADE, related_name="versions"
    )
    number = models.PositiveIntegerField()
    language = models.CharField(max_length=8)
    title = models.CharField(max_length=200)
    body = models.TextField()
    source = models.CharField(max_length=200)
    written_by = models.CharField(max_length=NAME_LENGTH)
    written_at = models.BigIntegerField()

    class Meta:
        """Numbers count up within an announcement."""

        ordering: ClassVar = ["announcement", "-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["announcement", "number"], name="news_version_once")
        ]
