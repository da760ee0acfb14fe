"""Reading what counts: the value of a day, the history of a unit.

A unit's value is its own, or the sum over its parts (`rolling` says which); each value says how
it came about, and a sum says how many parts it is of. What a unit inherited from the units that
were merged into it stands like a value of its own until its edition knows something newer.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from bluezone.portal.campaign.figures import asof
from bluezone.portal.campaign.figures.choices import Series
from bluezone.portal.campaign.figures.inheriting import History, inherited
from bluezone.portal.campaign.figures.places import path_of
from bluezone.portal.units.models import Unit

__all__ = ["PARTS", "Current", "History", "current", "histories", "history"]

PARTS: Final = "parts"
"""The source of a value that is a sum over parts."""
_EARLIEST: Final = dt.date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class Current:
    """The value of a unit as of a day.

    Attributes:
        value: the count.
        source: one of `Source`, or `parts` for a sum.
        day: when it was counted; of a sum the newest day among the parts.
        figure: number of the figure, None for a sum.
        counted, parts: of a sum, how many parts are whole, and how many there are; else 0.
    """

    value: int
    source: str
    day: dt.date
    figure: int | None
    counted: int = 0
    parts: int = 0

    @property
    def is_complete(self) -> bool:
        """Whether nothing is missing in the value."""
        return self.source != PARTS or self.counted >= self.parts


def current(units: Iterable[Unit | str], series: str, day: dt.date) -> dict[str, Current]:
    """Return the values of units as of a day, by path; a unit without one is missing.

    Two queries for up to 500 units, a third where some have no value of their own.
    """
    paths = [path_of(unit) for unit in units]
    own = asof.last_own(paths, Series(series), day)
    rolled = asof.last_roll(paths, Series(series), day)
    missing = [path for path in paths if path not in own]
    for path, before in _inherited(missing, series, day).items():
        own[path] = _as_rows(path, before)[-1]
    found = {}
    for path in paths:
        chosen = _choose(own.get(path), rolled.get(path))
        if chosen is not None:
            found[path] = chosen
    return found


def _choose(own: asof.OwnRow | None, rolled: asof.RollRow | None) -> Current | None:
    if rolled is not None:
        newer = own is not None and rolled.counted >= rolled.parts and rolled.day > own.day
        if own is None or newer:
            day = dt.date.fromisoformat(rolled.day)
            return Current(rolled.value, PARTS, day, None, rolled.counted, rolled.parts)
    if own is None:
        return None
    figure = None if own.source == PARTS else own.figure
    return Current(own.value, own.source, dt.date.fromisoformat(own.day), figure)


def _inherited(paths: Sequence[str], series: str, until: dt.date) -> dict[str, History]:
    if not paths:
        return {}
    return inherited(paths, until, lambda old, last: histories(old, series, until=last))


def _as_rows(path: str, before: History) -> list[asof.OwnRow]:
    """Return carried values as rows of the unit's own; they are sums over what it was."""
    days = np.datetime_as_string(before.days)
    pairs = zip(days.tolist(), before.values.tolist(), strict=True)
    return [asof.OwnRow(path, day, value, PARTS, 0) for day, value in pairs]


def history(unit: Unit | str, series: str, *, until: dt.date) -> History:
    """Return the values of a unit on each day on which something was counted, oldest first.

    Args:
        unit: a unit or its path.
        series: one of `Series`.
        until: the last day to look at, included: nothing later is seen.
    """
    return histories([unit], series, until=until)[path_of(unit)]


def histories(units: Iterable[Unit | str], series: str, *, until: dt.date) -> dict[str, History]:
    """Return the histories of units by path (empty arrays where nothing was counted).

    Three queries for up to 500 units of a first edition, six more for each edition before.
    """
    paths = [path_of(unit) for unit in units]
    own: dict[str, dict[str, asof.OwnRow]] = {path: {} for path in paths}
    for path, before in _inherited(paths, series, until).items():
        own[path] = {row.day: row for row in _as_rows(path, before)}
    rolled: dict[str, dict[str, asof.RollRow]] = {path: {} for path in paths}
    for row in asof.own_between(paths, Series(series), _EARLIEST, until):
        own[row.path][row.day] = row
    for sum_row in asof.roll_between(paths, Series(series), _EARLIEST, until):
        rolled[sum_row.path][sum_row.day] = sum_row
    return {path: _merged(own[path], rolled[path]) for path in paths}


def _merged(own: dict[str, asof.OwnRow], rolled: dict[str, asof.RollRow]) -> History:
    days = sorted(own.keys() | rolled.keys())
    values, last_own, last_rolled = [], None, None
    for day in days:
        last_own, last_rolled = own.get(day, last_own), rolled.get(day, last_rolled)
        chosen = _choose(last_own, last_rolled)
        values.append(chosen.value if chosen is not None else 0)
    return History(np.array(days, dtype="datetime64[D]"), np.array(values, dtype=np.int64))
