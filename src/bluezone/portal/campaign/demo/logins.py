"""Accounts to try the demo with, one for each level, and what makes them see something at once."""

import secrets
from dataclasses import dataclass

from bluezone.portal.accounts.memberships import create_member
from bluezone.portal.accounts.models import Role
from bluezone.portal.accounts.services import create_staff
from bluezone.portal.audit.services import SYSTEM
from bluezone.portal.campaign.agencies.models import Agency
from bluezone.portal.campaign.agencies.services import appoint_head
from bluezone.portal.campaign.field.models import Team
from bluezone.portal.campaign.field.roster import add_member
from bluezone.portal.units.models import Unit


@dataclass(frozen=True, slots=True)
class Account:
    """An account to try: user name, role, the unit it acts on."""

    username: str
    role: Role
    unit_path: str


def make_accounts(
    nation: str, province: str, district: str, commune: str
) -> tuple[tuple[Account, ...], str]:
    """Make an account for each level, units given by path; return them with their password.

    The password is new for each folder and the same for all of them.
    """
    password = secrets.token_urlsafe(12)
    accounts = (
        Account("bo", Role.CAMPAIGN_OFFICER, nation),
        Account("huyen", Role.CAMPAIGN_OFFICER, district),
        Account("xa", Role.CAMPAIGN_OFFICER, commune),
        Account("to", Role.TEAM_MEMBER, commune),
        Account("coquan", Role.AGENCY_HEAD, province),
        Account("thanhtra", Role.AUDITOR, province),
        Account("tinh", Role.UNIT_MANAGER, province),
    )
    for one in accounts:
        user = create_staff(one.username, password, "", display_name=one.username)
        create_member(user, Unit.objects.get(path=one.unit_path), one.role)
    return accounts, password


def give_places(office: Agency, commune: Unit) -> None:
    """Let `coquan` head the first agency with vouchers and put `to` on the commune's first team."""
    appoint_head(office, "coquan", SYSTEM)
    first = Team.objects.filter(unit__parent=commune).order_by("unit_id", "pk")[0]
    add_member(first, "to", actor=SYSTEM)
