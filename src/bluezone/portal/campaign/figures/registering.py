"""Registrations of phones: how many, where the person said, on which day; nothing else.

A phone that registers adds one row with a unit, a day and a platform: no number, no address, no
time of day. A roll-up adds those rows to daily counts and removes them. A person who names no
unit is counted for the nation alone. Registrations are a lower bound of users.
The surprising part: rows lie in the order of their key (`Registration`), so that counting them
is one reading from end to end, without sorting: fifty million in some seconds.
"""

import datetime as dt
from collections import defaultdict
from random import Random, SystemRandom
from typing import Final

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Sum

from bluezone.portal.audit.services import SYSTEM
from bluezone.portal.campaign.figures.choices import Platform, Series, Source
from bluezone.portal.campaign.figures.errors import UnknownUnitError
from bluezone.portal.campaign.figures.models import DailyRegistrations, Registration
from bluezone.portal.campaign.figures.recording import NewFigure, Recorded, record_figures
from bluezone.portal.units.models import Unit
from bluezone.portal.units.services import edition_on

_ID_BITS: Final = 62
_COUNT: Final = """
    SELECT unit_path, day, platform, COUNT(*) AS count FROM figures_registration
    GROUP BY unit_path, day, platform
"""
_ADD: Final = """
    INSERT INTO figures_dailyregistrations (unit_path, day, platform, count) {counts}
    ON CONFLICT (unit_path, day, platform)
    DO UPDATE SET count = figures_dailyregistrations.count + excluded.count
"""
_FEW: Final = 100_000
"""So many rows PostgreSQL deletes one by one, beside readers; more it cuts off with the table."""
_LOCK_WAIT: Final = "10s"


def register_phone(
    unit_path: str | None,
    *,
    day: dt.date,
    platform: str = Platform.OTHER,
    country: str = "vn",
    rng: Random | None = None,
) -> None:
    """Count one phone.

    Args:
        unit_path: the unit that the person chose, None if they chose none.
        day: the local day.
        platform: `android`, `ios` or `other`.
        country: whose nation counts a phone without a unit.
        rng: chance, for the number that keeps rows apart; the system's if not given.

    Raises:
        UnknownUnitError: there is no such unit.
        UnknownEditionError: no edition of the country is loaded.
    """
    path = edition_on(day, country=country).id if unit_path is None else unit_path
    if not Unit.objects.filter(path=path).exists():
        raise UnknownUnitError("there is no such unit")
    number = (rng or SystemRandom()).getrandbits(_ID_BITS)
    Registration.objects.create(unit_path=path, day=day, platform=Platform(platform), id=number)


@transaction.atomic
def roll_up_registrations() -> int:
    """Add the registrations that came since the last time to the daily counts; return how many.

    Counting and removing are one transaction: it may be run twice, by several processes, and
    killed anywhere. Phones that register meanwhile wait for it.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":  # the transaction is the only writer
            return _move_on_sqlite(cursor)
        return _move_on_postgresql(cursor)


def _move_on_sqlite(cursor: CursorWrapper) -> int:
    """Count and remove; pages are not overwritten, because nothing in them is about a person."""
    cursor.execute(_ADD.format(counts=_COUNT))
    cursor.execute("PRAGMA secure_delete = OFF")
    try:
        cursor.execute("DELETE FROM figures_registration")
        return int(cursor.rowcount)
    finally:
        cursor.execute("PRAGMA secure_delete = ON")


def _move_on_postgresql(cursor: CursorWrapper) -> int:
    """Count and remove under a lock, or a row that commits in between would go uncounted.

    The counts go through a table of their own, because only then PostgreSQL counts in parallel.
    """
    cursor.execute(f"SET LOCAL lock_timeout = '{_LOCK_WAIT}'")
    cursor.execute("LOCK TABLE figures_registration IN SHARE ROW EXCLUSIVE MODE")
    cursor.execute(f"CREATE TEMPORARY TABLE figures_counted ON COMMIT DROP AS {_COUNT}")
    cursor.execute("SELECT COALESCE(SUM(count), 0) FROM figures_counted")
    moved = int(cursor.fetchone()[0])
    counted = "SELECT unit_path, day, platform, count FROM figures_counted"
    cursor.execute(_ADD.format(counts=counted))
    cursor.execute("DROP TABLE figures_counted")
    few = moved <= _FEW
    cursor.execute("DELETE FROM figures_registration" if few else "TRUNCATE figures_registration")
    return moved


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
