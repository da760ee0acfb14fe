"""Who may do what: the one place where a permission is checked.

Health workers know people; administrators know machines. Neither sees the other's pages, so
that the person who can make API keys need not be able to read cases.
"""

from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from typing import Concatenate, Final, ParamSpec, cast

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

from bluezone.portal.accounts.models import Role, User

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


class Permission(StrEnum):
    """Everything that can be allowed, with what it means to a person."""

    OPEN_CASES = "open_cases"
    """Open cases and see the cases that one opened."""
    ISSUE_CODES = "issue_codes"
    """Issue codes for one's own cases, see whether they were used, revoke them."""
    SEE_OWN_MESSAGES = "see_own_messages"
    """See the messages for one's own cases, with their text while they wait."""
    SEE_ALL_MESSAGES = "see_all_messages"
    """See the state of every message, never its text."""
    MANAGE_API_KEYS = "manage_api_keys"
    """Create and revoke API keys."""
    READ_AUDIT = "read_audit"
    """Read the record of who did what."""


ALLOWED: Final[dict[str, frozenset[Permission]]] = {
    Role.HEALTH_WORKER: frozenset(
        {Permission.OPEN_CASES, Permission.ISSUE_CODES, Permission.SEE_OWN_MESSAGES}
    ),
    Role.ADMINISTRATOR: frozenset(
        {Permission.SEE_ALL_MESSAGES, Permission.MANAGE_API_KEYS, Permission.READ_AUDIT}
    ),
}


def may(user: User | AnonymousUser, permission: Permission) -> bool:
    """Return whether `user` is signed in, active and has a role that allows `permission`."""
    if not isinstance(user, User) or not user.is_active:
        return False
    return permission in ALLOWED.get(user.role, frozenset())


def requires(*permissions: Permission) -> Callable[[View[P]], View[P]]:
    """Return a decorator: whoever has none of `permissions` gets the page 403."""

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def checked(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not any(may(request.user, permission) for permission in permissions):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return cast("View[P]", checked)

    return decorate


def staff(request: HttpRequest) -> User:
    """Return the signed-in member of staff of a request that passed `requires`."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user
