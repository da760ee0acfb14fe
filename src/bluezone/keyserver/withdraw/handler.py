"""The two withdraw endpoints: bytes in, padded JSON out; chaff as with a publish."""

from starlette.requests import Request
from starlette.responses import Response

from bluezone.keyserver.errors import KeyServerError
from bluezone.keyserver.publish.body import check_content_type, read_body
from bluezone.keyserver.publish.handler import CHAFF_HEADER, CHAFF_KEYS, Endpoint
from bluezone.keyserver.withdraw.service import WithdrawService, answer
from bluezone.protocol.scheme import Scheme


def withdraw_endpoint(service: WithdrawService, scheme: Scheme) -> Endpoint:
    """Return the endpoint that takes keys of `scheme` back."""

    async def withdraw(request: Request) -> Response:
        try:
            count = await _withdraw(request, service, scheme)
        except KeyServerError as error:
            return answer(0, service.entropy, refused=error)
        return answer(count, service.entropy)

    return withdraw


async def _withdraw(request: Request, service: WithdrawService, scheme: Scheme) -> int:
    chaff = CHAFF_HEADER in request.headers
    if not chaff:
        check_content_type(request.headers.get("content-type", ""))
    body = await read_body(request, limit_bytes=service.limits.body_bytes)
    return CHAFF_KEYS if chaff else await service.withdraw(body, scheme)
