"""What the desk shows of codes: their state in words, and the code itself for a short while.

The database has only HMACs. What the health worker reads out travels, sealed, in a cookie
that only the page of this one code gets, and that ends with the code: a reload shows it
again, another browser or another person never sees it.
"""

import base64
import binascii
import json
from dataclasses import dataclass
from enum import Enum
from random import Random
from typing import Final
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bluezone.portal import keyring
from bluezone.portal.accounts.models import User
from bluezone.portal.cases.models import Case
from bluezone.portal.verification.codes import CodePair
from bluezone.portal.verification.models import SmsMessage, VerificationCode

_COOKIE: Final = "bluezone_shown_code"
_LIST_ROWS: Final = 50


class CodeState(Enum):
    """Where a code is in its life: its word and its shape (LOOK "Colour tokens")."""

    WAITING = (_("Waiting to be used"), "on-course")
    LINK_ONLY = (_("Only the link still works"), "at-risk")
    USED = (_("Used"), "met")
    REVOKED = (_("Revoked"), "unknown")
    EXPIRED = (_("Expired"), "missed")

    @property
    def word(self) -> Promise:
        """The word people read."""
        return self.value[0]

    @property
    def kind(self) -> str:
        """The class that gives colour and shape."""
        return self.value[1]


@dataclass(frozen=True, slots=True)
class CodeStatus:
    """A code as the desk sees it now."""

    row: VerificationCode
    state: CodeState
    now: int

    @property
    def live(self) -> bool:
        """Whether somebody may still use it."""
        return self.state in {CodeState.WAITING, CodeState.LINK_ONLY}

    @property
    def mark(self) -> str:
        """What the page shows, in short: the block is sent again only when this changes."""
        return f"{self.state.name}-{self.minutes_left}"

    @property
    def minutes_left(self) -> int:
        """Whole minutes until the short code ends, rounded up."""
        return max(0, -(-(self.row.expires_at - self.now) // 60))


def code_status(row: VerificationCode, *, now: int) -> CodeStatus:
    """Return what the desk shows of a code."""
    return CodeStatus(row, _state(row, now), now)


def codes_of_case(case: Case, *, now: int) -> list[CodeStatus]:
    """Return the newest codes of a case, newest first."""
    rows = case.codes.order_by("-issued_at", "-pk")[:_LIST_ROWS]
    return [code_status(row, now=now) for row in rows]


def code_of(user: User, uuid: UUID) -> VerificationCode | None:
    """Return a code of one of the user's own cases, or None."""
    return (
        VerificationCode.objects.select_related("case")
        .filter(uuid=uuid, case__opened_by=user)
        .first()
    )


def message_of(row: VerificationCode) -> SmsMessage | None:
    """Return the newest message that carries a code, or None."""
    return row.messages.order_by("-pk").first()


def remember(
    response: HttpResponse, row: VerificationCode, codes: CodePair, *, now: int, rng: Random
) -> None:
    """Let the page of this code show it again until its link ends."""
    plain = json.dumps([codes.short, codes.long]).encode()
    sealed = keyring.seal(plain, purpose=_purpose(row.uuid), rng=rng)
    response.set_cookie(
        _COOKIE,
        base64.urlsafe_b64encode(sealed).decode(),
        max_age=max(row.long_expires_at - now, 1),
        path=reverse("code-detail", args=[row.uuid]),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )


def recall(request: HttpRequest, row: VerificationCode) -> CodePair | None:
    """Return the codes that this browser may show, or None."""
    try:
        sealed = base64.urlsafe_b64decode(request.COOKIES.get(_COOKIE, ""))
    except (binascii.Error, ValueError):
        return None
    plain = keyring.unseal(sealed, purpose=_purpose(row.uuid))
    return None if plain is None else CodePair(*json.loads(plain))


def _purpose(uuid: UUID) -> str:
    return f"shown code {uuid}"


def _state(row: VerificationCode, now: int) -> CodeState:
    if row.claimed_at is not None:
        return CodeState.USED
    if row.revoked_at is not None:
        return CodeState.REVOKED
    if row.expires_at > now:
        return CodeState.WAITING
    return CodeState.LINK_ONLY if row.long_expires_at > now else CodeState.EXPIRED
