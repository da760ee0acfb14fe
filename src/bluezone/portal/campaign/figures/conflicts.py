"""Where figures contradict one another, shown with both sides and never settled in silence.

Kinds: two sources differ; a unit and the sum of its parts differ; a cumulative count falls; two
large units have the same count (spec/campaign.md: two cities on 20/8/2020); a published rate
does not fit the base that it names (`bases`).
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Final

from django.db.models import F, Max, Min, Q

from bluezone.portal.campaign.figures.bases import Misfit, misfits
from bluezone.portal.campaign.figures.choices import CUMULATIVE, LOWER_BOUNDS, Series, Source
from bluezone.portal.campaign.figures.models import DailyValue, Figure, RollUp
from bluezone.portal.campaign.figures.places import chunks, path_of, within
from bluezone.portal.campaign.figures.reading import PARTS
from bluezone.portal.units.models import Unit

SAME_COUNT_FROM: Final = 100_000
"""Two units of one level with the same count at least as large as this: likely a slip."""
LIMIT: Final = 200


class ConflictKind(StrEnum):
    """What contradicts what."""

    SOURCES = "sources"
    PARTS = "parts"
    FALLS = "falls"
    SAME_COUNT = "same_count"
    BASE = "base"


@dataclass(frozen=True, slots=True)
class Statement:
    """One side: which unit, who says so, which value, which figure (None for a sum)."""

    unit_path: str
    source: str
    source_name: str
    day: dt.date
    value: int
    figure: int | None


@dataclass(frozen=True, slots=True)
class Conflict:
    """Statements that cannot all be true; `misfit` only where a base is in doubt."""

    kind: ConflictKind
    unit_path: str
    series: Series
    day: dt.date
    statements: tuple[Statement, ...] = ()
    misfit: Misfit | None = None


def conflicts(
    unit: Unit | str,
    *,
    first: dt.date | None = None,
    last: dt.date | None = None,
    depth: int | None = None,
    limit: int = LIMIT,
) -> list[Conflict]:
    """Return the conflicts of a unit and what is below it, newest day first.

    A fixed number of queries for up to 500 units.

    Args:
        unit: a unit or its path.
        first: the first day, included.
        last: the last day, included.
        depth: only so many steps below the unit; everything if not given, which at the nation
            means to read every figure there is.
        limit: at most so many.
    """
    path = path_of(unit)
    where = _where(path, depth)
    found = [
        *_between_sources(where, first, last),
        *_with_parts(where, first, last),
        *_falls(where, first, last),
        *_same_counts(where, first, last),
        *_misfits(path, first, last),
    ]
    found.sort(key=lambda one: (-one.day.toordinal(), one.unit_path, one.series, one.kind))
    return found[:limit]


def _where(path: str, depth: int | None) -> Q:
    if depth is None:
        return Q(unit_path__under=path)
    paths = level = [path]
    for _step in range(depth):
        level = [
            found
            for part in chunks(level)
            for found in Unit.objects.filter(parent__in=part).values_list("path", flat=True)
        ]
        paths = [*paths, *level]
    return within(paths)


def _between_sources(where: Q, first: dt.date | None, last: dt.date | None) -> Iterable[Conflict]:
    rows = Figure.objects.accepted().filter(where, **_days(first, last))
    key = ("unit_path", "series", "day")
    counted = ~Q(source__in=LOWER_BOUNDS)  # a lower bound contradicts only what is below it
    spread = rows.order_by().values_list(*key)
    spread = spread.annotate(low=Min("value", filter=counted), high=Max("value"))
    differing = list(spread.filter(low__lt=F("high"))[:LIMIT])
    keys = {(path, series, day) for path, series, day, _low, _high in differing}
    paths = sorted({path for path, _series, _day in keys})
    days = sorted({day for _path, _series, day in keys})
    newest: defaultdict[tuple[str, str, dt.date], dict[tuple[str, str], Figure]]
    newest = defaultdict(dict)
    for row in Figure.objects.accepted().filter(within(paths), day__in=days).order_by("id"):
        if (row.unit_path, row.series, row.day) in keys:
            newest[row.unit_path, row.series, row.day][row.source, row.source_name] = row
    for (unit_path, series, day), found in newest.items():
        if len({row.value for row in found.values()}) > 1:
            sides = tuple(_statement(row) for row in found.values())
            yield Conflict(ConflictKind.SOURCES, unit_path, Series(series), day, sides)


def _statement(row: Figure) -> Statement:
    return Statement(row.unit_path, row.source, row.source_name, row.day, row.value, row.id)


def _with_parts(where: Q, first: dt.date | None, last: dt.date | None) -> Iterable[Conflict]:
    owned = list(_own_of_parents(where, first, last))
    rolled = RollUp.objects.filter(
        within(sorted({own.unit_path for own in owned})),
        day__in={own.day for own in owned},
    )
    sums = {(row.unit_path, row.series, row.day): row for row in rolled if row.counted >= row.parts}
    for own in owned:
        total = sums.get((own.unit_path, own.series, own.day))
        if total is not None and total.value != own.value:
            sides = (
                Statement(own.unit_path, own.source, "", own.day, own.value, own.figure),
                Statement(own.unit_path, PARTS, "", own.day, total.value, None),
            )
            series = Series(own.series)
            yield Conflict(ConflictKind.PARTS, own.unit_path, series, own.day, sides)


def _own_of_parents(where: Q, first: dt.date | None, last: dt.date | None) -> Iterable[DailyValue]:
    parents = Unit.objects.filter(parts__isnull=False).values("path")
    return DailyValue.objects.filter(where, unit_path__in=parents, **_days(first, last))


def _falls(where: Q, first: dt.date | None, last: dt.date | None) -> Iterable[Conflict]:
    columns = ("unit_path", "series", "day", "value", "source", "figure")
    rows = DailyValue.objects.filter(where, series__in=sorted(CUMULATIVE), **_days(None, last))
    if first is not None:
        rows = rows.filter(day__gte=first - dt.timedelta(days=31))
    ordered = rows.order_by("unit_path", "series", "day").values_list(*columns)
    for before, after in pairwise(ordered.iterator(chunk_size=5000)):
        same = before[:2] == after[:2]
        if same and after[3] < before[3] and (first is None or after[2] >= first):
            sides = tuple(
                Statement(path, source, "", day, value, figure)
                for path, _series, day, value, source, figure in (before, after)
            )
            yield Conflict(ConflictKind.FALLS, after[0], Series(after[1]), after[2], sides)


def _same_counts(where: Q, first: dt.date | None, last: dt.date | None) -> Iterable[Conflict]:
    rows = DailyValue.objects.filter(
        where, value__gte=SAME_COUNT_FROM, **_days(first, last)
    ).exclude(source=Source.REGISTRATIONS)
    alike: defaultdict[tuple[str, dt.date, int, int], list[DailyValue]] = defaultdict(list)
    for row in rows.order_by("unit_path"):
        depth = row.unit_path.count(".")
        alike[row.series, row.day, row.value, depth].append(row)
    for (series, day, _value, _depth), found in alike.items():
        if len(found) > 1:
            sides = tuple(
                Statement(row.unit_path, row.source, "", row.day, row.value, row.figure)
                for row in found
            )
            yield Conflict(ConflictKind.SAME_COUNT, found[0].unit_path, Series(series), day, sides)


def _misfits(path: str, first: dt.date | None, last: dt.date | None) -> Iterable[Conflict]:
    for misfit in misfits(path):
        inside = (first is None or misfit.day >= first) and (last is None or misfit.day <= last)
        if inside:
            yield Conflict(
                ConflictKind.BASE, misfit.unit_path, misfit.series, misfit.day, misfit=misfit
            )


def _days(first: dt.date | None, last: dt.date | None) -> dict[str, dt.date]:
    bounds = {"day__gte": first, "day__lte": last}
    return {name: day for name, day in bounds.items() if day is not None}


def units_of(found: Sequence[Conflict]) -> set[str]:
    """Return the paths that conflicts speak of."""
    paths = {one.unit_path for one in found}
    return paths | {side.unit_path for one in found for side in one.statements}
