"""The staff of a unit as its manager sees them, and closing their accounts.

A role may be changed by whoever may give it. An account may be closed only by somebody who may
give every role it has: whoever also works elsewhere is not one manager's to shut out.
"""

from typing import Final

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from bluezone.portal import locks
from bluezone.portal.accounts import sign_ins
from bluezone.portal.accounts.errors import ForbiddenPersonError
from bluezone.portal.accounts.granting import grantable
from bluezone.portal.accounts.models import Membership, Role, User
from bluezone.portal.accounts.permissions import Permission, Reach, reach
from bluezone.portal.accounts.second_factor import FACTORS
from bluezone.portal.audit.services import record
from bluezone.portal.units.models import Unit

PAGE_ROWS: Final = 50
"""LOOK "Shape": a list shows its first 50 rows."""
_FACTOR: Final = Exists(Authenticator.objects.filter(user_id=OuterRef("user_id"), type__in=FACTORS))


def staff_below(unit: Unit, *, text: str = "") -> QuerySet[Membership]:
    """Return the roles held in `unit` and below it, by unit and name.

    Each row has `has_factor`. `text` keeps those whose name or user name contains it.
    """
    rows = Membership.objects.filter(unit__path__under=unit.path).select_related("user", "unit")
    if text:
        rows = rows.filter(
            Q(user__display_name__icontains=text) | Q(user__username__icontains=text)
        )
    return rows.annotate(has_factor=_FACTOR).order_by("unit_id", "user__display_name", "pk")


def installation_staff() -> QuerySet[User]:
    """Return the accounts with a role in the whole installation, and those with none at all."""
    factor = Exists(Authenticator.objects.filter(user_id=OuterRef("pk"), type__in=FACTORS))
    rows = User.objects.filter(~Q(role="") | Q(memberships=None)).annotate(has_factor=factor)
    return rows.order_by("display_name", "pk")


def visible_roles(viewer: User, person: User) -> list[Membership]:
    """Return the roles of `person` in units whose staff `viewer` manages, and no others."""
    where = reach(viewer, Permission.MANAGE_STAFF)
    rows = person.memberships.select_related("unit", "user").order_by("unit_id", "role")
    return [row for row in rows if where.covers(row.unit_id)]


def may_see(viewer: User, person: User) -> bool:
    """Return whether `person` is among the staff that `viewer` manages."""
    where: Reach = reach(viewer, Permission.MANAGE_STAFF)
    return where.everywhere or any(where.covers(path) for path, _role in person.scopes)


def may_change_person(giver: User, person: User) -> bool:
    """Return whether `giver` may close, reopen or renew the account of `person`."""
    try:
        check_person(giver, person)
    except ForbiddenPersonError:
        return False
    return True


def check_person(giver: User, person: User) -> None:
    """Refuse to change an account that is not wholly below the giver's.

    Raises:
        ForbiddenPersonError: it is the giver's own, it has a role in the whole installation and
            the giver has no say there, or one of its roles is not the giver's to give.
    """
    if giver.pk == person.pk:
        raise ForbiddenPersonError("nobody closes their own account")
    everywhere = reach(giver, Permission.MANAGE_STAFF).everywhere
    if everywhere:
        return
    if person.role or not person.scopes:
        raise ForbiddenPersonError("this account belongs to the whole installation")
    if any(role not in grantable(giver, path) for path, role in person.scopes):
        raise ForbiddenPersonError("this person has roles that are not yours to give")


def close_account(giver: User, person: User) -> None:
    """Let nobody in with this account any more; its sessions end at once.

    Raises:
        ForbiddenPersonError: see `check_person`.
    """
    _set_active(giver, person, active=False)
    sign_ins.end_all(person, actor=giver.username)


def reopen_account(giver: User, person: User) -> None:
    """Let its owner in again, with the password and the roles it had.

    Raises:
        ForbiddenPersonError: see `check_person`.
    """
    _set_active(giver, person, active=True)


def _set_active(giver: User, person: User, *, active: bool) -> None:
    check_person(giver, person)
    with transaction.atomic():
        locks.hold("staff")
        if User.objects.filter(pk=person.pk, is_active=not active).update(is_active=active):
            word = "account.reopened" if active else "account.closed"
            record(giver.username, word, f"user {person.username}")
        last = person.role == Role.ADMINISTRATOR and not administrators().exists()
        if last and not active:
            # Two who close each other at the same moment: the later one is undone.
            raise ForbiddenPersonError("somebody must be left who administers the installation")
    person.is_active = active


def administrators() -> QuerySet[User]:
    """Return the open accounts that administer the whole installation."""
    return User.objects.filter(role=Role.ADMINISTRATOR, is_active=True)
