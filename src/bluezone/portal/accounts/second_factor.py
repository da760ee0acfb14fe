"""Who needs a second factor, by when, and where that stands in the session.

The factors themselves (authenticator app, passkey, recovery codes) are django-allauth's; ours
is the rule: certain roles need one, some days after their first sign-in at the latest. The day
is worked out once, at sign-in, and lies in the session, so that no page asks for it again.
"""

from typing import Final

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db.models import Min
from django.http import HttpRequest

from bluezone.portal.accounts.models import User
from bluezone.portal.accounts.tallies import Limit

DUE: Final = "second_factor_due"
"""In the session: Unix seconds from which only the set-up pages open; absent if none is due."""
STEP: Final = Limit("second step", count=10, window_s=30 * 60)
"""Wrong codes of one account; the same bound as wrong passwords."""
USED_CODE: Final = Limit("used code", count=1, window_s=180)
"""A code of an authenticator app is good for at most three steps of 30 s; used once."""
FACTORS: Final = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def required_of(user: User) -> bool:
    """Return whether one of the roles of `user` needs a second factor."""
    held = {user.role, *(role for _path, role in user.scopes)}
    return not held.isdisjoint(settings.BLUEZONE_SECOND_FACTOR_ROLES)


def has_one(user: User) -> bool:
    """Return whether `user` has an authenticator app or a passkey."""
    found: bool = Authenticator.objects.filter(user=user, type__in=FACTORS).exists()
    return found


def remember_due(request: HttpRequest, user: User, *, now: int) -> None:
    """Write into the session by when `user` must have a second factor, if at all."""
    if not required_of(user) or has_one(user):
        request.session.pop(DUE, None)
        return
    since = now if user.first_sign_in_at is None else user.first_sign_in_at
    since = max(since, min(_role_since(user), now))
    request.session[DUE] = since + settings.BLUEZONE_SECOND_FACTOR_GRACE_S


def _role_since(user: User) -> int:
    """Return since when `user` has a role in a unit that needs a factor; 0 where it is older.

    Whoever worked for a year as something that needs none gets the days to set one up, too.
    """
    if user.role in settings.BLUEZONE_SECOND_FACTOR_ROLES:
        return 0
    roles = user.memberships.filter(role__in=settings.BLUEZONE_SECOND_FACTOR_ROLES)
    first: int | None = roles.aggregate(first=Min("created_at"))["first"]
    return first or 0


def due(request: HttpRequest) -> int | None:
    """Return from when on a second factor is demanded in this session, None if it is not."""
    value = request.session.get(DUE)
    return value if isinstance(value, int) else None


def remove_all(user: User) -> None:
    """Take away every factor and recovery code of `user`."""
    Authenticator.objects.filter(user=user).delete()
