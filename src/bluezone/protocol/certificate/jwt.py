"""Issuing and verifying verification certificates: ES256 JSON web tokens.

Source: `spec/server-rules.md` 1.5 and RFC 7519. The surprising decision: the token library
checks the signature, issuer and audience, but not the times. It would read the machine's
clock; here `now` comes from the caller, so a test or an accelerated demo can set it.
"""

from collections.abc import Mapping
from typing import Final, NoReturn

import jwt as pyjwt
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
)

from bluezone.protocol.certificate.claims import (
    CertificateClaims,
    claims_from_json,
    claims_to_json,
    whole_number,
)
from bluezone.protocol.errors import InvalidCertificateError

ALGORITHM: Final = "ES256"
LEEWAY_S: Final = 5
"""Clock difference that is forgiven (server-rules 2.3)."""

MAX_TOKEN: Final = 4096
"""Longest token in characters; a certificate of ours has about 500."""

_UNTIMED: Final[pyjwt.types.Options] = {
    "require": ["iss", "aud", "iat", "exp"],
    "verify_exp": False,
    "verify_iat": False,
    "verify_nbf": False,
    "verify_iss": True,
    "verify_aud": True,
    "verify_sub": False,
    "verify_jti": False,
}


def issue_certificate(
    claims: CertificateClaims,
    *,
    key: EllipticCurvePrivateKey,
    kid: str,
    iss: str,
    aud: str,
    now: int,
    ttl_s: int,
) -> str:
    """Return a signed certificate.

    Args:
        claims: what is stated; its own times are ignored.
        key: P-256 private key of the authority.
        kid: name of the key in the authority's JWKS.
        iss: name of the authority, which selects its keys.
        aud: name of the key server it is for.
        now: Unix seconds; `iat` and `nbf`.
        ttl_s: lifetime in seconds, at least 1; the reference uses 900.

    Raises:
        InvalidCertificateError: a claim is out of limits, or the key is on another curve.
    """
    if not isinstance(key.curve, SECP256R1):
        _refuse(f"certificates are signed on P-256, not on {key.curve.name}", "wrong_curve")
    if ttl_s < 1:
        _refuse("a certificate must live at least a second", "claims")
    times = {"iat": now, "nbf": now, "exp": now + ttl_s}
    body = {"iss": iss, "aud": aud, **times, **claims_to_json(claims)}
    return pyjwt.encode(body, key, algorithm=ALGORITHM, headers={"kid": kid})


def verify_certificate(
    token: str,
    *,
    keys: Mapping[str, EllipticCurvePublicKey],
    iss: str,
    aud: str,
    now: int,
    leeway_s: int = LEEWAY_S,
) -> CertificateClaims:
    """Return the claims of a certificate after every check.

    Args:
        token: compact form, at most 4096 characters.
        keys: public keys of the authority by `kid`, on P-256.
        iss: the one issuer that is accepted.
        aud: the audience that must be named.
        now: Unix seconds.
        leeway_s: clock difference to forgive.

    Raises:
        InvalidCertificateError: `reason` is `too_large`, `malformed`, `algorithm`,
            `missing_kid`, `unknown_kid`, `wrong_curve`, `signature`, `issuer`, `audience`,
            `claims`, `expired` or `not_yet_valid`.
    """
    key = _key_of(_header_of(token), keys)
    body = _verified_body(token, key, iss=iss, aud=aud)
    claims = claims_from_json(body)
    starts_at = max(claims.issued_at, whole_number(body.get("nbf", 0), "nbf"))
    if now >= claims.expires_at + leeway_s:
        _refuse("the certificate has expired; ask for a new one", "expired")
    if now < starts_at - leeway_s:
        _refuse("the certificate is not valid yet; compare the clocks", "not_yet_valid")
    return claims


def _header_of(token: str) -> Mapping[str, object]:
    if len(token) > MAX_TOKEN:
        _refuse(f"the certificate has more than {MAX_TOKEN} characters", "too_large")
    if not token.isascii():
        _refuse("the certificate is not a token", "malformed")
    try:
        return pyjwt.get_unverified_header(token)
    except pyjwt.PyJWTError as fault:
        raise _malformed() from fault


def _key_of(
    header: Mapping[str, object], keys: Mapping[str, EllipticCurvePublicKey]
) -> EllipticCurvePublicKey:
    """Return the key that a header names; the algorithm is never the token's choice."""
    if header.get("alg") != ALGORITHM:
        _refuse(f"certificates are signed with {ALGORITHM} only", "algorithm")
    kid = header.get("kid")
    if not isinstance(kid, str) or not kid:
        _refuse("the certificate does not name its key", "missing_kid")
    key = keys.get(kid)
    if key is None:
        _refuse("the certificate names a key that the authority does not have", "unknown_kid")
    if not isinstance(key.curve, SECP256R1):
        _refuse(f"the authority's key is on {key.curve.name}, not on P-256", "wrong_curve")
    return key


def _verified_body(
    token: str, key: EllipticCurvePublicKey, *, iss: str, aud: str
) -> Mapping[str, object]:
    try:
        return pyjwt.decode(
            token, key, algorithms=[ALGORITHM], issuer=iss, audience=aud, options=_UNTIMED
        )
    except pyjwt.PyJWTError as fault:
        for kind, (message, reason) in _FAULTS.items():
            if isinstance(fault, kind):
                raise InvalidCertificateError(message, reason=reason) from fault
        raise _malformed() from fault


_FAULTS: Final[Mapping[type[pyjwt.PyJWTError], tuple[str, str]]] = {
    pyjwt.InvalidSignatureError: ("the certificate was not signed by its authority", "signature"),
    pyjwt.InvalidAlgorithmError: (f"certificates are signed with {ALGORITHM} only", "algorithm"),
    pyjwt.InvalidIssuerError: ("the certificate is from another authority", "issuer"),
    pyjwt.InvalidAudienceError: ("the certificate is for another key server", "audience"),
    pyjwt.MissingRequiredClaimError: ("the certificate lacks a claim", "claims"),
}


def _malformed() -> InvalidCertificateError:
    return InvalidCertificateError("the certificate is not a token", reason="malformed")


def _refuse(message: str, reason: str) -> NoReturn:
    raise InvalidCertificateError(message, reason=reason)
