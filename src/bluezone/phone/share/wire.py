"""The only place where a phone sends a body to a server.

Sources: `spec/server-rules.md` 1.1, 1.2, 2.1, 2.2. Requests are padded, since their length
would tell an observer how many keys they carry. Answers are read as data of a known form;
of errors only the code is kept.
"""

import base64
from collections.abc import Mapping
from typing import Final, TypeVar

import httpx2
import msgspec

from bluezone.phone.key_store import RandomBytes
from bluezone.phone.share.errors import EXPLANATIONS, ShareError

MAX_ANSWER_BYTES: Final = 64_000
PADDING_BYTES: Final = 1_024
"""At least this much, and up to as much again at random (advice of the key server's API)."""


class VerifyAnswer(msgspec.Struct, frozen=True, rename={"symptom_date": "symptomDate"}):
    """Answer of `/api/verify`; members that we do not use are ignored."""

    token: str
    testtype: str
    symptom_date: str = ""


class CertificateAnswer(msgspec.Struct, frozen=True):
    """Answer of `/api/certificate`."""

    certificate: str


class PublishAnswer(msgspec.Struct, frozen=True, rename="camel"):
    """Answer of a publish."""

    inserted_exposures: int = 0
    revision_token: str = ""
    code: str = ""


class _Refusal(msgspec.Struct, frozen=True):
    error_code: str = msgspec.field(name="errorCode", default="")
    old_error_code: str = msgspec.field(name="error_code", default="")
    code: str = ""


A = TypeVar("A", VerifyAnswer, CertificateAnswer, PublishAnswer)


def post(
    client: httpx2.Client,
    url: str,
    body: Mapping[str, object],
    answer: type[A],
    *,
    rng: RandomBytes,
    headers: Mapping[str, str] | None = None,
) -> A:
    """Send one padded JSON object and return the answer.

    Raises:
        ShareError: with the code of the server's refusal, `server_unreachable` (the server
            may have acted) or `unexpected_server_answer`.
    """
    padded = msgspec.json.encode({**body, "padding": padding(rng)})
    sent = {"Content-Type": "application/json", "Accept-Encoding": "identity", **(headers or {})}
    try:
        with client.stream(
            "POST", url, content=padded, headers=sent, follow_redirects=False
        ) as response:
            data = _read(response)
            status = response.status_code
    except httpx2.HTTPError as error:
        arrived = not isinstance(error, httpx2.ConnectError)
        raise ShareError("server_unreachable", may_have_arrived=arrived) from error
    if status != httpx2.codes.OK:
        raise ShareError(_code_of(data, status), may_have_arrived=status >= 500)
    try:
        return msgspec.json.decode(data, type=answer)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ShareError("unexpected_server_answer", may_have_arrived=True) from error


def padding(rng: RandomBytes) -> str:
    """Return base64 of 1,024 to 2,047 random bytes."""
    extra = int.from_bytes(rng(2), "big") % PADDING_BYTES
    return text(rng(PADDING_BYTES + extra))


def text(data: bytes) -> str:
    """Return bytes as padded standard base64."""
    return base64.b64encode(data).decode("ascii")


def _read(response: httpx2.Response) -> bytes:
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise ShareError("unexpected_server_answer", may_have_arrived=True)
    body = bytearray()
    for part in response.iter_bytes():
        body += part
        if len(body) > MAX_ANSWER_BYTES:
            raise ShareError("unexpected_server_answer", may_have_arrived=True)
    return bytes(body)


def _code_of(data: bytes, status: int) -> str:
    try:
        refusal = msgspec.json.decode(data, type=_Refusal)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        refusal = _Refusal()
    for code in (refusal.error_code, refusal.old_error_code, refusal.code):
        if code in EXPLANATIONS:
            return code
    by_status = {401: "unauthorized", 429: "too_many_requests"}
    return by_status.get(status, "internal_error" if status >= 500 else "server_refused")
