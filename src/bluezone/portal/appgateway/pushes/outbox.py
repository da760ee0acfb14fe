"""The outbox for single pushes: put in by the caller's transaction, sent by the worker.

A later push of the same phone with the same `collapse` word replaces one that still waits.
"""

from typing import Final

from django.db import transaction

from bluezone.portal.appgateway.pushes.models import Push, PushState
from bluezone.portal.appgateway.pushes.push_data import PushData

FAILED: Final = PushState.FAILED


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
    """
    if collapse:
        waiting = {"phone_id": phone_id, "collapse": collapse, "state": PushState.WAITING}
        Push.objects.filter(**waiting).delete()
    row = Push(
        phone_id=phone_id,
        kind=data.kind,
        data=data.json.decode(),
        collapse=collapse,
        created_at=now,
        free_at=now,
        useless_at=useless_at,
    )
    Push.objects.bulk_create([row], ignore_conflicts=bool(collapse))
