"""Asking for many units at once without a list longer than a database takes."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Final, TypeVar

from django.db.models import Q

from bluezone.portal.units.models import Unit
from bluezone.portal.units.paths import SEPARATOR

T = TypeVar("T")

CHUNK: Final = 500
"""Values a statement; SQLite takes 32,766 (older ones 999)."""


def path_of(unit: Unit | str) -> str:
    """Return the path of a unit given as itself or as its path."""
    return unit if isinstance(unit, str) else unit.path


def chunks(rows: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    """Yield the rows in lists of at most `size`."""
    left = iter(rows)
    while part := list(islice(left, size)):
        yield part


def within(paths: Sequence[str], column: str = "unit_path") -> Q:
    """Return a condition that holds for all of `paths`: exact for few, for many the unit above.

    The caller drops the rows of other units.
    """
    if len(paths) <= CHUNK:
        return Q(**{f"{column}__in": list(paths)})
    top = common_top(paths)
    return Q(**{f"{column}__under": top}) if top else Q()


def common_top(paths: Sequence[str]) -> str:
    """Return the path of the lowest unit that all `paths` are under, empty where there is none."""
    first, last = min(paths).split(SEPARATOR), max(paths).split(SEPARATOR)
    same = 0
    while same < min(len(first), len(last)) and first[same] == last[same]:
        same += 1
    return SEPARATOR.join(first[:same])
