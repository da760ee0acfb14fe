"""Questions to the tree: what is below, what is directly below, what is called like this."""

from typing import TYPE_CHECKING, Final

from django.db import models
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from bluezone.portal.units.paths import lineage
from bluezone.portal.units.search import search_units

if TYPE_CHECKING:
    from bluezone.portal.units.models import Edition, Unit

SEARCH_LIMIT: Final = 20

UnitOrPath = "Unit | str"


def path_of(unit: "Unit | str") -> str:
    """Return the path of a unit given as itself or as its path."""
    return unit if isinstance(unit, str) else unit.path


class UnitQuerySet(QuerySet["Unit"]):
    """Units that can be asked for by their place and by their name."""

    def below(self, unit: "Unit | str") -> "UnitQuerySet":
        """Return `unit` itself and everything below it, in the order of paths."""
        return self.filter(path__under=path_of(unit)).order_by("path")

    def children(self, unit: "Unit | str") -> "UnitQuerySet":
        """Return what is directly below `unit`, by code, its remainder (if any) last.

        The remainder is included so that the parts sum up to the whole; closed villages are not.
        """
        last = Case(
            When(level="remainder", then=Value(1)), default=Value(0), output_field=IntegerField()
        )
        open_parts = self.filter(parent=path_of(unit), closed_on__isnull=True)
        return open_parts.order_by(last, "code", "path")

    def ancestors(self, unit: "Unit | str") -> "UnitQuerySet":
        """Return the units above `unit`, the nation first, without itself."""
        above = lineage(path_of(unit))[:-1]
        # A path is longer than each of its ancestors', so their order is that of paths.
        return self.filter(path__in=above).order_by("path")

    def at_level(self, edition: "Edition | str", level: str) -> "UnitQuerySet":
        """Return all units of a level in an edition, by path."""
        return self.filter(edition=edition, level=level).order_by("path")

    def search(
        self,
        text: str,
        edition: "Edition | str | None" = None,
        under: "Unit | str | None" = None,
        *,
        limit: int = SEARCH_LIMIT,
    ) -> "UnitQuerySet":
        """Return the units whose name fits `text`, the best first.

        Args:
            text: as typed: with or without diacritics, official words ("Tỉnh", "tp."), case;
                words may be cut short and may name units above ("tan viet hai duong"); initials
                ("hd") are understood.
            edition: only units of this edition.
            under: only this unit and what is below it.
            limit: at most so many.
        """
        units = self.filter(closed_on__isnull=True).exclude(level="remainder")
        if edition is not None:
            units = units.filter(edition=edition)
        if under is not None:
            units = units.filter(Q(path__under=path_of(under)))
        return search_units(units, text)[:limit]


class UnitManager(models.Manager.from_queryset(UnitQuerySet)):  # type: ignore[misc] # made by Django
    """The manager of units."""
