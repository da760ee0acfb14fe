"""Sessions end: 20 hours after sign-in, or after 20 minutes without a hand on them.

Source: spec/server-rules.md 2.3. A page that refreshes itself (the status of a code) is not
a hand: a view marked with `not_activity` does not keep a session alive. And whoever needs a
second factor and let the time pass gets no further than its set-up.
"""

from collections.abc import Callable
from typing import Any, Final, TypeVar

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect

from bluezone.portal import clock
from bluezone.portal.accounts import second_factor, sign_ins
from bluezone.portal.accounts.models import User

STARTED: Final = "started_at"
SEEN: Final = "seen_at"
_WRITE_EVERY_S: Final = 30
"""A session row is written at most this often, so that reading a page stays a read."""
_OPEN_WITHOUT: Final = frozenset({"account_reauthenticate", "health", "language", "sign-out"})
"""Pages that open although the second factor is overdue, beside the set-up pages (`mfa_…`)."""

V = TypeVar("V", bound=Callable[..., Any])


def not_activity(view: V) -> V:
    """Mark a view that a page asks for by itself."""
    view.not_activity = True  # type: ignore[attr-defined]
    return view


class SessionLimits:
    """Signs people out whose session is too old or was left alone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request."""
        return self._get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], _args: object, _kwargs: object
    ) -> None:
        """End the session that is over; note activity on the one that is not."""
        if not isinstance(request.user, User):
            return
        now, session = clock.desk_now(), request.session
        started, seen = session.get(STARTED, 0), session.get(SEEN, 0)
        too_old = now - started >= settings.SESSION_COOKIE_AGE
        if too_old or now - seen >= settings.BLUEZONE_SESSION_IDLE_S:
            logout(request)
        elif now - seen >= _WRITE_EVERY_S and not getattr(view, "not_activity", False):
            session[SEEN] = now
            sign_ins.note(request, request.user, now=now)


class SecondFactorFirst:
    """Leads whoever let the time for a second factor pass to its set-up, and nowhere else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request."""
        return self._get_response(request)

    def process_view(
        self, request: HttpRequest, _view: object, _args: object, _kwargs: object
    ) -> HttpResponseBase | None:
        """Let through, or lead to the set-up."""
        if not isinstance(request.user, User):
            return None
        due = second_factor.due(request)
        if due is None or clock.desk_now() < due:
            return None
        match = request.resolver_match
        name = "" if match is None else match.url_name or ""
        if name in _OPEN_WITHOUT or name.startswith("mfa_"):
            return None
        return redirect("mfa_index")
