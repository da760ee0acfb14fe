"""The bodies of requests: one JSON object of a fixed shape, unknown fields refused.

Source: spec/server-rules.md 2.1. Limits: 64 000 bytes as the reference; texts have the
lengths their meaning allows. `padding` is accepted and ignored everywhere.
"""

import base64
import binascii
import re
from typing import Annotated, Final, TypeVar
from uuid import UUID

import msgspec
from django.http import HttpRequest

from bluezone.portal.verification.errors import (
    HmacInvalidError,
    UnparsableRequestError,
)

MAX_BODY_BYTES: Final = 64_000
MAX_BATCH: Final = 10
HMAC_BYTES: Final = 32
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")

Short = Annotated[str, msgspec.Meta(max_length=255)]
Padding = Annotated[str, msgspec.Meta(max_length=MAX_BODY_BYTES)]


class Body(msgspec.Struct, forbid_unknown_fields=True, frozen=True, rename="camel"):
    """What every request may carry."""

    padding: Padding = ""


class VerifyBody(Body, frozen=True):
    """`POST /api/verify`."""

    code: Short = ""
    accept: Annotated[list[Short], msgspec.Meta(max_length=10)] = []
    nonce: Annotated[str, msgspec.Meta(max_length=512)] = ""


class CertificateBody(Body, frozen=True):
    """`POST /api/certificate`; `daykeyhmac` is ours: the same HMAC over Bluezone day keys."""

    token: Annotated[str, msgspec.Meta(max_length=4096)] = ""
    ekeyhmac: Short = ""
    daykeyhmac: Short = ""


class IssueBody(Body, frozen=True):
    """`POST /api/issue`, and each element of a batch."""

    symptom_date: Short = ""
    test_date: Short = ""
    test_type: Short = ""
    tz_offset: float = 0.0
    phone: Short = ""
    sms_template_label: Short = ""
    uuid: Short = ""
    external_issuer_id: Short = msgspec.field(default="", name="externalIssuerID")
    only_generate_sms: bool = msgspec.field(default=False, name="onlyGenerateSMS")


class BatchIssueBody(Body, frozen=True):
    """`POST /api/batch-issue`."""

    codes: list[IssueBody] = []


class UuidBody(Body, frozen=True):
    """`POST /api/checkcodestatus` and `/api/expirecode`."""

    uuid: Short = ""


B = TypeVar("B", bound=Body)


def read_body(request: HttpRequest, kind: type[B]) -> B:
    """Return the body of a request as a `kind`.

    Raises:
        UnparsableRequestError: too large, not JSON, another shape, unknown fields.
    """
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not str(length).isdigit() or int(length) > MAX_BODY_BYTES:
        raise UnparsableRequestError(f"the body is larger than {MAX_BODY_BYTES} bytes")
    if request.content_type != "application/json":
        raise UnparsableRequestError("the content type is not application/json")
    body = request.read(MAX_BODY_BYTES + 1)
    if len(body) > MAX_BODY_BYTES:
        raise UnparsableRequestError(f"the body is larger than {MAX_BODY_BYTES} bytes")
    return decode(body, kind)


def decode(body: bytes, kind: type[B]) -> B:
    """Return JSON bytes as a `kind`.

    Raises:
        UnparsableRequestError: not JSON, another shape, unknown fields.
    """
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError as error:
        raise UnparsableRequestError(_where(str(error))) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise UnparsableRequestError("the body is not one JSON object") from None


def read_uuid(text: str) -> UUID:
    """Return the identifier of a code.

    Raises:
        UnparsableRequestError: not a UUID.
    """
    if not _UUID.fullmatch(text.strip()):
        raise UnparsableRequestError("uuid is not a UUID of 36 characters")
    return UUID(text.strip())


def read_hmac(text: str, name: str) -> bytes:
    """Return the 32 bytes of an HMAC in base64, either alphabet, padded or not.

    Raises:
        HmacInvalidError: not base64, or another length.
    """
    plain = text.rstrip("=").translate(str.maketrans("-_", "+/"))
    try:
        value = base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise HmacInvalidError(f"{name} is not base64") from None
    if len(value) != HMAC_BYTES:
        raise HmacInvalidError(f"{name} has {len(value)} bytes, expected {HMAC_BYTES}")
    return value


def _where(message: str) -> str:
    """Return what is wrong and where, without a word that came from outside."""
    if message.startswith("Object contains unknown field"):
        return "the body has a field that this call does not know"
    return f"the body does not fit: {message}"
