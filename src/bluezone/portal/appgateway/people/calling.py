"""Declarations on their way to a call, and looking a person up by number: what a desk may do.

Whoever opens something about a person leaves an entry in the audit, whether or not there was
anything; looking up needs the exact number and a reason, and cannot be done without end.
"""

import datetime as dt
from dataclasses import dataclass, field
from typing import Final

from django.db import transaction
from django.db.models import Case, QuerySet, Value, When

from bluezone.portal.accounts import tallies
from bluezone.portal.accounts.tallies import Limit
from bluezone.portal.appgateway.people.informing import information_of
from bluezone.portal.appgateway.people.models import (
    ConfirmedNumber,
    Declaration,
    DeclarationState,
)
from bluezone.portal.appgateway.people.sealing import (
    Person,
    audit_name,
    number_hmac,
    open_declaration,
)
from bluezone.portal.appgateway.times import local_day
from bluezone.portal.audit.services import record

PAGE_ROWS: Final = 50
SEARCHES: Final = Limit("person search", count=30, window_s=3600)
"""Ours: more than thirty people an hour is a list, not a call."""
STEPS: Final = {
    DeclarationState.WAITING: (DeclarationState.CALLED, DeclarationState.CLOSED),
    DeclarationState.CALLED: (DeclarationState.CLOSED, DeclarationState.WAITING),
    DeclarationState.CLOSED: (),
}
"""From which state to which."""


@dataclass(frozen=True, slots=True)
class Found:
    """What is there about a number.

    Attributes:
        number: E.164.
        confirmed_on: day of the last confirmation, None if it never was.
        person: name and address, or None.
        declarations: those that name the number.
    """

    number: str = field(repr=False)
    confirmed_on: dt.date | None
    person: Person | None = field(repr=False)
    declarations: list[Declaration]


def declarations(*, now: int) -> QuerySet[Declaration]:
    """Return all declarations, those that wait longest first, closed ones last."""
    order = Case(
        When(state=DeclarationState.WAITING, then=Value(0)),
        When(state=DeclarationState.CALLED, then=Value(1)),
        default=Value(2),
    )
    return Declaration.objects.filter(expires_at__gt=now).order_by(order, "declared_at", "pk")


@transaction.atomic
def open_one(row: Declaration, *, actor: str) -> Person | None:
    """Return who declared, for somebody who is about to call; entered in the audit."""
    record(actor, "declaration.opened", f"declaration {row.pk}")
    return open_declaration(bytes(row.sealed))


@transaction.atomic
def step(row: Declaration, state: DeclarationState, *, actor: str, now: int) -> bool:
    """Take a declaration on; return False if somebody else did, or it does not go there."""
    if state not in STEPS[DeclarationState(row.state)]:
        return False
    mine = Declaration.objects.filter(pk=row.pk, state=row.state)
    if not mine.update(state=state, changed_at=now, changed_by=actor):
        return False
    record(actor, f"declaration.{state}", f"declaration {row.pk}")
    return True


@transaction.atomic
def look_up(number: str, reason: str, *, actor: str, now: int) -> Found:
    """Return what is there about a number; entered in the audit with the reason.

    Args:
        number: E.164, whole.
        reason: why, in the words of who asks.
        actor: user name.
        now: Unix seconds.

    Raises:
        TooManyTriesError: too many people were looked up within the hour.
    """
    tallies.take(SEARCHES, actor, now=now)
    found = number_hmac(number)
    row = ConfirmedNumber.objects.filter(pk=found).first()
    result = Found(
        number,
        None if row is None else local_day(row.confirmed_at),
        information_of(number, now=now),
        list(declarations(now=now).filter(number_hmac=found)[:PAGE_ROWS]),
    )
    detail = {"reason": reason, "found": result.person is not None}
    record(actor, "person.opened", audit_name(number), detail)
    return result
