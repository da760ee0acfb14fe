"""What the figures do by themselves, one round at a time; `bluezone.portal.worker` calls it.

Each duty has one row. Who finds its slot (a stretch of minutes, an evening, a night) not done
takes it for a while by compare-and-set, does it, and writes the slot down. Who is killed in
between leaves a lease that runs out; every duty may be done twice. Slots are told by being
different, not by being later, so that a clock that is set back does not stop them.
"""

import datetime as dt
from collections.abc import Callable
from typing import Final

from django.db.models import Q

from bluezone.look import format as look_format
from bluezone.portal.campaign.figures.importing.uploads import forget_waiting
from bluezone.portal.campaign.figures.models import Duty
from bluezone.portal.campaign.figures.registering import (
    publish_registrations,
    roll_up_registrations,
)
from bluezone.portal.campaign.figures.visits import publish_visits

LEASE_S: Final = 600
ROLL_UP_EVERY_S: Final = 300
FORGET_EVERY_S: Final = 3600
EVENING_HOUR: Final = 18
"""From this hour on the day is published; the night after puts it right."""


def run_due(*, now: int) -> list[str]:
    """Do what is due and return the names of the duties that were done.

    Args:
        now: Unix seconds of the clock of events.
    """
    local = look_format.local(now)
    today = local.date()
    evening = local.hour >= EVENING_HOUR
    day = today if evening else today - dt.timedelta(days=1)
    published = f"{day} {'evening' if evening else 'night'}"
    duties: tuple[tuple[str, str, Callable[[], object]], ...] = (
        ("roll_up", str(now // ROLL_UP_EVERY_S), roll_up_registrations),
        ("registrations", published, lambda: _publish(day, now, today)),
        ("visits", published, lambda: publish_visits(day, now=now, today=today)),
        ("forget", str(now // FORGET_EVERY_S), lambda: forget_waiting(now=now)),
    )
    return [name for name, slot, work in duties if _do(name, slot, work, now)]


def _publish(day: dt.date, now: int, today: dt.date) -> None:
    roll_up_registrations()
    publish_registrations(day, now=now, today=today)


def _do(name: str, slot: str, work: Callable[[], object], now: int) -> bool:
    """Do a duty unless its slot is done or somebody is at it; return whether it was done."""
    row, _made = Duty.objects.get_or_create(name=name)
    if row.slot == slot:
        return False
    free = Q(lease_until__lte=now) | Q(lease_until__gt=now + LEASE_S)
    mine = Duty.objects.filter(free, name=name, slot=row.slot)
    if not mine.update(lease_until=now + LEASE_S):
        return False
    work()
    Duty.objects.filter(name=name).update(slot=slot, lease_until=0)
    return True
