"""Blind signatures: the published vector, the property that matters, and what is refused."""

import json
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS
from cryptography.hazmat.primitives.asymmetric.rsa import (
    RSAPrivateKey,
    RSAPrivateNumbers,
    RSAPublicNumbers,
    generate_private_key,
    rsa_crt_dmp1,
    rsa_crt_dmq1,
    rsa_crt_iqmp,
)
from cryptography.hazmat.primitives.hashes import SHA384
from hypothesis import given, settings
from hypothesis import strategies as st

from bluezone.protocol import voucher
from bluezone.protocol.voucher import InvalidVoucherError, pss

ELEMENTS = st.binary(min_size=256, max_size=256).map(lambda raw: int.from_bytes(raw, "big"))


@cache
def key(number: int = 0) -> RSAPrivateKey:
    del number
    return generate_private_key(65537, 2048)


@pytest.fixture(scope="module")
def vector() -> dict[str, Any]:
    return json.loads((Path(__file__).parent / "rfc9474.json").read_text())


def published_key(vector: dict[str, Any]) -> RSAPrivateKey:
    p, q, e = (int(vector[name], 16) for name in ("p", "q", "e"))
    d = pow(e, -1, (p - 1) * (q - 1))
    crt = (rsa_crt_dmp1(d, p), rsa_crt_dmq1(d, q), rsa_crt_iqmp(p, q))
    return RSAPrivateNumbers(p, q, d, *crt, RSAPublicNumbers(e, p * q)).private_key()


def test_the_published_vector_comes_out_step_by_step(vector: dict[str, Any]) -> None:
    signer = published_key(vector)
    public, raw = signer.public_key(), {k: v for k, v in vector.items() if k != "source"}
    octets = {name: bytes.fromhex(text) for name, text in raw.items()}
    inverse = int(vector["inv"], 16)
    prepared = voucher.prepare(octets["msg"], octets["msg_prefix"])
    factor = pow(inverse, -1, public.public_numbers().n)
    blinded = voucher.blind(public, prepared, salt=octets["salt"], factor=factor)
    assert blinded.message == octets["blinded_msg"]
    assert blinded.inverse == inverse
    signed = voucher.blind_sign(signer, blinded.message, factor=12345)
    assert signed == octets["blind_sig"]
    assert voucher.finalize(public, prepared, signed, inverse=inverse) == octets["sig"]


@settings(max_examples=10)
@given(token=st.binary(min_size=0, max_size=80), seed=st.integers(0, 2**64))
def test_whatever_is_blinded_and_signed_verifies_and_only_for_its_message(
    token: bytes, seed: int
) -> None:
    rng, signer = Random(seed), key()
    public = signer.public_key()
    prepared = voucher.prepare(token, rng.randbytes(32))
    n = public.public_numbers().n
    blinded = voucher.blind(public, prepared, salt=rng.randbytes(48), factor=rng.randrange(1, n))
    signed = voucher.blind_sign(signer, blinded.message, factor=rng.randrange(2, n))
    signature = voucher.finalize(public, prepared, signed, inverse=blinded.inverse)
    public.verify(signature, prepared, PSS(MGF1(SHA384()), 48), SHA384())
    with pytest.raises(InvalidVoucherError):
        voucher.verify_voucher(public, prepared + b"x", signature)
    with pytest.raises(InvalidVoucherError):
        voucher.verify_voucher(key(1).public_key(), prepared, signature)


@settings(max_examples=10)
@given(first=st.integers(0, 2**64), second=st.integers(0, 2**64))
def test_any_issue_could_belong_to_any_redemption(first: int, second: int) -> None:
    """What the signer saw fits every message equally well, with some factor for each."""
    signer = key()
    public = signer.public_key()
    numbers = public.public_numbers()
    seen = Random(first).randrange(2, numbers.n)
    other = Random(second).randbytes(64)
    encoded = int.from_bytes(pss.encode(other, bytes(48), bits=2047), "big")
    private = signer.private_numbers().d
    factor = pow(seen * pow(encoded, -1, numbers.n), private, numbers.n)
    again = voucher.blind(public, other, salt=bytes(48), factor=factor)
    assert again.message == seen.to_bytes(256, "big")


@settings(max_examples=10)
@given(value=ELEMENTS, one=ELEMENTS, two=ELEMENTS)
def test_the_signers_own_blinding_does_not_show(value: int, one: int, two: int) -> None:
    n = key().public_key().public_numbers().n
    blinded = (value % (n - 1) + 1).to_bytes(256, "big")
    signatures = {
        voucher.blind_sign(key(), blinded, factor=factor % (n - 2) + 2) for factor in (one, two)
    }
    assert len(signatures) == 1


@settings(max_examples=50)
@given(outside=st.binary(max_size=300))
def test_bytes_from_outside_give_a_signature_or_our_error(outside: bytes) -> None:
    reasons = {"signed"}
    try:
        assert len(voucher.blind_sign(key(), outside, factor=7)) == 256
    except InvalidVoucherError as error:
        reasons = {error.reason}
    assert reasons <= {"signed", "length", "range"}


def _refusals() -> dict[str, tuple[str, Any]]:
    public = key().public_key()
    n = public.public_numbers().n
    salt, message = bytes(48), bytes(64)
    return {
        "a short prefix": ("prefix", lambda: voucher.prepare(b"", bytes(31))),
        "a short salt": ("salt", lambda: voucher.blind(public, message, salt=b"", factor=2)),
        "no factor": ("factor", lambda: voucher.blind(public, message, salt=salt, factor=0)),
        "a factor above n": ("factor", lambda: voucher.blind(public, message, salt=salt, factor=n)),
        "no factor of the signer": (
            "factor",
            lambda: voucher.blind_sign(key(), message.rjust(256, b"1"), factor=0),
        ),
        "zero": ("range", lambda: voucher.blind_sign(key(), bytes(256), factor=2)),
        "n": ("range", lambda: voucher.blind_sign(key(), n.to_bytes(256, "big"), factor=2)),
        "a foreign signature": (
            "signature",
            lambda: voucher.finalize(public, message, bytes(255) + b"\2", inverse=3),
        ),
        "a short modulus": ("modulus", lambda: pss.encode(message, salt, bits=511)),
    }


@pytest.mark.parametrize("name", list(_refusals()))
def test_what_cannot_be_used_is_refused(name: str) -> None:
    reason, call = _refusals()[name]
    with pytest.raises(InvalidVoucherError) as refused:
        call()
    assert refused.value.reason == reason
    assert refused.value.code == "invalid_voucher"


def test_a_blinded_message_hides_what_takes_the_blinding_off() -> None:
    assert "12345" not in repr(voucher.Blinded(b"", 12345))


def test_a_key_has_an_id_and_a_label_of_its_own() -> None:
    first, second = key().public_key(), key(1).public_key()
    assert voucher.key_id(first) != voucher.key_id(second)
    assert len(voucher.key_id(first)) == 16
    assert len(voucher.key_label(first)) == 4
    assert not set(voucher.key_label(first)) & set("ILOU")
