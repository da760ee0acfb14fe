"""Secrets of the portal: one file each, mode 0600, made once, never in the database or git.

Source: spec/server-rules.md 2.3 names the secrets (token and certificate signing keys, HMAC
keys of codes, phone numbers and API keys). A secret that is missing is made by the first
`migrate`; a secret that others can read is refused instead of used.
"""

import base64
import hashlib
import json
import os
import stat
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from bluezone.portal.errors import MissingSecretError, UnsafeSecretError

SECRET_BYTES: Final = 32
DJANGO: Final = "django-secret-key"
CODE: Final = "code-hmac-key"
TOKEN: Final = "token-hmac-key"  # noqa: S105 - the name of a file
API_KEY: Final = "api-key-hmac-key"
PHONE: Final = "phone-hmac-key"
ADDRESS: Final = "address-hmac-key"
SEAL: Final = "seal-key"
INVITATION: Final = "invitation-hmac-key"
FIND_GUID: Final = "find-guid-hmac-key"
WARNING: Final = "warning-hmac-key"
BRIDGE: Final = "bridge-hmac-key"
TOKEN_SIGNING: Final = "token-signing.pem"  # noqa: S105 - the name of a file
CERTIFICATE_SIGNING: Final = "certificate-signing.pem"
_RANDOM_FILES: Final = (
    DJANGO,
    CODE,
    TOKEN,
    API_KEY,
    PHONE,
    ADDRESS,
    SEAL,
    INVITATION,
    FIND_GUID,
    WARNING,
    BRIDGE,
)
_SIGNING_FILES: Final = (TOKEN_SIGNING, CERTIFICATE_SIGNING)


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A P-256 private key and the id under which its public half is published."""

    key: EllipticCurvePrivateKey = field(repr=False)
    kid: str


def write_private(path: Path, content: bytes) -> bool:
    """Write a new file that only its owner can read; return False if it was there before."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(handle, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    return True


def make_missing(folder: Path, rng: Random) -> list[str]:
    """Make every secret that is not in `folder` yet; return the names of the new ones.

    Args:
        folder: where the files lie, made if it is not there.
        rng: source of the secrets' bytes; `random.SystemRandom` outside tests.
    """
    made = [
        name
        for name in _RANDOM_FILES
        if write_private(folder / name, base64.b64encode(rng.randbytes(SECRET_BYTES)) + b"\n")
    ]
    made += [name for name in _SIGNING_FILES if _make_signing_key(folder / name)]
    forget()
    return made


def _make_signing_key(path: Path) -> bool:
    if path.exists():
        return False
    pem = generate_private_key(SECP256R1()).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    return write_private(path, pem)


def read_private(path: Path) -> bytes:
    """Return the bytes of a secret file.

    Raises:
        MissingSecretError: there is no such file.
        UnsafeSecretError: group or others may read it.
    """
    try:
        if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise UnsafeSecretError(f"{path.name} is open to others; run chmod 600 on it")
        return path.read_bytes()
    except FileNotFoundError:
        raise MissingSecretError(f"{path.name} is missing; run `bluezone migrate`") from None


@lru_cache(maxsize=64)
def secret(folder: Path, name: str) -> bytes:
    """Return the 32 bytes of the secret `name`."""
    try:
        value = base64.b64decode(read_private(folder / name).strip(), validate=True)
    except ValueError:
        raise UnsafeSecretError(f"{name} is not base64") from None
    if len(value) != SECRET_BYTES:
        raise UnsafeSecretError(f"{name} has {len(value)} bytes, expected {SECRET_BYTES}")
    return value


@lru_cache(maxsize=8)
def signing_key(folder: Path, name: str) -> SigningKey:
    """Return the P-256 key in the PEM file `name`, with its id."""
    try:
        key = load_pem_private_key(read_private(folder / name), password=None)
    except (ValueError, TypeError):
        raise UnsafeSecretError(f"{name} is not an unencrypted PEM private key") from None
    if not isinstance(key, EllipticCurvePrivateKey) or not isinstance(key.curve, SECP256R1):
        raise UnsafeSecretError(f"{name} is not a P-256 key")
    return SigningKey(key, key_id(key.public_key()))


def key_id(key: EllipticCurvePublicKey) -> str:
    """Return the first 16 characters of the key's RFC 7638 thumbprint."""
    numbers = key.public_numbers()
    x, y = (
        base64.urlsafe_b64encode(value.to_bytes(32, "big")).rstrip(b"=").decode()
        for value in (numbers.x, numbers.y)
    )
    members = {"crv": "P-256", "kty": "EC", "x": x, "y": y}
    digest = hashlib.sha256(json.dumps(members, separators=(",", ":")).encode()).digest()
    return base64.urlsafe_b64encode(digest).decode()[:16]


def forget() -> None:
    """Read every secret from its file again when it is next asked for."""
    secret.cache_clear()
    signing_key.cache_clear()
