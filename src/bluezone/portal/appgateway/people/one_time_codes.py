"""Codes by message: six digits that show that somebody has the phone with a number.

Source: spec/bluezone-wire.md 3.2 (33 wrong, 34 expired) and 5.3 (six digits; the app counts down
900 s). A code belongs to a number and to whoever asked for it, a phone or a browser, so that a
stranger can neither use it nor use up its tries by guessing. After five wrong tries the asker
waits, and whatever is typed meanwhile is "wrong". The right code may be typed again: answers get
lost. The surprising part: the code is stored as an HMAC over asker, number and code, so equal
codes look different.
"""

import hmac
from dataclasses import dataclass, field
from enum import Enum, auto
from random import Random
from typing import Final

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext, gettext_noop

from bluezone.portal import keyring, locks, secret_files
from bluezone.portal.accounts.errors import TooManyTriesError
from bluezone.portal.appgateway.people import budgets
from bluezone.portal.appgateway.people.errors import CodeNotSentError
from bluezone.portal.appgateway.people.models import OneTimeCode
from bluezone.portal.appgateway.people.sealing import number_hmac
from bluezone.portal.verification.errors import SmsFailureError, SmsQueueFullError
from bluezone.portal.verification.sms import outbox

DIGITS: Final = 6
LIFE_S: Final = 900
WRONG_TRIES: Final = 5
WAIT_S: Final = 900
CONFIRMATION: Final = gettext_noop(
    "Bluezone: code %(code)s, good for %(minutes)d min. Tell nobody."
)
DELETION: Final = gettext_noop("Bluezone: code %(code)s deletes your data (%(minutes)d min).")
"""One message each, also in Vietnamese: at most 70 characters."""


_PHONE: Final = "phone"


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks for a code: a kind (`phone`, `browser`, `nobody`) and which one."""

    kind: str
    name: str = field(default="", repr=False)

    def __str__(self) -> str:
        """Return both, for an HMAC."""
        return f"{self.kind} {self.name}"


NOBODY: Final = Asker("nobody")
"""A phone whose token was lost on the way (3.4 rule 3): any phone may type that code."""


def of_phone(phone_id: int | None) -> Asker:
    """Return whom the code of a phone is for, None being one whose token was lost."""
    return NOBODY if phone_id is None else Asker(_PHONE, str(phone_id))


def of_browser(name: str) -> Asker:
    """Return whom the code of a browser is for, `name` being drawn by lot."""
    return Asker("browser", name)


class Answer(Enum):
    """What became of a typed code."""

    RIGHT = auto()
    WRONG = auto()
    EXPIRED = auto()


@dataclass(frozen=True, slots=True)
class CodeRequest:
    """Somebody wants a code sent.

    Attributes:
        number: E.164.
        asker: who.
        address: of the client, for the budget.
        text: `CONFIRMATION` or `DELETION`.
        language: of the message.
    """

    number: str = field(repr=False)
    asker: Asker
    address: str = field(repr=False)
    text: str = CONFIRMATION
    language: str = "vi"


def send_code(request: CodeRequest, *, now: int, rng: Random) -> None:
    """Send a code, which replaces the asker's earlier one for this number.

    Raises:
        CodeNotSentError: nothing was sent and nothing counted.
    """
    code = "".join(rng.choice("0123456789") for _ in range(DIGITS))
    try:
        with transaction.atomic():
            _store(request, code, now=now)
            who = f"{request.asker} {'' if request.asker.name else request.number}"
            budgets.take(request.number, who, request.address, now=now)
            text = _text(request, code)
            outbox.enqueue_text(request.number, text, useless_at=now + LIFE_S, now=now, rng=rng)
    except (TooManyTriesError, SmsFailureError, SmsQueueFullError) as error:
        raise CodeNotSentError("no code is sent now") from error


def check_code(number: str, asker: Asker, code: str, *, now: int) -> Answer:
    """Return what a typed code is, counting wrong tries; in the caller's transaction.

    What a phone types may also be a code that `NOBODY` asked for. Where there is no code at all,
    it is wrong.
    """
    askers = (asker, NOBODY) if asker.kind == _PHONE else (asker,)
    answers = []
    for key in (_key(one, number) for one in askers):
        row = OneTimeCode.objects.select_for_update().filter(pk=key).first()
        if row is None:
            continue
        answers.append(_judge(row, _hash(key, code), now=now))
        if answers[-1] is Answer.RIGHT:
            return Answer.RIGHT
    return answers[0] if answers else Answer.WRONG


def _store(request: CodeRequest, code: str, *, now: int) -> None:
    key = _key(request.asker, request.number)
    locks.hold(f"one-time code {key}")
    if OneTimeCode.objects.filter(pk=key, blocked_until__gt=now).exists():
        raise CodeNotSentError("too many wrong tries; wait")
    values = {"number_hmac": number_hmac(request.number), "code_hmac": _hash(key, code)}
    times = {"issued_at": now, "expires_at": now + LIFE_S, "used_at": None}
    fresh = {**values, **times, "wrong": 0, "blocked_until": 0}
    OneTimeCode.objects.update_or_create(pk=key, defaults=fresh)


def _judge(row: OneTimeCode, hashed: str, *, now: int) -> Answer:
    if row.blocked_until > now:
        return Answer.WRONG
    if row.expires_at <= now:
        return Answer.EXPIRED
    if hmac.compare_digest(row.code_hmac, hashed):
        if row.used_at is None:
            row.used_at = now
            row.save(update_fields=["used_at"])
        return Answer.RIGHT
    row.wrong += 1
    if row.wrong >= WRONG_TRIES:
        row.blocked_until, row.code_hmac = now + WAIT_S, ""
    row.save(update_fields=["wrong", "blocked_until", "code_hmac"])
    return Answer.WRONG


def _text(request: CodeRequest, code: str) -> str:
    with translation.override(request.language):
        return gettext(request.text) % {"code": code, "minutes": LIFE_S // 60}


def _key(asker: Asker, number: str) -> str:
    return keyring.fingerprint(secret_files.PHONE, f"one-time code\n{asker}\n{number}")


def _hash(key: str, code: str) -> str:
    return keyring.fingerprint(secret_files.CODE, f"one-time\n{key}\n{code}")
