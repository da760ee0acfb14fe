"""Names of voucher keys: one that nobody can counterfeit, and one short enough to type.

A signer that gave every person a key of their own could tell the vouchers apart. So the id of
the key is printed on every slip, and a person's device refuses a key that does not fit it.
"""

import base64
import hashlib
from typing import Final, NewType

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

VoucherKeyId = NewType("VoucherKeyId", str)
"""16 characters of base64url: 96 bits of SHA-256 over the modulus."""

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's 32 letters and digits, without I, L, O and U, which are misread."""
LABEL_CHARACTERS: Final = 4


def _digest(key: RSAPublicKey) -> bytes:
    modulus = key.public_numbers().n
    return hashlib.sha256(modulus.to_bytes((key.key_size + 7) // 8, "big")).digest()


def key_id(key: RSAPublicKey) -> VoucherKeyId:
    """Return the id of a key with the exponent 65537."""
    return VoucherKeyId(base64.urlsafe_b64encode(_digest(key)[:12]).decode())


def key_label(key: RSAPublicKey) -> str:
    """Return four characters with which a typed code names its key; two keys may share them."""
    bits = int.from_bytes(_digest(key)[-4:], "big")
    return "".join(ALPHABET[bits >> 5 * place & 31] for place in range(LABEL_CHARACTERS))
