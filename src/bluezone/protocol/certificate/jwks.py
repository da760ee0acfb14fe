"""Public keys of an authority as a JSON web key set, and back.

Source: RFC 7517 and RFC 7518 section 6.2; `spec/server-rules.md` 1.5 for its use. The
surprising decision: keys of other kinds and curves are passed over, as the RFC asks, but a
set that shows a private key is refused as a whole, since its owner must replace it.
"""

import json
from collections.abc import Mapping
from typing import Final, NoReturn

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from jwt.algorithms import ECAlgorithm

from bluezone.protocol.errors import InvalidCertificateError

MAX_JWKS_BYTES: Final = 64 * 2**10
MAX_KID: Final = 255


def write_jwks(keys: Mapping[str, EllipticCurvePublicKey]) -> str:
    """Return the JSON text of public keys by `kid`, in the order of the mapping.

    Raises:
        InvalidCertificateError: a key is not on P-256; `reason` is `wrong_curve`.
    """
    rows = []
    for kid, key in keys.items():
        if not isinstance(key.curve, SECP256R1):
            message = f"certificate keys are on P-256, not on {key.curve.name}"
            raise InvalidCertificateError(message, reason="wrong_curve")
        names = {"kid": kid, "alg": "ES256", "use": "sig"}
        rows.append({**ECAlgorithm.to_jwk(key, as_dict=True), **names})
    return json.dumps({"keys": rows})


def read_jwks(text: str | bytes) -> dict[str, EllipticCurvePublicKey]:
    """Return the P-256 keys of a key set by `kid`, in file order.

    Args:
        text: JSON, at most 64 KiB.

    Raises:
        InvalidCertificateError: `reason` is `jwks`.
    """
    if len(text) > MAX_JWKS_BYTES:
        _refuse(f"the key set is longer than {MAX_JWKS_BYTES} bytes")
    keys: dict[str, EllipticCurvePublicKey] = {}
    for row in filter(_is_usable, _rows(text)):
        kid = row.get("kid")
        if not isinstance(kid, str) or not 1 <= len(kid) <= MAX_KID or kid in keys:
            _refuse("a key has no kid, a long one, or that of another key")
        keys[kid] = _public_key(row)
    return keys


def _rows(text: str | bytes) -> list[dict[str, object]]:
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError) as fault:
        raise InvalidCertificateError("the key set is not JSON", reason="jwks") from fault
    rows = whole.get("keys") if isinstance(whole, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        _refuse("a key set is an object with a list `keys` of objects")
    return rows


def _is_usable(row: Mapping[str, object]) -> bool:
    """Return whether a row may be ours; a private key in it is never acceptable."""
    if row.get("kty") == "oct" or "d" in row:
        _refuse("the key set shows a private key; its owner must replace it")
    kind = (row.get("kty"), row.get("crv"), row.get("use", "sig"), row.get("alg", "ES256"))
    return kind == ("EC", "P-256", "sig", "ES256")


def _public_key(row: Mapping[str, object]) -> EllipticCurvePublicKey:
    try:
        key = ECAlgorithm.from_jwk({str(name): value for name, value in row.items()})
    except (jwt.PyJWTError, ValueError, TypeError) as fault:
        raise InvalidCertificateError("a key is not a point of P-256", reason="jwks") from fault
    if not isinstance(key, EllipticCurvePublicKey):
        _refuse("the key set shows a private key; its owner must replace it")
    return key


def _refuse(message: str) -> NoReturn:
    raise InvalidCertificateError(message, reason="jwks")
