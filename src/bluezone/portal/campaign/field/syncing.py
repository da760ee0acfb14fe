"""One contact of a phone: its visits in, what changed since its cursor out."""

from dataclasses import dataclass
from typing import Final, NamedTuple

from django.db import transaction

from bluezone.portal.campaign.field.closing import expires_at, keep_open
from bluezone.portal.campaign.field.enrolment import device_of
from bluezone.portal.campaign.field.errors import CampaignClosedError, DeviceRevokedError
from bluezone.portal.campaign.field.late import note_late
from bluezone.portal.campaign.field.merging import Merged, merge
from bluezone.portal.campaign.field.models import Device, Household, Team
from bluezone.portal.campaign.field.wire import SyncRequest

PAGE: Final = 200
"""Households in one answer; the phone asks again while `more` is true."""


class Door(NamedTuple):
    """What a phone is told of a household."""

    pk: int
    alley: str
    label: str
    position: int
    smartphones: int | None
    state: str
    absences: int
    last_at: int | None
    last_absent_at: int | None
    last_outcome: str
    revision: int
    removed_at: int | None


@dataclass(frozen=True, slots=True)
class Contact:
    """What a phone is told.

    Attributes:
        merged: what became of its visits.
        households: up to `PAGE` households that changed after its cursor.
        cursor: what it says next time.
        more: whether there are further changes.
    """

    device: Device
    merged: Merged
    households: tuple[Door, ...]
    cursor: int
    more: bool


def sync(request: SyncRequest, token: str, *, now: int) -> Contact:
    """Do one contact.

    Args:
        request: what the phone sent.
        token: its token.
        now: Unix seconds of the server.

    Raises:
        UnknownDeviceError: no such device, or not its token.
        DeviceRevokedError: the phone must wipe itself.
        CampaignClosedError: the same; how many visits came too late is kept in both cases.
    """
    try:
        device = device_of(request.device, token)
    except (CampaignClosedError, DeviceRevokedError):
        note_late(request, now=now)
        raise
    merged = Merged((), (), ())
    with transaction.atomic():
        if request.visits:
            keep_open(device.team.campaign_id)
            merged = merge(device.team, device.pk, request.visits, now=now)
        offset = now - request.now
        Device.objects.filter(pk=device.pk).update(last_contact_at=now, clock_offset_s=offset)
    newest = Team.objects.values_list("revision", flat=True).get(pk=device.team_id)
    # A cursor from the future: the server was set back to a backup. The list comes anew.
    since = request.cursor if request.cursor <= newest else 0
    changed = Household.objects.filter(team=device.team_id, revision__gt=since)
    rows = list(changed.order_by("revision", "pk").values_list(*Door._fields)[: PAGE + 1])
    page = _whole_revisions([Door(*row) for row in rows], device.team_id)
    cursor = page[-1].revision if page else since
    more = len(rows) > PAGE and changed.filter(revision__gt=cursor).exists()
    return Contact(device, merged, tuple(page), cursor, more)


def _whole_revisions(rows: list[Door], team: int) -> list[Door]:
    """Return the first page, without the last revision if it is cut, or all of one revision."""
    if len(rows) <= PAGE:
        return rows
    cut = rows[-1].revision
    whole = [row for row in rows if row.revision < cut]
    if whole:
        return whole
    same = Household.objects.filter(team=team, revision=cut).order_by("pk")
    return [Door(*row) for row in same.values_list(*Door._fields)]


def contact_fields(contact: Contact, *, now: int) -> dict[str, object]:
    """Return the JSON of the answer."""
    team, merged = contact.device.team, contact.merged
    refused = [
        {"counter": row.counter, "code": row.error.code, "message": str(row.error)}
        for row in merged.refused
    ]
    return {
        "server_time": now,
        "accepted": list(merged.accepted),
        "repeated": list(merged.repeated),
        "refused": refused,
        "cursor": contact.cursor,
        "more": contact.more,
        "households": [_door_fields(door) for door in contact.households],
        "team": {"name": team.name, "unit": team.unit.title},
        "campaign": {
            "ends_on": team.campaign.ends_on.isoformat(),
            "expires_at": expires_at(team.campaign),
        },
    }


def _door_fields(door: Door) -> dict[str, object]:
    if door.removed_at is not None:
        return {"id": door.pk, "removed": True}
    fields = door._asdict()
    del fields["pk"], fields["removed_at"], fields["revision"]
    return {"id": door.pk, **fields}
