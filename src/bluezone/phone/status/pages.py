"""Render the pages of the status application, in the reader's language."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from bluezone.look.format import date, instant, number
from bluezone.look.i18n import pick_language, translator
from bluezone.phone.key_store import RandomBytes
from bluezone.phone.share import ShareError
from bluezone.phone.share.errors import explain
from bluezone.phone.share.preview import NOT_SENT
from bluezone.phone.share.receipt import day_text, receipt_lines
from bluezone.phone.status.guard import HEADERS, SESSION_COOKIE, ForgedFormError, FormGuard
from bluezone.phone.status.texts import fault_advice, fetch_text
from bluezone.protocol.errors import BluezoneError

PACKAGE: Final = "bluezone.phone"
LANGUAGE_COOKIE: Final = "language"
_YEAR_S: Final = 365 * 86_400
_TEMPLATES: Final = Environment(
    loader=PackageLoader("bluezone.phone.status", "templates"),
    autoescape=select_autoescape(),
    undefined=StrictUndefined,
)


@dataclass(frozen=True, slots=True)
class Pages:
    """What every page needs: language, session, token, headers."""

    guard: FormGuard
    rng: RandomBytes

    def language(self, request: Request) -> str:
        """Return `vi` or `en` for this reader."""
        return pick_language(
            query=request.query_params.get("lang"),
            cookie=request.cookies.get(LANGUAGE_COOKIE),
            accepted=request.headers.get("accept-language"),
        )

    def render(
        self,
        request: Request,
        template: str,
        values: Mapping[str, object],
        status: int = 200,
    ) -> Response:
        """Return a page."""
        language = self.language(request)
        session = request.cookies.get(SESSION_COOKIE) or self.rng(16).hex()
        common = {
            "_": translator(PACKAGE, language),
            "language": language,
            "path": request.url.path,
            "token": self.guard.token(session),
            "said": "",
            **_FORMATS,
        }
        html = _TEMPLATES.get_template(template).render({**common, **values})
        answer = HTMLResponse(html, status, headers=dict(HEADERS))
        answer.set_cookie(SESSION_COOKIE, session, httponly=True, samesite="strict")
        if "lang" in request.query_params:
            answer.set_cookie(LANGUAGE_COOKIE, language, max_age=_YEAR_S, samesite="strict")
        return answer

    def on_error(self, request: Request, error: Exception) -> Response:
        """Return a page that says what went wrong, with its code."""
        if not isinstance(error, BluezoneError):
            raise error
        language = self.language(request)
        if isinstance(error, ShareError):
            said = explain(error.code, language)
        else:
            said = fault_advice(error.code, str(error), language)
        status = 403 if isinstance(error, ForgedFormError) else 400
        return self.render(request, "error.html", {"said": said}, status)


def _iso_day(text: str) -> str:
    return date(dt.date.fromisoformat(text))


_FORMATS: Final[Mapping[str, object]] = {
    "format_date": date,
    "format_instant": instant,
    "format_number": number,
    "format_iso_day": _iso_day,
    "format_day": day_text,
    "receipt_lines": receipt_lines,
    "not_sent": NOT_SENT,
    "fault_advice": fault_advice,
    "fetch_text": fetch_text,
}
