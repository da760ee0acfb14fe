"""Get one resource over HTTP with a hard limit on its size; never follow anything.

The surprising decisions: redirects and content encodings are refused. A phone asks for
exactly the files it knows how to name; where else to look, and how to inflate it, is not a
server's to say.
"""

from dataclasses import dataclass, field

import httpx2

from bluezone.phone.errors import ServerAnswerError, ServerUnreachableError


@dataclass(frozen=True, slots=True)
class Download:
    """What a server gave.

    Attributes:
        status: 200, or 304 when the copy at hand is still good.
        body: the bytes; empty with 304.
        etag: the server's name for this version, empty if it gave none.
    """

    status: int
    body: bytes = field(repr=False)
    etag: str


def download(client: httpx2.Client, url: str, *, limit_bytes: int, etag: str = "") -> Download:
    """Return a resource of at most `limit_bytes`.

    Args:
        client: gives time-outs and proxies.
        url: address.
        limit_bytes: the stream is dropped as soon as it is longer.
        etag: version at hand; the server may answer that it is still the newest.

    Raises:
        ServerUnreachableError: no answer; worth another try.
        ServerAnswerError: another status, too long, encoded.
    """
    headers = {"Accept-Encoding": "identity"} | ({"If-None-Match": etag} if etag else {})
    try:
        with client.stream("GET", url, headers=headers, follow_redirects=False) as answer:
            if answer.status_code == httpx2.codes.NOT_MODIFIED and etag:
                return Download(304, b"", etag)
            _check_head(answer, limit_bytes)
            return Download(200, _read(answer, limit_bytes), answer.headers.get("ETag", "")[:256])
    except httpx2.HTTPError as error:
        raise ServerUnreachableError(
            f"no complete answer from the server ({type(error).__name__}); check the network"
        ) from error


def _check_head(answer: httpx2.Response, limit_bytes: int) -> None:
    if answer.status_code != httpx2.codes.OK:
        raise ServerAnswerError(f"the server answered with status {answer.status_code}")
    if answer.headers.get("Content-Encoding", "identity") != "identity":
        raise ServerAnswerError("the answer is encoded although that was not asked for")
    announced = answer.headers.get("Content-Length", "")
    if announced.isascii() and announced.isdigit() and int(announced[:20]) > limit_bytes:
        raise ServerAnswerError(f"the answer is longer than {limit_bytes} bytes")


def _read(answer: httpx2.Response, limit_bytes: int) -> bytes:
    body = bytearray()
    for part in answer.iter_bytes():
        body += part
        if len(body) > limit_bytes:
            raise ServerAnswerError(f"the answer is longer than {limit_bytes} bytes")
    return bytes(body)  # never inflated: an encoded answer was refused above
