"""Targets of units: append-only versions, each with its clauses.

A target is a line of versions; a change adds a version, the end of a target adds one that is
`ended`. Nothing is changed or deleted (triggers refuse it), so that the targets of a past evening
are what they were. The surprising decision: a unit's lines are numbered from 1 in that unit, so
that every key starts with the unit's path and no number is shared between units.
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from bluezone.portal.campaign.targets.choices import Base, Measure
from bluezone.portal.units.paths import PATH_LENGTH

NAME_LENGTH = 120
SOURCE_LENGTH = 300


class TargetVersion(models.Model):
    """One version of one target of a unit.

    Attributes:
        line, version: which target of the unit, which version of it, both from 1.
        from_day: the local day from whose evening on this version counts.
        deadline: the last day; empty where the order has none.
        ended: the target counts no more from `from_day` on.
        source: the order or letter it comes from.
        set_by, set_at: user name, Unix seconds.
    """

    id = models.BigAutoField(primary_key=True)
    unit_path = models.CharField(max_length=PATH_LENGTH)
    line = models.PositiveIntegerField()
    version = models.PositiveIntegerField()
    from_day = models.DateField()
    deadline = models.DateField(null=True, blank=True)
    ended = models.BooleanField(default=False)
    source = models.CharField(max_length=SOURCE_LENGTH, blank=True, default="")
    set_by = models.CharField(max_length=NAME_LENGTH)
    set_at = models.BigIntegerField()

    class Meta:
        """A version is written once: whoever comes second is told."""

        ordering: ClassVar = ["unit_path", "line", "version"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["unit_path", "line", "version"], name="one_version"),
            models.CheckConstraint(
                name="versions_from_one", condition=Q(line__gte=1, version__gte=1)
            ),
        ]


class TargetClause(models.Model):
    """One clause of a version; one of them is enough. See `terms.Amount` and `terms.Rank`."""

    id = models.BigAutoField(primary_key=True)
    unit_path = models.CharField(max_length=PATH_LENGTH)
    line = models.PositiveIntegerField()
    version = models.PositiveIntegerField()
    place = models.PositiveSmallIntegerField()
    measure = models.CharField(max_length=16, choices=Measure)
    percent = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    base = models.CharField(max_length=22, choices=Base, blank=True, default="")
    count = models.PositiveBigIntegerField(null=True, blank=True)
    rank = models.PositiveIntegerField(null=True, blank=True)
    rank_of = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        """A clause is an amount or a rank; a percentage has its base."""

        ordering: ClassVar = ["unit_path", "line", "version", "place"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["unit_path", "line", "version", "place"], name="one_clause_a_place"
            ),
            models.CheckConstraint(
                name="a_clause_is_an_amount_or_a_rank",
                condition=Q(rank__isnull=False, rank_of__isnull=False, rank__gte=1)
                & Q(percent__isnull=True, count__isnull=True)
                | Q(rank__isnull=True, rank_of__isnull=True)
                & (Q(percent__isnull=False) | Q(count__isnull=False)),
            ),
            models.CheckConstraint(
                name="a_target_percentage_has_its_base",
                condition=Q(percent__isnull=True)
                | (Q(percent__gt=0, percent__lte=100) & ~Q(base="")),
            ),
        ]
