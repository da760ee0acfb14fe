"""Signed policies: one canonical form, trusted keys only, versions that only rise."""

import json
from base64 import b64encode
from contextlib import suppress
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, SECP384R1, derive_private_key
from hypothesis import given
from hypothesis import strategies as st

from bluezone.phone.risk import policy_document
from bluezone.phone.risk.errors import InvalidPolicyError, PolicySignatureError, StalePolicyError
from bluezone.phone.risk.policy import RiskPolicy
from bluezone.phone.risk.policy_document import (
    decode_draft,
    decode_policy,
    encode_policy,
    open_policy,
    sign_policy,
)
from bluezone.protocol.errors import BluezoneError

KEY = derive_private_key(11, SECP256R1())
OTHER = derive_private_key(12, SECP256R1())
NOW = 1_600_000_000
POLICY = RiskPolicy(version=3, issued_at=NOW, expires_at=NOW + 86_400, model="cwa")
TRUSTED = {"ministry-1": KEY.public_key()}


def signed(policy: RiskPolicy = POLICY) -> bytes:
    return sign_policy(policy, {"ministry-1": KEY})


def opened(data: bytes, *, now: int = NOW, newer_than: int = 2) -> RiskPolicy:
    return open_policy(data, TRUSTED, now=now, newer_than=newer_than)


def resigned(payload: bytes) -> bytes:
    """Return a document over any bytes, properly signed."""
    signature = msgspec.to_builtins(policy_document._sign(payload, "ministry-1", KEY))
    return json.dumps({"payload": b64encode(payload).decode(), "signatures": [signature]}).encode()


def changed(**members: Any) -> bytes:
    content = json.loads(encode_policy(POLICY)) | members
    return json.dumps(content, separators=(",", ":"), sort_keys=True).encode()


def test_a_signed_policy_is_opened_as_it_was() -> None:
    policy = opened(signed())
    assert encode_policy(policy) == encode_policy(POLICY)
    assert (policy.version, policy.build_model().name) == (3, "cwa")


def test_the_same_policy_and_key_give_the_same_bytes() -> None:
    assert signed() == signed()


def test_one_trusted_signature_among_several_is_enough() -> None:
    assert opened(sign_policy(POLICY, {"ministry-1": KEY, "another": OTHER})).version == 3


@pytest.mark.parametrize(
    "data",
    [
        sign_policy(POLICY, {"ministry-1": OTHER}),
        sign_policy(POLICY, {"unknown": KEY}),
        signed().replace(b"ES256", b"ES384"),
        json.dumps(
            {"payload": b64encode(encode_policy(POLICY)).decode(), "signatures": []}
        ).encode(),
    ],
    ids=["another key", "unknown key id", "another algorithm", "no signature"],
)
def test_a_policy_that_no_trusted_key_has_signed_is_refused(data: bytes) -> None:
    with pytest.raises(PolicySignatureError) as error:
        opened(data)
    assert error.value.code == "invalid_risk_policy_signature"


def test_a_changed_payload_breaks_the_signature() -> None:
    document = json.loads(signed())
    document["payload"] = b64encode(changed(model="ours")).decode()
    with pytest.raises(PolicySignatureError):
        opened(json.dumps(document).encode())


@pytest.mark.parametrize(
    ("now", "newer_than"),
    [(NOW, 3), (NOW, 4), (NOW - 1, 2), (NOW + 86_400, 2)],
    ids=["same version", "older version", "not valid yet", "expired"],
)
def test_a_stale_policy_is_refused(now: int, newer_than: int) -> None:
    with pytest.raises(StalePolicyError) as error:
        opened(signed(), now=now, newer_than=newer_than)
    assert error.value.code == "stale_risk_policy"


@pytest.mark.parametrize(
    "payload",
    [
        changed(OTP="1"),
        changed(ours={"link": "http://example.invalid"}),
        changed(calibration={"tx_power_dbm": 99, "rssi_correction_db": 0}),
        changed(mapping={"days_since_onset_to_infectiousness": [1]}),
        changed(version="4"),
        changed(format="bluezone-risk-policy/2"),
        json.dumps(json.loads(encode_policy(POLICY)), indent=1).encode(),
        encode_policy(POLICY).replace(b'"version":3', b'"version":3,"version":3'),
        encode_policy(POLICY).replace(b'"weight":1.0', b'"weight":1'),
        b"{}",
        b"null",
        b"\xff",
        b"[" * 100_000,
    ],
    ids=[
        "unknown member",
        "unknown inner member",
        "impossible value",
        "short mapping",
        "wrong type",
        "another format",
        "blanks",
        "member twice",
        "another way to write a number",
        "nothing",
        "null",
        "no text",
        "deep nesting",
    ],
)
def test_a_signed_payload_that_is_not_a_canonical_policy_is_refused(payload: bytes) -> None:
    with pytest.raises(InvalidPolicyError) as error:
        opened(resigned(payload))
    assert error.value.code == "invalid_risk_policy"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b'{"payload":"!","signatures":[]}',
        b'{"payload":"","signatures":[],"x":1}',
        b"0" * 300_000,
    ],
    ids=["empty", "no members", "no base64", "unknown member", "too long"],
)
def test_a_malformed_document_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidPolicyError):
        opened(data)


def test_only_p256_keys_sign_and_version_zero_is_the_programs_own() -> None:
    with pytest.raises(InvalidPolicyError):
        sign_policy(POLICY, {"a": derive_private_key(5, SECP384R1())})
    with pytest.raises(InvalidPolicyError):
        sign_policy(POLICY, {})
    with pytest.raises(InvalidPolicyError):
        signed(RiskPolicy())


def test_the_programs_default_is_canonical_and_its_own_model() -> None:
    policy = decode_policy(encode_policy(RiskPolicy()))
    assert (policy.version, policy.build_model().name) == (0, "ours")


def test_a_draft_may_leave_members_out() -> None:
    draft = decode_draft(b'{"ours":{"high_minutes":20.0}}')
    assert (draft.ours.high_minutes, draft.ours.low_minutes) == (20.0, 5.0)


@pytest.mark.parametrize(
    "draft",
    [
        b'{"ours":{"buckets":[{"max_attenuation_db":60,"weight":1},{"max_attenuation_db":50,"weight":1}]}}',
        b'{"ours":{"low_minutes":20}}',
        b'{"ours":{"report_type_weights":{"9":1}}}',
        b'{"ours":{"minimum_scans":0}}',
        b'{"enx":{"classes":[]}}',
        b'{"v1":{"minimum_risk_score":0}}',
        b'{"v1":{"duration_scores":[9,0,0,0,0,0,0,0]}}',
        b'{"v1":{"duration_scores":[1]}}',
        b'{"expires_at":0}',
        b'{"version":-1}',
        b'{"model":"guess"}',
    ],
    ids=lambda draft: draft.decode()[:40],
)
def test_an_impossible_value_is_refused_with_our_error(draft: bytes) -> None:
    with pytest.raises(InvalidPolicyError):
        decode_draft(draft)


@given(st.binary(max_size=200))
def test_any_bytes_give_a_policy_or_our_error(data: bytes) -> None:
    for read in (decode_policy, opened):
        with suppress(BluezoneError):
            assert isinstance(read(data), RiskPolicy)


@given(st.integers(0, len(signed()) - 1), st.integers(1, 255))
def test_a_document_with_one_byte_changed_is_our_error_or_the_same_policy(
    at: int, flip: int
) -> None:
    data = bytearray(signed())
    data[at] ^= flip
    with suppress(BluezoneError):
        assert encode_policy(opened(bytes(data))) == encode_policy(POLICY)
