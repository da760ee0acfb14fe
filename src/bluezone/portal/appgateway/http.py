"""One request of the published app and its answer, as the gateway's handlers see them.

Bodies stream: `Request.chunks` hands them out once, within limits of size and time, and keeps
nothing. `Request.json` is for the small bodies of axios (spec/bluezone-wire.md 3.1); it reads
JSON whatever the content type says. The surprising part: work on the database goes through
`bluezone.portal.appgateway.database.in_database`, because handlers run in the event loop.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final, cast

import msgspec

from bluezone.portal.appgateway.errors import (
    BadBodyError,
    BodyTooLargeError,
    BodyTooSlowError,
    BodyTruncatedError,
)

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]

JSON_BYTES: Final = 16_384
"""The largest request that axios sends is a health declaration of 14 days: under 4 KB."""
JSON_WITHIN_S: Final = 10.0
"""Axios gives up after 10 s (spec/bluezone-wire.md 3.1)."""
UPLOAD_WITHIN_S: Final = 60.0
"""Uploads give up after 60 s (the same)."""
_MARK: Final = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back.

    Attributes:
        body: bytes of the body.
        status: HTTP status; 200 for everything that the client understands (3.4 rule 1).
        content_type: media type of the body.
        headers: further headers, lower-case names.
    """

    body: bytes
    status: int = 200
    content_type: str = "application/json; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Request:
    """One request.

    Attributes:
        method: `GET`, `POST`, ...
        path: decoded path, without the query.
        query: raw query.
        headers: lower-case names.
        address: of the client; counted as an HMAC, never stored, never shown.
        now: Unix seconds of the clock of events.
        rng: chance.
    """

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    address: str = field(default="unknown", repr=False)
    now: int = 0
    rng: Random = field(default_factory=Random, repr=False)
    receive: Receive | None = field(default=None, repr=False)

    async def chunks(
        self, *, limit: int | None = None, within_s: float = UPLOAD_WITHIN_S
    ) -> AsyncIterator[bytes]:
        """Yield the body as it comes in; only once.

        Args:
            limit: most bytes in all; None for no limit.
            within_s: seconds for the whole body.

        Raises:
            BodyTooLargeError: more than `limit` bytes came.
            BodyTooSlowError: the body was not there in time.
            BodyTruncatedError: the client went away, or the body was read before.
        """
        receive, self.receive = self.receive, None
        if receive is None:
            raise BodyTruncatedError("the body was read before")
        deadline = asyncio.get_running_loop().time() + within_s
        seen, more = 0, True
        while more:
            chunk, more = await _next_chunk(receive, deadline)
            seen += len(chunk)
            if limit is not None and seen > limit:
                raise BodyTooLargeError(f"the body is larger than {limit} bytes")
            if chunk:
                yield chunk

    async def json(self, *, limit: int = JSON_BYTES) -> dict[str, object]:
        """Return the body as a JSON object; of a name that comes twice the last value counts.

        Args:
            limit: most bytes.

        Raises:
            BadBodyError: too large, too slow, cut off, not UTF-8, not JSON, not an object.
        """
        body = b"".join([chunk async for chunk in self.chunks(limit=limit, within_s=JSON_WITHIN_S)])
        try:
            value = msgspec.json.decode(body.removeprefix(_MARK))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise BadBodyError("the body is not JSON") from error
        if not isinstance(value, dict):
            raise BadBodyError("the body is not a JSON object")
        return cast("dict[str, object]", value)


async def _next_chunk(receive: Receive, deadline: float) -> tuple[bytes, bool]:
    """Return some bytes and whether more will come."""
    try:
        async with asyncio.timeout_at(deadline):
            message = await receive()
    except TimeoutError as error:
        raise BodyTooSlowError("the body did not come in time") from error
    if message["type"] != "http.request":
        raise BodyTruncatedError("the client went away")
    return message.get("body", b""), bool(message.get("more_body", False))


Handler = Callable[[Request], Awaitable[Answer]]
