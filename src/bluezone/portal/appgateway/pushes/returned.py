"""Phones that have a new token or live again: what they may have missed goes out once more.

Between the day on which Firebase changes a token and the phone's update, pushes go to a token
that nobody reads. So each change brings the phone's waiting pushes forward and every bundle
that lives and has passed the phone already. A phone may get a bundle twice: it looks twice, and
answers with the same `FindGUID`.
"""

from typing import Final

from django.db import transaction

from bluezone.portal.appgateway.pushes.models import Bundle, Push, PushState, Returned
from bluezone.portal.appgateway.pushes.push_data import FIND

PHONES: Final = 200


def note(phone_id: int, *, now: int) -> None:
    """Note that a phone has a new token or lives again, inside the caller's transaction."""
    Returned.objects.update_or_create(phone_id=phone_id, defaults={"at": now})


@transaction.atomic
def bring_forward(*, now: int) -> int:
    """Make due what the returned phones may have missed; return how many phones there were."""
    rows = Returned.objects.select_for_update(skip_locked=True).order_by("phone_id")
    phones = [row.phone_id for row in rows[:PHONES]]
    if not phones:
        return 0
    waiting = Push.objects.filter(phone_id__in=phones, state=PushState.WAITING, free_at__gt=now)
    waiting.update(free_at=now)
    Push.objects.bulk_create(
        [push for phone_id in phones for push in _missed(phone_id, now=now)],
        ignore_conflicts=True,
        batch_size=500,
    )
    Returned.objects.filter(phone_id__in=phones).delete()
    return len(phones)


def _missed(phone_id: int, *, now: int) -> list[Push]:
    live = Bundle.objects.filter(expires_at__gt=now, withdrawn_at=None, reached_id__gte=phone_id)
    return [
        Push(
            phone_id=phone_id,
            bundle_id=number,
            kind=FIND,
            created_at=now,
            free_at=now,
            useless_at=expires_at,
        )
        for number, expires_at in live.order_by("pk").values_list("pk", "expires_at")
    ]
