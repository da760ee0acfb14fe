"""What a phone sends: exactly one JSON object with known members, each at most once.

Source: key server rules 1.1. The surprising decision: a member that comes twice is refused.
JSON leaves open which one counts, so a proxy and we could read two different requests.
"""

import base64
import binascii
import json
from typing import Annotated, Final, TypeVar

import msgspec

from bluezone.keyserver.errors import BadRequestError

_MAX_TEXT: Final = 64_000
Int32 = Annotated[int, msgspec.Meta(ge=-(2**31), le=2**31 - 1)]
Int64 = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]


class RequestKey(msgspec.Struct, forbid_unknown_fields=True, frozen=True, rename="camel"):
    """One temporary exposure key as it came; nothing of it is believed yet."""

    key: str
    rolling_start_number: Int32
    rolling_period: Int32
    transmission_risk: Int32 | None = None


class RequestDayKey(msgspec.Struct, forbid_unknown_fields=True, frozen=True, rename="camel"):
    """One Bluezone day key as it came."""

    key: str
    time_start: Int64
    slots: Int32 = 96


class _Common(
    msgspec.Struct, forbid_unknown_fields=True, frozen=True, rename="camel", kw_only=True
):
    authority: str = msgspec.field(name="healthAuthorityID")
    verification_payload: str | None = None
    hmac_key: str | None = None
    symptom_onset_interval: Int32 | None = None
    traveler: bool | None = None
    revision_token: str | None = None
    padding: str | None = None


class PublishRequest(_Common, frozen=True, rename="camel", kw_only=True):
    """Body of `POST /v1/publish`."""

    temporary_exposure_keys: list[RequestKey]


class DayKeyPublishRequest(_Common, frozen=True, rename="camel", kw_only=True):
    """Body of `POST /bluezone/v1/publish`."""

    day_keys: list[RequestDayKey]


AnyRequest = PublishRequest | DayKeyPublishRequest
S = TypeVar("S", bound=msgspec.Struct)


def decode_request(body: bytes, kind: type[S]) -> S:
    """Return the request in `body`.

    Raises:
        BadRequestError: not one JSON object of this form. The message names the place, never
            a value.
    """
    try:
        request = msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError as error:
        raise BadRequestError(f"malformed request: {_without_values(str(error))}") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise BadRequestError("body is not exactly one JSON object") from None
    _refuse_repeated_members(body)
    return request


def decode_base64(text: str) -> bytes:
    """Return the bytes of `text`: standard or URL alphabet, padded or not.

    Raises:
        BadRequestError: other letters, mixed alphabets, wrong padding.
    """
    bare = text.rstrip("=")
    url = "-" in bare or "_" in bare
    padding = len(text) - len(bare)
    if (url and ("+" in bare or "/" in bare)) or padding not in {0, -len(bare) % 4}:
        raise BadRequestError("base64 is malformed")
    padded = bare + "=" * (-len(bare) % 4)
    try:
        return base64.b64decode(padded, altchars=b"-_" if url else None, validate=True)
    except (binascii.Error, ValueError):
        raise BadRequestError("base64 is malformed") from None


def _without_values(message: str) -> str:
    """Cut what a client wrote (a member's name, an enum value) out of msgspec's sentence."""
    if "unknown field" in message:
        return "unknown member"
    return message


def _refuse_repeated_members(body: bytes) -> None:
    try:
        json.loads(body, object_pairs_hook=_distinct, parse_int=len, parse_float=len)
    except (ValueError, RecursionError):
        raise BadRequestError("body is not exactly one JSON object") from None


def _distinct(pairs: list[tuple[str, object]]) -> None:
    if len({name for name, _ in pairs}) != len(pairs):
        raise BadRequestError("a member comes twice")
