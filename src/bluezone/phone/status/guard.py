"""Keep the local page to this device and its forms to its own pages.

The page has no login: whoever uses this device may see it. What must not reach it are web
sites in the same browser. So the Host header must be this device's own name (against DNS
rebinding), a form needs a token that only a page of ours carries (against forged requests),
and a strict policy forbids scripts, frames and foreign addresses.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qs

from starlette.requests import Request

from bluezone.phone.errors import PhoneError

SESSION_COOKIE: Final = "bluezone_status"
TOKEN_FIELD: Final = "token"  # noqa: S105 (the name of a form field)
MAX_FORM_BYTES: Final = 4_096
HOSTS: Final = ("127.0.0.1", "localhost")
HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class ForgedFormError(PhoneError):
    """A form that did not come from a page of ours, or from one that is too old."""

    code = "forged_form"


@dataclass(frozen=True, slots=True)
class FormGuard:
    """Makes and checks the tokens of forms; `secret` is drawn at every start."""

    secret: bytes = field(repr=False)

    def token(self, session: str) -> str:
        """Return the token for a browser's session."""
        return hmac.digest(self.secret, session.encode(), "sha256").hex()

    async def read_form(self, request: Request) -> dict[str, str]:
        """Return the fields of a form that a page of ours sent.

        Raises:
            ForgedFormError: too large, from elsewhere, or without the right token.
        """
        _check_origin(request)
        fields = _fields(await _body(request))
        session = request.cookies.get(SESSION_COOKIE, "")
        given = fields.get(TOKEN_FIELD, "").encode()
        if not session or not hmac.compare_digest(given, self.token(session).encode()):
            raise ForgedFormError("the form is too old; open the page again")
        return fields


def _check_origin(request: Request) -> None:
    origin = request.headers.get("origin")
    own = f"http://{request.headers.get('host', '')}"
    if origin is not None and origin != own:
        raise ForgedFormError("the form came from another site")
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise ForgedFormError("the form came from another site")


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MAX_FORM_BYTES:
            raise ForgedFormError(f"a form has at most {MAX_FORM_BYTES} bytes")
    return bytes(body)


def _fields(body: bytes) -> dict[str, str]:
    try:
        parsed = parse_qs(body.decode("utf-8"), max_num_fields=20, keep_blank_values=True)
    except ValueError:
        raise ForgedFormError("the form cannot be read") from None
    return {name: values[0] for name, values in parsed.items()}
