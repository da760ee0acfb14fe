"""Who may do what with agencies: one place.

Managers of a unit act on every agency of the unit and below. The head of an agency acts on that
agency alone, which roles by unit cannot say, because a unit has many agencies.
"""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from bluezone.portal.accounts.models import User
from bluezone.portal.accounts.permissions import Permission, may, staff
from bluezone.portal.campaign.agencies.models import Agency
from bluezone.portal.units.models import Unit


def may_manage(user: User, unit: Unit) -> bool:
    """Return whether `user` may add and change the agencies of `unit` and below."""
    return may(user, Permission.MANAGE_API_KEYS) and bool(unit)


def may_see(user: User, unit: Unit) -> bool:
    """Return whether `user` may see the figures of the agencies of `unit` and below."""
    return may_manage(user, unit)


def may_head(user: User, agency: Agency) -> bool:
    """Return whether `user` may print vouchers and report for `agency`."""
    if not user.is_active:
        return False
    return may_manage(user, agency.unit) or agency.heads.filter(user=user).exists()


def manager(request: HttpRequest, unit: Unit) -> User:
    """Return the signed-in user, who may manage; anybody else gets the page 403."""
    user = staff(request)
    if not may_manage(user, unit):
        raise PermissionDenied
    return user


def head(request: HttpRequest, agency: Agency) -> User:
    """Return the signed-in user, who may act for the agency; anybody else gets the page 403."""
    user = staff(request)
    if not may_head(user, agency):
        raise PermissionDenied
    return user
