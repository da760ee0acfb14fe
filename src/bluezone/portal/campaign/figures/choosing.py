"""Which figure counts when several sources speak of the same unit, series and day.

The order is ours and stated: first who counted with a machine and is judged by nobody (store,
carrier), then the unit's own report, then counts that are lower bounds because taking part is
free (registrations, visits), then the press. Among figures of one source the newest counts.
What does not count stays in the list, and `conflicts` shows it.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

from django.db import connection

from bluezone.portal.campaign.figures.choices import Source
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
    """Make the daily values of `keys` agree with the figures: a few queries a series and day."""
    by_day: defaultdict[tuple[str, dt.date], set[str]] = defaultdict(set)
    for path, series, day in keys:
        by_day[series, day].add(path)
    for (series, day), paths in by_day.items():
        _refresh_day(series, day, paths)


def _refresh_day(series: str, day: dt.date, paths: set[str]) -> None:
    where = within(sorted(paths))
    rows = Figure.objects.accepted().filter(where, series=series, day=day)
    found: defaultdict[str, list[Figure]] = defaultdict(list)
    for row in rows.only("id", "unit_path", "value", "source", "reported_at"):
        if row.unit_path in paths:
            found[row.unit_path].append(row)
    chosen = [choose(figures) for figures in found.values()]
    with connection.cursor() as cursor:
        values = [
            (row.unit_path, series, day, row.value, row.source, row.id)
            for row in sorted(chosen, key=lambda row: row.unit_path)
        ]
        cursor.executemany(_UPSERT, values)
    gone = paths - found.keys()
    if gone:
        old = DailyValue.objects.filter(within(sorted(gone)), series=series, day=day)
        stale = [path for path in old.values_list("unit_path", flat=True) if path in gone]
        for path in stale:
            DailyValue.objects.filter(unit_path=path, series=series, day=day).delete()
