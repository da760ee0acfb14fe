"""Editions of the administrative tree, its units, and what became of each unit.

A unit belongs to exactly one edition; a merger makes new units and successor links, and never
changes old ones, so that a figure of 2020 keeps its commune of 2020. Source: DESIGN "Rooms".
"""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bluezone.portal.units.naming import FULL_LENGTH, NAME_LENGTH
from bluezone.portal.units.paths import PATH_LENGTH, lineage
from bluezone.portal.units.querysets import UnitManager


class Level(models.TextChoices):
    """Where a unit stands, from the top; `remainder` stands last among its siblings."""

    NATION = "nation", _("Nation")
    PROVINCE = "province", _("Province")
    DISTRICT = "district", _("District")
    COMMUNE = "commune", _("Commune")
    VILLAGE = "village", _("Village or residential group")
    REMAINDER = "remainder", _("Not assigned to a unit below")


class Edition(models.Model):
    """The tree of a country as it was from `valid_from` until before `valid_to`.

    `valid_to` is empty for the edition in force.
    """

    id = models.CharField(max_length=16, primary_key=True)
    country = models.CharField(max_length=2)
    name = models.CharField(max_length=120)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    source = models.TextField(blank=True, default="")

    class Meta:
        """Oldest first; an edition does not end before it starts."""

        ordering: ClassVar = ["country", "valid_from", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="edition_ends_after_start",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
            )
        ]

    def __str__(self) -> str:
        """Return the name that people read."""
        return self.name


class Unit(models.Model):
    """One unit of one edition.

    Attributes:
        path: the key, such as `vn2020.30.288.10507`; see `paths`.
        code: the official code, such as `10507`; of a village our own, such as `v03`.
        name, full_name: "Hải Dương", "Tỉnh Hải Dương".
        kind: the official word, such as "Tỉnh".
        search_name, search_full, initials: the two names folded, and "hd"; see `naming`.
        lat, lon: some point inside, degrees WGS 84, where known.
        tile_x, tile_y: place on the tile map, provinces only; see `tiles`.
        closed_on: the first day on which a village is no more; empty while it is.
    """

    path = models.CharField(max_length=PATH_LENGTH, primary_key=True)
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="units")
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="parts"
    )
    level = models.CharField(max_length=10, choices=Level)
    code = models.CharField(max_length=16)
    name = models.CharField(max_length=120)
    full_name = models.CharField(max_length=160)
    kind = models.CharField(max_length=40, blank=True, default="")
    search_name = models.CharField(max_length=NAME_LENGTH)
    search_full = models.CharField(max_length=FULL_LENGTH)
    initials = models.CharField(max_length=16)
    lat = models.FloatField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)
    tile_x = models.SmallIntegerField(null=True, blank=True)
    tile_y = models.SmallIntegerField(null=True, blank=True)
    closed_on = models.DateField(null=True, blank=True)

    objects: ClassVar[UnitManager] = UnitManager()

    class Meta:
        """A code is used once among siblings (the path says it); only a nation has no parent."""

        indexes: ClassVar = [
            models.Index(fields=["edition", "level", "code"], name="unit_by_code"),
            models.Index(fields=["edition", "initials"], name="unit_by_initials"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="only_a_nation_has_no_parent",
                condition=Q(level="nation", parent__isnull=True)
                | (~Q(level="nation") & Q(parent__isnull=False)),
            )
        ]

    def __str__(self) -> str:
        """Return the full name."""
        return self.title

    @property
    def title(self) -> str:
        """The full name; of a remainder a sentence in the language of the page."""
        if self.level == Level.REMAINDER:
            return gettext("Not assigned to a unit below")
        return self.full_name

    @property
    def lineage(self) -> tuple[str, ...]:
        """Paths from the nation down to this unit."""
        return lineage(self.path)


class SuccessorKind(models.TextChoices):
    """How much of an old unit went to a new one."""

    WHOLE = "whole", _("Everything")
    PART = "part", _("A part")
    DEFAULT = "default", _("The rest")


class Successor(models.Model):
    """What became of a unit in the next edition.

    `whole`: everything, and no other link. `part`: the `share` (0 to 1) of it, or an unknown part
    where empty. `default`: whatever no share takes. `basis` says where we know it from.
    """

    old = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="successors")
    new = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="predecessors")
    kind = models.CharField(max_length=8, choices=SuccessorKind)
    share = models.DecimalField(max_digits=7, decimal_places=6, null=True, blank=True)
    basis = models.CharField(max_length=120, blank=True, default="")

    class Meta:
        """One link a pair; a share is a share and belongs to a part."""

        ordering: ClassVar = ["old_id", "new_id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["old", "new"], name="one_link_a_pair"),
            models.CheckConstraint(
                name="a_share_belongs_to_a_part",
                condition=Q(share__isnull=True) | Q(kind="part", share__gt=0, share__lte=1),
            ),
        ]
