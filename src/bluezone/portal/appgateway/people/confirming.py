"""A number is confirmed: it belongs to the phone that typed the code, and counts once.

A number that is confirmed again, or on a new phone, is the same number. What its last phone said
about its owner goes when it moves: numbers are given to other people, and the published app asks
for name and address after every confirmation anyway (spec/bluezone-wire.md 5.2).
"""

from random import Random

from django.db import transaction

from bluezone.portal.appgateway.people import counting
from bluezone.portal.appgateway.people.models import ConfirmedNumber, Information
from bluezone.portal.appgateway.people.one_time_codes import Answer, check_code, of_phone
from bluezone.portal.appgateway.people.sealing import number_hmac, seal_number
from bluezone.portal.appgateway.phones.tokens import day_start


@transaction.atomic
def confirm(number: str, phone_id: int | None, code: str, *, now: int, rng: Random) -> Answer:
    """Return what `code` is; a right one confirms the number. May be done twice.

    Args:
        number: E.164.
        phone_id: the phone that typed it, None if it is unknown.
        code: six digits.
        now: Unix seconds.
        rng: chance, for sealing.
    """
    answer = check_code(number, of_phone(phone_id), code, now=now)
    if answer is Answer.RIGHT:
        _keep(number, phone_id, now=now, rng=rng)
    return answer


def number_of_phone(phone_id: int, number: str | None) -> ConfirmedNumber | None:
    """Return a number that was confirmed on a phone.

    Args:
        phone_id: the phone.
        number: which one, E.164; None for the one that was confirmed last.
    """
    mine = ConfirmedNumber.objects.filter(phone_id=phone_id)
    if number is not None:
        mine = mine.filter(pk=number_hmac(number))
    return mine.order_by("-confirmed_at", "pk").first()


def _keep(number: str, phone_id: int | None, *, now: int, rng: Random) -> None:
    day = day_start(now)
    row, made = ConfirmedNumber.objects.select_for_update().get_or_create(
        pk=number_hmac(number),
        defaults={
            "number_sealed": seal_number(number, rng=rng),
            "phone_id": phone_id,
            "confirmed_at": day,
        },
    )
    if made:
        counting.count_new(now=now)
        return
    if row.phone_id != phone_id:
        Information.objects.filter(number=row).delete()
    row.phone_id, row.confirmed_at = phone_id, max(row.confirmed_at, day)
    row.save(update_fields=["phone_id", "confirmed_at"])
