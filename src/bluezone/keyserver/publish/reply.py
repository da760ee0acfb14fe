"""The answer to a publish: always the same members, padded to hide what it says.

Source: key server rules 1.1 and 1.2. An answer holds 1,024 to 2,047 random bytes in base64, so
that its length tells an observer of the network nothing.
"""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import msgspec
from starlette.responses import Response

from bluezone.keyserver.errors import BadRequestError, KeyServerError

Entropy = Callable[[int], bytes]
"""Returns that many random bytes, such as `os.urandom`."""

PADDING_BYTES: Final = 1024


@dataclass(frozen=True, slots=True)
class PublishReply:
    """Members of the answer; `code` is empty when all is well."""

    revision_token: str = ""
    inserted_exposures: int = 0
    error: str = ""
    code: str = ""
    warnings: tuple[str, ...] = ()


class _Wire(msgspec.Struct, rename="camel"):
    revision_token: str
    inserted_exposures: int
    error: str
    code: str
    padding: str
    warnings: tuple[str, ...]


def padding(entropy: Entropy) -> str:
    """Return base64 of 1,024 plus 0 to 1,023 random bytes."""
    drawn = entropy(2 + 2 * PADDING_BYTES)  # once: every draw lets another thread go first
    size = PADDING_BYTES + int.from_bytes(drawn[:2], "big") % PADDING_BYTES
    return base64.b64encode(drawn[2 : 2 + size]).decode()


def refusal(error: KeyServerError) -> PublishReply:
    """Return the answer that tells of `error`."""
    warnings = error.warnings if isinstance(error, BadRequestError) else ()
    return PublishReply(error=str(error), code=error.code, warnings=warnings)


def answer(reply: PublishReply, entropy: Entropy, *, status: int = 200) -> Response:
    """Return `reply` as an HTTP response that nothing on the way may keep."""
    body = msgspec.json.encode(
        _Wire(
            reply.revision_token,
            reply.inserted_exposures,
            reply.error,
            reply.code,
            padding(entropy),
            reply.warnings,
        )
    )
    headers = {"cache-control": "no-store"}
    return Response(body, status, headers=headers, media_type="application/json")
