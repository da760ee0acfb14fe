"""Slowing down whoever guesses codes: six digits, and an endpoint that everybody can reach (W7).

Four budgets, all in the database, all by HMAC: five wrong codes a phone, then it waits; fifty
an address; and two for everybody together, one for phones that were known yesterday and one for
new ones, so that tokens made up today cannot use up what real phones need. Whoever waits hears
the same as whoever is wrong. The surprising part: the published app sends every code twice at
once (`_NoFile` and file), so the same code of the same phone counts once.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Final

from django.db import transaction
from django.db.models import F, Q

from bluezone.portal import keyring, locks, secret_files
from bluezone.portal.appgateway.consent.models import Tries
from bluezone.portal.appgateway.phones.models import Phone
from bluezone.protocol.bluezone.slot import utc_midnight_s


@dataclass(frozen=True, slots=True)
class Budget:
    """So many wrong codes within a time that begins with the first of them."""

    purpose: str
    count: int
    window_s: int


PHONE: Final = Budget("phone", 5, 900)
ADDRESS: Final = Budget("address", 50, 3600)
NEW_PHONES: Final = Budget("all new phones", 100, 3600)
KNOWN_PHONES: Final = Budget("all known phones", 300, 3600)
_SAME: Final = Budget("the same code of the same phone", 1, 900)
_OF_ONE_PHONE: Final = (PHONE, _SAME)


class Admission(Enum):
    """Whether a code may be looked at."""

    TAKEN = "taken"
    REPEATED = "repeated"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Try:
    """Somebody's code, before anybody knows whether it is right."""

    phone_id: int
    code: str
    address: str
    known: bool

    def budgets(self) -> list[tuple[Budget, str]]:
        """Return what it costs, the narrowest first."""
        everybody = KNOWN_PHONES if self.known else NEW_PHONES
        return [(PHONE, str(self.phone_id)), (ADDRESS, self.address), (everybody, "")]


def try_of(phone_id: int, code: str, address: str, *, now: int) -> Try:
    """Return a try; a phone is known if it was registered before this UTC day."""
    known = Phone.objects.filter(pk=phone_id, registered_at__lt=utc_midnight_s(now)).exists()
    return Try(phone_id, code, address, known)


@transaction.atomic
def admit(attempt: Try, *, now: int) -> Admission:
    """Take from every budget, or from none."""
    locks.hold(f"help tries of phone {attempt.phone_id}")
    same = (_SAME, f"{attempt.phone_id}\n{attempt.code}")
    if not _take(*same, now=now):
        return Admission.REPEATED
    taken: list[tuple[Budget, str]] = []
    for budget in attempt.budgets():
        if not _take(*budget, now=now):
            _give_back([*taken, same])
            return Admission.REFUSED
        taken.append(budget)
    return Admission.TAKEN


@transaction.atomic
def give_back(attempt: Try) -> None:
    """Undo an `admit` that took: the code was right."""
    locks.hold(f"help tries of phone {attempt.phone_id}")
    _give_back(attempt.budgets())


def purge(*, now: int) -> int:
    """Forget the tries whose time is over; return how many."""
    return Tries.objects.filter(ends_at__lte=now).delete()[0]


def _take(budget: Budget, who: str, *, now: int) -> bool:
    """Count one, if there is one left; every statement is whole by itself on both databases."""
    mine = Tries.objects.filter(key_hmac=_key(budget, who))
    ends_at = now + budget.window_s
    # A clock that was set back must not lock anybody out for ever.
    over = Q(ends_at__lte=now) | Q(ends_at__gt=ends_at)
    fresh = Tries(key_hmac=_key(budget, who), ends_at=ends_at)
    Tries.objects.bulk_create([fresh], ignore_conflicts=True)
    mine.filter(over).update(count=0, ends_at=ends_at)
    return mine.filter(count__lt=budget.count).update(count=F("count") + 1) == 1


def _give_back(taken: Iterable[tuple[Budget, str]]) -> None:
    for budget, who in taken:
        row = Tries.objects.filter(key_hmac=_key(budget, who))
        row.filter(count__gt=0).update(count=F("count") - 1)
        if budget in _OF_ONE_PHONE:  # under that phone's lock: refused tries leave no rows
            row.filter(count=0).delete()


def _key(budget: Budget, who: str) -> str:
    return keyring.fingerprint(secret_files.ADDRESS, f"help {budget.purpose}\n{who}")
