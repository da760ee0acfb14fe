"""The outbox: single pushes put in by the caller's transaction, and the worker that sends all.

May run in any number of processes at once and may be killed at any time: at least once, never
lost, useless after its time. A later push of the same phone with the same `collapse` word
replaces one that still waits.
"""

from random import Random
from typing import Final

from django.db import transaction

from bluezone.portal import chance
from bluezone.portal.appgateway.pushes import lanes, ranges, returned, singles
from bluezone.portal.appgateway.pushes.models import Push, PushState
from bluezone.portal.appgateway.pushes.provider import Delivery, Provider
from bluezone.portal.appgateway.pushes.push_data import PushData

BATCH: Final = 500
LIMIT: Final = 10_000
"""Messages of one round of the worker; others have work, too."""


@transaction.atomic
def enqueue_one(
    phone_id: int, data: PushData, *, now: int, useless_at: int, collapse: str = ""
) -> None:
    """Put a push for one phone into the outbox.

    Args:
        phone_id: number of the phone in the registry; its token is read when it is sent.
        data: from one of the builders in `commands`.
        now: Unix seconds.
        useless_at: after this it is given up.
        collapse: at most 60 characters; "" replaces nothing.

    Raises:
        TypeError: `data` is not a `PushData`.
    """
    if type(data) is not PushData:
        raise TypeError("only a PushData can be sent")
    if collapse:
        waiting = {"phone_id": phone_id, "collapse": collapse, "state": PushState.WAITING}
        Push.objects.filter(**waiting).delete()
    Push.objects.create(
        phone_id=phone_id,
        kind=data.kind,
        data=data.json.decode(),
        collapse=collapse,
        created_at=now,
        free_at=now,
        useless_at=useless_at,
    )


def send_due(
    provider: Provider, *, now: int, limit: int = LIMIT, rng: Random = chance.SYSTEM
) -> int:
    """Send what is due, single pushes first, about `limit` messages; return how many were tried.

    Args:
        provider: the way to the phones.
        now: Unix seconds.
        limit: of it, single pushes take at most half, so that no crowd of them stops a round.
        rng: chance of leases and waits.
    """
    singles.give_up(now=now)
    if not lanes.is_open(provider.name, now=now):
        return 0
    returned.bring_forward(now=now)
    tried = _send_singles(provider, now=now, limit=max(limit // 2, 1), rng=rng)
    return tried + _send_ranges(provider, now=now, limit=limit - tried, rng=rng)


def _send_singles(provider: Provider, *, now: int, limit: int, rng: Random) -> int:
    tried = 0
    while tried < limit:
        batch = singles.claim(now=now, limit=min(BATCH, limit - tried), rng=rng)
        if batch is None:
            break
        messages = singles.messages_of(batch, now=now)
        delivery = provider.send(list(messages.values()))
        delivery = lanes.judged(delivery, provider.name, now=now)
        singles.complete(batch, messages, delivery, now=now, rng=rng)
        tried += len(batch.rows)
        if not _goes_on(delivery, provider, now=now):
            return limit
    return tried


def _send_ranges(provider: Provider, *, now: int, limit: int, rng: Random) -> int:
    tried = 0
    while tried < limit and lanes.is_open(provider.name, now=now):
        claimed = ranges.claim(now=now)
        if claimed is None:
            break
        delivery = provider.send(list(ranges.messages_of(claimed, now=now)))
        delivery = lanes.judged(delivery, provider.name, now=now)
        ranges.complete(claimed, delivery, now=now, rng=rng)
        tried += len(claimed.tokens)
        if not _goes_on(delivery, provider, now=now):
            break
    return tried


def _goes_on(delivery: Delivery, provider: Provider, *, now: int) -> bool:
    lanes.note(delivery, provider.name, now=now)
    return not delivery.fault and not delivery.wait_s
