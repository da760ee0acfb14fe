"""RSA blind signatures: somebody signs a message without ever seeing it.

Source: RFC 9474, variant RSABSSA-SHA384-PSS-Randomized; its test vector is asserted. No
well-kept Python library offers the scheme (docs/agencies.md says which were looked at), so the
steps around the signature are ours, while keys and the final check are `cryptography`'s. The
surprising part: the signer works on a number of the caller's choice and therefore blinds it
once more by itself, so that the time of its exponentiation says nothing about the key.
Randomness is always passed in.
"""

from dataclasses import dataclass, field
from math import gcd
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS
from cryptography.hazmat.primitives.asymmetric.rsa import (
    RSAPrivateKey,
    RSAPrivateNumbers,
    RSAPublicKey,
)
from cryptography.hazmat.primitives.hashes import SHA384

from bluezone.protocol.voucher import pss
from bluezone.protocol.voucher.errors import InvalidVoucherError

MODULUS_BITS: Final = 2048
"""Size of our keys; RFC 9474 section 7 sends to the usual RSA advice, 2048 bits at least."""
PUBLIC_EXPONENT: Final = 65537
SIGNATURE_BYTES: Final = MODULUS_BITS // 8
PREFIX_BYTES: Final = 32
TOKEN_BYTES: Final = 32
PREPARED_BYTES: Final = PREFIX_BYTES + TOKEN_BYTES
_PADDING: Final = PSS(mgf=MGF1(SHA384()), salt_length=pss.SALT_BYTES)


@dataclass(frozen=True, slots=True)
class Blinded:
    """A message made unreadable for the signer.

    Attributes:
        message: what the signer gets, as long as the modulus.
        inverse: what takes the blinding off again; never leaves the person's device.
    """

    message: bytes
    inverse: int = field(repr=False)


def prepare(token: bytes, prefix: bytes) -> bytes:
    """Return the message that is signed: 32 random bytes in front of `token` (section 4.1).

    Raises:
        InvalidVoucherError: the prefix has another length.
    """
    if len(prefix) != PREFIX_BYTES:
        raise InvalidVoucherError(f"the prefix has {len(prefix)} bytes, not 32", reason="prefix")
    return prefix + token


def blind(key: RSAPublicKey, prepared: bytes, *, salt: bytes, factor: int) -> Blinded:
    """Blind a prepared message (section 4.2).

    Args:
        key: the signer's public key.
        prepared: from `prepare`.
        salt: 48 random bytes.
        factor: random, evenly from 1 to below the modulus; use it once.

    Raises:
        InvalidVoucherError: salt or factor cannot be used.
    """
    numbers = key.public_numbers()
    encoded = int.from_bytes(pss.encode(prepared, salt, bits=key.key_size - 1), "big")
    if not 0 < factor < numbers.n or gcd(factor, numbers.n) != 1:
        raise InvalidVoucherError("the blinding factor has no inverse", reason="factor")
    if gcd(encoded, numbers.n) != 1:
        raise InvalidVoucherError("the message shares a factor with the key", reason="message")
    blinded = encoded * pow(factor, numbers.e, numbers.n) % numbers.n
    return Blinded(_to_bytes(blinded, key.key_size), pow(factor, -1, numbers.n))


def blind_sign(key: RSAPrivateKey, blinded: bytes, *, factor: int) -> bytes:
    """Sign a blinded message (section 4.3); the same message gives the same signature.

    Args:
        key: the signer's key.
        blinded: as long as the modulus, from outside.
        factor: random, evenly from 2 to below the modulus: the signer's own blinding against
            timing; it does not show in the result.

    Raises:
        InvalidVoucherError: the message has another length or is out of range, the factor
            cannot be used, or the computation failed (a fault would give the key away).
    """
    numbers = key.private_numbers()
    n, e = numbers.public_numbers.n, numbers.public_numbers.e
    value = _from_bytes(blinded, n, key.key_size)
    if not 1 < factor < n or gcd(factor, n) != 1:
        raise InvalidVoucherError("the factor has no inverse", reason="factor")
    signed = _private(numbers, value * pow(factor, e, n) % n) * pow(factor, -1, n) % n
    if pow(signed, e, n) != value:
        raise InvalidVoucherError("the signature came out wrong", reason="signing")
    return _to_bytes(signed, key.key_size)


def finalize(key: RSAPublicKey, prepared: bytes, signature: bytes, *, inverse: int) -> bytes:
    """Take the blinding off and return a signature of `prepared` (section 4.4).

    Raises:
        InvalidVoucherError: the signer did not sign what it got.
    """
    n = key.public_numbers().n
    opened = _to_bytes(_from_bytes(signature, n, key.key_size) * inverse % n, key.key_size)
    verify_voucher(key, prepared, opened)
    return opened


def verify_voucher(key: RSAPublicKey, prepared: bytes, signature: bytes) -> None:
    """Check a signature of a prepared message (section 4.5): a plain RSA-PSS check.

    Raises:
        InvalidVoucherError: it is not a signature of this message under this key.
    """
    try:
        key.verify(signature, prepared, _PADDING, SHA384())
    except InvalidSignature:
        raise InvalidVoucherError("the signature does not fit", reason="signature") from None


def _private(numbers: RSAPrivateNumbers, value: int) -> int:
    """Return `value` to the private exponent, by the Chinese remainder theorem."""
    first = pow(value, numbers.dmp1, numbers.p)
    second = pow(value, numbers.dmq1, numbers.q)
    return second + numbers.q * ((first - second) * numbers.iqmp % numbers.p)


def _to_bytes(value: int, bits: int) -> bytes:
    return value.to_bytes((bits + 7) // 8, "big")


def _from_bytes(content: bytes, n: int, bits: int) -> int:
    if len(content) != (bits + 7) // 8:
        raise InvalidVoucherError(f"{len(content)} bytes, not {(bits + 7) // 8}", reason="length")
    value = int.from_bytes(content, "big")
    if not 0 < value < n:
        raise InvalidVoucherError("the number is out of range", reason="range")
    return value
