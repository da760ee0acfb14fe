"""Many registrations at once, counted already: for a gateway that takes thousands a second.

They go straight to the daily counts, without a row for each phone. Who calls keeps its own
count until this has been committed, in one transaction with it, so that none counts twice.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Final

from django.db import connection

from bluezone.portal.campaign.figures.choices import Platform
from bluezone.portal.campaign.figures.errors import UnknownUnitError
from bluezone.portal.units.models import Unit
from bluezone.portal.units.services import edition_on

_ADD: Final = """
    INSERT INTO figures_dailyregistrations (unit_path, day, platform, count)
    VALUES (%s, %s, %s, %s)
    ON CONFLICT (unit_path, day, platform)
    DO UPDATE SET count = figures_dailyregistrations.count + excluded.count
"""


def register_phones(
    counts: Mapping[Platform, int],
    *,
    day: dt.date,
    unit_path: str | None = None,
    country: str = "vn",
) -> None:
    """Add phones to the counts of a day, in the caller's transaction.

    Args:
        counts: how many, by platform.
        day: the local day.
        unit_path: the unit that they chose, None if they chose none.
        country: whose nation counts phones without a unit.

    Raises:
        UnknownUnitError: there is no such unit.
        UnknownEditionError: no edition of the country is loaded for that day.
    """
    path = edition_on(day, country=country).id if unit_path is None else unit_path
    if not Unit.objects.filter(path=path).exists():
        raise UnknownUnitError("there is no such unit")
    with connection.cursor() as cursor:
        for platform, count in sorted(counts.items()):
            cursor.execute(_ADD, [path, day, platform.value, count])
