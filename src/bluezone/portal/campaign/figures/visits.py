"""Door-to-door visits as figures: users that a team saw, by unit and day.

A door is no phone and a phone is no person, so the count says the least that can be true: a door
with the app is as many users as the team tapped phones there, at least one, and never more than
the smartphones that the household is known to have. What doors say is a lower bound (`choosing`):
it never takes the place of a larger report.
Days of the last week are looked at again, because phones come back late; a count that changed is
a correction, a new row as ever. Closed campaigns have only their counts by day left.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final

from django.db.models import Sum
from django.utils.translation import gettext_noop

from bluezone.portal.audit.services import SYSTEM
from bluezone.portal.campaign.field.choices import State
from bluezone.portal.campaign.field.models import DayCount, Household, Team
from bluezone.portal.campaign.figures.choices import Series, Source
from bluezone.portal.campaign.figures.models import Figure
from bluezone.portal.campaign.figures.places import chunks
from bluezone.portal.campaign.figures.recording import NewFigure, Recorded, record_figures

LOOKED_BACK: Final = 7
"""Days whose counts are made again; visits that come later change the totals from then on."""
EVIDENCE: Final = gettext_noop("Doors where the teams saw the app; a lower bound of users.")
_KEPT: Final = (f"settled:{State.INSTALLED}", "phones")
"""What a closed campaign keeps of its doors with the app, and of the phones at them."""

_Counts = dict[str, dict[dt.date, int]]
"""Path of a unit, day, users that were new on that day."""


def publish_visits(day: dt.date, *, now: int, today: dt.date) -> Recorded:
    """Record what teams had seen by the end of `day` and of the days of the week before it.

    A unit has a figure on days on which a door was new, and where it had one already.

    Args:
        day: the last day, not after `today`.
        now: Unix seconds.
        today: the local day.
    """
    first = day - dt.timedelta(days=LOOKED_BACK - 1)
    live, closed = _live(day), _closed(day)
    teams = Team.objects.filter(campaign__closed_at__isnull=True)
    at_work = set(teams.values_list("unit_id", flat=True))
    paths = sorted(live.keys() | closed.keys() | at_work)
    known = _published(paths, first, day)
    figures = []
    for path in paths:
        new_days = {one for one in (*live.get(path, ()), *closed.get(path, ())) if one >= first}
        for one in sorted(new_days | known.get(path, {}).keys()):
            value = max(_until(live.get(path, {}), one), _until(closed.get(path, {}), one))
            if path in at_work or value > known.get(path, {}).get(one, -1):
                figures.append(_figure(path, one, value))
    return record_figures(figures, actor=SYSTEM, now=now, today=today)


def _figure(path: str, day: dt.date, value: int) -> NewFigure:
    return NewFigure(path, Series.USERS, day, value, Source.VISITS, evidence=EVIDENCE)


def _until(new: Mapping[dt.date, int], day: dt.date) -> int:
    return sum(count for one, count in new.items() if one <= day)


def users_at(phones: int, smartphones: int | None) -> int:
    """Return how many users a door with the app stands for.

    Args:
        phones: phones with the app that the team tapped; 0 where it tapped none.
        smartphones: smartphones of the household, None or 0 where nobody counted them.
    """
    seen = max(phones, 1)
    return min(seen, smartphones) if smartphones else seen


def _live(day: dt.date) -> _Counts:
    found: defaultdict[str, dict[dt.date, int]] = defaultdict(lambda: defaultdict(int))
    doors = Household.objects.filter(
        removed_at__isnull=True, state=State.INSTALLED, settled_on__lte=day
    )
    columns = ("unit_path", "settled_on", "phones", "smartphones")
    rows = doors.order_by("unit_path").values_list(*columns)
    for path, settled_on, phones, smartphones in rows.iterator(chunk_size=5000):
        found[path][settled_on] += users_at(phones, smartphones)
    return found


def _closed(day: dt.date) -> _Counts:
    """Return what closed campaigns left: doors or phones of a day, whichever is more."""
    kept = DayCount.objects.filter(day__lte=day, what__in=_KEPT)
    sums = kept.order_by().values_list("unit_path", "day", "what").annotate(sum=Sum("count"))
    found: defaultdict[str, dict[dt.date, int]] = defaultdict(dict)
    for path, one, _what, count in sums:
        found[path][one] = max(found[path].get(one, 0), count)
    return found


def _published(paths: Iterable[str], first: dt.date, last: dt.date) -> _Counts:
    found: defaultdict[str, dict[dt.date, int]] = defaultdict(dict)
    for part in chunks(paths):
        rows = Figure.objects.standing().filter(
            unit_path__in=part,
            series=Series.USERS,
            source=Source.VISITS,
            source_name="",
            day__range=(first, last),
        )
        for path, day, value in rows.order_by("id").values_list("unit_path", "day", "value"):
            found[path][day] = value
    return found
