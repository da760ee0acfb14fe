"""Vouchers: single-use tokens that are signed without being seen. Source: RFC 9474."""

from bluezone.protocol.voucher.blind_rsa import (
    MODULUS_BITS,
    PREPARED_BYTES,
    PUBLIC_EXPONENT,
    SIGNATURE_BYTES,
    Blinded,
    blind,
    blind_sign,
    finalize,
    prepare,
    verify_voucher,
)
from bluezone.protocol.voucher.errors import InvalidVoucherError
from bluezone.protocol.voucher.key_id import VoucherKeyId, key_id, key_label

__all__ = [
    "MODULUS_BITS",
    "PREPARED_BYTES",
    "PUBLIC_EXPONENT",
    "SIGNATURE_BYTES",
    "Blinded",
    "InvalidVoucherError",
    "VoucherKeyId",
    "blind",
    "blind_sign",
    "finalize",
    "key_id",
    "key_label",
    "prepare",
    "verify_voucher",
]
