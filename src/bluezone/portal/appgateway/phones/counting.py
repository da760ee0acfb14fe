"""Registrations on their way to the campaign's counts: how many, by day and platform.

Source: docs/figures.md. A phone that is new here is counted once, in the transaction that adds
it; its later registrations and its new tokens are not. An app that was installed again without
its old token cannot be told from a new phone and counts again, so the figure is an upper bound
of the phones that registered, and neither people nor downloads. Nobody says where a phone is:
it counts for the nation.
"""

import datetime as dt
import os
from collections import Counter
from collections.abc import Iterable
from itertools import groupby
from typing import Final, Protocol

from django.db import connection, transaction

from bluezone.portal.appgateway.phones.models import Tally
from bluezone.portal.appgateway.times import local_day
from bluezone.portal.campaign.figures import services as figures
from bluezone.portal.campaign.figures.errors import UnknownUnitError
from bluezone.portal.units.errors import UnknownEditionError

_PARTS: Final = 32
_ADD: Final = """
    INSERT INTO gateway_phones_tally (day, platform, part, count) VALUES {rows}
    ON CONFLICT (day, platform, part)
    DO UPDATE SET count = gateway_phones_tally.count + excluded.count
"""


class Counted(Protocol):
    """What is counted of a registration."""

    @property
    def platform(self) -> str:
        """`android`, `ios` or ""."""

    @property
    def now(self) -> int:
        """Unix seconds."""


def tally(registrations: Iterable[Counted]) -> None:
    """Count new phones, in the caller's transaction."""
    counts = Counter((local_day(each.now), each.platform) for each in registrations)
    if not counts:
        return
    part = os.getpid() % _PARTS
    values = [
        value for (day, platform), n in sorted(counts.items()) for value in (day, platform, part, n)
    ]
    rows = ", ".join(["(%s, %s, %s, %s)"] * len(counts))
    with connection.cursor() as cursor:
        cursor.execute(_ADD.format(rows=rows), values)


@transaction.atomic
def hand_over() -> int:
    """Move what was counted to the campaign's daily counts; return how many phones.

    Counting there and forgetting here are one transaction. Days for which no edition of the
    units is loaded wait.
    """
    rows = list(Tally.objects.select_for_update().order_by("day", "platform", "part"))
    return sum(
        _hand_over_day(day, list(of_day)) for day, of_day in groupby(rows, key=lambda row: row.day)
    )


def _hand_over_day(day: dt.date, rows: list[Tally]) -> int:
    counts: Counter[figures.Platform] = Counter()
    for row in rows:
        counts[figures.Platform(row.platform or figures.Platform.OTHER)] += row.count
    try:
        figures.register_phones(counts, day=day)
    except (UnknownEditionError, UnknownUnitError):
        return 0
    for row in rows:
        row.delete()
    return counts.total()
