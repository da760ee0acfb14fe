"""The two publish endpoints: bytes in, padded JSON out.

Chaff (a request with the header `X-Chaff`) is read to its end and answered like any other, but
never decoded and never stored, so that an observer of the network cannot tell it apart.
"""

import base64
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from starlette.requests import Request
from starlette.responses import Response

from bluezone.keyserver.errors import KeyServerError
from bluezone.keyserver.publish.body import check_content_type, read_body
from bluezone.keyserver.publish.reply import Entropy, PublishReply, answer, refusal
from bluezone.keyserver.publish.request import (
    DayKeyPublishRequest,
    PublishRequest,
    decode_request,
)
from bluezone.keyserver.publish.service import PublishService

CHAFF_HEADER: Final = "x-chaff"
CHAFF_KEYS: Final = 14
_TOKEN_BYTES: Final = 393
"""Length of the token for fourteen keys: version, nonce, 14 x 26 bytes, tag."""

S = TypeVar("S", PublishRequest, DayKeyPublishRequest)
Endpoint = Callable[[Request], Awaitable[Response]]


def publish_endpoint(service: PublishService, kind: type[S]) -> Endpoint:
    """Return the endpoint that takes bodies of `kind`."""

    async def publish(request: Request) -> Response:
        try:
            reply = await _publish(request, service, kind)
        except KeyServerError as error:
            return answer(refusal(error), service.entropy, status=error.status)
        return answer(reply, service.entropy)

    return publish


async def _publish(request: Request, service: PublishService, kind: type[S]) -> PublishReply:
    chaff = CHAFF_HEADER in request.headers
    if not chaff:
        check_content_type(request.headers.get("content-type", ""))
    body = await read_body(request, limit_bytes=service.limits.body_bytes)
    if chaff:
        return _chaff_reply(service.entropy)
    return await service.publish(decode_request(body, kind))


def _chaff_reply(entropy: Entropy) -> PublishReply:
    token = base64.b64encode(b"\x01" + entropy(_TOKEN_BYTES - 1)).decode()
    return PublishReply(revision_token=token, inserted_exposures=CHAFF_KEYS)
