"""A limit on the size of request bodies, before anything reads them.

Source of the number: spec/server-rules.md 1.1 and the verification reference, 64 000 bytes.
Pages of the desk send less. The answer has the shape of the API's errors.
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
        length = dict(scope["headers"]).get(_LENGTH, b"0")
        if not length.isdigit() or int(length) > self._limit:
            await self._refuse(send)
            return
        try:
            await self._app(scope, self._counted(receive), send)
        except _BodyTooLargeError:
            await self._refuse(send)

    def _counted(self, receive: Receive) -> Receive:
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self._limit:
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


async def _live(receive: Receive, send: Send) -> None:
    """Tell the server that we are ready and gone; Django itself has nothing to do then."""
    while True:
        event = (await receive())["type"]
        await send({"type": f"{event}.complete"})
        if event == "lifespan.shutdown":
            return
