"""Issuing codes, and what happens to them afterwards: status, revocation.

Source: spec/server-rules.md 2.1 and 2.3. A code belongs to a person at the desk or to a
program with an admin key; both go through `issue_code`, in one transaction.
"""

import datetime as dt
from dataclasses import dataclass, field
from random import Random
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.db.models.functions import Least

from bluezone.portal import keyring, locks, secret_files
from bluezone.portal.accounts.models import User
from bluezone.portal.audit.services import record
from bluezone.portal.cases.models import Case, ReportType
from bluezone.portal.verification.codes import CodePair, code_hmac, new_codes
from bluezone.portal.verification.dates import check_days
from bluezone.portal.verification.errors import (
    CodeNotFoundError,
    InternalServerError,
    InvalidTestTypeError,
    QuotaExceededError,
    UnsupportedTestTypeError,
    UuidAlreadyExistsError,
)
from bluezone.portal.verification.models import ApiKey, VerificationCode
from bluezone.portal.verification.sms import outbox
from bluezone.portal.verification.sms.phone_number import normalise_phone

USER_REPORT: Final = "user-report"
TEST_TYPES: Final = (*ReportType.values, USER_REPORT)
_COLLISION_TRIES: Final = 6
_DAY_S: Final = 86_400


@dataclass(frozen=True, slots=True)
class CodeRequest:
    """What somebody wants a code for.

    Attributes:
        test_type: `confirmed`, `likely` or `negative`.
        symptom_date: first day of symptoms, or None.
        test_date: day of the test, or None.
        offset_minutes: time zone of the caller, minutes east of UTC.
        phone: number that gets a message; empty for none.
        uuid: identifier that the caller wants, None for a new one.
        case: the case it is for; programs have none.
        external_issuer: who asked at the program, in its own words.
        link_shown: the link is given to the person in some way, so it may live its day.
        send: whether we send the message (or the caller does, from `message`).
        language: language of the message.
    """

    test_type: str
    symptom_date: dt.date | None = None
    test_date: dt.date | None = None
    offset_minutes: float = 0.0
    phone: str = field(default="", repr=False)
    uuid: UUID | None = None
    case: Case | None = None
    external_issuer: str = ""
    link_shown: bool = False
    send: bool = True
    language: str = "vi"


@dataclass(frozen=True, slots=True)
class Issued:
    """A code that was issued: its row, and for this once the code itself."""

    row: VerificationCode
    codes: CodePair = field(repr=False)
    message: str = field(repr=False)
    phone: str = field(repr=False)


def issue_code(request: CodeRequest, issuer: User | ApiKey, *, now: int, rng: Random) -> Issued:
    """Issue a code, durable when this returns.

    Raises:
        InvalidTestTypeError, UnsupportedTestTypeError, MissingDateError, InvalidDateError,
        PhoneNumberInvalidError, SmsFailureError, SmsQueueFullError, UuidAlreadyExistsError,
        QuotaExceededError: nothing was stored.
    """
    _check_test_type(request.test_type)
    check_days(
        request.symptom_date,
        request.test_date,
        now=now,
        offset_minutes=request.offset_minutes,
        required=settings.BLUEZONE_REQUIRE_DATE,
    )
    phone = normalise_phone(request.phone) if request.phone else ""
    with transaction.atomic():
        locks.hold("issuing codes")  # the quota, the caller's uuid, the queue's length
        _check_quota(now)
        if request.uuid and VerificationCode.objects.filter(uuid=request.uuid).exists():
            raise UuidAlreadyExistsError("a code was issued under this uuid before")
        row, codes = _store(request, issuer, phone, now=now, rng=rng)
        text = outbox.message_text(codes, row, language=request.language) if phone else ""
        if phone and request.send:
            outbox.enqueue(row, phone, text, now=now, rng=rng)
        _record_issue(row, issuer, by_message=bool(phone))
    return Issued(row, codes, text, phone)


def find_code(uuid: UUID) -> VerificationCode:
    """Return the code issued under `uuid`.

    Raises:
        CodeNotFoundError: there is none.
    """
    row = VerificationCode.objects.filter(uuid=uuid).first()
    if row is None:
        raise CodeNotFoundError("no code was issued under this uuid")
    return row


def expire_code(uuid: UUID, *, actor: str, now: int) -> VerificationCode:
    """Let a code work no more; a used or expired one stays as it is.

    Raises:
        CodeNotFoundError: there is none.
    """
    with transaction.atomic():
        live: QuerySet[VerificationCode] = VerificationCode.objects.filter(
            uuid=uuid, claimed_at=None, revoked_at=None, long_expires_at__gt=now
        )
        ended = live.update(
            revoked_at=now, expires_at=Least("expires_at", now), long_expires_at=now
        )
        if ended:
            outbox.withdraw(uuid, now=now)
            record(actor, "code.revoked", f"code {uuid}")
        return find_code(uuid)


def _check_test_type(test_type: str) -> None:
    if test_type not in TEST_TYPES:
        raise InvalidTestTypeError("testType must be confirmed, likely or negative")
    if test_type == USER_REPORT:
        raise UnsupportedTestTypeError("a user report cannot be issued to somebody else")


def _check_quota(now: int) -> None:
    today = VerificationCode.objects.filter(issued_at__gte=now - now % _DAY_S).count()
    if today >= settings.BLUEZONE_CODES_PER_DAY:
        raise QuotaExceededError("no more codes today; an administrator can raise the quota")


def _store(
    request: CodeRequest, issuer: User | ApiKey, phone: str, *, now: int, rng: Random
) -> tuple[VerificationCode, CodePair]:
    uuid = request.uuid or UUID(bytes=rng.randbytes(16), version=4)
    short_until = now + settings.BLUEZONE_SHORT_CODE_TTL_S
    long_until = now + settings.BLUEZONE_LONG_CODE_TTL_S
    for _ in range(_COLLISION_TRIES):
        codes = new_codes(rng, digits=settings.BLUEZONE_SHORT_CODE_DIGITS)
        row = VerificationCode(
            uuid=uuid,
            case=request.case,
            test_type=request.test_type,
            symptom_date=request.symptom_date,
            test_date=request.test_date,
            short_hmac=code_hmac(codes.short),
            long_hmac=code_hmac(codes.long),
            issued_at=now,
            expires_at=short_until,
            long_expires_at=long_until if phone or request.link_shown else short_until,
            issued_by=issuer if isinstance(issuer, User) else None,
            api_key=issuer if isinstance(issuer, ApiKey) else None,
            external_issuer=request.external_issuer,
            phone_hmac=keyring.fingerprint(secret_files.PHONE, phone) if phone else "",
        )
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            continue
        return row, codes
    raise InternalServerError("no free code was found; try again")


def _record_issue(row: VerificationCode, issuer: User | ApiKey, *, by_message: bool) -> None:
    detail: dict[str, object] = {"test_type": row.test_type, "message": by_message}
    if row.case is not None:
        detail["case"] = row.case.pseudonym
    record(actor_name(issuer), "code.issued", f"code {row.uuid}", detail)


def actor_name(issuer: User | ApiKey) -> str:
    """Return how the audit calls a person or a program."""
    return issuer.username if isinstance(issuer, User) else f"api-key:{issuer.name}"
