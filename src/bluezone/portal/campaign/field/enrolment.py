"""Making a phone a device of a team, and knowing it again.

A session lives 20 minutes without a hand on it, a day in the alleys is longer: so a phone gets a
token of its own, of which the server keeps a hash. It opens one team's list and nothing else.
"""

import hashlib
import hmac
import uuid
from dataclasses import dataclass
from random import Random
from typing import Final

from django.db import transaction

from bluezone.portal.accounts.models import User
from bluezone.portal.audit.services import record
from bluezone.portal.campaign.field.access import may_walk
from bluezone.portal.campaign.field.errors import (
    CampaignClosedError,
    DeviceRevokedError,
    UnknownDeviceError,
)
from bluezone.portal.campaign.field.models import Device, Team
from bluezone.portal.campaign.field.wire import Token

_TOKEN_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A device and, this once, its token."""

    device: Device
    token: Token

    def __repr__(self) -> str:
        """Hide the token."""
        return f"Enrolled(device={self.device.pk!r}, token=…)"


@transaction.atomic
def enrol(team: Team, user: User, *, rng: Random, now: int, known_as: str = "") -> Enrolled:
    """Make the phone of `user` a device of `team`.

    Args:
        team: an open team that lists the user.
        user: who holds the phone.
        rng: source of the token; the system's, except in tests.
        now: Unix seconds.
        known_as: the id under which the phone was this user's device of this team before; it
            keeps the id and gets a new token, so that unsent visits keep theirs.
    """
    token = Token(rng.randbytes(_TOKEN_BYTES).hex())
    device = Device.objects.filter(pk=known_as, team=team, user=user).first()
    if device is None:
        made = uuid.UUID(bytes=rng.randbytes(16), version=4).hex
        device = Device(pk=made, team=team, user=user, created_at=now)
    device.token_hash, device.revoked_at = _hash(token), None
    device.save()
    record(user.username, "field.device_enrolled", f"device {device.pk}", {"team": team.pk})
    return Enrolled(device, token)


def device_of(device_id: str, token: str) -> Device:
    """Return the device that `token` belongs to.

    Raises:
        UnknownDeviceError: no such device, or not its token.
        CampaignClosedError: its campaign is closed.
        DeviceRevokedError: it was withdrawn, or its owner may no longer walk with the team.
    """
    rows = Device.objects.select_related("team__campaign", "team__unit", "user")
    device = rows.filter(pk=device_id).first()
    if device is None or not hmac.compare_digest(device.token_hash, _hash(Token(token))):
        raise UnknownDeviceError("no such device, or not its token")
    if device.team.campaign.closed_at is not None:
        raise CampaignClosedError("the campaign is closed")
    user = device.user
    if device.revoked_at is not None or user is None or not may_walk(user, device.team):
        raise DeviceRevokedError("this phone may no longer read the team's list")
    return device


@transaction.atomic
def revoke(device: Device, *, actor: str, now: int) -> None:
    """Withdraw a device: it wipes itself at its next contact."""
    changed = Device.objects.filter(pk=device.pk, revoked_at__isnull=True).update(revoked_at=now)
    if changed:
        subject = f"device {device.pk}"
        record(actor, "field.device_revoked", subject, {"team": device.team_id})


def _hash(token: Token) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
