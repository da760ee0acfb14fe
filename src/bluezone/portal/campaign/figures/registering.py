"""Registrations of phones: how many, where the person said, on which day; nothing else.

A phone that registers adds one row with a unit, a day and a platform: no number, no address, no
time of day. A roll-up adds those rows to daily counts and removes them. A person who names no
unit is counted for the nation alone. Registrations are a lower bound of users.
"""

import datetime as dt
from collections import defaultdict
from typing import Final

from django.db import connection, transaction
from django.db.models import Max, Sum

from bluezone.portal.audit.services import SYSTEM
from bluezone.portal.campaign.figures.choices import Platform, Series, Source
from bluezone.portal.campaign.figures.errors import UnknownUnitError
from bluezone.portal.campaign.figures.models import DailyRegistrations, Registration
from bluezone.portal.campaign.figures.recording import NewFigure, Recorded, record_figures
from bluezone.portal.units.models import Unit
from bluezone.portal.units.services import edition_on

_ADD: Final = """
    INSERT INTO figures_dailyregistrations (unit_path, day, platform, count)
    SELECT unit_path, day, platform, COUNT(*) FROM figures_registration
    WHERE id <= %s GROUP BY unit_path, day, platform
    ON CONFLICT (unit_path, day, platform)
    DO UPDATE SET count = figures_dailyregistrations.count + excluded.count
"""
"""GROUP BY makes the statement unambiguous to SQLite before ON CONFLICT."""


def register_phone(
    unit_path: str | None, *, day: dt.date, platform: str = Platform.OTHER, country: str = "vn"
) -> None:
    """Count one phone.

    Args:
        unit_path: the unit that the person chose, None if they chose none.
        day: the local day.
        platform: `android`, `ios` or `other`.
        country: whose nation counts a phone without a unit.

    Raises:
        UnknownUnitError: there is no such unit.
        UnknownEditionError: no edition of the country is loaded.
    """
    path = edition_on(day, country=country).id if unit_path is None else unit_path
    if not Unit.objects.filter(path=path).exists():
        raise UnknownUnitError("there is no such unit")
    Registration.objects.create(unit_path=path, day=day, platform=Platform(platform))


@transaction.atomic
def roll_up_registrations() -> int:
    """Add the registrations that came since the last time to the daily counts; return how many.

    Rows that arrive meanwhile wait for the next time; may be run twice and killed anywhere.
    """
    last = Registration.objects.aggregate(last=Max("id"))["last"]
    if last is None:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_ADD, [last])
        if connection.vendor == "sqlite":  # the only writer: no row can have come meanwhile
            cursor.execute("DELETE FROM figures_registration")
        else:
            cursor.execute("DELETE FROM figures_registration WHERE id <= %s", [last])
        return int(cursor.rowcount)


def publish_registrations(day: dt.date, *, now: int, today: dt.date) -> Recorded:
    """Record how many phones had registered by the end of `day` as figures of the series users.

    One figure for each unit that people named themselves, and one for the nation that also has
    those who named none; what lies between is summed up from the parts.
    """
    until = DailyRegistrations.objects.filter(day__lte=day)
    totals = dict(until.values_list("unit_path").annotate(total=Sum("count")).order_by())
    nations: defaultdict[str, int] = defaultdict(int)
    for path, total in totals.items():
        nations[path.split(".", 1)[0]] += total
    figures = [
        NewFigure(path, Series.USERS, day, total, Source.REGISTRATIONS)
        for path, total in {**totals, **nations}.items()
    ]
    return record_figures(figures, actor=SYSTEM, now=now, today=today)
