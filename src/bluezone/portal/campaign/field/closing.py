"""Opening a campaign and closing it: closing wipes households, visits and devices' lists.

What stays is counts by day. Phones wipe themselves at their next contact, or on their own at
`expires_at`. A campaign that nobody closes is closed by the worker `GRACE` after its last day,
so that forgetting does not depend on anybody's memory.
"""

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from bluezone.look.format import VIETNAM
from bluezone.portal import locks
from bluezone.portal.audit.services import SYSTEM, record
from bluezone.portal.campaign.field.choices import Kind
from bluezone.portal.campaign.field.errors import CampaignClosedError, FieldError
from bluezone.portal.campaign.field.fold import day_of
from bluezone.portal.campaign.field.models import (
    Campaign,
    DayCount,
    Device,
    Household,
    PaperList,
    TeamMember,
    Visit,
)
from bluezone.portal.units.models import Unit
from bluezone.portal.units.paths import lineage

GRACE: Final = dt.timedelta(days=45)
"""A phone may come back a month late with visits, and half a month more."""
DEVICE_KEPT_S: Final = 180 * 86_400
"""So long a phone that comes back is told that the campaign was closed, not that it is unknown."""
LONGEST: Final = dt.timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Wiped:
    """How many rows closing removes; the devices are those that will wipe themselves."""

    households: int
    visits: int
    devices: int


def open_campaign(unit: Unit, *, ends_on: dt.date, actor: str, now: int) -> Campaign:
    """Open a campaign in `unit` and below and return it.

    Raises:
        FieldError: one is open there already, or the last day has passed or is too far.
    """
    if not day_of(now) <= ends_on <= day_of(now) + LONGEST:
        raise FieldError(_("The last day must lie between today and a year from now."))
    with transaction.atomic():
        locks.hold("opening campaigns")
        if campaign_for(unit) is not None:
            raise FieldError(_("A campaign is open here already."))
        campaign = Campaign.objects.create(
            unit=unit, opened_at=now, opened_by=actor, ends_on=ends_on
        )
        detail = {"ends_on": ends_on.isoformat()}
        record(actor, "field.campaign_opened", f"unit {unit.path}", detail)
    return campaign


def campaign_for(unit: Unit | str) -> Campaign | None:
    """Return the open campaign of a unit or of the nearest unit above it, if there is one."""
    path = unit if isinstance(unit, str) else unit.path
    rows = Campaign.objects.filter(unit__in=lineage(path), closed_at__isnull=True)
    return max(rows.select_related("unit"), key=lambda row: len(row.unit_id), default=None)


def expires_at(campaign: Campaign) -> int:
    """Return when a phone wipes itself without being told, Unix seconds."""
    day = campaign.ends_on + GRACE + dt.timedelta(days=1)
    return int(dt.datetime.combine(day, dt.time(), tzinfo=VIETNAM).timestamp())


@transaction.atomic
def close_campaign(campaign: Campaign, *, actor: str, now: int) -> Wiped:
    """Close a campaign: keep its counts by day, wipe everything else.

    Raises:
        FieldError: it is closed already.
    """
    locks.hold(_open_lock(campaign.pk))
    closed = Campaign.objects.filter(pk=campaign.pk, closed_at__isnull=True)
    if not closed.update(closed_at=now, closed_by=actor):
        raise FieldError(_("This campaign is closed already."))
    _keep_counts(campaign)
    wiped = _wipe(campaign)
    detail = {"households": wiped.households, "visits": wiped.visits, "devices": wiped.devices}
    record(actor, "field.campaign_closed", f"unit {campaign.unit_id}", detail)
    return wiped


def keep_open(campaign_id: int) -> None:
    """Let nobody close the campaign until the caller's transaction ends.

    Whatever is stored beside the wiping would survive it. Many may keep a campaign open at once.

    Raises:
        CampaignClosedError: it is closed.
    """
    locks.hold(_open_lock(campaign_id), shared=True)
    if not Campaign.objects.filter(pk=campaign_id, closed_at__isnull=True).exists():
        raise CampaignClosedError(_("This campaign is closed already."))


def _open_lock(campaign_id: int) -> str:
    return f"field campaign {campaign_id}"


def what_goes(campaign: Campaign) -> Wiped:
    """Return how many rows closing would remove, for the page that asks."""
    return Wiped(
        Household.objects.filter(team__campaign=campaign).count(),
        Visit.objects.filter(team__campaign=campaign).count(),
        Device.objects.filter(team__campaign=campaign).count(),
    )


def close_due(*, now: int) -> int:
    """Close the campaigns whose time is over and forget old devices; can be run twice.

    Returns:
        How many campaigns were closed.
    """
    over = Campaign.objects.filter(closed_at__isnull=True, ends_on__lt=day_of(now) - GRACE)
    closed = 0
    for campaign in list(over):
        try:
            close_campaign(campaign, actor=SYSTEM, now=now)
        except FieldError:
            continue  # another worker was quicker
        closed += 1
    Device.objects.filter(team__campaign__closed_at__lt=now - DEVICE_KEPT_S).delete()
    return closed


_Counts = Counter[tuple[str, dt.date, str]]


def _keep_counts(campaign: Campaign) -> None:
    counts: _Counts = Counter()
    visits = Visit.objects.filter(team__campaign=campaign, kind=Kind.VISIT, voided=False)
    for path, day, outcome in visits.values_list("unit_path", "day", "outcome").iterator():
        counts[path, day, outcome] += 1
    _count_doors(campaign, counts)
    DayCount.objects.bulk_create(
        (
            DayCount(unit_path=path, campaign=campaign, day=day, what=what, count=count)
            for (path, day, what), count in sorted(counts.items())
        ),
        batch_size=500,
    )


def _count_doors(campaign: Campaign, counts: _Counts) -> None:
    """Add each door on the day on which something became true of it."""
    opened = day_of(campaign.opened_at)
    homes = Household.objects.filter(team__campaign=campaign, removed_at__isnull=True)
    columns = ("unit_path", "state", "first_visit_on", "settled_on", "helped_on", "phones")
    for path, state, first, settled, helped, phones in homes.values_list(*columns).iterator():
        counts[path, opened, "doors"] += 1
        if first is not None:
            counts[path, first, "visited"] += 1
        if settled is not None:
            counts[path, settled, f"settled:{state}"] += 1
            if phones:
                counts[path, settled, "phones"] += phones
        if helped is not None:
            counts[path, helped, "helped_doors"] += 1


def _wipe(campaign: Campaign) -> Wiped:
    visits = Visit.objects.filter(team__campaign=campaign).delete()[0]
    households = Household.objects.filter(team__campaign=campaign).delete()[0]
    PaperList.objects.filter(team__campaign=campaign).delete()
    TeamMember.objects.filter(team__campaign=campaign).delete()
    nobody = {"user": None, "last_contact_at": None, "clock_offset_s": 0}
    devices = Device.objects.filter(team__campaign=campaign).update(**nobody)
    return Wiped(households, visits, devices)
