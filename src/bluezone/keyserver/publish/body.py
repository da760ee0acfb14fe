"""Read a request body without ever holding more of it than is allowed."""

from email.message import Message

from starlette.requests import Request

from bluezone.keyserver.errors import BadRequestError


def check_content_type(value: str) -> None:
    """Accept `application/json`, with no parameter but `charset=utf-8`.

    The reference compares only the first sixteen letters; `application/jsonp` is not JSON.

    Raises:
        BadRequestError: anything else, or nothing.
    """
    header = Message()
    header["content-type"] = value
    parameters = header.get_params(failobj=[])[1:]
    charset_only = all((k.lower(), v.lower()) == ("charset", "utf-8") for k, v in parameters)
    if value.partition(";")[0].strip().lower() != "application/json" or not charset_only:
        raise BadRequestError("content type must be application/json")


async def read_body(request: Request, *, limit_bytes: int) -> bytes:
    """Return the body, at most `limit_bytes` long.

    Raises:
        BadRequestError: the body, or what its header announces, is longer.
    """
    announced = request.headers.get("content-length", "0")
    if announced.isascii() and announced.isdigit() and int(announced[:20]) > limit_bytes:
        raise _too_long(limit_bytes)
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > limit_bytes:
            raise _too_long(limit_bytes)
        parts.append(part)
    return b"".join(parts)


def _too_long(limit_bytes: int) -> BadRequestError:
    return BadRequestError(f"body is longer than {limit_bytes} bytes")
