"""Values as of a day: the last one that is not later, for many units at once.

Hand-written SQL for SQLite and PostgreSQL: one seek in the key a unit, however long the history.
Days come back as text (`day || ''`), because millions of them would otherwise be parsed.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from django.db import connection

from bluezone.portal.campaign.figures.places import chunks


class OwnRow(NamedTuple):
    """A daily value of a unit's own."""

    path: str
    day: str
    value: int
    source: str
    figure: int


class RollRow(NamedTuple):
    """A sum over the parts of a unit."""

    path: str
    day: str
    value: int
    counted: int
    parts: int


_LAST: Final = """
    SELECT v.unit_path, v.day || '', v.value, {columns}
    FROM units_unit u
    JOIN {table} v ON v.unit_path = u.path AND v.series = %s AND v.day = (
        SELECT MAX(w.day) FROM {table} w
        WHERE w.unit_path = u.path AND w.series = %s AND w.day <= %s)
    WHERE u.path IN ({marks})
"""
_BETWEEN: Final = """
    SELECT unit_path, day || '', value, {columns} FROM {table}
    WHERE unit_path IN ({marks}) AND series = %s AND day >= %s AND day <= %s
    ORDER BY unit_path, day
"""
_OWN: Final = {"table": "figures_dailyvalue", "columns": "{0}source, {0}figure"}
_ROLL: Final = {"table": "figures_rollup", "columns": "{0}counted, {0}parts"}


def last_own(paths: Iterable[str], series: str, day: dt.date) -> dict[str, OwnRow]:
    """Return the newest daily value not after `day` of each unit that has one."""
    return {row[0]: OwnRow(*row) for row in _last(_OWN, paths, series, day)}


def last_roll(paths: Iterable[str], series: str, day: dt.date) -> dict[str, RollRow]:
    """Return the newest roll-up not after `day` of each unit that has one."""
    return {row[0]: RollRow(*row) for row in _last(_ROLL, paths, series, day)}


def own_between(
    paths: Iterable[str], series: str, first: dt.date, last: dt.date
) -> Iterator[OwnRow]:
    """Yield daily values from `first` to `last`, both included, by unit and day."""
    return (OwnRow(*row) for row in _between(_OWN, paths, series, (first, last)))


def roll_between(
    paths: Iterable[str], series: str, first: dt.date, last: dt.date
) -> Iterator[RollRow]:
    """Yield roll-ups from `first` to `last`, both included, by unit and day."""
    return (RollRow(*row) for row in _between(_ROLL, paths, series, (first, last)))


def _last(what: dict[str, str], paths: Iterable[str], series: str, day: dt.date) -> Iterator[tuple]:  # type: ignore[type-arg] # columns as the caller names them
    columns = what["columns"].format("v.")
    for part in chunks(sorted(set(paths))):
        marks = ", ".join(["%s"] * len(part))
        sql = _LAST.format(table=what["table"], columns=columns, marks=marks)
        with connection.cursor() as cursor:
            cursor.execute(sql, [series, series, day, *part])
            yield from cursor.fetchall()


def _between(
    what: dict[str, str], paths: Iterable[str], series: str, days: tuple[dt.date, dt.date]
) -> Iterator[tuple]:  # type: ignore[type-arg] # columns as the caller names them
    columns = what["columns"].format("")
    for part in chunks(sorted(set(paths))):
        marks = ", ".join(["%s"] * len(part))
        sql = _BETWEEN.format(table=what["table"], columns=columns, marks=marks)
        with connection.cursor() as cursor:
            cursor.execute(sql, [*part, series, *days])
            yield from cursor.fetchall()
