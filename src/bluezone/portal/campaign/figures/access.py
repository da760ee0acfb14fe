"""Which figure pages a person may use in a unit: one place, so that it is changed in one place."""

from dataclasses import dataclass

from bluezone.portal.accounts.models import User
from bluezone.portal.accounts.permissions import Permission, may

VIEW = (Permission.VIEW_CAMPAIGN, Permission.INSPECT)
"""Any of these lets read figures, with their sources and conflicts."""
REPORT = (Permission.REPORT_FIGURES,)
ACCEPT = (Permission.ACCEPT_FIGURES,)


@dataclass(frozen=True, slots=True)
class Rights:
    """What the pages of a unit offer to a person."""

    report: bool
    accept: bool
    inspect: bool


def rights(user: User, unit_path: str) -> Rights:
    """Return what `user` may do with the figures of a unit and below."""
    return Rights(
        any(may(user, permission, unit=unit_path) for permission in REPORT),
        any(may(user, permission, unit=unit_path) for permission in ACCEPT),
        may(user, Permission.INSPECT, unit=unit_path),
    )
