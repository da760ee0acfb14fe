"""A limit on the size of request bodies, before anything reads them.

Source of the number: spec/server-rules.md 1.1 and the verification reference, 64 000 bytes.
Pages of the desk send less, except where a table is uploaded: those pages take 16 MiB, so that
the page itself can say that 8 MiB are the limit. The answer has the shape of the API's errors,
or is a sentence where a person waits for it.
"""

import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

from bluezone.portal import chance
from bluezone.portal.verification.api.answers import error_fields, padding
from bluezone.portal.verification.api.bodies import MAX_BODY_BYTES
from bluezone.portal.verification.errors import UnparsableRequestError

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

_LENGTH: Final = b"content-length"
UPLOAD_PAGES: Final = ("/figures/upload/", "/doors/import/")
"""Ends of the addresses that take files."""
UPLOAD_BYTES: Final = 16 * 1024 * 1024
_TOO_LARGE: Final = "Tệp quá lớn: tối đa 8 MB. Hãy chia nhỏ. / The file is too large: 8 MB at most."


class _BodyTooLargeError(Exception):
    """More bytes came than are allowed."""


class BodyLimit:
    """An ASGI application around another one that answers large bodies itself."""

    def __init__(self, app: App, *, limit: int = MAX_BODY_BYTES) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await _live(receive, send)
            return
        upload = str(scope.get("path", "")).endswith(UPLOAD_PAGES)
        limit = UPLOAD_BYTES if upload else self._limit
        refuse = _refuse_file if upload else self._refuse
        length = dict(scope["headers"]).get(_LENGTH, b"0")
        if not length.isdigit() or int(length) > limit:
            await refuse(send)
            return
        try:
            await self._app(scope, self._counted(receive, limit), send)
        except _BodyTooLargeError:
            await refuse(send)

    def _counted(self, receive: Receive, limit: int) -> Receive:
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > limit:
                raise _BodyTooLargeError
            return message

        return counted

    async def _refuse(self, send: Send) -> None:
        error = UnparsableRequestError(f"the body is larger than {self._limit} bytes")
        body = json.dumps({**error_fields(error), "padding": padding(chance.SYSTEM)}).encode()
        headers = [(b"content-type", b"application/json"), (_LENGTH, str(len(body)).encode())]
        start = {"type": "http.response.start", "status": error.status, "headers": headers}
        await send(start)
        await send({"type": "http.response.body", "body": body})


async def _refuse_file(send: Send) -> None:
    """Answer a person who uploads a file that is far too large."""
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": _TOO_LARGE.encode()})


async def _live(receive: Receive, send: Send) -> None:
    """Tell the server that we are ready and gone; Django itself has nothing to do then."""
    while True:
        event = (await receive())["type"]
        await send({"type": f"{event}.complete"})
        if event == "lifespan.shutdown":
            return
