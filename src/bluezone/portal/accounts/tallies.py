"""Counting tries, so that guessing becomes slow.

Source: spec/server-rules.md 2.3 (120 requests a minute) and 3.5 (10 sign-ins in 30 minutes).
The counts live in the database, so that every process sees the same ones; if the database is
away nothing is allowed (fail closed), because then no code could be checked either.
"""

from dataclasses import dataclass

from django.db import transaction

from bluezone.portal import keyring, locks, secret_files
from bluezone.portal.accounts.errors import TooManyTriesError
from bluezone.portal.accounts.models import Tally


@dataclass(frozen=True, slots=True)
class Limit:
    """How much is allowed.

    Attributes:
        purpose: what is counted; part of the row's key.
        count: how many times in a window.
        window_s: length of the window, seconds; it starts with the first time.
        growing: wait twice as long after each time over the limit, up to the window.
    """

    purpose: str
    count: int
    window_s: int
    growing: bool = False


def take(limit: Limit, who: str, *, now: int) -> None:
    """Count one time for `who`.

    Raises:
        TooManyTriesError: it is one too many, or an earlier wait is not over.
    """
    with transaction.atomic():
        tally = _row(limit, who, now=now)
        wait_s = max(tally.blocked_until - now, 0)
        if wait_s == 0 and tally.count < limit.count:
            tally.count += 1
            tally.save()
            return
        wait_s = wait_s or tally.window_start + limit.window_s - now
    raise _too_many(wait_s)


def check(limit: Limit, who: str, *, now: int) -> None:
    """Refuse while a wait for `who` is not over; count nothing.

    Raises:
        TooManyTriesError: not yet.
    """
    until = Tally.objects.filter(key_hmac=_key(limit, who)).values_list("blocked_until", flat=True)
    wait_s = max([moment - now for moment in until], default=0)
    if wait_s > 0:
        raise _too_many(wait_s)


def fail(limit: Limit, who: str, *, now: int) -> None:
    """Count one failure for `who`; from `limit.count` failures on, make them wait."""
    with transaction.atomic():
        tally = _row(limit, who, now=now)
        tally.count += 1
        over = tally.count - limit.count
        if over >= 0:
            wait_s = min(2**over, limit.window_s) if limit.growing else limit.window_s
            tally.blocked_until = now + wait_s
        tally.save()


def forgive(limit: Limit, who: str) -> None:
    """Forget the failures of `who`, who has now proved to be right."""
    Tally.objects.filter(key_hmac=_key(limit, who)).delete()


def purge(*, before: int) -> int:
    """Remove the tallies whose window began before `before` and whose wait is over."""
    return Tally.objects.filter(window_start__lt=before, blocked_until__lt=before).delete()[0]


def _key(limit: Limit, who: str) -> str:
    return keyring.fingerprint(secret_files.ADDRESS, f"{limit.purpose}\n{who}")


def _row(limit: Limit, who: str, *, now: int) -> Tally:
    key = _key(limit, who)
    locks.hold(f"tally {key}")
    tally, _made = Tally.objects.select_for_update().get_or_create(
        key_hmac=key, defaults={"window_start": now, "count": 0}
    )
    # A clock that was set back must not lock somebody out for ever.
    if not tally.window_start <= now < tally.window_start + limit.window_s:
        tally.window_start, tally.count, tally.blocked_until = now, 0, 0
    return tally


def _too_many(wait_s: int) -> TooManyTriesError:
    return TooManyTriesError(f"too many tries; wait {wait_s} s", retry_after_s=wait_s)
