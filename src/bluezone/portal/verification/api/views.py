"""The calls of the verification API. Source: spec/server-rules.md 2.1."""

from email.utils import format_datetime
from typing import Final

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt

from bluezone.portal import chance, clock, keyring
from bluezone.portal.accounts import tallies
from bluezone.portal.accounts.tallies import Limit
from bluezone.portal.verification.api.answers import answer, error_answer, error_fields
from bluezone.portal.verification.api.bodies import (
    MAX_BATCH,
    BatchIssueBody,
    CertificateBody,
    IssueBody,
    UuidBody,
    VerifyBody,
    read_hmac,
    read_uuid,
)
from bluezone.portal.verification.api.guard import api_call, caller
from bluezone.portal.verification.claiming import certify, claim_code
from bluezone.portal.verification.dates import parse_day
from bluezone.portal.verification.errors import (
    CodeInvalidError,
    UnknownCallError,
    UnparsableRequestError,
    VerificationError,
)
from bluezone.portal.verification.issuing import (
    CodeRequest,
    Issued,
    actor_name,
    expire_code,
    find_code,
    issue_code,
)
from bluezone.portal.verification.models import ApiKey, ApiKeyKind, VerificationCode
from bluezone.protocol.certificate import write_jwks

WRONG_CODES: Final = Limit("wrong code", count=5, window_s=3600, growing=True)
"""Ours: from the fifth wrong code in an hour on, wait 1 s, 2 s, 4 s, up to an hour."""


def _verify(request: HttpRequest, body: VerifyBody, key: ApiKey) -> HttpResponse:
    # Phones share one device key: the wait belongs to a key at an address, not to all phones.
    guesser = f"{caller(request)}\n{key.pk}"
    tallies.check(WRONG_CODES, guesser, now=clock.desk_now())
    try:
        claimed = claim_code(body.code, body.accept, now=clock.now(), rng=chance.SYSTEM)
    except CodeInvalidError:
        tallies.fail(WRONG_CODES, guesser, now=clock.desk_now())
        raise
    fields = {
        "testtype": claimed.test_type,
        "symptomDate": _iso(claimed.symptom_date),
        "testDate": _iso(claimed.test_date),
        "token": claimed.token,
    }
    return answer(fields, rng=chance.SYSTEM)


def _certificate(_request: HttpRequest, body: CertificateBody, _key: ApiKey) -> HttpResponse:
    tekmac = read_hmac(body.ekeyhmac, "ekeyhmac")
    daykeymac = read_hmac(body.daykeyhmac, "daykeyhmac") if body.daykeyhmac else None
    certificate = certify(body.token, tekmac, daykeymac, now=clock.now())
    return answer({"certificate": certificate}, rng=chance.SYSTEM)


def _issue(_request: HttpRequest, body: IssueBody, key: ApiKey) -> HttpResponse:
    issued = _issue_one(body, key)
    return answer(_issued_fields(body, issued), rng=chance.SYSTEM)


def _batch_issue(_request: HttpRequest, body: BatchIssueBody, key: ApiKey) -> HttpResponse:
    """Issue each code by itself; the status is that of the first failure."""
    if not 1 <= len(body.codes) <= MAX_BATCH:
        raise UnparsableRequestError(
            f"codes has {len(body.codes)} elements, allowed 1 to {MAX_BATCH}"
        )
    rows: list[dict[str, object]] = []
    errors: list[VerificationError] = []
    for element in body.codes:
        try:
            rows.append(_issued_fields(element, _issue_one(element, key)))
        except VerificationError as error:
            errors.append(error)
            rows.append(error_fields(error))
    fields: dict[str, object] = {"codes": rows}
    if errors:
        done = len(rows) - len(errors)
        text = f"{len(errors)} codes were not issued, {done} were; see each in codes"
        fields |= {**error_fields(errors[0]), "error": text}
    status = errors[0].status if errors else 200
    return answer(fields, rng=chance.SYSTEM, status=status)


def _check_code_status(_request: HttpRequest, body: UuidBody, _key: ApiKey) -> HttpResponse:
    return answer(_status_fields(find_code(read_uuid(body.uuid))), rng=chance.SYSTEM)


def _expire_code(_request: HttpRequest, body: UuidBody, key: ApiKey) -> HttpResponse:
    row = expire_code(read_uuid(body.uuid), actor=actor_name(key), now=clock.now())
    return answer(_status_fields(row), rng=chance.SYSTEM)


verify = api_call(ApiKeyKind.DEVICE, VerifyBody, _verify)
certificate = api_call(ApiKeyKind.DEVICE, CertificateBody, _certificate)
issue = api_call(ApiKeyKind.ADMIN, IssueBody, _issue)
batch_issue = api_call(ApiKeyKind.ADMIN, BatchIssueBody, _batch_issue)
check_code_status = api_call(ApiKeyKind.ADMIN, UuidBody, _check_code_status)
expire = api_call(ApiKeyKind.ADMIN, UuidBody, _expire_code)


@csrf_exempt
@login_not_required
def unknown_call(_request: HttpRequest, path: str) -> HttpResponse:
    """Answer a call that does not exist in the shape of those that do."""
    del path
    return error_answer(UnknownCallError("no call of that name"), rng=chance.SYSTEM)


@login_not_required
@cache_control(public=True, max_age=300)
def jwks(_request: HttpRequest) -> HttpResponse:
    """Publish the public keys that certificates are signed with."""
    signer = keyring.certificate_signing_key()
    keys = write_jwks({signer.kid: signer.key.public_key()})
    return HttpResponse(keys, content_type="application/jwk-set+json")


def _issue_one(body: IssueBody, key: ApiKey) -> Issued:
    request = CodeRequest(
        test_type=body.test_type.strip().lower(),
        symptom_date=parse_day(body.symptom_date, "symptomDate"),
        test_date=parse_day(body.test_date, "testDate"),
        offset_minutes=body.tz_offset,
        phone=body.phone,
        uuid=read_uuid(body.uuid) if body.uuid else None,
        external_issuer=body.external_issuer_id,
        send=not body.only_generate_sms,
    )
    return issue_code(request, key, now=clock.now(), rng=chance.SYSTEM)


def _issued_fields(body: IssueBody, issued: Issued) -> dict[str, object]:
    row = issued.row
    fields: dict[str, object] = {
        "uuid": str(row.uuid),
        "code": issued.codes.short,
        "expiresAt": format_datetime(clock.aware(row.expires_at), usegmt=True),
        "expiresAtTimestamp": row.expires_at,
        "longExpiresAt": format_datetime(clock.aware(row.long_expires_at), usegmt=True),
        "longExpiresAtTimestamp": row.long_expires_at,
    }
    if body.only_generate_sms and issued.message:
        fields |= {"generatedSMS": issued.message, "phone": issued.phone}
    return fields


def _status_fields(row: VerificationCode) -> dict[str, object]:
    return {
        "claimed": row.claimed_at is not None,
        "expiresAtTimestamp": row.expires_at,
        "longExpiresAtTimestamp": row.long_expires_at,
    }


def _iso(day: object) -> str:
    return "" if day is None else str(day)
