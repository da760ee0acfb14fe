"""Remainders: units that hold what is known of a whole and of none of its parts."""

from collections.abc import Iterable
from typing import Final

from bluezone.portal.units.models import Level, Unit
from bluezone.portal.units.paths import REST, edition_of, parent_of

NAME: Final = "Chưa phân về đơn vị cấp dưới"
"""What stands in the tables; pages say it in their language (`Unit.title`)."""


def ensure_remainders(paths: Iterable[str]) -> None:
    """Make the remainders of these paths that are not there yet."""
    wanted = set(paths)
    if not wanted:
        return
    there = set(
        Unit.objects.filter(level=Level.REMAINDER, path__in=wanted).values_list("path", flat=True)
    )
    Unit.objects.bulk_create([_remainder(path) for path in sorted(wanted - there)])


def _remainder(path: str) -> Unit:
    return Unit(
        path=path,
        edition_id=edition_of(path),
        parent_id=parent_of(path),
        level=Level.REMAINDER,
        code=REST,
        name=NAME,
        full_name=NAME,
        search_name="",
        search_full="",
        initials="",
    )
