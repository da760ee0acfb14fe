"""Which figure counts when several sources speak of the same unit, series and day.

The order is ours and stated: first who counted with a machine and is judged by nobody (store,
carrier), then the unit's own report, then counts that are lower bounds because taking part is
free (registrations, visits), then the press. Among figures of one source the newest counts.
A lower bound of a total says nothing new while it is not above what somebody else said before:
then the older, larger count goes on counting. What does not count stays in the list.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

from django.db import connection

from bluezone.portal.campaign.figures import asof
from bluezone.portal.campaign.figures.choices import CUMULATIVE, LOWER_BOUNDS, Source
from bluezone.portal.campaign.figures.models import DailyValue, Figure
from bluezone.portal.campaign.figures.places import within

PRECEDENCE: Final = (
    Source.STORE,
    Source.CARRIER,
    Source.REPORT,
    Source.REGISTRATIONS,
    Source.VISITS,
    Source.PRESS,
)
_PLACE: Final = {str(source): place for place, source in enumerate(PRECEDENCE)}

Key = tuple[str, str, dt.date]
"""Path of a unit, series, day."""

_UPSERT: Final = """
    INSERT INTO figures_dailyvalue (unit_path, series, day, value, source, figure)
    VALUES (%s, %s, %s, %s, %s, %s)
    ON CONFLICT (unit_path, series, day)
    DO UPDATE SET value = excluded.value, source = excluded.source, figure = excluded.figure
"""


def choose(figures: Sequence[Figure]) -> Figure:
    """Return the figure that counts among accepted ones of one unit, series and day."""
    return min(figures, key=lambda row: (_PLACE[row.source], -row.reported_at, -row.id))


def refresh(keys: Iterable[Key]) -> None:
    """Make the daily values of `keys` agree with the figures: a few queries a series and day.

    Later days that rest on a lower bound are looked at again, as what was said before changed.
    """
    by_day: defaultdict[tuple[dt.date, str], set[str]] = defaultdict(set)
    for path, series, day in [*(keys := set(keys)), *_later_bounds(keys)]:
        by_day[day, series].add(path)
    for day, series in sorted(by_day):
        _refresh_day(series, day, by_day[day, series])


def _later_bounds(keys: set[Key]) -> Iterable[Key]:
    """Yield the later keys for which there is a lower bound, of units whose values change."""
    first: dict[tuple[str, str], dt.date] = {}
    for path, series, day in keys:
        if series in CUMULATIVE:
            first[path, series] = min(day, first.get((path, series), day))
    earliest: defaultdict[tuple[str, dt.date], list[str]] = defaultdict(list)
    for (path, series), day in first.items():
        earliest[series, day].append(path)
    for (series, day), paths in earliest.items():
        asked = set(paths)
        rows = Figure.objects.filter(
            within(paths), series=series, day__gt=day, source__in=LOWER_BOUNDS
        )
        for path, later in rows.order_by().values_list("unit_path", "day").distinct():
            if path in asked:
                yield path, series, later


def _refresh_day(series: str, day: dt.date, paths: set[str]) -> None:
    found = _counting(series, day, paths)
    with connection.cursor() as cursor:
        values = [
            (row.unit_path, series, day, row.value, row.source, row.id)
            for row in sorted(found.values(), key=lambda row: row.unit_path)
        ]
        cursor.executemany(_UPSERT, values)
    gone = paths - found.keys()
    if gone:
        old = DailyValue.objects.filter(within(sorted(gone)), series=series, day=day)
        stale = [path for path in old.values_list("unit_path", flat=True) if path in gone]
        for path in stale:
            DailyValue.objects.filter(unit_path=path, series=series, day=day).delete()


def _counting(series: str, day: dt.date, paths: set[str]) -> dict[str, Figure]:
    """Return the figure that counts for each unit that has one."""
    rows = Figure.objects.accepted().filter(within(sorted(paths)), series=series, day=day)
    found: defaultdict[str, list[Figure]] = defaultdict(list)
    for row in rows.only("id", "unit_path", "value", "source", "reported_at"):
        if row.unit_path in paths:
            found[row.unit_path].append(row)
    chosen = {path: choose(figures) for path, figures in found.items()}
    bounds = [path for path, row in chosen.items() if row.source in LOWER_BOUNDS]
    if bounds and series in CUMULATIVE:
        before = asof.last_own(bounds, series, day - dt.timedelta(days=1))
        for path, row in before.items():
            if row.source not in LOWER_BOUNDS and chosen[path].value <= row.value:
                del chosen[path]
    return chosen
