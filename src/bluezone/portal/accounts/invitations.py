"""Invitations: a link that works once, for a new role or for a new password.

The secret in the link is 32 random bytes; the table keeps its HMAC. Whoever invited must still
be allowed to give the role when the link is used: closing an account also closes what it sent.
A name for the new account is chosen by its owner, so that nobody can guess who was invited.
"""

import base64
from dataclasses import dataclass, field
from random import Random
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from bluezone.portal import keyring, locks, secret_files
from bluezone.portal.accounts import second_factor, sign_ins, tallies
from bluezone.portal.accounts.errors import (
    ForbiddenGrantError,
    ForbiddenPersonError,
    InvalidInvitationError,
)
from bluezone.portal.accounts.memberships import check_grant, create_member
from bluezone.portal.accounts.models import Invitation, InvitationKind, User
from bluezone.portal.accounts.people import check_person
from bluezone.portal.accounts.services import SIGN_IN_BY_NAME, create_staff, set_password
from bluezone.portal.audit.services import record
from bluezone.portal.units.models import Unit

_TOKEN_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Sent:
    """A new invitation and the one chance to see its link."""

    row: Invitation
    link: str = field(repr=False)


def invite(
    giver: User, unit: Unit, role: str, *, display_name: str, language: str, now: int, rng: Random
) -> Sent:
    """Make an invitation to `role` in `unit`.

    Args:
        giver: who invites.
        unit: where the person will work.
        role: as what.
        display_name: the person's name, as colleagues will read it unless they change it.
        language: `vi` or `en`, of the invitation and the account.
        now: Unix seconds of the desk clock.
        rng: source of the link's secret.

    Raises:
        ForbiddenGrantError: the giver may not give this role there.
    """
    check_grant(giver, None, role, unit)
    row = Invitation(
        kind=InvitationKind.JOIN,
        unit=unit,
        role=role,
        display_name=display_name,
        language=language,
        invited_by=giver,
    )
    return _send(row, f"unit {unit.path}", {"role": role}, now=now, rng=rng)


def renew(giver: User, user: User, *, now: int, rng: Random) -> Sent:
    """Make a link with which `user` chooses a new password; earlier ones work no more.

    Using it also takes away every second factor and ends every session.

    Raises:
        ForbiddenPersonError: the account is not wholly below the giver's.
    """
    check_person(giver, user)
    row = Invitation(
        kind=InvitationKind.RENEW,
        user=user,
        display_name=user.display_name,
        language=user.language,
        invited_by=giver,
    )
    open_ones(now=now).filter(kind=InvitationKind.RENEW, user=user).update(ended_at=now)
    return _send(row, f"user {user.username}", {"kind": "renew"}, now=now, rng=rng)


def _send(
    row: Invitation, subject: str, detail: dict[str, object], *, now: int, rng: Random
) -> Sent:
    token = base64.urlsafe_b64encode(rng.randbytes(_TOKEN_BYTES)).rstrip(b"=").decode()
    row.token_hmac = _fingerprint(token)
    row.created_at, row.expires_at = now, now + settings.BLUEZONE_INVITATION_TTL_S
    with transaction.atomic():
        row.save(force_insert=True)
        record(row.invited_by.username, "invitation.made", subject, detail)
    return Sent(row, f"{settings.BLUEZONE_PUBLIC_URL}/account/invitation/{token}/")


def find(token: str, *, now: int) -> Invitation:
    """Return the invitation of a link that still works.

    Raises:
        InvalidInvitationError: it does not, for whatever reason.
    """
    found = open_ones(now=now).filter(token_hmac=_fingerprint(token))
    row = found.select_related("unit", "user", "invited_by").first()
    if row is None or not _stands(row):
        raise InvalidInvitationError("this link works no more")
    return row


def join(row: Invitation, username: str, password: str, *, display_name: str, now: int) -> User:
    """Use an invitation to make an account with its role; return the account.

    Raises:
        InvalidInvitationError: somebody was faster.
        InvalidAccountError: the name or the password cannot be taken; the link stays good.
    """
    with transaction.atomic():
        locks.hold("staff")
        user = create_staff(
            username,
            password,
            "",
            display_name=display_name,
            language=row.language,
            actor=row.invited_by.username,
        )
        _use_up(row, user, now=now)
        _give(row, user)
    return user


def accept_as(row: Invitation, user: User, *, now: int) -> None:
    """Use an invitation to give its role to an account that exists.

    Raises:
        InvalidInvitationError: somebody was faster, or it is one's own invitation.
    """
    with transaction.atomic():
        locks.hold("staff")
        _use_up(row, user, now=now)
        _give(row, user)


def choose_password(row: Invitation, password: str, *, now: int) -> None:
    """Use a link for a new password.

    Raises:
        InvalidInvitationError: somebody was faster.
        InvalidAccountError: the password cannot be taken; the link stays good.
    """
    user = row.user
    if user is None:
        raise InvalidInvitationError("this link is for a new role")
    with transaction.atomic():
        locks.hold("staff")
        set_password(user, password, actor=user.username)
        _use_up(row, user, now=now)
        second_factor.remove_all(user)
        User.objects.filter(pk=user.pk).update(first_sign_in_at=None)
        sign_ins.end_all(user, actor=user.username)
    tallies.forgive(SIGN_IN_BY_NAME, user.username.casefold())
    tallies.forgive(second_factor.STEP, str(user.pk))


def withdraw(row: Invitation, *, actor: str, now: int) -> None:
    """Let an invitation work no more; one that has ended stays as it is."""
    with transaction.atomic():
        locks.hold("staff")
        if open_ones(now=now).filter(pk=row.pk).update(ended_at=now):
            record(actor, "invitation.withdrawn", f"invitation {row.pk}")


def open_ones(*, now: int) -> QuerySet[Invitation]:
    """Return the invitations that may still be used."""
    return Invitation.objects.filter(ended_at=None, expires_at__gt=now)


def purge(*, before: int) -> int:
    """Remove the invitations that could no longer be used before `before`."""
    return Invitation.objects.filter(expires_at__lt=before).delete()[0]


def _use_up(row: Invitation, user: User, *, now: int) -> None:
    used = open_ones(now=now).filter(pk=row.pk).update(ended_at=now, user=user)
    if used != 1:
        raise InvalidInvitationError("this link works no more")
    record(user.username, "invitation.used", f"invitation {row.pk}", {"kind": row.kind})


def _give(row: Invitation, user: User) -> None:
    if row.unit is None:
        raise InvalidInvitationError("this link is for a new password")
    try:
        create_member(user, row.unit, row.role, giver=row.invited_by)
    except ForbiddenGrantError:
        raise InvalidInvitationError("whoever invited may not give this role") from None


def _stands(row: Invitation) -> bool:
    """Return whether the inviter could still send this invitation."""
    try:
        if row.kind == InvitationKind.RENEW and row.user is not None:
            check_person(row.invited_by, row.user)
        elif row.unit is not None:
            check_grant(row.invited_by, None, row.role, row.unit)
    except (ForbiddenGrantError, ForbiddenPersonError):
        return False
    return True


def _fingerprint(token: str) -> str:
    return keyring.fingerprint(secret_files.INVITATION, token)
