"""Figures, denominators, and the tables that are made from them.

`Figure`, `Denominator` and `PublishedRate` are append-only: triggers of the database refuse to
change or delete a row. A correction, and an inspector's yes or no to a held figure, are new rows
that name the row they correct; a row that another one corrects no longer counts.
Unit paths are text without constraint, first in each key, so that tables can be spread by unit
(DESIGN "Storage and scale"). People are named by user name, as in the audit.
"""

from typing import ClassVar

from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from bluezone.portal.campaign.figures.choices import (
    Base,
    Platform,
    Series,
    Source,
    State,
    UploadState,
)
from bluezone.portal.units.paths import PATH_LENGTH

NAME_LENGTH = 120


class FigureQuerySet(QuerySet["Figure"]):
    """Questions to the figures."""

    def standing(self) -> "FigureQuerySet":
        """Return the rows that no other row corrects."""
        newer = Figure.objects.filter(unit_path=OuterRef("unit_path"), corrects=OuterRef("pk"))
        return self.filter(~Exists(newer))

    def accepted(self) -> "FigureQuerySet":
        """Return the standing rows that count."""
        return self.standing().filter(state=State.ACCEPTED)


class FigureManager(models.Manager.from_queryset(FigureQuerySet)):  # type: ignore[misc] # made by Django
    """The manager of figures."""


class Figure(models.Model):
    """What one source says of one unit, one series and one day.

    Attributes:
        day: the local day at whose end (or at `measured_at`) the count was taken.
        source, source_name: kind of source, and which one ("Viettel", "Báo Hải Dương").
        base, denominator, denominator_day, denominator_source: the denominator that was known
            when the figure came, or that the publisher used; all empty where none was.
        published_percent: the percentage the source itself gave, on `base`.
        evidence: a link, a file's name and hash, or words.
        upload: number of the uploaded file it came with.
        corrects: number of the figure of the same unit that this one replaces.
        reason: why it is held, as codes separated by spaces.
    """

    id = models.BigAutoField(primary_key=True)
    unit_path = models.CharField(max_length=PATH_LENGTH)
    series = models.CharField(max_length=16, choices=Series)
    day = models.DateField()
    value = models.PositiveBigIntegerField()
    source = models.CharField(max_length=13, choices=Source)
    source_name = models.CharField(max_length=NAME_LENGTH, blank=True, default="")
    measured_at = models.BigIntegerField(null=True, blank=True)
    base = models.CharField(max_length=11, choices=Base, blank=True, default="")
    denominator = models.PositiveBigIntegerField(null=True, blank=True)
    denominator_day = models.DateField(null=True, blank=True)
    denominator_source = models.CharField(max_length=200, blank=True, default="")
    published_percent = models.DecimalField(max_digits=7, decimal_places=4, null=True, blank=True)
    evidence = models.TextField(blank=True, default="")
    upload = models.BigIntegerField(null=True, blank=True)
    reported_by = models.CharField(max_length=NAME_LENGTH)
    reported_at = models.BigIntegerField()
    corrects = models.BigIntegerField(null=True, blank=True)
    state = models.CharField(max_length=8, choices=State)
    reason = models.CharField(max_length=200, blank=True, default="")
    note = models.TextField(blank=True, default="")

    objects: ClassVar[FigureManager] = FigureManager()

    class Meta:
        """A figure is corrected once; a denominator has its base and its day."""

        ordering: ClassVar = ["unit_path", "series", "day", "id"]
        indexes: ClassVar = [
            models.Index(fields=["unit_path", "series", "day"], name="figure_by_unit"),
            models.Index(fields=["unit_path"], name="figure_held", condition=Q(state="held")),
            models.Index(fields=["series", "day"], name="figure_by_day"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["unit_path", "corrects"], name="corrected_once"),
            models.CheckConstraint(
                name="a_denominator_has_its_base_and_day",
                condition=Q(denominator__isnull=True)
                | (Q(denominator__gt=0, denominator_day__isnull=False) & ~Q(base="")),
            ),
            models.CheckConstraint(
                name="a_published_percentage_has_its_base",
                condition=Q(published_percent__isnull=True) | ~Q(base=""),
            ),
        ]


class Denominator(models.Model):
    """How many people, adults, smartphones or accounts a unit has, on a day, by whom.

    `estimated` rows were not counted; `source` says how they were made.
    """

    id = models.BigAutoField(primary_key=True)
    unit_path = models.CharField(max_length=PATH_LENGTH)
    base = models.CharField(max_length=11, choices=Base)
    value = models.PositiveBigIntegerField()
    day = models.DateField()
    source = models.CharField(max_length=200)
    estimated = models.BooleanField(default=False)
    recorded_by = models.CharField(max_length=NAME_LENGTH)
    recorded_at = models.BigIntegerField()

    class Meta:
        """Nothing is divided by nothing."""

        ordering: ClassVar = ["unit_path", "base", "day", "id"]
        indexes: ClassVar = [
            models.Index(fields=["unit_path", "base", "day"], name="denominator_by_unit")
        ]
        constraints: ClassVar = [
            models.CheckConstraint(name="denominator_is_positive", condition=Q(value__gt=0))
        ]


class PublishedRate(models.Model):
    """A percentage or a rank that somebody published, with the base that they named.

    `group_value`: the publisher's own sum of counts over all units whose rates of this day stand
    in the same publication; it shows whether the base can be the one that was named.
    """

    id = models.BigAutoField(primary_key=True)
    unit_path = models.CharField(max_length=PATH_LENGTH)
    series = models.CharField(max_length=16, choices=Series)
    day = models.DateField()
    base = models.CharField(max_length=11, choices=Base)
    percent = models.DecimalField(max_digits=7, decimal_places=4)
    rank = models.PositiveSmallIntegerField(null=True, blank=True)
    group_value = models.PositiveBigIntegerField(null=True, blank=True)
    evidence = models.TextField()
    note = models.TextField(blank=True, default="")

    class Meta:
        """One rate a publication."""

        ordering: ClassVar = ["unit_path", "series", "day", "id"]
        indexes: ClassVar = [models.Index(fields=["unit_path", "series"], name="rate_by_unit")]


class DailyValue(models.Model):
    """The value that counts for a unit, a series and a day (`choosing`), from its own figures."""

    pk = models.CompositePrimaryKey("unit_path", "series", "day")
    unit_path = models.CharField(max_length=PATH_LENGTH)
    series = models.CharField(max_length=16, choices=Series)
    day = models.DateField()
    value = models.PositiveBigIntegerField()
    source = models.CharField(max_length=13, choices=Source)
    figure = models.BigIntegerField()


class RollUp(models.Model):
    """The sum over the parts of a unit, on each day on which one of them changed (`rolling`).

    `counted` of `parts` had a whole value; a part without any adds nothing to the sum.
    """

    pk = models.CompositePrimaryKey("unit_path", "series", "day")
    unit_path = models.CharField(max_length=PATH_LENGTH)
    series = models.CharField(max_length=16, choices=Series)
    day = models.DateField()
    value = models.PositiveBigIntegerField()
    counted = models.PositiveIntegerField()
    parts = models.PositiveIntegerField()


class Registration(models.Model):
    """A phone that has just registered: a unit that the person chose, a day, a platform.

    Nothing else, and only until the next roll-up adds it to `DailyRegistrations`. Rows lie by
    unit and day, so that a roll-up counts them as they lie; `id` is drawn by lot and only keeps
    rows apart, so that not even the order in which phones came is known.
    """

    pk = models.CompositePrimaryKey("unit_path", "day", "platform", "id")
    unit_path = models.CharField(max_length=PATH_LENGTH)
    day = models.DateField()
    platform = models.CharField(max_length=7, choices=Platform)
    id = models.BigIntegerField()


class DailyRegistrations(models.Model):
    """How many phones registered in a unit (itself, not below) on a day."""

    pk = models.CompositePrimaryKey("unit_path", "day", "platform")
    unit_path = models.CharField(max_length=PATH_LENGTH)
    day = models.DateField()
    platform = models.CharField(max_length=7, choices=Platform)
    count = models.PositiveBigIntegerField()


class Upload(models.Model):
    """A file with figures, from its preview on; once confirmed it is the figures' evidence.

    Attributes:
        sha256: of the bytes; `content_hash`: of what the good rows say.
        content: the file, compressed with zlib.
        series, day: what rows mean that do not say it themselves; may be empty.
        keep_good: store the good rows although others are wrong.
    """

    id = models.BigAutoField(primary_key=True)
    unit_path = models.CharField(max_length=PATH_LENGTH)
    file_name = models.CharField(max_length=NAME_LENGTH)
    sha256 = models.CharField(max_length=64)
    content_hash = models.CharField(max_length=64, blank=True, default="")
    content = models.BinaryField()
    series = models.CharField(max_length=16, choices=Series, blank=True, default="")
    day = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=13, choices=Source)
    source_name = models.CharField(max_length=NAME_LENGTH, blank=True, default="")
    keep_good = models.BooleanField()
    uploaded_by = models.CharField(max_length=NAME_LENGTH)
    uploaded_at = models.BigIntegerField()
    state = models.CharField(max_length=9, choices=UploadState, default=UploadState.WAITING)
    confirmed_at = models.BigIntegerField(null=True, blank=True)
    stored = models.PositiveIntegerField(default=0)
    held = models.PositiveIntegerField(default=0)
    wrong = models.PositiveIntegerField(default=0)

    class Meta:
        """The same file is stored once a unit."""

        indexes: ClassVar = [
            models.Index(fields=["unit_path", "content_hash"], name="upload_by_content"),
            models.Index(fields=["state", "uploaded_at"], name="upload_by_state"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["unit_path", "sha256"],
                condition=Q(state="confirmed"),
                name="file_stored_once",
                violation_error_message=_("This file is stored already."),
            )
        ]


class Duty(models.Model):
    """Something the worker does by itself: the slot that was done last, and who may be at it.

    `lease_until`: Unix seconds until which somebody is at it; 0 for nobody.
    """

    name = models.CharField(max_length=20, primary_key=True)
    slot = models.CharField(max_length=40, default="")
    lease_until = models.BigIntegerField(default=0)
