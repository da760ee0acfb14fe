"""Browsers in which somebody signed in before: strangers cannot lock them out.

Ten wrong passwords close a name for everybody, so whoever knows a minister's user name could keep
the minister out for ever, ten tries each half hour. A browser in which the person once got in
keeps a sealed note of that and has a count of its own, by name; strangers' tries do not touch it.
The note lets nobody in: it is worth ten tries. Source: OWASP, "Slow Down Online Guessing Attacks
with Device Cookies".
"""

from collections.abc import Sequence
from random import Random
from typing import Final

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from bluezone.portal import keyring, secret_files

_SALT: Final = "known browser"
_KEPT_S: Final = 180 * 86_400
"""Half a year without a sign-in: then the browser is a stranger's again."""
_MOST_PEOPLE: Final = 8
"""So many colleagues share one browser; the first ones are forgotten."""
_MARK_LENGTH: Final = 16
_NUMBER_BYTES: Final = 12


def number_of(request: HttpRequest, username: str) -> str | None:
    """Return the number of this browser if `username` has signed in here before, else None."""
    number, marks = _read(request)
    return number if number and _mark(username) in marks else None


def remember(
    response: HttpResponse, request: HttpRequest, username: str, *, rng: Random
) -> HttpResponse:
    """Let `response` note in its browser that `username` got in, and return it."""
    number, marks = _read(request)
    mine = _mark(username)
    kept = [*(mark for mark in marks if mark != mine), mine][-_MOST_PEOPLE:]
    note = {"number": number or rng.randbytes(_NUMBER_BYTES).hex(), "marks": kept}
    response.set_cookie(
        settings.BLUEZONE_KNOWN_COOKIE,
        signing.dumps(note, salt=_SALT),
        max_age=_KEPT_S,
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )
    return response


def _read(request: HttpRequest) -> tuple[str, Sequence[str]]:
    """Return the number and the marks of a browser; nothing for a note that is not ours."""
    text = request.COOKIES.get(settings.BLUEZONE_KNOWN_COOKIE, "")
    try:
        note = signing.loads(text, salt=_SALT, max_age=_KEPT_S)
    except signing.BadSignature:
        return "", ()
    return note["number"], note["marks"]


def _mark(username: str) -> str:
    """Return a name as a mark that says nothing to whoever reads the cookie."""
    text = f"{_SALT}\n{username.strip().casefold()}"
    return keyring.fingerprint(secret_files.ADDRESS, text)[:_MARK_LENGTH]
