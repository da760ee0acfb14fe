"""What the inspector's pages show, put together in a number of queries that does not grow."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from bluezone.portal.accounts.models import User
from bluezone.portal.accounts.permissions import Permission, reach
from bluezone.portal.campaign import stats
from bluezone.portal.campaign.dashboards.svg import Goal, progress_chart
from bluezone.portal.campaign.dashboards.words import language, number
from bluezone.portal.campaign.figures.models import DailyValue
from bluezone.portal.campaign.figures.places import chunks
from bluezone.portal.campaign.figures.services import Series, Source
from bluezone.portal.campaign.inspection import words
from bluezone.portal.campaign.inspection.gathering import REPORTED, WINDOW_DAYS
from bluezone.portal.campaign.inspection.keeping import ready
from bluezone.portal.campaign.inspection.marking import Judged, judged, marks_of
from bluezone.portal.campaign.inspection.models import Pattern, Verdict
from bluezone.portal.campaign.inspection.searching import Seen
from bluezone.portal.units.models import Unit

PAGE_ROWS: Final = 50
_KINDS: Final = {
    Verdict.LOOKED_AT: "on-course",
    Verdict.EXPLAINED: "met",
    Verdict.CONFIRMED: "missed",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A finding as a page shows it.

    Attributes:
        unit_name, above: its unit, and the unit above that.
        other: the unit with the same figures as far as the reader may know it, else in words.
        heading, sentence, why, how_often, reliability, look_at: what is said of it.
        word, kind: its state and the class of that.
    """

    judged: Judged
    unit_name: str
    above: str
    other: str
    heading: str
    sentence: str
    why: str
    how_often: str
    reliability: str
    look_at: tuple[str, ...]
    word: str
    kind: str

    @property
    def seen(self) -> Seen:
        """The finding."""
        return self.judged.seen


def judge(found: Sequence[Seen]) -> list[Judged]:
    """Return findings with their marks: a query for 500 units."""
    return judged(found, marks_of(one.unit_path for one in found))


def shown(rows: Sequence[Judged], user: User) -> list[Shown]:
    """Return findings in words: two queries for a page of them."""
    paths = {row.seen.unit_path for row in rows} | {row.seen.other_path for row in rows}
    units = _units(paths - {""})
    above = _units({str(unit.parent_id) for unit in units.values()} - set(units))
    names = {path: unit.title for path, unit in {**units, **above}.items()}
    inside = reach(user, Permission.INSPECT)
    made = []
    for row in rows:
        one = row.seen
        known = one.other_path and inside.covers(one.other_path)
        other = names.get(one.other_path, "") if known else _("a unit outside yours")
        unit = units.get(one.unit_path)
        parent = names.get(str(unit.parent_id), "") if unit is not None else ""
        made.append(_shown(row, names.get(one.unit_path, one.unit_path), parent, other))
    return made


def _shown(row: Judged, name: str, above: str, other: str) -> Shown:
    one = row.seen
    word, kind = _state(row)
    return Shown(
        row,
        name,
        above,
        other if one.pattern == Pattern.TWIN else "",
        words.heading(one, name, other),
        stats.phrase(one.message, language()),
        words.why(one),
        words.how_often(one),
        words.reliability(one),
        words.look_at(one),
        word,
        kind,
    )


def _state(row: Judged) -> tuple[str, str]:
    if row.mark is None:
        return _("Nobody has looked yet"), "at-risk"
    if row.returned:
        return _("Went on since it was closed"), "at-risk"
    verdict = Verdict(row.mark.verdict)
    return str(verdict.label), _KINDS[verdict]


def _units(paths: Iterable[str]) -> dict[str, Unit]:
    return {
        unit.path: unit
        for part in chunks(sorted(paths))
        for unit in Unit.objects.filter(path__in=part)
    }


def waiting(unit: Unit, day: dt.date) -> int | None:
    """Return how many findings are open below a unit, None where the worker has not searched."""
    found = ready(unit, day)
    return None if found is None else sum(row.is_open for row in judge(found))


@dataclass(frozen=True, slots=True)
class Day:
    """A day of a unit behind a finding; None where there is no figure.

    `rise` is since the figure before; `marked` says that the finding is about this day.
    """

    day: dt.date
    value: int
    rise: int | None
    source: str
    figure: int
    active: int | None
    other: int | None
    marked: bool


def days_of(one: Seen, evening: dt.date, *, with_other: bool) -> list[Day]:
    """Return the days of the window with a report, oldest first; one query.

    Args:
        one: the finding.
        evening: nothing later is looked at.
        with_other: show the figures of the other unit, too.
    """
    first = evening - dt.timedelta(days=WINDOW_DAYS - 1)
    paths = [one.unit_path, *([one.other_path] if with_other and one.other_path else [])]
    rows = DailyValue.objects.filter(
        unit_path__in=paths,
        series__in=(Series.USERS, Series.ACTIVE_PHONES),
        day__gte=first,
        day__lte=evening,
    )
    by_key = {(row.unit_path, row.series, row.day): row for row in rows}
    made: list[Day] = []
    for (path, series, day), row in sorted(by_key.items(), key=lambda item: item[0][2]):
        if path != one.unit_path or series != Series.USERS or row.source not in REPORTED:
            continue
        active = by_key.get((path, Series.ACTIVE_PHONES, day))
        other = by_key.get((one.other_path, Series.USERS, day))
        made.append(
            Day(
                day,
                row.value,
                row.value - made[-1].value if made else None,
                str(Source(row.source).label),
                row.figure,
                None if active is None else active.value,
                None if other is None else other.value,
                _is_about(one, day, row.value),
            )
        )
    return made


def _is_about(one: Seen, day: dt.date, value: int) -> bool:
    """Return whether a finding speaks of a day: of round numbers only the round ones."""
    step = int(one.facts["step"]) if one.pattern == Pattern.ROUND else 1
    return day in one.days and value % step == 0


def picture(rows: Sequence[Day], one: Seen, title: str, description: str) -> SafeString:
    """Return the days as a curve with the days in question marked, and the number of phones."""
    goal = None
    if one.pattern == Pattern.ABOVE_PHONES and one.phones is not None:
        goal = Goal(one.phones, None, _("Phones there are"))
    return progress_chart(
        [(row.day, row.value) for row in rows],
        (),
        goal,
        title=title,
        description=description,
        number=number,
        band_name="",
        marked=frozenset(row.day for row in rows if row.marked),
    )
