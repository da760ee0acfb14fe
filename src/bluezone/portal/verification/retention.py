"""Forgetting on time. Source: spec/server-rules.md 2.3 "rows kept"; docs/portal.md lists it."""

from dataclasses import dataclass
from typing import Final

from django.contrib.sessions.models import Session
from django.db.models import Q

from bluezone.portal import clock
from bluezone.portal.accounts import tallies
from bluezone.portal.verification.models import MessageState, SmsMessage, Token, VerificationCode

HOUR_S: Final = 3600
DAY_S: Final = 24 * HOUR_S
CODE_KEPT_S: Final = 48 * HOUR_S
STATUS_KEPT_S: Final = 14 * DAY_S
TALLY_KEPT_S: Final = DAY_S


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How many rows were erased or removed."""

    codes_erased: int
    statuses: int
    tokens: int
    messages: int
    tallies: int
    sessions: int


def purge(*, now: int, desk_now: int) -> Forgotten:
    """Erase what is no longer needed; can be run at any time and twice.

    Args:
        now: time of codes, tokens and messages, Unix seconds.
        desk_now: time of sessions and tallies, Unix seconds.
    """
    dead = VerificationCode.objects.filter(long_expires_at__lt=now - CODE_KEPT_S)
    erased = dead.filter(Q(short_hmac__isnull=False) | Q(long_hmac__isnull=False)).update(
        short_hmac=None, long_hmac=None, phone_hmac=""
    )
    finished = [MessageState.SHOWN, MessageState.SENT, MessageState.FAILED]
    old = {"created_at__lt": now - STATUS_KEPT_S, "state__in": finished}
    messages = SmsMessage.objects.filter(**old).delete()[0]
    statuses = VerificationCode.objects.filter(
        issued_at__lt=now - STATUS_KEPT_S, long_expires_at__lt=now
    ).delete()[0]
    return Forgotten(
        codes_erased=erased,
        statuses=statuses,
        tokens=Token.objects.filter(expires_at__lt=now).delete()[0],
        messages=messages,
        tallies=tallies.purge(before=desk_now - TALLY_KEPT_S),
        sessions=Session.objects.filter(expire_date__lt=clock.aware(desk_now)).delete()[0],
    )
