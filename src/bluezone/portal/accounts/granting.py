"""Who may give whom which role, and where: no escalation, nothing sideways.

A giver's role decides which roles can be given, the giver's unit where: in that unit and below
it. Managers give only roles that may do no more than they themselves. Only administrators make
administrators, auditors and health workers: an auditor must not owe the post to the audited.
"""

from typing import Final

from bluezone.portal.accounts.models import Role, User
from bluezone.portal.units.models import Unit
from bluezone.portal.units.paths import is_under

GRANTS: Final[dict[str, frozenset[str]]] = {
    Role.HEALTH_WORKER: frozenset(),
    Role.CAMPAIGN_OFFICER: frozenset(),
    Role.UNIT_MANAGER: frozenset(
        {Role.UNIT_MANAGER, Role.CAMPAIGN_OFFICER, Role.TEAM_MEMBER, Role.AGENCY_HEAD}
    ),
    Role.TEAM_MEMBER: frozenset(),
    Role.AGENCY_HEAD: frozenset(),
    Role.AUDITOR: frozenset(),
    Role.ADMINISTRATOR: frozenset(Role.values),
}


def grantable(giver: User, unit: Unit | str) -> frozenset[str]:
    """Return the roles that `giver` may give, change and end in `unit`."""
    path = unit if isinstance(unit, str) else unit.path
    if not giver.is_active:
        return frozenset()
    held = [role for top, role in giver.scopes if is_under(path, top)]
    return frozenset().union(*(GRANTS.get(role, frozenset()) for role in [giver.role, *held]))


def may_grant(giver: User, role: str, unit: Unit | str) -> bool:
    """Return whether `giver` may give `role` in `unit`."""
    return role in grantable(giver, unit)
