"""Issuing help codes at the desk, and revoking them.

Source: DESIGN "How a warning flows" 2 and spec/server-rules.md 2.3 (15 minutes, HMAC only, a
few tries at a free number). A number is not given out again while its row knows it, which is
until a day after its end, so that no two live codes are the same.
"""

from dataclasses import dataclass, field
from random import Random
from typing import Final

from django.db import IntegrityError, transaction

from bluezone.portal import locks
from bluezone.portal.accounts.models import User
from bluezone.portal.appgateway.consent.codes import code_hmac, new_code
from bluezone.portal.appgateway.consent.errors import NoHelpCodeFreeError
from bluezone.portal.appgateway.consent.models import HelpCode, HelpState, Mode
from bluezone.portal.appgateway.consent.windows import infectious_days
from bluezone.portal.audit.services import record
from bluezone.portal.cases.models import Case

LIVES_S: Final = 15 * 60
MAX_LIVE: Final = 1_000
"""Ours: a thousandth of all numbers, so that a guess hits a live one once in a thousand."""
_COLLISION_TRIES: Final = 6


@dataclass(frozen=True, slots=True)
class IssuedHelpCode:
    """A code that was issued: its row, and for this once its digits."""

    row: HelpCode
    digits: str = field(repr=False)


def issue_help_code(case: Case, user: User, mode: Mode, *, now: int, rng: Random) -> IssuedHelpCode:
    """Issue a code for a case; one that is still open is revoked by it.

    Args:
        case: one of the user's own.
        user: the health worker.
        mode: what the person agreed to.
        now: Unix seconds.
        rng: source of the digits.

    Raises:
        NoHelpCodeFreeError: too many codes are live, or no free number was found.
    """
    with transaction.atomic():
        locks.hold("issuing help codes")
        if live_codes(now=now) >= MAX_LIVE:
            raise NoHelpCodeFreeError("too many codes are in use; try again in some minutes")
        HelpCode.objects.filter(case=case, state=HelpState.OPEN).update(state=HelpState.REVOKED)
        issued = _store(case, user, mode, now=now, rng=rng)
        record(user.username, "help_code.issued", f"case {case.pseudonym}", {"mode": mode.value})
    return issued


def revoke_help_code(case: Case, user: User, *, now: int) -> bool:
    """Let the open code of a case work no more; False if there is none."""
    with transaction.atomic():
        live = HelpCode.objects.filter(case=case, state=HelpState.OPEN, expires_at__gt=now)
        revoked = live.update(state=HelpState.REVOKED)
        if revoked:
            record(user.username, "help_code.revoked", f"case {case.pseudonym}")
    return bool(revoked)


def live_codes(*, now: int) -> int:
    """Return how many codes somebody could use now."""
    return HelpCode.objects.filter(state=HelpState.OPEN, expires_at__gt=now).count()


def _store(case: Case, user: User, mode: Mode, *, now: int, rng: Random) -> IssuedHelpCode:
    first_day, last_day = infectious_days(case)
    for _ in range(_COLLISION_TRIES):
        digits = new_code(rng)
        row = HelpCode(
            case=case,
            code_hmac=code_hmac(digits),
            mode=mode.value,
            first_day=first_day,
            last_day=last_day,
            issued_at=now,
            expires_at=now + LIVES_S,
            issued_by=user,
        )
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            continue
        return IssuedHelpCode(row, digits)
    raise NoHelpCodeFreeError("no free code was found; try again")
