import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    SECP384R1,
    derive_private_key,
)
from hypothesis import given
from hypothesis import strategies as st
from jwt.algorithms import ECAlgorithm

from bluezone.protocol.certificate import read_jwks, write_jwks
from bluezone.protocol.certificate.jwks import MAX_JWKS_BYTES
from bluezone.protocol.errors import InvalidCertificateError

ONE, TWO = (derive_private_key(n, SECP256R1()).public_key() for n in (1, 2))
P384 = derive_private_key(3, SECP384R1())
ROW = json.loads(write_jwks({"v1": ONE}))["keys"][0]


def keys_of(*rows: object) -> list[str]:
    return list(read_jwks(json.dumps({"keys": rows})))


def test_keys_survive_the_set_in_their_order() -> None:
    read = read_jwks(write_jwks({"v2": TWO, "v1": ONE}))
    assert list(read) == ["v2", "v1"]
    assert read["v1"].public_numbers() == ONE.public_numbers()


def test_a_written_key_says_what_it_is_for() -> None:
    assert {name: ROW[name] for name in ("kty", "crv", "use", "alg", "kid")} == {
        "kty": "EC",
        "crv": "P-256",
        "use": "sig",
        "alg": "ES256",
        "kid": "v1",
    }
    assert "d" not in ROW


def test_a_key_on_another_curve_is_not_written() -> None:
    with pytest.raises(InvalidCertificateError) as caught:
        write_jwks({"v1": P384.public_key()})
    assert caught.value.reason == "wrong_curve"


def test_keys_of_other_kinds_are_passed_over() -> None:
    other_curve = {**ECAlgorithm.to_jwk(P384.public_key(), as_dict=True), "kid": "p384"}
    rsa = {"kty": "RSA", "n": "AQAB", "e": "AQAB", "kid": "rsa"}
    encryption = {**ROW, "use": "enc", "kid": "enc"}
    assert keys_of(other_curve, rsa, encryption, {}, ROW) == ["v1"]


def test_a_minimal_key_of_another_writer_is_read() -> None:
    assert keys_of({name: ROW[name] for name in ("kty", "crv", "x", "y", "kid")}) == ["v1"]


@pytest.mark.parametrize(
    "row",
    [
        {**ROW, "kid": None},
        {**ROW, "kid": ""},
        {**ROW, "kid": "k" * 256},
        {**ROW, "kid": 7},
        {**ROW, "x": ROW["y"]},
        {**ROW, "x": "AA"},
        {**ROW, "x": 7},
        {**ROW, "y": "ệ"},
        {**ROW, "x": None},
        {**ROW, "d": "AQAB"},
        {"kty": "oct", "k": "AQAB", "kid": "v1"},
    ],
)
def test_a_broken_or_private_key_spoils_the_set(row: dict[str, object]) -> None:
    with pytest.raises(InvalidCertificateError) as caught:
        keys_of(row)
    assert caught.value.reason == "jwks"


def test_two_keys_of_one_name_are_refused() -> None:
    with pytest.raises(InvalidCertificateError):
        keys_of(ROW, ROW)


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "7", "{}", '{"keys":{}}', '{"keys":[7]}', "[" * 5000, b"\xff\xfe"],
)
def test_something_else_than_a_key_set_is_refused(text: str | bytes) -> None:
    with pytest.raises(InvalidCertificateError) as caught:
        read_jwks(text)
    assert caught.value.reason == "jwks"


def test_a_giant_set_is_refused_unread() -> None:
    with pytest.raises(InvalidCertificateError, match="longer"):
        read_jwks(" " * (MAX_JWKS_BYTES + 1))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from([*ROW, "d"]), JSON))
def test_any_changed_row_gives_keys_or_our_error(changes: dict[str, object]) -> None:
    check(json.dumps({"keys": [{**ROW, **changes}]}))


@given(st.binary(max_size=60) | JSON.map(lambda value: json.dumps({"keys": value}).encode()))
def test_any_bytes_give_keys_or_our_error(data: bytes) -> None:
    check(data)


def check(text: str | bytes) -> None:
    try:
        keys = read_jwks(text)
    except InvalidCertificateError as fault:
        keys = None
        reason = fault.reason
    assert keys is not None or reason == "jwks"
