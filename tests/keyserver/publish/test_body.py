import asyncio

import pytest
from starlette.requests import Request
from starlette.types import Message

from bluezone.keyserver.errors import BadRequestError
from bluezone.keyserver.publish.body import read_body


class Upload:
    """A client that sends chunks without end and counts how many were taken."""

    def __init__(self) -> None:
        self.taken = 0

    async def __call__(self) -> Message:
        self.taken += 1
        return {"type": "http.request", "body": b"x" * 100, "more_body": True}


def request(upload: Upload, headers: list[tuple[bytes, bytes]]) -> Request:
    scope = {"type": "http", "method": "POST", "headers": headers}
    return Request(scope, receive=upload)


def test_an_endless_body_is_given_up_right_after_the_limit() -> None:
    upload = Upload()
    with pytest.raises(BadRequestError, match="250 bytes"):
        asyncio.run(read_body(request(upload, []), limit_bytes=250))
    assert upload.taken == 3


@pytest.mark.parametrize("length", [b"251", b"9" * 4000])
def test_a_body_that_announces_too_much_is_not_read_at_all(length: bytes) -> None:
    upload = Upload()
    with pytest.raises(BadRequestError):
        asyncio.run(read_body(request(upload, [(b"content-length", length)]), limit_bytes=250))
    assert upload.taken == 0


@pytest.mark.parametrize("length", [b"-1", b"0x1", "٣".encode(), b"", b"1, 2"])
def test_a_nonsensical_length_is_not_believed(length: bytes) -> None:
    upload = Upload()
    with pytest.raises(BadRequestError):
        asyncio.run(read_body(request(upload, [(b"content-length", length)]), limit_bytes=250))
    assert upload.taken == 3
