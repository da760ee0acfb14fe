"""Giving, changing and ending roles in units, each with its entry in the audit."""

from django.db import transaction

from bluezone.portal import clock, locks
from bluezone.portal.accounts.errors import ForbiddenGrantError, InvalidAccountError
from bluezone.portal.accounts.granting import may_grant
from bluezone.portal.accounts.models import Membership, Role, User
from bluezone.portal.audit.services import SYSTEM, record
from bluezone.portal.units.models import Unit


def create_member(user: User, unit: Unit, role: str, *, giver: User | None = None) -> Membership:
    """Give `user` a role in `unit` and return the membership; the same again changes nothing.

    Args:
        user: who gets it.
        unit: where it acts, with everything below.
        role: one of `Role`.
        giver: who gives it; None is the system (commands, the demo), which may give any.

    Raises:
        InvalidAccountError: unknown role.
        ForbiddenGrantError: the giver may not give this role there, or gives it to himself.
    """
    if role not in Role.values:
        raise InvalidAccountError("unknown role")
    check_grant(giver, user, role, unit)
    with transaction.atomic():
        locks.hold("staff")
        membership, created = Membership.objects.get_or_create(
            user=user, unit=unit, role=role, defaults={"created_at": clock.now()}
        )
        if created:
            actor = SYSTEM if giver is None else giver.username
            detail = {"role": role, "unit": unit.path}
            record(actor, "membership.given", f"user {user.username}", detail)
    user.forget_scopes()
    return membership


def end_membership(membership: Membership, *, giver: User | None = None) -> None:
    """Take a role away.

    Raises:
        ForbiddenGrantError: the giver may not give this role there, or it is his own.
    """
    user, role, path = membership.user, membership.role, membership.unit_id
    check_grant(giver, user, role, path)
    with transaction.atomic():
        locks.hold("staff")
        if Membership.objects.filter(pk=membership.pk).delete()[0]:
            actor = SYSTEM if giver is None else giver.username
            record(actor, "membership.ended", f"user {user.username}", {"role": role, "unit": path})
    user.forget_scopes()


def change_role(membership: Membership, role: str, *, giver: User | None = None) -> Membership:
    """Put `role` in the place of the membership's role, in the same unit.

    Raises:
        InvalidAccountError: unknown role.
        ForbiddenGrantError: the giver may not give one of the two roles there.
    """
    if role == membership.role:
        return membership
    with transaction.atomic():
        locks.hold("staff")
        changed = create_member(membership.user, membership.unit, role, giver=giver)
        end_membership(membership, giver=giver)
    return changed


def check_grant(giver: User | None, user: User | None, role: str, unit: Unit | str) -> None:
    """Refuse what `giver` may not do.

    Args:
        giver: who acts; None is the system.
        user: who is acted upon; None is somebody who has no account yet.
        role: the role that is given or taken.
        unit: the unit or its path.

    Raises:
        ForbiddenGrantError: a role above or outside the giver's own, or the giver himself.
    """
    if giver is None:
        return
    if user is not None and giver.pk == user.pk:
        raise ForbiddenGrantError("nobody changes their own roles")
    if not may_grant(giver, role, unit):
        raise ForbiddenGrantError(f"the role {role} is not yours to give here")
