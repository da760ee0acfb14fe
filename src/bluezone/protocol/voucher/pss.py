"""EMSA-PSS-ENCODE with SHA-384 and MGF1: the padding that is blinded.

Source: RFC 8017 sections 9.1.1 and B.2.1 with the parameters of RSABSSA-SHA384-PSS-Randomized
(RFC 9474 section 5). `cryptography` has this padding only inside its signing, where it cannot
be blinded; checking a finished signature is left to that library.
"""

import hashlib
from typing import Final

from bluezone.protocol.voucher.errors import InvalidVoucherError

SALT_BYTES: Final = 48
_HASH_BYTES: Final = 48
_TRAILER: Final = b"\xbc"


def encode(message: bytes, salt: bytes, *, bits: int) -> bytes:
    """Return the encoded message of ceil(`bits` / 8) bytes, below 2 ** `bits`.

    Args:
        message: what is signed, of any length.
        salt: 48 random bytes.
        bits: one less than the bits of the modulus.

    Raises:
        InvalidVoucherError: the salt has another length, or the modulus is too short.
    """
    length = (bits + 7) // 8
    if len(salt) != SALT_BYTES:
        raise InvalidVoucherError(f"the salt has {len(salt)} bytes, not 48", reason="salt")
    padding = length - SALT_BYTES - _HASH_BYTES - 2
    if padding < 0:
        raise InvalidVoucherError("the modulus is too short for SHA-384", reason="modulus")
    hashed = _sha384(bytes(8) + _sha384(message) + salt)
    block = bytes(padding) + b"\x01" + salt
    mask = mgf1(hashed, len(block))
    masked = int.from_bytes(block, "big") ^ int.from_bytes(mask, "big")
    masked &= (1 << (bits - 8 * (_HASH_BYTES + 1))) - 1
    return masked.to_bytes(len(block), "big") + hashed + _TRAILER


def mgf1(seed: bytes, length: int) -> bytes:
    """Return `length` bytes of mask made from `seed` with SHA-384."""
    rounds = (length + _HASH_BYTES - 1) // _HASH_BYTES
    blocks = (_sha384(seed + counter.to_bytes(4, "big")) for counter in range(rounds))
    return b"".join(blocks)[:length]


def _sha384(content: bytes) -> bytes:
    return hashlib.sha384(content).digest()
