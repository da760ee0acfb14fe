"""The figures that a search looks at: reports of units of one level, as arrays, up to an evening.

Only what somebody reported: daily reports and carriers' files. Registrations and visits are
counted by machines, and the press rounds by habit, so that its noughts are no sign
(`docs/statistics.md`, "Suspicion"). A correction that was made later counts, as on dashboards.
The surprising decision: every day of the window is a column, reported or not, because the watch
after a gift counts days.
"""

import datetime as dt
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bluezone.portal.campaign import stats
from bluezone.portal.campaign.figures.models import DailyValue
from bluezone.portal.campaign.figures.services import Base, Series, Source, denominators
from bluezone.portal.campaign.inspection.gifts import Gift, gifts_around
from bluezone.portal.units.models import Level, Unit

WINDOW_DAYS: Final = 40
"""So many days up to the evening are searched; measured for 20 and 40 (docs/statistics.md)."""
REPORTED: Final = (Source.REPORT, Source.CARRIER)
"""Where a person or an office counted and could have counted otherwise."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Field:
    """Units of one level that are searched together: shapes are those of `stats.Histories`.

    Attributes:
        paths: shape (n,); `siblings` are units with the same unit above.
        days: shape (T,), one column a day; `counts`, `active`: shape (n, T), NaN without one.
        phones: shape (n,), NaN where unknown.
        gifts: days of gifts, each with the unit in which it was given.
    """

    paths: tuple[str, ...]
    siblings: tuple[str, ...]
    days: NDArray[np.datetime64]
    counts: Floats
    active: Floats
    phones: Floats
    gifts: tuple[Gift, ...]


def fields(top: Unit, day: dt.date) -> list[Field]:
    """Return the units below `top` that reported in the window, by level.

    Args:
        top: of a nation only the provinces are taken, of any other unit everything below it.
        day: the evening; nothing later is looked at.
    """
    units = Unit.objects.filter(path__under=top.path).exclude(path=top.path)
    if top.level == Level.NATION:
        units = Unit.objects.filter(parent=top.path)
    above: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for path, level, parent in units.order_by("path").values_list("path", "level", "parent_id"):
        above[level][path] = str(parent)
    counts = _reports(top, day)
    gifts = tuple(gifts_around(top.path, day - dt.timedelta(days=WINDOW_DAYS - 1), day))
    made = []
    for parents in above.values():
        paths = [path for path in parents if (path, Series.USERS) in counts]
        if paths:
            made.append(_field(paths, [parents[path] for path in paths], counts, day, gifts))
    return made


_Counts = dict[tuple[str, str], dict[dt.date, int]]


def _reports(top: Unit, day: dt.date) -> _Counts:
    first = day - dt.timedelta(days=WINDOW_DAYS - 1)
    rows = DailyValue.objects.filter(day__gte=first, day__lte=day).order_by()
    if top.level == Level.NATION:
        inside = Unit.objects.filter(parent=top.path).values("path")
        rows = rows.filter(unit_path__in=inside)
    else:
        rows = rows.filter(unit_path__under=top.path)
    found: _Counts = defaultdict(dict)
    users = rows.filter(series=Series.USERS, source__in=REPORTED)
    active = rows.filter(series=Series.ACTIVE_PHONES).exclude(source=Source.PRESS)
    for part in (users, active):
        for path, series, at, value in part.values_list("unit_path", "series", "day", "value"):
            found[path, series][at] = value
    return found


def _field(
    paths: Sequence[str],
    siblings: Sequence[str],
    counts: _Counts,
    day: dt.date,
    gifts: tuple[Gift, ...],
) -> Field:
    first = min(min(counts[path, Series.USERS]) for path in paths)
    length = (day - first).days + 1
    days = np.datetime64(first, "D") + np.arange(length)
    known = denominators(paths, Base.SMARTPHONES, day, estimate=True, later=False)
    phones = [known[path].value if path in known else np.nan for path in paths]
    return Field(
        tuple(paths),
        tuple(siblings),
        days,
        _table(paths, Series.USERS, counts, (first, length)),
        _table(paths, Series.ACTIVE_PHONES, counts, (first, length)),
        np.array(phones, dtype=np.float64),
        gifts,
    )


def _table(
    paths: Iterable[str], series: Series, counts: _Counts, span: tuple[dt.date, int]
) -> Floats:
    first, length = span
    rows = []
    for path in paths:
        row = np.full(length, np.nan)
        for day, value in counts.get((path, series), {}).items():
            if day >= first:
                row[(day - first).days] = value
        rows.append(row)
    return np.array(rows, dtype=np.float64)


def digest(found: Sequence[Field]) -> str:
    """Return a digest of everything that a search of `found` depends on."""
    made = hashlib.sha256(repr(stats.SuspicionSettings()).encode())
    for field in found:
        words = (field.paths, field.siblings, field.gifts)
        made.update(repr(words).encode())
        for table in (field.counts, field.active, field.phones):
            made.update(np.ascontiguousarray(table).tobytes())
        made.update(str(field.days[0]).encode())
    return made.hexdigest()
