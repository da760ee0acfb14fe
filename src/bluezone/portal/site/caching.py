"""What every public page shares: no sign-in, `?lang=`, how long it may be kept.

A page depends on the address, the language header and the language cookie, and says so in
`Vary`. For somebody who is signed in, or who just chose a language, it is private.
"""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, Final, ParamSpec

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.views.decorators.http import conditional_page, require_safe

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]
PAGE_S: Final = 300
FILE_S: Final = 3600


def public_page(max_age_s: int = PAGE_S) -> Callable[[View[P]], View[P]]:
    """Return a decorator for pages that anybody may see and keep for `max_age_s` seconds."""

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def shown(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            chosen = _choose_language(request)
            response = view(request, *args, **kwargs)
            if chosen:
                _remember(response, chosen)
            _allow_keeping(request, response, max_age_s, chosen)
            return response

        guarded: View[P] = login_not_required(require_safe(conditional_page(shown)))
        return guarded

    return decorate


def _choose_language(request: HttpRequest) -> str:
    wanted = request.GET.get("lang", "")
    if wanted not in dict(settings.LANGUAGES):
        return ""
    translation.activate(wanted)
    request.LANGUAGE_CODE = wanted
    return wanted


def _remember(response: HttpResponse, language: str) -> None:
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite="Lax",
    )


def _allow_keeping(
    request: HttpRequest, response: HttpResponse, max_age_s: int, chosen: str
) -> None:
    if response.has_header("Cache-Control"):
        return
    patch_vary_headers(response, ("Accept-Language", "Cookie"))
    own = bool(chosen) or settings.SESSION_COOKIE_NAME in request.COOKIES
    if own or response.status_code >= 300:
        patch_cache_control(response, private=True, no_cache=True)
    else:
        patch_cache_control(response, public=True, max_age=max_age_s)
