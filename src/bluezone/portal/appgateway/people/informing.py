"""Name and address of a person, kept only so that the health authority can reach them.

Source: spec/bluezone-wire.md 3.2 (App/DeclareInformation). They are kept with a number that was
confirmed on the phone that sends them, and with no other: nobody would find them, and a stranger
must not be able to put a name to somebody's number. What cannot be kept with such a number is
dropped, and the app is told that all is well: it has no screen for anything else.
"""

from random import Random

from django.conf import settings
from django.db import transaction

from bluezone.portal.appgateway.people.confirming import number_of_phone
from bluezone.portal.appgateway.people.models import ConfirmedNumber, Information
from bluezone.portal.appgateway.people.sealing import (
    Person,
    number_hmac,
    open_information,
    seal_information,
)


@transaction.atomic
def keep(person: Person, phone_id: int, *, now: int, rng: Random) -> bool:
    """Keep what a person says, in the place of what they said before; return whether it is kept.

    Args:
        person: name, address, and the number that came along (E.164, or "" if none did).
        phone_id: the phone that says it.
        now: Unix seconds.
        rng: chance, for sealing.
    """
    known = number_of_phone(phone_id, person.number or None)
    if known is None:
        return False
    mine = ConfirmedNumber.objects.select_for_update().filter(pk=known.pk, phone_id=phone_id)
    number = mine.first()
    if number is None:  # deleted, or moved to another phone, a moment ago
        return False
    values = {
        "sealed": seal_information(person, rng=rng),
        "saved_at": now,
        "expires_at": now + settings.BLUEZONE_GATEWAY_INFORMATION_S,
    }
    Information.objects.update_or_create(number=number, defaults=values)
    return True


def information_of(number: str, *, now: int) -> Person | None:
    """Return what the owner of an E.164 number said, None where there is nothing."""
    rows = Information.objects.filter(number_id=number_hmac(number), expires_at__gt=now)
    sealed = rows.values_list("sealed", flat=True).first()
    return None if sealed is None else open_information(bytes(sealed))
