"""What every answer carries: a strict content security policy and its companions.

No page has inline script or style, so the policy needs no exception. Static files are read
in one piece: under ASGI a response that streams from a blocking file would be read into
memory by Django anyway, with a warning.
"""

from collections.abc import Callable
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import StaticFile

CONTENT_SECURITY_POLICY: Final = "; ".join(  # noqa: FLY002 - one directive a line reads better
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)
PERMISSIONS_POLICY: Final = "camera=(), geolocation=(), microphone=(), usb=()"


class SecurityHeaders:
    """Adds the policy to every answer, errors included."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request."""
        response = self._get_response(request)
        response["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
        response["Permissions-Policy"] = PERMISSIONS_POLICY
        response["X-Frame-Options"] = "DENY"
        return response


class StaticFiles(WhiteNoiseMiddleware):  # type: ignore[misc] # whitenoise has no types
    """Serves style sheets, scripts and fonts from the installed packages."""

    @staticmethod
    def serve(static_file: StaticFile, request: HttpRequest) -> HttpResponseBase:
        """Return a file as one piece."""
        found: Any = static_file.get_response(request.method, request.META)
        content = b"" if found.file is None else found.file.read()
        if found.file is not None:
            found.file.close()
        response = HttpResponse(content, status=int(found.status))
        del response["Content-Type"]
        for name, value in found.headers:
            response[name] = value
        return response
