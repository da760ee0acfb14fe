"""Single pushes on their way: claimed in batches, sent outside any transaction, written back.

A claim draws a new lease number for its rows; whoever comes back with an older one has lost
them. A worker that is killed leaves rows whose time runs out, and the push goes out again: at
least once, never lost. A phone without a living token keeps its pushes until they are useless.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from django.db import transaction
from django.db.models import F, Q, QuerySet

from bluezone.portal.appgateway.phones import services as phones
from bluezone.portal.appgateway.pushes import backing_off, bundles
from bluezone.portal.appgateway.pushes.commands import FindTemplate
from bluezone.portal.appgateway.pushes.find_guid import find_guid_for, find_guid_key
from bluezone.portal.appgateway.pushes.message import Message
from bluezone.portal.appgateway.pushes.models import Push, PushState
from bluezone.portal.appgateway.pushes.provider import Delivery, Outcome, Result
from bluezone.portal.appgateway.pushes.push_data import FIND, PushData, restored

LEASE_S: Final = 900
"""A batch takes seconds, minutes where FCM is slow."""
_GOING: Final = (PushState.WAITING, PushState.SENDING)
_ERASED: Final = {"phone_id": None, "data": ""}


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows that this worker, and no other, is to send now."""

    rows: Sequence[Push]
    lease: int


def claim(*, now: int, limit: int, rng: Random) -> Batch | None:
    """Claim the pushes that have waited longest; None where none is due."""
    lease = rng.getrandbits(62)
    with transaction.atomic():
        due = _due(now).select_related("bundle")
        due = due.select_for_update(skip_locked=True, of=("self",))
        rows = list(due.order_by("free_at", "pk")[:limit])
        Push.objects.filter(pk__in=[row.pk for row in rows]).update(
            state=PushState.SENDING, lease=lease, attempts=F("attempts") + 1, free_at=now + LEASE_S
        )
    for row in rows:
        row.attempts += 1
    return Batch(rows, lease) if rows else None


def messages_of(batch: Batch, *, now: int) -> dict[int, Message]:
    """Return the message of each row whose phone has a token, by the row's number."""
    found: dict[int, Message] = {}
    templates: dict[int, FindTemplate] = {}
    for row in batch.rows:
        token = None if row.phone_id is None else phones.current_token(row.phone_id)
        if row.phone_id is None or token is None:
            continue
        push = _push_of(row, row.phone_id, templates)
        urgent = push.kind != FIND
        found[row.pk] = Message(row.phone_id, token, push, urgent, row.useless_at, now)
    return found


def complete(
    batch: Batch, messages: Mapping[int, Message], delivery: Delivery, *, now: int, rng: Random
) -> None:
    """Write what became of each row, unless its lease ran out meanwhile."""
    outcomes = dict(zip(messages, delivery.outcomes, strict=True))
    for number, outcome in outcomes.items():
        if outcome.result is Result.DEAD:
            phones.mark_dead(messages[number].phone_id, messages[number].token, now)
    with transaction.atomic():
        for row in batch.rows:
            mine = Push.objects.filter(pk=row.pk, lease=batch.lease, state=PushState.SENDING)
            _write(mine, row, outcomes.get(row.pk), now=now, rng=rng)


def give_up(*, now: int) -> int:
    """Erase pushes that came too late; return how many."""
    late = Push.objects.filter(state__in=_GOING, useless_at__lte=now)
    return late.update(state=PushState.FAILED, finished_at=now, error_code="too_late", **_ERASED)


def _due(now: int) -> "QuerySet[Push]":
    return Push.objects.filter(state__in=_GOING, free_at__lte=now, useless_at__gt=now)


def _push_of(row: Push, phone_id: int, templates: dict[int, FindTemplate]) -> PushData:
    if row.bundle_id is None or row.bundle is None:
        return restored(row.data)
    if row.bundle_id not in templates:
        templates[row.bundle_id] = bundles.template_of(row.bundle)
    return templates[row.bundle_id].for_phone(
        find_guid_for(row.bundle_id, phone_id, key=find_guid_key())
    )


def _write(
    mine: "QuerySet[Push]", row: Push, outcome: Outcome | None, *, now: int, rng: Random
) -> None:
    match outcome.result if outcome else None:
        case Result.SENT:
            mine.update(state=PushState.SENT, finished_at=now, error_code="", **_ERASED)
        case Result.SHOWN:  # its text is what the page shows
            mine.update(state=PushState.SHOWN, finished_at=now, phone_id=None, error_code="")
        case Result.REFUSED if outcome:
            code = outcome.code
            mine.update(state=PushState.FAILED, finished_at=now, error_code=code, **_ERASED)
        case Result.UNTRIED:
            mine.update(state=PushState.WAITING, free_at=now, attempts=row.attempts - 1)
        case _:
            _try_later(mine, row, outcome, now=now, rng=rng)


def _try_later(
    mine: "QuerySet[Push]", row: Push, outcome: Outcome | None, *, now: int, rng: Random
) -> None:
    if _is_replaced(row):
        mine.delete()
        return
    code, at_least_s = (
        ("no_token", backing_off.NO_TOKEN_S)
        if outcome is None
        else (
            outcome.code,
            outcome.retry_after_s,
        )
    )
    wait_s = backing_off.wait_s(row.attempts, rng=rng, at_least_s=at_least_s)
    mine.update(state=PushState.WAITING, free_at=now + wait_s, error_code=code)


def _is_replaced(row: Push) -> bool:
    newer = Q(phone_id=row.phone_id, collapse=row.collapse, pk__gt=row.pk)
    return bool(row.collapse) and Push.objects.filter(newer, state__in=_GOING).exists()
