"""The portal's secrets as its apps use them: HMACs by purpose, and sealing.

Every HMAC says what it is for and from which key it comes, so that the HMAC of a code can
never be mistaken for that of a phone number. Sealed bytes (AES-256-GCM) are for what must be
read again for a short while: a message that waits to be sent, a code on the screen.
"""

import hmac
from pathlib import Path
from random import Random
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from bluezone.portal import secret_files
from bluezone.portal.secret_files import SigningKey

_NONCE_BYTES: Final = 12


def folder() -> Path:
    """Return the folder of the secret files."""
    return Path(settings.BLUEZONE_KEYS_FOLDER)


def fingerprint(name: str, value: str | bytes) -> str:
    """Return HMAC-SHA256 of `value` under the secret `name`, 64 hexadecimal digits."""
    message = value.encode() if isinstance(value, str) else value
    return hmac.digest(secret_files.secret(folder(), name), message, "sha256").hex()


def token_signing_key() -> SigningKey:
    """Return the key that signs tokens; only this portal reads them again."""
    return secret_files.signing_key(folder(), secret_files.TOKEN_SIGNING)


def certificate_signing_key() -> SigningKey:
    """Return the key that signs certificates; its public half is at /.well-known/jwks.json."""
    return secret_files.signing_key(folder(), secret_files.CERTIFICATE_SIGNING)


def seal(plain: bytes, *, purpose: str, rng: Random) -> bytes:
    """Return `plain` encrypted; only `unseal` with the same `purpose` opens it."""
    nonce = rng.randbytes(_NONCE_BYTES)
    return nonce + _aes().encrypt(nonce, plain, purpose.encode())


def unseal(sealed: bytes, *, purpose: str) -> bytes | None:
    """Return what `seal` was given, or None if these bytes are not from us for `purpose`."""
    if len(sealed) <= _NONCE_BYTES:
        return None
    try:
        return _aes().decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], purpose.encode())
    except InvalidTag:
        return None


def _aes() -> AESGCM:
    return AESGCM(secret_files.secret(folder(), secret_files.SEAL))
