"""Among whom a unit is ranked.

"10 of 63" says how many: where the units beside it (with the same unit above) are that many, they
are meant, else all units of its level in its edition, if those are. Otherwise the rank makes no
sense for the unit.
"""

from collections import defaultdict
from collections.abc import Iterable

from bluezone.portal.units.models import Level, Unit
from bluezone.portal.units.paths import edition_of, parent_of

Ask = tuple[str, int]
"""Path of a unit, number of units it is ranked among."""


def field_of(unit: Unit | str, of: int) -> tuple[str, ...]:
    """Return the paths that the unit is ranked among, itself included; empty where none fit."""
    path = unit if isinstance(unit, str) else unit.path
    return fields([(path, of)])[path, of]


def fields(asks: Iterable[Ask]) -> dict[Ask, tuple[str, ...]]:
    """Return the paths for each unit and number; two queries, and none without asks."""
    wanted = set(asks)
    if not wanted:
        return {}
    levels = dict(Unit.objects.filter(path__in={p for p, _ in wanted}).values_list("path", "level"))
    editions = {edition_of(path) for path, _ in wanted}
    rows = (
        Unit.objects.filter(
            edition__in=editions, level__in=set(levels.values()), closed_on__isnull=True
        )
        .exclude(level=Level.REMAINDER)
        .order_by("path")
        .values_list("path", "level")
    )
    beside: defaultdict[str | None, list[str]] = defaultdict(list)
    alike: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for path, level in rows:
        beside[parent_of(path)].append(path)
        alike[edition_of(path), level].append(path)
    found = {}
    for path, of in wanted:
        groups = beside[parent_of(path)], alike[edition_of(path), levels.get(path, "")]
        fits = [group for group in groups if len(group) == of and path in group]
        found[path, of] = tuple(fits[0]) if fits else ()
    return found
