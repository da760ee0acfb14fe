"""Who may act for an agency: whoever manages agencies of its unit, and its own heads.

A role by unit cannot say which of a unit's many agencies somebody heads, so heads are written
down per agency; both are needed, the role and the row. An agency that is not one's own looks
like one that does not exist.
"""

from django.http import Http404, HttpRequest

from bluezone.portal.accounts.models import User
from bluezone.portal.accounts.permissions import Permission, may, staff
from bluezone.portal.campaign.agencies.models import Agency


def may_manage(user: User, unit_path: str) -> bool:
    """Return whether `user` may add and change the agencies of a unit and below."""
    return may(user, Permission.MANAGE_AGENCIES, unit=unit_path)


def may_lead(user: User, agency: Agency) -> bool:
    """Return whether `user` may print vouchers and report for `agency`."""
    if may_manage(user, agency.unit_id):
        return True
    leads = may(user, Permission.LEAD_AGENCY, unit=agency.unit_id)
    return leads and agency.heads.filter(user=user).exists()


def head(request: HttpRequest, agency: Agency) -> User:
    """Return the signed-in user, who may act for the agency; for others there is none."""
    user = staff(request)
    if not may_lead(user, agency):
        raise Http404
    return user
