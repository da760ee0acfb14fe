"""What the desk sees of help: the state of codes, how many contacts were shared; never a key.

The digits travel as those of a verification code do: sealed, in a cookie that only the page of
this case gets and that ends with the code.
"""

import base64
import binascii
from dataclasses import dataclass
from random import Random
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from bluezone.portal import keyring
from bluezone.portal.appgateway.consent.issuing import IssuedHelpCode
from bluezone.portal.appgateway.consent.models import HelpCode, HelpState, Mode, SharedHistory
from bluezone.portal.cases.models import Case
from bluezone.portal.verification.desk import CodeState

ROWS: Final = 50
_COOKIE: Final = "bluezone_shown_help_code"
_STATES: Final = {HelpState.USED: CodeState.USED, HelpState.REVOKED: CodeState.REVOKED}


@dataclass(frozen=True, slots=True)
class HelpStatus:
    """A help code as the desk sees it now."""

    row: HelpCode
    history: SharedHistory | None
    now: int

    @property
    def state(self) -> CodeState:
        """Where it is in its life."""
        over = CodeState.EXPIRED if self.row.expires_at <= self.now else CodeState.WAITING
        return _STATES.get(HelpState(self.row.state), over)

    @property
    def live(self) -> bool:
        """Whether somebody may still use it."""
        return self.state is CodeState.WAITING

    @property
    def shares(self) -> bool:
        """Whether the person agreed to share contacts."""
        return self.row.mode != Mode.KEYS

    @property
    def minutes_left(self) -> int:
        """Whole minutes until it ends, rounded up."""
        return max(0, -(-(self.row.expires_at - self.now) // 60))

    @property
    def mark(self) -> str:
        """What the page shows, in short: the block is sent again only when this changes."""
        rows = self.history.rows if self.history is not None and self.history.received else "-"
        return f"{self.state.name}-{self.minutes_left}-{rows}"


def help_codes_of(case: Case, *, now: int) -> list[HelpStatus]:
    """Return the newest help codes of a case, newest first."""
    rows = case.help_codes.order_by("-issued_at", "-pk")[:ROWS]
    by_code = {
        history.code_id: history
        for history in SharedHistory.objects.filter(case=case, expires_at__gt=now).defer("sealed")
    }
    return [HelpStatus(row, by_code.get(row.pk), now) for row in rows]


def remember(response: HttpResponse, issued: IssuedHelpCode, *, now: int, rng: Random) -> None:
    """Let the page of this case show the digits again until they end."""
    row = issued.row
    sealed = keyring.seal(issued.digits.encode(), purpose=_purpose(row), rng=rng)
    response.set_cookie(
        _COOKIE,
        base64.urlsafe_b64encode(sealed).decode(),
        max_age=max(row.expires_at - now, 1),
        path=reverse("help-code", args=[row.case.pseudonym]),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )


def recall(request: HttpRequest, row: HelpCode) -> str | None:
    """Return the digits that this browser may show, or None."""
    try:
        sealed = base64.urlsafe_b64decode(request.COOKIES.get(_COOKIE, ""))
    except (binascii.Error, ValueError):
        return None
    plain = keyring.unseal(sealed, purpose=_purpose(row))
    return None if plain is None else plain.decode()


def _purpose(row: HelpCode) -> str:
    return f"shown help code {row.pk}"
