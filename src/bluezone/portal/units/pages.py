"""What the pages of units show, gathered with a fixed number of queries."""

import csv
import datetime as dt
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Count, Q

from bluezone.look import format as look_format
from bluezone.portal import clock
from bluezone.portal.units.history import History, history_of
from bluezone.portal.units.models import Edition, Level, Unit

PAGE_ROWS: Final = 50
"""LOOK "Shape": a table shows its first 50 rows and offers the rest."""
_FORMULA: Final = ("=", "+", "-", "@")
"""A spreadsheet takes a cell that begins like this for a formula."""
_CSV_COLUMNS: Final = (
    "path",
    "level",
    "code",
    "parent",
    "kind",
    "name",
    "full_name",
    "lat",
    "lon",
)


@dataclass(frozen=True, slots=True)
class LevelCount:
    """How many units of a level are below."""

    level: Level
    count: int


@dataclass(frozen=True, slots=True)
class UnitPage:
    """Everything on the page of a unit.

    Attributes:
        above: from the nation down to the parent.
        children: the first rows of what is directly below.
        child_count: how many there are.
        counts: units below by level, the highest level first.
        history: what it was before and became.
    """

    unit: Unit
    above: Sequence[Unit]
    children: Sequence[Unit]
    child_count: int
    counts: Sequence[LevelCount]
    history: History


def today() -> dt.date:
    """Return the local day of events."""
    return look_format.local(clock.now()).date()


def unit_page(unit: Unit, *, every: bool) -> UnitPage:
    """Return the page of a unit; with `every`, all of its children."""
    open_parts = Count("parts", filter=Q(parts__closed_on__isnull=True))
    children = list(Unit.objects.children(unit).annotate(part_count=open_parts))
    return UnitPage(
        unit=unit,
        above=list(Unit.objects.ancestors(unit)),
        children=children if every else children[:PAGE_ROWS],
        child_count=len(children),
        counts=_counts(unit),
        history=history_of(unit),
    )


def _counts(unit: Unit) -> list[LevelCount]:
    below = Unit.objects.filter(path__under=unit.path, closed_on__isnull=True)
    rows = below.exclude(path=unit.path).values_list("level").annotate(count=Count("path"))
    found = dict(rows.order_by())
    return [LevelCount(level, found[level]) for level in Level if level in found]


def children_csv(unit: Unit) -> str:
    """Return what is directly below `unit` as a table that can be loaded again."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(_CSV_COLUMNS)
    for child in Unit.objects.children(unit).exclude(level=Level.REMAINDER):
        above = "" if unit.level == Level.NATION else unit.path.split(".", 1)[1]
        names = child.kind, child.name, child.full_name
        point = child.lat, child.lon
        writer.writerow(_cells([child.path, child.level, child.code, above, *names, *point]))
    return "\N{BYTE ORDER MARK}" + text.getvalue()


def _cells(values: Iterable[object]) -> list[object]:
    """Return cells that no spreadsheet takes for formulae; numbers stay numbers."""
    return [
        f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
        for value in values
    ]


@dataclass(frozen=True, slots=True)
class EditionRow:
    """An edition with its nation's path and the number of its units by level."""

    edition: Edition
    in_force: bool
    provinces: int
    districts: int
    communes: int
    villages: int


def edition_rows(day: dt.date) -> list[EditionRow]:
    """Return all editions with their counts, two queries."""
    levels = Unit.objects.values_list("edition_id", "level").annotate(count=Count("path"))
    counts = {(edition, level): count for edition, level, count in levels.order_by()}
    rows = []
    for edition in Edition.objects.all():
        ended = edition.valid_to is not None and edition.valid_to <= day
        numbers = [
            counts.get((edition.id, level), 0)
            for level in (Level.PROVINCE, Level.DISTRICT, Level.COMMUNE, Level.VILLAGE)
        ]
        rows.append(EditionRow(edition, edition.valid_from <= day and not ended, *numbers))
    return rows
