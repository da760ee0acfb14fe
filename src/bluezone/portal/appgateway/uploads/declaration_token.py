"""The token that a confirmed contact gets for the health declaration: no table, one key.

Source: spec/bluezone-wire.md 3.2 (`Object.Token` of ConfirmContact; codes 71, 72 of
DeclareInformation). The token holds phone, bundle and end, encrypted and authenticated with
AES-SIV (RFC 5297). The surprising part: it is deterministic, and ends are rounded to the hour,
so that the answers to a file, to its `_NoFile` twin and to their repeats say the same.
"""

import base64
import binascii
import struct
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from bluezone.portal import keyring, secret_files
from bluezone.portal.appgateway.errors import GatewayError

LIFE_S: Final = 14 * 86_400
"""As long as a warning is remembered."""
KEY_BYTES: Final = 32
_HOUR_S: Final = 3_600
_CONTENT: Final = struct.Struct(">qqq")
_PURPOSE: Final = b"bluezone declaration token 1"
_TEXT_CHARACTERS: Final = 54
"""40 bytes in base64url without its padding."""


class DeclarationTokenInvalidError(GatewayError):
    """Not one of our tokens; Status 71."""

    code = "declaration_token_invalid"


class DeclarationTokenExpiredError(GatewayError):
    """Ours, but over; Status 72."""

    code = "declaration_token_expired"


@dataclass(frozen=True, slots=True)
class Declaration:
    """What a token entitles to.

    Attributes:
        phone_id: the phone that got it.
        bundle_id: the bundle that the phone found itself in.
        expires_at: Unix seconds.
    """

    phone_id: int
    bundle_id: int
    expires_at: int


def issue(phone_id: int, bundle_id: int, now: int, *, key: bytes) -> str:
    """Return the token of a phone and a bundle, 54 characters.

    Args:
        phone_id: of the registry.
        bundle_id: of the pushes.
        now: Unix seconds.
        key: 32 bytes, from `declaration_key()`.
    """
    expires_at = now - now % _HOUR_S + LIFE_S
    content = _CONTENT.pack(phone_id, bundle_id, expires_at)
    sealed = AESSIV(key).encrypt(content, [_PURPOSE])
    return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode("ascii")


def read(text: str, now: int, *, key: bytes) -> Declaration:
    """Return what a token says.

    Raises:
        DeclarationTokenInvalidError: not from us.
        DeclarationTokenExpiredError: over.
    """
    if len(text) != _TEXT_CHARACTERS or not text.isascii():
        raise DeclarationTokenInvalidError("the declaration token is not one of ours")
    try:
        sealed = base64.b64decode(text + "==", altchars=b"-_", validate=True)
        content = AESSIV(key).decrypt(sealed, [_PURPOSE])
    except (binascii.Error, InvalidTag):
        raise DeclarationTokenInvalidError("the declaration token is not one of ours") from None
    declaration = Declaration(*_CONTENT.unpack(content))
    if now >= declaration.expires_at:
        raise DeclarationTokenExpiredError("the declaration token is over")
    return declaration


def declaration_key() -> bytes:
    """Return the portal's key of these tokens, derived from the secret of its other tokens."""
    return bytes.fromhex(keyring.fingerprint(secret_files.TOKEN, _PURPOSE))
