"""What follows from signing in and out and from changed factors: session, list, audit."""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.http import HttpRequest

from bluezone.portal import clock
from bluezone.portal.accounts import second_factor, sign_ins
from bluezone.portal.accounts.middleware import SEEN, STARTED
from bluezone.portal.accounts.models import User
from bluezone.portal.audit.services import record


def on_signed_in(request: HttpRequest, user: User, **_kwargs: Any) -> None:
    """Start the session's clocks, list it, and note by when a second factor is needed."""
    now = clock.desk_now()
    if user.first_sign_in_at is None:
        user.first_sign_in_at = now
        User.objects.filter(pk=user.pk, first_sign_in_at=None).update(first_sign_in_at=now)
    request.session[STARTED] = request.session[SEEN] = now
    second_factor.remember_due(request, user, now=now)
    if request.session.session_key is None:
        request.session.save()
    sign_ins.note(request, user, now=now)


def on_signed_out(request: HttpRequest, user: User | None, **_kwargs: Any) -> None:
    """Take the session off the list."""
    del user
    sign_ins.forget(request.session.session_key)


def on_factor(
    request: HttpRequest, user: User, authenticator: Authenticator, signal: object, **_kwargs: Any
) -> None:
    """Enter the change in the audit and ask anew whether a factor is missing."""
    words = {id(authenticator_added): "added", id(authenticator_removed): "removed"}
    action = f"second_factor.{words.get(id(signal), 'renewed')}"
    record(user.username, action, f"user {user.username}", {"kind": str(authenticator.type)})
    second_factor.remember_due(request, user, now=clock.desk_now())


def connect() -> None:
    """Listen; called once, when the app is ready."""
    user_logged_in.connect(on_signed_in, dispatch_uid="bluezone signed in")
    user_logged_out.connect(on_signed_out, dispatch_uid="bluezone signed out")
    for signal in (authenticator_added, authenticator_removed, authenticator_reset):
        signal.connect(on_factor, dispatch_uid="bluezone factor")
