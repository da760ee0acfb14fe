"""Forgetting: on time, and when the owner of a number says so.

docs/app-gateway-people.md lists what goes when. What is left after `forget_number` is counts, the
audit of who looked (which leads to no row), and the phone's token, which is not tied to a number.
"""

from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.db import transaction

from bluezone.portal import keyring, secret_files
from bluezone.portal.appgateway.people.models import (
    ConfirmedNumber,
    Declaration,
    Information,
    OneTimeCode,
)
from bluezone.portal.appgateway.people.sealing import number_hmac
from bluezone.portal.audit.services import PHONE, record
from bluezone.portal.verification.models import VerificationCode

CODE_KEPT_S: Final = 24 * 3600
"""How long an old code is told "expired" instead of "wrong"."""
BATCH: Final = 5_000


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was there of a number.

    Attributes:
        number: whether it was confirmed.
        information: whether there were name and address.
        declarations: how many health declarations.
    """

    number: bool
    information: bool
    declarations: int

    @property
    def anything(self) -> bool:
        """Whether there was anything."""
        return self.number or self.information or self.declarations > 0


def purge(*, now: int) -> int:
    """Forget what is over; return how many rows. May be run at any time and twice."""
    old_codes = OneTimeCode.objects.filter(expires_at__lt=now - CODE_KEPT_S, blocked_until__lte=now)
    numbers = ConfirmedNumber.objects.filter(
        confirmed_at__lt=now - settings.BLUEZONE_GATEWAY_NUMBER_S
    )
    return sum(
        rows.filter(pk__in=list(rows.values_list("pk", flat=True)[:BATCH])).delete()[0]
        for rows in (
            old_codes,
            Information.objects.filter(expires_at__lte=now),
            Declaration.objects.filter(expires_at__lte=now),
            numbers,
        )
    )


@transaction.atomic
def forget_number(number: str) -> Forgotten:
    """Delete everything that hangs on a number; return what it was.

    Args:
        number: E.164, whose owner has shown that it is theirs.
    """
    found = number_hmac(number)
    OneTimeCode.objects.filter(number_hmac=found).delete()  # locked before numbers, as everywhere
    ConfirmedNumber.objects.select_for_update().filter(pk=found).first()
    information = Information.objects.filter(number_id=found).delete()[0]
    declarations = Declaration.objects.filter(number_hmac=found).delete()[0]
    numbers = ConfirmedNumber.objects.filter(pk=found).delete()[0]
    at_the_desk = keyring.fingerprint(secret_files.PHONE, number)
    VerificationCode.objects.filter(phone_hmac=at_the_desk).update(phone_hmac="")
    record(PHONE, "person.deleted", "person", {"by": "the owner of the number"})
    return Forgotten(numbers > 0, information > 0, declarations)
