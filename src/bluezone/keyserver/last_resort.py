"""The outermost loop of a request: whatever went wrong ends as one JSON form.

`{"error": ..., "code": ...}` for every error that is not a publish's own. An unexpected
fault says `internal_error` and nothing else; its log line names the kind of fault and the
place, never a message, because messages of other packages may quote what a client sent.
"""

import logging
import traceback
from http import HTTPStatus

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_log = logging.getLogger(__name__)


def error_response(status: int, code: str, message: str) -> Response:
    """Return the one form of an error."""
    body = msgspec.json.encode({"error": message, "code": code})
    headers = {"cache-control": "no-store"}
    return Response(body, status, headers=headers, media_type="application/json")


async def http_error(_: Request, error: Exception) -> Response:
    """Answer what the router refuses: no such path, no such method."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    phrase = HTTPStatus(status).phrase
    response = error_response(status, phrase.lower().replace(" ", "_"), phrase)
    if isinstance(error, HTTPException) and error.headers:
        response.headers.update(error.headers)
    return response


class LastResort:
    """Answers `internal_error` when the application raised instead of answering."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the call on; catch what nobody else caught."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def watch(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, watch)
        except Exception as error:  # noqa: BLE001 - outermost loop of a request
            place = traceback.extract_tb(error.__traceback__)[-1]
            where = f"{place.filename.rpartition('/')[2]}:{place.lineno}"
            _log.error("%s at %s", type(error).__name__, where)
            if not started:
                response = error_response(500, "internal_error", "internal error")
                await response(scope, receive, send)
