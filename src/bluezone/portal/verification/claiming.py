"""What a phone does with a code: code for token, token for certificate.

Source: spec/server-rules.md 2.1, 2.3 and 1.5. Each step is a compare-and-set, so that of any
number of phones with the same code exactly one gets through. The token row has no link to
the code, and the HMAC of the keys is signed and forgotten: the portal cannot tell which
keys are whose.
"""

import base64
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Final

import jwt
from django.conf import settings
from django.db import transaction

from bluezone.portal import keyring, secret_files
from bluezone.portal.audit.services import PHONE, record
from bluezone.portal.verification.codes import code_hmac, is_short, normalise
from bluezone.portal.verification.dates import onset_interval
from bluezone.portal.verification.errors import (
    CodeExpiredError,
    CodeInvalidError,
    InvalidTestTypeError,
    TokenExpiredError,
    TokenInvalidError,
    UnsupportedTestTypeError,
)
from bluezone.portal.verification.issuing import TEST_TYPES, USER_REPORT
from bluezone.portal.verification.models import Token, VerificationCode
from bluezone.protocol.certificate import CertificateClaims, issue_certificate

TOKEN_BYTES: Final = 96
TOKEN_TTL_S: Final = 24 * 3600
CERTIFICATE_TTL_S: Final = 15 * 60
_TOKEN_AUDIENCE: Final = "bluezone.portal.token"  # noqa: S105 - a name
_CHAIN: Final = ("confirmed", "likely", "negative")
"""Whoever takes one of these takes those before it, too."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """What a phone learns for its code."""

    test_type: str
    symptom_date: dt.date | None
    test_date: dt.date | None
    token: str = field(repr=False)


def claim_code(text: str, accept: Sequence[str], *, now: int, rng: Random) -> Claimed:
    """Exchange a code for a token; the code is used up.

    Args:
        text: the short or the long code, as typed.
        accept: kinds of test that the phone can handle; empty for all.
        now: Unix seconds.
        rng: source of the token.

    Raises:
        CodeInvalidError: no such code, or used before.
        CodeExpiredError: too old, or revoked.
        UnsupportedTestTypeError: the phone cannot handle this kind; the code stays good.
        InvalidTestTypeError: `accept` names an unknown kind.
    """
    accepted = _accepted(accept)
    code = normalise(text)
    column = "short_hmac" if is_short(code) else "long_hmac"
    deadline = "expires_at" if is_short(code) else "long_expires_at"
    with transaction.atomic():
        row = VerificationCode.objects.filter(**{column: code_hmac(code)}).first()
        if row is None or row.claimed_at is not None:
            raise CodeInvalidError("no such code, or it was used before")
        if getattr(row, deadline) <= now or row.revoked_at is not None:
            raise CodeExpiredError(
                "the code is no longer good; ask the health worker for a new one"
            )
        if row.test_type not in accepted:
            raise UnsupportedTestTypeError("this app cannot handle this kind of test; update it")
        unused = VerificationCode.objects.filter(pk=row.pk, claimed_at=None, revoked_at=None)
        if unused.filter(**{f"{deadline}__gt": now}).update(claimed_at=now) != 1:
            raise CodeInvalidError("no such code, or it was used before")
        record(PHONE, "code.claimed", f"code {row.uuid}")
        token = _new_token(row, now=now, rng=rng)
    return Claimed(row.test_type, row.symptom_date, row.test_date, token)


def certify(token: str, tekmac: bytes, daykeymac: bytes | None, *, now: int) -> str:
    """Exchange a token for a certificate over the phone's keys; the token is used up.

    Args:
        token: as `claim_code` gave it.
        tekmac: HMAC-SHA256 over the phone's Exposure Notification keys, 32 bytes.
        daykeymac: the same over its Bluezone day keys, None if it has none.
        now: Unix seconds.

    Raises:
        TokenInvalidError: not ours, or used before.
        TokenExpiredError: too old.
    """
    hashed = _read_token(token, now=now)
    with transaction.atomic():
        row = Token.objects.filter(token_hmac=hashed).first()
        if row is None or row.used_at is not None:
            raise TokenInvalidError("no such token, or it was used before")
        if row.expires_at <= now:
            raise TokenExpiredError("the token is too old; ask for a new code")
        certificate = _sign(row, tekmac, daykeymac, now=now)
        if Token.objects.filter(pk=row.pk, used_at=None).update(used_at=now) != 1:
            raise TokenInvalidError("no such token, or it was used before")
    return certificate


def _accepted(accept: Sequence[str]) -> frozenset[str]:
    if any(kind not in TEST_TYPES for kind in accept):
        raise InvalidTestTypeError("accept names a kind of test that is not known here")
    if not accept:
        return frozenset(TEST_TYPES)
    highest = max((_CHAIN.index(kind) for kind in accept if kind in _CHAIN), default=-1)
    user_report = {USER_REPORT} if USER_REPORT in accept else set[str]()
    return frozenset(_CHAIN[: highest + 1]) | user_report


def _new_token(row: VerificationCode, *, now: int, rng: Random) -> str:
    secret = base64.urlsafe_b64encode(rng.randbytes(TOKEN_BYTES)).decode()
    Token.objects.create(
        token_hmac=keyring.fingerprint(secret_files.TOKEN, secret),
        test_type=row.test_type,
        symptom_date=row.symptom_date,
        test_date=row.test_date,
        expires_at=now + TOKEN_TTL_S,
    )
    signer = keyring.token_signing_key()
    claims = {
        "jti": secret,
        "aud": _TOKEN_AUDIENCE,
        "iss": settings.BLUEZONE_CERTIFICATE_ISSUER,
        "iat": now,
        "exp": now + TOKEN_TTL_S,
    }
    return jwt.encode(claims, signer.key, algorithm="ES256", headers={"kid": signer.kid})


def _read_token(token: str, *, now: int) -> str:
    """Return the HMAC under which a token of ours is stored."""
    try:
        claims = jwt.decode(
            token,
            keyring.token_signing_key().key.public_key(),
            algorithms=["ES256"],
            audience=_TOKEN_AUDIENCE,
            issuer=settings.BLUEZONE_CERTIFICATE_ISSUER,
            # Our own clock decides below; PyJWT would ask the machine's.
            options={"verify_exp": False, "verify_iat": False, "verify_nbf": False},
        )
    except (jwt.InvalidTokenError, ValueError):
        raise TokenInvalidError("this is not a token of ours") from None
    secret, expiry = claims.get("jti"), claims.get("exp")
    if not isinstance(secret, str) or not isinstance(expiry, int):
        raise TokenInvalidError("this is not a token of ours")
    if expiry <= now:
        raise TokenExpiredError("the token is too old; ask for a new code")
    return keyring.fingerprint(secret_files.TOKEN, secret)


def _sign(row: Token, tekmac: bytes, daykeymac: bytes | None, *, now: int) -> str:
    signer = keyring.certificate_signing_key()
    claims = CertificateClaims(
        report_type=row.test_type,
        symptom_onset_interval=onset_interval(row.symptom_date, row.test_date, now=now),
        tekmac=tekmac,
        daykeymac=daykeymac,
    )
    return issue_certificate(
        claims,
        key=signer.key,
        kid=signer.kid,
        iss=settings.BLUEZONE_CERTIFICATE_ISSUER,
        aud=settings.BLUEZONE_CERTIFICATE_AUDIENCE,
        now=now,
        ttl_s=CERTIFICATE_TTL_S,
    )
