"""The public keys that a reader of exports trusts.

Source: `spec/server-rules.md` 1.6 (P-256 only), RFC 7468 for the text form. The surprising
decision: a PEM file with a private key is refused, although the public one follows from it;
whoever hands it over as a public key has made a mistake that should not pass unnoticed.
"""

from collections.abc import Sequence
from typing import Final, NoReturn

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from bluezone.protocol.errors import ExportSignatureError
from bluezone.protocol.export.limits import Check

MAX_PEM_BYTES: Final = 16 * 2**10
"""Largest PEM file; a P-256 key has 178 bytes."""


def read_public_key(pem: bytes) -> EllipticCurvePublicKey:
    """Return the P-256 public key of a PEM file.

    Raises:
        ExportSignatureError: `check` is `public_key`; `reason` is `unreadable_key` or
            `wrong_curve`.
    """
    if len(pem) > MAX_PEM_BYTES or b"-----BEGIN PUBLIC KEY-----" not in pem:
        _refuse("expected a PEM file with `BEGIN PUBLIC KEY`", "unreadable_key")
    try:
        key = load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm) as fault:
        message = "the PEM file holds no public key that can be read"
        raise ExportSignatureError(
            message, check=Check.PUBLIC_KEY, reason="unreadable_key"
        ) from fault
    if not isinstance(key, EllipticCurvePublicKey):
        _refuse("the PEM file holds no ECDSA key", "unreadable_key")
    check_public_keys([key])
    return key


def check_public_keys(public_keys: Sequence[EllipticCurvePublicKey]) -> None:
    """Check that there is a key and that every key is on P-256.

    Raises:
        ExportSignatureError: `check` is `public_key`; `reason` is `no_key` or `wrong_curve`.
    """
    if not public_keys:
        _refuse("no public key was given to verify with", "no_key")
    for key in public_keys:
        if not isinstance(key.curve, SECP256R1):
            _refuse(f"exports are verified on P-256, not on {key.curve.name}", "wrong_curve")


def _refuse(message: str, reason: str) -> NoReturn:
    raise ExportSignatureError(message, check=Check.PUBLIC_KEY, reason=reason)
