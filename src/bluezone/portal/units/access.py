"""Who may keep the villages of a commune: the one place that this app asks.

The tree itself is public knowledge; every member of staff may read it.
"""

from django.contrib.auth.models import AnonymousUser

from bluezone.portal.accounts.models import Role, User
from bluezone.portal.units.models import Unit


def may_keep_villages(user: User | AnonymousUser, unit: Unit) -> bool:
    """Return whether `user` may add, rename and close villages below or at `unit`."""
    del unit  # an administrator's role is not bound to a unit
    return isinstance(user, User) and user.is_active and user.role == Role.ADMINISTRATOR
