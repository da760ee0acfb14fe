"""Sessions end: 20 hours after sign-in, or after 20 minutes without a hand on them.

Source: spec/server-rules.md 2.3. A page that refreshes itself (the status of a code) is not
a hand: a view marked with `not_activity` does not keep a session alive.
"""

from collections.abc import Callable
from typing import Any, Final, TypeVar

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse

from bluezone.portal import clock

STARTED: Final = "started_at"
SEEN: Final = "seen_at"
_WRITE_EVERY_S: Final = 30
"""A session row is written at most this often, so that reading a page stays a read."""

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
        if not request.user.is_authenticated:
            return
        now, session = clock.desk_now(), request.session
        started, seen = session.get(STARTED, 0), session.get(SEEN, 0)
        too_old = now - started >= settings.SESSION_COOKIE_AGE
        if too_old or now - seen >= settings.BLUEZONE_SESSION_IDLE_S:
            logout(request)
        elif now - seen >= _WRITE_EVERY_S and not getattr(view, "not_activity", False):
            session[SEEN] = now
