"""A signed policy document: canonical bytes, ES256 signatures, a version that only rises.

Source: W8 and W14 of `spec/bluezone-wire.md` section 7; ES256 as RFC 7518 section 3.4
(ECDSA P-256, SHA-256, signature r || s of 64 bytes). The surprising decision: the policy's
own bytes travel as text inside the envelope and are what is signed, and they must be the
canonical ones, so that one policy has one form and no parser ever sees another.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Final

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.hashes import SHA256

from bluezone.phone.risk.errors import InvalidPolicyError, PolicySignatureError, StalePolicyError
from bluezone.phone.risk.policy import RiskPolicy

MAX_DOCUMENT_BYTES: Final = 256 * 1024
"""A full policy has about 4 kB; more is not one."""

_MAX_SIGNATURES: Final = 8
_SCALAR_BYTES: Final = 32


class _Signature(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    kid: str
    alg: str
    signature: str


class _Envelope(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    payload: str
    signatures: tuple[_Signature, ...]


def encode_policy(policy: RiskPolicy) -> bytes:
    """Return the canonical bytes: JSON, members sorted, no blanks, every member present."""
    members = msgspec.to_builtins(_normal(policy), str_keys=True)
    text = json.dumps(
        members, allow_nan=False, ensure_ascii=False, separators=(",", ":"), sort_keys=True
    )
    return text.encode()


def _normal(policy: RiskPolicy) -> RiskPolicy:
    """Return an equal policy whose numbers have the types of their members: 1 becomes 1.0."""
    members = msgspec.to_builtins(policy, str_keys=True)
    return msgspec.convert(members, RiskPolicy, str_keys=True)


def decode_draft(data: bytes) -> RiskPolicy:
    """Return the policy of JSON a person wrote: members left out have their defaults.

    Raises:
        InvalidPolicyError: an unknown, ill-typed or impossible member.
    """
    try:
        return msgspec.json.decode(data, type=RiskPolicy)
    except msgspec.MsgspecError as error:
        raise InvalidPolicyError(f"the policy cannot be read: {error}") from error
    except (RecursionError, UnicodeDecodeError) as error:
        raise InvalidPolicyError("the policy is not JSON that a person would write") from error


def decode_policy(data: bytes) -> RiskPolicy:
    """Return the policy of canonical bytes.

    Raises:
        InvalidPolicyError: an unknown or impossible member, or other than canonical bytes.
    """
    policy = decode_draft(data)
    if encode_policy(policy) != data:
        raise InvalidPolicyError("the policy's bytes are not canonical")
    return policy


def sign_policy(policy: RiskPolicy, signers: Mapping[str, EllipticCurvePrivateKey]) -> bytes:
    """Return the signed document, the same bytes for the same policy and keys.

    Args:
        policy: what to sign; its version must be above 0.
        signers: private P-256 keys by key id, at least one.

    Raises:
        InvalidPolicyError: the version is 0, or there is no signer on P-256.
    """
    if policy.version < 1:
        raise InvalidPolicyError("version 0 is the program's own; sign a higher one")
    if not signers or any(not isinstance(k.curve, SECP256R1) for k in signers.values()):
        raise InvalidPolicyError("a policy is signed by one or more keys on P-256")
    payload = encode_policy(policy)
    signatures = tuple(_sign(payload, kid, key) for kid, key in sorted(signers.items()))
    envelope = _Envelope(b64encode(payload).decode(), signatures)
    return msgspec.json.encode(envelope, order="sorted")


def open_policy(
    data: bytes,
    keys: Mapping[str, EllipticCurvePublicKey],
    *,
    now: int,
    newer_than: int,
) -> RiskPolicy:
    """Return the policy of a document that a trusted key has signed.

    Args:
        data: the document.
        keys: trusted public P-256 keys by key id.
        now: Unix seconds.
        newer_than: version in use; only a higher one is taken.

    Raises:
        InvalidPolicyError: the document or the policy is malformed.
        PolicySignatureError: no signature of a trusted key fits.
        StalePolicyError: expired, not valid yet, or not newer than the one in use.
    """
    envelope = _envelope(data)
    payload = _unbase64(envelope.payload)
    if not any(_fits(payload, signature, keys) for signature in envelope.signatures):
        raise PolicySignatureError("no trusted key has signed this policy")
    policy = decode_policy(payload)
    if policy.version <= newer_than:
        raise StalePolicyError(f"version {policy.version} is not newer than {newer_than}")
    if now < policy.issued_at:
        raise StalePolicyError("the policy is not valid yet")
    if now >= policy.expires_at:
        raise StalePolicyError("the policy has expired; fetch a newer one")
    return policy


def _envelope(data: bytes) -> _Envelope:
    if len(data) > MAX_DOCUMENT_BYTES:
        raise InvalidPolicyError(f"a document has at most {MAX_DOCUMENT_BYTES} bytes")
    try:
        envelope = msgspec.json.decode(data, type=_Envelope)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise InvalidPolicyError("the document is not a payload with signatures") from error
    if len(envelope.signatures) > _MAX_SIGNATURES:
        raise InvalidPolicyError(f"a document has at most {_MAX_SIGNATURES} signatures")
    return envelope


def _unbase64(text: str) -> bytes:
    try:
        return b64decode(text.encode("ascii"), validate=True)
    except ValueError as error:
        raise InvalidPolicyError("payload and signatures must be base64") from error


def _sign(payload: bytes, kid: str, key: EllipticCurvePrivateKey) -> _Signature:
    der = key.sign(payload, ECDSA(SHA256(), deterministic_signing=True))
    r, s = decode_dss_signature(der)
    raw = r.to_bytes(_SCALAR_BYTES) + s.to_bytes(_SCALAR_BYTES)
    return _Signature(kid, "ES256", b64encode(raw).decode())


def _fits(
    payload: bytes, signature: _Signature, keys: Mapping[str, EllipticCurvePublicKey]
) -> bool:
    key = keys.get(signature.kid)
    if key is None or signature.alg != "ES256" or not isinstance(key.curve, SECP256R1):
        return False
    raw = _unbase64(signature.signature)
    if len(raw) != 2 * _SCALAR_BYTES:
        return False
    r, s = int.from_bytes(raw[:_SCALAR_BYTES]), int.from_bytes(raw[_SCALAR_BYTES:])
    try:
        key.verify(encode_dss_signature(r, s), payload, ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True
