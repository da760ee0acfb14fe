"""Making accounts, changing passwords, and the first step of signing in."""

from typing import Final

from django.contrib.auth import authenticate
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest

from bluezone.portal import clock
from bluezone.portal.accounts import known_browsers, tallies
from bluezone.portal.accounts.errors import InvalidAccountError
from bluezone.portal.accounts.models import Language, Role, User
from bluezone.portal.accounts.tallies import Limit
from bluezone.portal.audit.services import SYSTEM, record

SIGN_IN_BY_NAME: Final = Limit("sign-in name", count=10, window_s=30 * 60)
"""spec/server-rules.md 3.5: at most 10 tries in 30 minutes."""
SIGN_IN_BY_ADDRESS: Final = Limit("sign-in address", count=50, window_s=30 * 60)
"""Ours: a whole health station may sit behind one address."""
SIGN_IN_BY_BROWSER: Final = Limit("sign-in browser", count=10, window_s=30 * 60)
"""The same bound for a browser that knows the name; strangers' tries do not count against it."""


def create_staff(
    username: str,
    password: str,
    role: str = Role.HEALTH_WORKER,
    *,
    display_name: str = "",
    language: str = Language.VIETNAMESE,
    actor: str = SYSTEM,
) -> User:
    """Make an account and return it.

    Args:
        username: what the person types to sign in, up to 64 characters.
        password: at least 12 characters, not a common one, not like the name.
        role: one of `Role`, held in the whole installation; empty for somebody whose roles
            come by unit (`memberships.create_member`).
        display_name: what colleagues read; the username if empty.
        language: `vi` or `en`.
        actor: who makes it, for the audit.

    Raises:
        InvalidAccountError: one of the above does not hold, or the name is taken.
    """
    if role not in {"", *Role.values} or language not in Language.values:
        raise InvalidAccountError("unknown role or language")
    user = User(
        username=User.normalize_username(username.strip()),
        display_name=display_name.strip() or username.strip(),
        language=language,
        role=role,
        created_at=clock.now(),
    )
    try:
        validate_password(password, user)
        user.set_password(password)
        user.full_clean()
        with transaction.atomic():
            user.save(force_insert=True)
            record(actor, "account.created", f"user {user.username}", {"role": role})
    except ValidationError as error:
        raise InvalidAccountError(" ".join(error.messages)) from None
    except IntegrityError:
        raise InvalidAccountError("this name is taken") from None
    return user


def set_password(user: User, password: str, *, actor: str) -> None:
    """Give `user` another password.

    Raises:
        InvalidAccountError: too short, common, or like the name.
    """
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise InvalidAccountError(" ".join(error.messages)) from None
    user.set_password(password)
    with transaction.atomic():
        user.save(update_fields=["password"])
        record(actor, "password.changed", f"user {user.username}")


def sign_in(request: HttpRequest, username: str, password: str, *, address: str) -> User | None:
    """Return the account that name and password belong to, or None if there is none.

    Raises:
        TooManyTriesError: too many wrong tries for this name or from this address; in a browser
            where the person signed in before, too many wrong tries there.
    """
    now, name = clock.desk_now(), User.normalize_username(username.strip())
    counts = _counts(request, name.casefold(), address)
    for limit, who in counts:
        tallies.check(limit, who, now=now)
    user = authenticate(request, username=name, password=password)
    if isinstance(user, User):
        limit, who = counts[0]
        tallies.forgive(limit, who)
        return user
    for limit, who in counts:
        tallies.fail(limit, who, now=now)
    return None


def _counts(request: HttpRequest, name: str, address: str) -> list[tuple[Limit, str]]:
    """Return what counts a try: the browser if it knows the name, else the name and the address."""
    browser = known_browsers.number_of(request, name)
    if browser is not None:
        return [(SIGN_IN_BY_BROWSER, f"{name}\n{browser}")]
    return [(SIGN_IN_BY_NAME, name), (SIGN_IN_BY_ADDRESS, address)]
