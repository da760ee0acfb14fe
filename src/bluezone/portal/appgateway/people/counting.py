"""Confirmed numbers as figures: users with a phone number, of the nation, day by day.

Source: docs/figures.md. A number counts on the day on which it is confirmed for the first time;
confirming it again, or on another phone, adds nothing. A number that its owner had deleted counts
again if it comes back: nothing is left that could tell. Nobody says where a phone is, so the
nation is counted. Days are published when they are over, and today once in the evening.
"""

import datetime as dt
from itertools import accumulate
from typing import Final

from django.db import connection

from bluezone.look import format as look_format
from bluezone.portal.appgateway.people.models import NumberCount
from bluezone.portal.appgateway.times import local_day
from bluezone.portal.audit.services import SYSTEM
from bluezone.portal.campaign.figures.services import (
    NewFigure,
    Series,
    Source,
    record_figures,
)
from bluezone.portal.units.errors import UnknownEditionError
from bluezone.portal.units.models import Unit
from bluezone.portal.units.services import edition_on

EVENING_HOUR: Final = 18
"""As the other figures (`figures.worker`)."""
_ADD: Final = """
    INSERT INTO gateway_people_numbercount (day, count) VALUES (%s, 1)
    ON CONFLICT (day) DO UPDATE SET count = gateway_people_numbercount.count + 1
"""


def count_new(*, now: int) -> None:
    """Count a number that is new, in the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.execute(_ADD, [local_day(now)])


def publish_due(*, now: int) -> int:
    """Record the totals of days that are over and changed; return how many figures.

    May be run at any time, by several processes, and twice: a figure that says the same again
    is not stored. Days for which no edition of the units is loaded wait.
    """
    today = local_day(now)
    totals = _totals(_last_day(now))
    due = [(day, total) for day, total, known in totals if _is_due(total, known, day, today)]
    figures = [figure for day, total in due if (figure := _figure(day, total)) is not None]
    if not figures:
        return 0
    record_figures(figures, actor=SYSTEM, now=now, today=today)
    for figure in figures:
        NumberCount.objects.filter(day=figure.day).update(published=figure.value)
    return len(figures)


def _last_day(now: int) -> dt.date:
    local = look_format.local(now)
    return local.date() if local.hour >= EVENING_HOUR else local.date() - dt.timedelta(days=1)


def _totals(last: dt.date) -> list[tuple[dt.date, int, int | None]]:
    """Return the total up to each day with new numbers, and what was published of it."""
    rows = list(NumberCount.objects.filter(day__lte=last).order_by("day"))
    totals = accumulate(row.count for row in rows)
    return [(row.day, total, row.published) for row, total in zip(rows, totals, strict=True)]


def _is_due(total: int, published: int | None, day: dt.date, today: dt.date) -> bool:
    return published is None or (published != total and day < today)


def _figure(day: dt.date, total: int) -> NewFigure | None:
    try:
        nation = edition_on(day, country="vn").id
    except UnknownEditionError:
        return None
    if not Unit.objects.filter(path=nation).exists():
        return None
    return NewFigure(nation, Series.USERS_WITH_PHONE, day, total, Source.REGISTRATIONS)
