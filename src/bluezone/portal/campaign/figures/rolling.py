"""Roll-ups: sums over the parts of each unit, from villages to the nation, kept as a table.

A part counts with its newest value, its own or its own roll-up; a report that is missing today
therefore does not make a province fall. A row exists only for days on which a part changed.
Of a unit's own value and the sum over its parts the own one counts, unless the sum is complete
and newer: then the parts have said more. A part of which only a lower bound is known (doors,
registrations) is not whole. Source: DESIGN "Storage and scale", national figures.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from django.db import connection, transaction
from django.db.models import Max
from numpy.typing import NDArray

from bluezone.portal import locks
from bluezone.portal.campaign.figures import asof
from bluezone.portal.campaign.figures.choices import LOWER_BOUNDS, Series
from bluezone.portal.campaign.figures.models import DailyValue, RollUp
from bluezone.portal.campaign.figures.places import chunks
from bluezone.portal.units.models import Edition, Level, Unit
from bluezone.portal.units.paths import edition_of, lineage

_NEVER: Final = -1
"""The day (an ordinal) of a value that is not there."""
_INSERT: Final = """
    INSERT INTO figures_rollup (unit_path, series, day, value, counted, parts)
    VALUES (%s, %s, %s, %s, %s, %s)
"""


@dataclass(frozen=True, slots=True)
class _Tree:
    """The units whose sums are made (`nodes`) and their parts.

    `children`: path to the rows of its parts in `parts`; `whole`: whether a part must report;
    `others`: parts that may have sums of their own which are not made anew.
    """

    nodes: tuple[str, ...]
    parts: tuple[str, ...]
    children: dict[str, list[int]]
    whole: NDArray[np.bool_]
    others: tuple[str, ...]


@dataclass(slots=True)
class _Values:
    """Values by unit (rows) and day (columns, the first one "before"), with their days.

    `days` are ordinals, -1 where there is no value; `complete` says that nothing is missing.
    """

    values: NDArray[np.int64]
    days: NDArray[np.int32]
    complete: NDArray[np.bool_]


@transaction.atomic
def roll_up(
    first: dt.date,
    *,
    last: dt.date | None = None,
    changed: Iterable[str] | None = None,
    series: Iterable[str] = tuple(Series),
) -> int:
    """Make the sums of all days from `first` on agree with the daily values; return their number.

    Args:
        first: the earliest day on which a value changed.
        last: the last day to look at; the newest day with a value if not given.
        changed: paths of the units whose own values changed; only what is above them is summed
            again. All units if not given.
        series: only these; all if not given.
    """
    if changed is not None:
        changed = set(changed)
    lock(changed)
    last = last or DailyValue.objects.aggregate(day=Max("day"))["day"]
    tree = _tree(changed)
    if not tree.nodes:
        return 0
    last = max(first, last or first)
    return sum(_roll_series(tree, str(one), first, last) for one in series)


def lock(paths: Iterable[str] | None) -> None:
    """Let nobody else add figures of these units' editions until the transaction ends.

    Two who report two communes of one province at once change the same sum: without this each
    would sum up what was there before the other.
    """
    known = Edition.objects.values_list("pk", flat=True)
    for edition in sorted(known if paths is None else {edition_of(path) for path in paths}):
        locks.hold(f"figures of {edition}")


def _tree(changed: Iterable[str] | None) -> _Tree:
    units = Unit.objects.order_by("parent_id", "path")
    columns = ("path", "parent_id", "level", "closed_on")
    if changed is None:
        rows = list(units.filter(parent__isnull=False).values_list(*columns))
    else:
        above = sorted({step for path in changed for step in lineage(path)[:-1]})
        rows = [
            row
            for part in chunks(above)
            for row in units.filter(parent__in=part).values_list(*columns)
        ]
    children: defaultdict[str, list[int]] = defaultdict(list)
    for place, (_path, parent, _level, _closed) in enumerate(rows):
        children[str(parent)].append(place)
    must = [level != Level.REMAINDER and closed is None for _p, _a, level, closed in rows]
    parts = tuple(row[0] for row in rows)
    others = () if changed is None else tuple(path for path in parts if path not in children)
    whole = np.array(must, dtype=bool)
    return _Tree(tuple(sorted(children)), parts, dict(children), whole, others)


def _roll_series(tree: _Tree, series: str, first: dt.date, last: dt.date) -> int:
    own = list(asof.own_between(tree.parts, series, first, last))
    rolled = list(asof.roll_between(tree.others, series, first, last))
    texts = sorted({row.day for row in own} | {row.day for row in rolled})
    for part in chunks(tree.nodes):
        old = RollUp.objects.filter(unit_path__in=part, series=series, day__gte=first)
        old.filter(day__lte=last).delete()
    if not texts:
        return 0
    before = first - dt.timedelta(days=1)
    owned = _filled(tree.parts, texts, [*asof.last_own(tree.parts, series, before).values(), *own])
    earlier = asof.last_roll(tree.others, series, before).values()
    sums = _filled(tree.parts, texts, [*earlier, *rolled])
    rows = _sum_up(tree, texts, owned, sums)
    with connection.cursor() as cursor:
        cursor.executemany(_INSERT, [(row[0], series, *row[1:]) for row in rows])
    return len(rows)


def _filled(
    paths: Sequence[str], texts: Sequence[str], rows: Sequence[asof.OwnRow | asof.RollRow]
) -> _Values:
    """Return rows as arrays in which each value lasts until the next one."""
    shape = len(paths), len(texts) + 1
    values = np.zeros(shape, dtype=np.int64)
    days = np.full(shape, _NEVER, dtype=np.int32)
    complete = np.zeros(shape, dtype=bool)
    place = {path: row for row, path in enumerate(paths)}
    column = {text: index + 1 for index, text in enumerate(texts)}
    if rows:
        at = (
            np.array([place[row.path] for row in rows]),
            np.array([column.get(row.day, 0) for row in rows]),
        )
        ordinals = {row.day: dt.date.fromisoformat(row.day).toordinal() for row in rows}
        values[at] = [row.value for row in rows]
        days[at] = [ordinals[row.day] for row in rows]
        complete[at] = [_is_whole(row) for row in rows]
    there = np.where(days != _NEVER, np.arange(shape[1], dtype=np.int32), 0)
    last = np.maximum.accumulate(there, axis=1)
    return _Values(
        np.take_along_axis(values, last, axis=1),
        np.take_along_axis(days, last, axis=1),
        np.take_along_axis(complete, last, axis=1),
    )


def _is_whole(row: asof.OwnRow | asof.RollRow) -> bool:
    """Return whether nothing is missing; something always is in a lower bound."""
    if isinstance(row, asof.OwnRow):
        return row.source not in LOWER_BOUNDS
    return row.counted >= row.parts


def chosen(own: _Values, sums: _Values, rows: Sequence[int]) -> _Values:
    """Return what counts for some units: the own value, or the sum if complete and newer."""
    own_days, sum_days = own.days[rows], sums.days[rows]
    newer = sums.complete[rows] & (sum_days > own_days)
    use_sum = (sum_days != _NEVER) & ((own_days == _NEVER) | newer)
    return _Values(
        np.where(use_sum, sums.values[rows], own.values[rows]),
        np.where(use_sum, sum_days, own_days),
        np.where(use_sum, sums.complete[rows], own.complete[rows]),
    )


Row = tuple[str, str, int, int, int]
"""Path, day, value, how many parts are whole, how many there are."""


def _sum_up(tree: _Tree, texts: Sequence[str], own: _Values, sums: _Values) -> list[Row]:
    """Return the sums of all nodes, the deepest first, putting them into `sums` on the way."""
    place = {path: row for row, path in enumerate(tree.parts)}
    ordinals = np.array([_NEVER, *(dt.date.fromisoformat(text).toordinal() for text in texts)])
    rows: list[Row] = []
    for node in sorted(tree.nodes, key=lambda path: -path.count(".")):
        children = tree.children[node]
        parts, whole = chosen(own, sums, children), tree.whole[children]
        total = parts.values.sum(axis=0)
        counted = (parts.complete & whole[:, None]).sum(axis=0)
        newest = parts.days.max(axis=0)
        expected = int(whole.sum())
        if node in place:
            at = place[node]
            sums.values[at], sums.days[at] = total, newest
            sums.complete[at] = (counted >= expected) & (newest != _NEVER)
        for column in np.flatnonzero((newest == ordinals) & (newest != _NEVER)).tolist():
            text = texts[column - 1]
            row = (node, text, int(total[column]), int(counted[column]), expected)
            rows.append(row)
    return sorted(rows)
