"""Whether a way to the phones is open: closed for a while by "too many" or by a fault.

A fault (a wrong key, a project that we may not send for) closes the lane and is shown on the
outbox page; nothing is dropped, and every ten minutes one batch tries whether it is over. The
surprising part: a token of another project is the token's fault as long as others are taken.
Anybody can register such a token; if it closed the lane, anybody could silence the warnings.
"""

from dataclasses import replace
from typing import Final

from bluezone.portal.appgateway.pushes.models import Lane
from bluezone.portal.appgateway.pushes.provider import Delivery, Outcome, Result

TRY_AGAIN_S: Final = 600
WORKED_S: Final = 86_400
"""A lane that worked within a day is set up rightly."""


def is_open(name: str, *, now: int) -> bool:
    """Return whether anything may be tried."""
    return not Lane.objects.filter(name=name, closed_until__gt=now).exists()


def judged(delivery: Delivery, name: str, *, now: int) -> Delivery:
    """Return the delivery with every mismatch decided: a dead token, or a fault of the lane."""
    if not any(outcome.result is Result.MISMATCH for outcome in delivery.outcomes):
        return delivery
    worked = any(outcome.result is Result.SENT for outcome in delivery.outcomes)
    if worked or Lane.objects.filter(name=name, sent_at__gt=now - WORKED_S).exists():
        return replace(delivery, outcomes=[_dead(outcome) for outcome in delivery.outcomes])
    code = next(o.code for o in delivery.outcomes if o.result is Result.MISMATCH)
    outcomes = [_later(outcome) for outcome in delivery.outcomes]
    return replace(delivery, outcomes=outcomes, fault=delivery.fault or code)


def note(delivery: Delivery, name: str, *, now: int) -> None:
    """Keep what a judged delivery says about the lane."""
    lane, _made = Lane.objects.get_or_create(name=name)
    mine = Lane.objects.filter(pk=lane.pk)
    if any(outcome.result is Result.SENT for outcome in delivery.outcomes):
        mine.filter(sent_at__lt=now).update(sent_at=now)
        mine.exclude(fault="").update(fault="", fault_since=None)
    wait_s = max(delivery.wait_s, TRY_AGAIN_S if delivery.fault else 0)
    if wait_s:
        mine.filter(closed_until__lt=now + wait_s).update(closed_until=now + wait_s)
    if delivery.fault:
        mine.filter(fault="").update(fault_since=now)
        mine.update(fault=delivery.fault)


def _dead(outcome: Outcome) -> Outcome:
    return replace(outcome, result=Result.DEAD) if outcome.result is Result.MISMATCH else outcome


def _later(outcome: Outcome) -> Outcome:
    return replace(outcome, result=Result.RETRY) if outcome.result is Result.MISMATCH else outcome
