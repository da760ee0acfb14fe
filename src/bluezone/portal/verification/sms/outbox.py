"""The outbox: messages in the database until they are sent, tried again, or useless.

A message is put in by the transaction that issues its code, so that neither can be without
the other. Workers claim one by compare-and-set and a lease, send outside any transaction,
and write the outcome; a worker that dies leaves a lease that runs out. Number and text are
sealed while they wait and erased the moment they are not needed.
"""

from dataclasses import dataclass
from random import Random
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db.models import F, Q, QuerySet
from django.utils import translation
from django.utils.translation import gettext

from bluezone.portal import keyring
from bluezone.portal.verification.codes import CodePair, grouped
from bluezone.portal.verification.errors import SmsFailureError, SmsQueueFullError
from bluezone.portal.verification.models import MessageState, SmsMessage, VerificationCode
from bluezone.portal.verification.sms.outcome import SMS_FAILURE, Outcome
from bluezone.portal.verification.sms.provider import SmsProvider, only_shown, sms_enabled

MAX_ATTEMPTS: Final = 8
FIRST_WAIT_S: Final = 15
MAX_WAIT_S: Final = 1800
LEASE_S: Final = 150
MAX_CHARACTERS: Final = 918
"""spec/server-rules.md 2.3: an expanded message has at most 918 characters."""
_RECIPIENT: Final = "sms recipient"
_BODY: Final = "sms body"
_ERASED: Final = {"recipient_sealed": b"", "body_sealed": b""}


@dataclass(frozen=True, slots=True)
class Claim:
    """A message that this worker, and no other, is to send now."""

    message_id: int
    attempt: int
    lease_until: int


def link_for(code: str) -> str:
    """Return the address that carries a long code."""
    values = {"public_url": settings.BLUEZONE_PUBLIC_URL, "realm": settings.BLUEZONE_REALM}
    return str(settings.BLUEZONE_LINK_TEMPLATE.format(code=code, **values))


def message_text(codes: CodePair, row: VerificationCode, *, language: str) -> str:
    """Return the text of a message: a link for a day, a code for minutes."""
    with translation.override(language):
        template = gettext(
            "%(name)s: warn those you were near. Open %(link)s (24 h) or type %(code)s "
            "in the app (%(minutes)d min). Nothing is sent without your consent."
        )
    minutes = (row.expires_at - row.issued_at) // 60
    values = {
        "name": settings.BLUEZONE_REALM_NAME,
        "link": link_for(codes.long),
        "code": grouped(codes.short),
        "minutes": minutes,
    }
    return (template % values)[:MAX_CHARACTERS]


def enqueue(row: VerificationCode, phone: str, text: str, *, now: int, rng: Random) -> SmsMessage:
    """Put the message of a code into the outbox, inside the caller's transaction.

    Raises:
        SmsFailureError: messages are switched off.
        SmsQueueFullError: too many wait already.
    """
    message = SmsMessage(case=row.case, code=row, useless_at=row.long_expires_at)
    return _put(message, phone, text, now=now, rng=rng)


def enqueue_text(phone: str, text: str, *, useless_at: int, now: int, rng: Random) -> SmsMessage:
    """Put a message that belongs to no case into the outbox, inside the caller's transaction.

    Args:
        phone: E.164.
        text: what it says; at most 918 characters.
        useless_at: when nobody needs it any more, Unix seconds.
        now: Unix seconds.
        rng: chance, for sealing.

    Raises:
        SmsFailureError: messages are switched off.
        SmsQueueFullError: too many wait already.
    """
    message = SmsMessage(case=None, code=None, useless_at=useless_at)
    return _put(message, phone, text[:MAX_CHARACTERS], now=now, rng=rng)


def _put(message: SmsMessage, phone: str, text: str, *, now: int, rng: Random) -> SmsMessage:
    if not sms_enabled():
        raise SmsFailureError("messages are switched off; read the code out instead")
    if _unsent().count() >= settings.BLUEZONE_SMS_QUEUE_LIMIT:
        raise SmsQueueFullError("too many messages wait; read the code out, or try later")
    message.recipient_ending = phone[-3:]
    message.body_sealed = keyring.seal(text.encode(), purpose=_BODY, rng=rng)
    message.created_at = message.next_attempt_at = now
    if only_shown():
        message.state, message.finished_at = MessageState.SHOWN, now
    else:  # the number is kept only if something will be sent to it
        message.recipient_sealed = keyring.seal(phone.encode(), purpose=_RECIPIENT, rng=rng)
    message.save(force_insert=True)
    return message


def body_of(message: SmsMessage) -> str:
    """Return the text of a message that still has one, else an empty text."""
    plain = keyring.unseal(bytes(message.body_sealed), purpose=_BODY)
    return "" if plain is None else plain.decode()


def send_due(provider: SmsProvider, *, now: int, limit: int = 100) -> int:
    """Send every message that is due, at most `limit`; return how many were tried.

    May run in any number of processes at once and may be killed at any time.
    """
    give_up_useless(now=now)
    tried = 0
    while tried < limit and (claim := claim_next(now=now)) is not None:
        tried += 1
        complete(claim, _try(provider, claim), now=now)
    return tried


def claim_next(*, now: int) -> Claim | None:
    """Claim the message that has waited longest, or return None when none is due."""
    due = _due(now)
    for message in due.order_by("next_attempt_at", "pk")[:10]:
        # The state stands in the UPDATE: of two workers with the same row one gets 0 rows.
        attempt, lease_until = message.attempts + 1, now + LEASE_S
        if (
            _due(now)
            .filter(pk=message.pk, attempts=message.attempts)
            .update(state=MessageState.SENDING, attempts=attempt, lease_until=lease_until)
        ):
            return Claim(message.pk, attempt, lease_until)
    return None


def complete(claim: Claim, outcome: Outcome, *, now: int) -> bool:
    """Write how a try ended; return False if the claim was lost in the meantime."""
    mine = SmsMessage.objects.filter(
        pk=claim.message_id,
        state=MessageState.SENDING,
        attempts=claim.attempt,
        lease_until=claim.lease_until,
    )
    if outcome.state == MessageState.WAITING and claim.attempt < MAX_ATTEMPTS:
        wait_s = min(FIRST_WAIT_S * 2 ** (claim.attempt - 1), MAX_WAIT_S)
        next_at = now + max(wait_s, outcome.retry_after_s or 0)
        changed = mine.update(
            state=outcome.state, next_attempt_at=next_at, error_code=outcome.error_code
        )
    elif outcome.state == MessageState.SHOWN:
        changed = mine.update(state=outcome.state, finished_at=now, recipient_sealed=b"")
    else:
        final = MessageState.SENT if outcome.state == MessageState.SENT else MessageState.FAILED
        changed = mine.update(
            state=final,
            finished_at=now,
            error_code=outcome.error_code,
            provider_reference=outcome.reference,
            **_ERASED,
        )
    return changed == 1


def give_up_useless(*, now: int) -> int:
    """Erase messages whose code is no longer good; return how many were given up."""
    shown = SmsMessage.objects.filter(state=MessageState.SHOWN, useless_at__lte=now)
    shown.exclude(body_sealed=b"").update(**_ERASED)
    free = Q(state=MessageState.WAITING) | Q(state=MessageState.SENDING, lease_until__lte=now)
    return SmsMessage.objects.filter(free, useless_at__lte=now).update(
        state=MessageState.FAILED, finished_at=now, error_code=SMS_FAILURE, **_ERASED
    )


def withdraw(code_uuid: UUID, *, now: int) -> None:
    """Erase the messages of a code that was revoked."""
    of_code = SmsMessage.objects.filter(code_id=code_uuid)
    of_code.update(useless_at=now, **_ERASED)
    of_code.filter(state=MessageState.WAITING).update(
        state=MessageState.FAILED, finished_at=now, error_code="code_revoked"
    )


def _try(provider: SmsProvider, claim: Claim) -> Outcome:
    message = SmsMessage.objects.get(pk=claim.message_id)
    to = keyring.unseal(bytes(message.recipient_sealed), purpose=_RECIPIENT)
    body = body_of(message)
    if to is None or not body:
        return Outcome(MessageState.FAILED, SMS_FAILURE)
    return provider.send(to=to.decode(), body=body, reference=f"bluezone-{message.pk}")


def _due(now: int) -> QuerySet[SmsMessage]:
    waiting = Q(state=MessageState.WAITING, next_attempt_at__lte=now)
    lost = Q(state=MessageState.SENDING, lease_until__lte=now, attempts__lt=MAX_ATTEMPTS)
    return SmsMessage.objects.filter(waiting | lost, useless_at__gt=F("created_at"))


def _unsent() -> QuerySet[SmsMessage]:
    return SmsMessage.objects.filter(state__in=[MessageState.WAITING, MessageState.SENDING])
