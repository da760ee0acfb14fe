"""What a unit has from the units it was made of: figures before its edition, and denominators.

A unit of July 2025 has no figures of 2020 of its own; its predecessors have. They are carried
along the successor links when they are read (`units.carrying`), edition by edition, so nothing
is stored twice and a better table of successors mends the past, too. The last carried value
stands like a figure of the unit's own until something newer and whole is known. Remainders take
in units without links; their own history is not put together here (docs/figures.md).
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bluezone.portal.campaign.figures.places import chunks
from bluezone.portal.units.carrying import Heirs, heirs_between, move
from bluezone.portal.units.errors import UnitError
from bluezone.portal.units.models import Successor
from bluezone.portal.units.paths import edition_of


class History(NamedTuple):
    """A history: `days` (datetime64[D], ascending) and `values` (int64), both of shape (n,)."""

    days: NDArray[np.datetime64]
    values: NDArray[np.int64]


Read = Callable[[Sequence[str], dt.date], Mapping[str, History]]
"""Returns the histories of paths up to a day, what they inherited included."""


@dataclass(frozen=True, slots=True)
class Origin:
    """The units that went, whole or in part, into one unit, and when they ended."""

    old: tuple[str, ...]
    ended: dt.date


def origins(paths: Iterable[str]) -> dict[str, Origin]:
    """Return where units come from, by path; units of a first edition are missing. One query."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    ended: dict[str, dt.date] = {}
    for part in chunks(sorted(set(paths))):
        links = Successor.objects.filter(new__in=part).order_by("new", "old")
        for new, old, day in links.values_list("new_id", "old_id", "new__edition__valid_from"):
            found[new].append(old)
            ended[new] = day
    return {path: Origin(tuple(old), ended[path]) for path, old in found.items()}


def inherited(paths: Iterable[str], until: dt.date, read: Read) -> dict[str, History]:
    """Return what units have from before their edition began, by path.

    Args:
        paths: units of one or several editions.
        until: the last day to look at.
        read: reads the histories of predecessors.
    """
    found: dict[str, History] = {}
    for group in _groups(origins(paths)):
        known = read(group.old, min(until, group.ended - dt.timedelta(days=1)))
        heirs = group.heirs()
        for path, origin in group.origins.items() if heirs else ():
            mine = {one: known[one] for one in origin.old if known[one].days.size}
            if mine:
                found[path] = _carried(path, mine, heirs)
    return found


def inherited_counts(
    origins: Mapping[str, Origin], counts: Mapping[str, int]
) -> dict[str, tuple[int, bool]]:
    """Return what units have of `counts` of their predecessors, where all of those have one.

    Args:
        origins: where units come from, by path.
        counts: numbers by path of the predecessor.

    Returns:
        Path to the number and whether it is exact: no predecessor was split.
    """
    found = {}
    for group in _groups(origins):
        heirs = group.heirs()
        for path, origin in group.origins.items() if heirs else ():
            if counts.keys() >= set(origin.old):
                moved = move({one: counts[one] for one in origin.old}, heirs)
                whole = all(len(heirs[one].targets) == 1 for one in origin.old)
                found[path] = moved.get(path, 0), whole
    return found


@dataclass(frozen=True, slots=True)
class _Group:
    """The units of one edition and where they come from in one other."""

    editions: tuple[str, str]
    ended: dt.date
    origins: Mapping[str, Origin]

    @property
    def old(self) -> list[str]:
        """All predecessors."""
        return sorted({one for origin in self.origins.values() for one in origin.old})

    def heirs(self) -> dict[str, Heirs]:
        """Return where the predecessors went; none while the links are not all loaded."""
        try:
            return heirs_between(*self.editions, of=self.old)
        except UnitError:
            return {}


def _groups(origins: Mapping[str, Origin]) -> Iterator[_Group]:
    by_edition: defaultdict[tuple[str, str], dict[str, Origin]] = defaultdict(dict)
    for path, origin in origins.items():
        by_edition[edition_of(origin.old[0]), edition_of(path)][path] = origin
    for editions, group in by_edition.items():
        yield _Group(editions, next(iter(group.values())).ended, group)


def _carried(path: str, known: Mapping[str, History], heirs: Mapping[str, Heirs]) -> History:
    """Return the share of `path` in histories that go on, on each day on which one changed."""
    days = np.unique(np.concatenate([history.days for history in known.values()]))
    moved = move({one: _as_of(history, days) for one, history in known.items()}, heirs)
    return History(days, moved.get(path, np.zeros(days.shape, dtype=np.int64)))


def _as_of(history: History, days: NDArray[np.datetime64]) -> NDArray[np.int64]:
    """Return the last known values on `days`, 0 before the first."""
    at = np.searchsorted(history.days, days, side="right")
    return np.concatenate([[0], history.values]).astype(np.int64)[at]
