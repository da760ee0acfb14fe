"""Visits that came too late: counted, shown to the manager, and added to nothing.

A phone that is away for a month may come back to a closed campaign, or be withdrawn meanwhile.
Its visits cannot be judged any more (the households are gone), so the server keeps how many
there were by outcome, once a phone, and both sides are told in words.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction
from django.db.models import F, Max, Sum

from bluezone.portal.campaign.field.choices import Outcome
from bluezone.portal.campaign.field.fold import day_of
from bluezone.portal.campaign.field.models import Campaign, DayCount, Device
from bluezone.portal.campaign.field.wire import SyncRequest
from bluezone.portal.units.models import Unit

LATE: Final = "late:"


@dataclass(frozen=True, slots=True)
class LateVisits:
    """Visits that phones brought after a campaign was closed: by outcome, and the last day."""

    campaign: Campaign
    last_on: dt.date
    outcomes: tuple[tuple[str, int], ...]

    @property
    def total(self) -> int:
        """How many in all."""
        return sum(count for _word, count in self.outcomes)


@transaction.atomic
def note_late(request: SyncRequest, *, now: int) -> None:
    """Keep how many visits a phone lost that is turned away; a phone is counted once."""
    late = request.came_late
    first = Device.objects.filter(pk=request.device, lost_visits=0)
    if not late or not first.update(lost_visits=late.total()):
        return
    device = Device.objects.select_related("team__campaign").get(pk=request.device)
    if device.team.campaign.closed_at is None:
        return  # withdrawn: the team's page shows it beside the phone
    for outcome, count in sorted(late.items()):
        key = {"unit_path": device.team.unit_id, "campaign": device.team.campaign}
        row, _new = DayCount.objects.get_or_create(
            **key, day=day_of(now), what=f"{LATE}{outcome}", defaults={"count": 0}
        )
        DayCount.objects.filter(pk=row.pk).update(count=F("count") + count)


def late_visits(unit: Unit) -> list[LateVisits]:
    """Return what came too late for the closed campaigns of a unit and below, last first."""
    rows = DayCount.objects.filter(unit_path__under=unit.path, what__startswith=LATE).order_by()
    found: Iterable[Any] = rows.values("campaign", "what").annotate(
        sum=Sum("count"), last_on=Max("day")
    )
    by_campaign: dict[int, list[Any]] = {}
    for row in found:
        by_campaign.setdefault(row["campaign"], []).append(row)
    campaigns = Campaign.objects.select_related("unit").in_bulk(by_campaign)
    made = [_late(campaigns[key], rows) for key, rows in by_campaign.items()]
    return sorted(made, key=lambda late: (late.last_on, late.campaign.pk), reverse=True)


def _late(campaign: Campaign, rows: list[Any]) -> LateVisits:
    counts = {row["what"].removeprefix(LATE): row["sum"] for row in rows}
    words = [(str(outcome.label), counts[outcome]) for outcome in Outcome if outcome in counts]
    return LateVisits(campaign, max(row["last_on"] for row in rows), tuple(words))
