"""A bundle to every phone, range by range of the registry's numbers.

A worker moves the bundle's cursor by compare-and-set and takes what lies between, at most 2,000
phones; the range is a row while it is being sent and gone afterwards. So forty million phones
cost as many rows as there are workers. Killed in between, the range is sent again as a whole:
at least once, never lost. Phones that registered after the round was opened get it, too, as
long as it lives: they may have heard somebody before they could register.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Final

from django.db import transaction
from django.db.models import F, Max

from bluezone.portal.appgateway.phones import services as phones
from bluezone.portal.appgateway.phones.models import Phone
from bluezone.portal.appgateway.pushes import backing_off, bundles
from bluezone.portal.appgateway.pushes.find_guid import find_guid_for, find_guid_key
from bluezone.portal.appgateway.pushes.message import Message
from bluezone.portal.appgateway.pushes.models import Bundle, Push, Range
from bluezone.portal.appgateway.pushes.provider import Delivery, Outcome, Result
from bluezone.portal.appgateway.pushes.push_data import FIND

PHONES: Final = 2_000
"""Of a range: about 10 MB of pushes, two commits."""
LEASE_S: Final = 900
BUNDLES: Final = 50
"""Looked at in one go for phones that they have not reached."""
_COUNTED: Final = {
    Result.SENT: "sent",
    Result.SHOWN: "shown",
    Result.DEAD: "dead",
    Result.RETRY: "retried",
    Result.REFUSED: "refused",
}


@dataclass(frozen=True, slots=True)
class Claim:
    """A range that this worker, and no other, is to send now."""

    range_id: int
    bundle: Bundle
    after_id: int
    last_id: int
    attempts: int
    free_at: int
    tokens: Sequence[tuple[int, str]] = field(repr=False)


def claim(*, now: int) -> Claim | None:
    """Claim a range that is free, or a new one; None where every phone has every bundle."""
    return _claim_left(now=now) or _claim_new(now=now)


def messages_of(claimed: Claim, *, now: int) -> Iterator[Message]:
    """Yield the messages of a range in the order of the phones' numbers."""
    bundle, key = claimed.bundle, find_guid_key()
    template = bundles.template_of(bundle)
    for phone_id, token in claimed.tokens:
        push = template.for_phone(find_guid_for(bundle.pk, phone_id, key=key))
        yield Message(phone_id, token, push, urgent=False, useless_at=bundle.expires_at, now=now)


def complete(claimed: Claim, delivery: Delivery, *, now: int, rng: Random) -> None:
    """Write what became of a range, unless its lease ran out meanwhile.

    What must be tried again becomes single rows; what was not tried stays a range.
    """
    tried = list(zip(claimed.tokens, delivery.outcomes, strict=True))
    for (phone_id, token), outcome in tried:
        if outcome.result is Result.DEAD:
            phones.mark_dead(phone_id, token, now)
    untried = next((p for (p, _), o in tried if o.result is Result.UNTRIED), None)
    done = [(p, o) for (p, _), o in tried if untried is None or p < untried]
    with transaction.atomic():
        if _give_back(claimed, untried, now=now + delivery.wait_s):
            Push.objects.bulk_create(
                _again(claimed, done, now=now, rng=rng), ignore_conflicts=True, batch_size=500
            )
            _count(claimed.bundle, [outcome for _, outcome in done])


def _claim_left(*, now: int) -> Claim | None:
    """Claim a range that a worker left: unfinished, or killed."""
    left = Range.objects.filter(
        free_at__lte=now, bundle__expires_at__gt=now, bundle__withdrawn_at=None
    )
    for row in left.select_related("bundle").order_by("free_at", "pk")[:20]:
        mine = Range.objects.filter(pk=row.pk, attempts=row.attempts, free_at=row.free_at)
        if mine.update(attempts=row.attempts + 1, free_at=now + LEASE_S):
            tokens = _tokens(row.after_id, row.last_id)
            span = (row.after_id, row.last_id)
            return Claim(row.pk, row.bundle, *span, row.attempts + 1, now + LEASE_S, tokens)
    return None


def _claim_new(*, now: int) -> Claim | None:
    newest = Phone.objects.aggregate(newest=Max("pk"))["newest"] or 0
    behind = Bundle.objects.filter(expires_at__gt=now, withdrawn_at=None, reached_id__lt=newest)
    for bundle in list(behind.order_by("pk")[:BUNDLES]):
        tokens = phones.live_tokens(bundle.reached_id, PHONES)
        last_id = tokens[-1][0] if tokens else newest
        claimed = _move(bundle, last_id, tokens, now=now)
        if claimed is not None and tokens:
            return claimed
    return None


@transaction.atomic
def _move(
    bundle: Bundle, last_id: int, tokens: Sequence[tuple[int, str]], *, now: int
) -> Claim | None:
    """Move the bundle's cursor from where it was read; None if another worker was faster."""
    mine = Bundle.objects.filter(pk=bundle.pk, reached_id=bundle.reached_id, withdrawn_at=None)
    if not mine.update(reached_id=last_id) or not tokens:
        return None
    row = Range.objects.create(
        bundle=bundle,
        after_id=bundle.reached_id,
        last_id=last_id,
        attempts=1,
        free_at=now + LEASE_S,
    )
    return Claim(row.pk, bundle, row.after_id, last_id, 1, row.free_at, tokens)


def _tokens(after_id: int, last_id: int) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    while after_id < last_id:
        page = phones.live_tokens(after_id, PHONES)
        found += [(phone_id, token) for phone_id, token in page if phone_id <= last_id]
        after_id = page[-1][0] if page else last_id
    return found


def _give_back(claimed: Claim, untried: int | None, *, now: int) -> bool:
    """Remove the range, or leave what was not tried; False if the lease was lost."""
    mine = Range.objects.filter(
        pk=claimed.range_id, attempts=claimed.attempts, free_at=claimed.free_at
    )
    if untried is None:
        return mine.delete()[0] > 0
    return mine.update(after_id=untried - 1, free_at=now) > 0


def _again(
    claimed: Claim, done: Sequence[tuple[int, Outcome]], *, now: int, rng: Random
) -> Iterator[Push]:
    """Yield a row for each phone that no token took it for but one may."""
    reached = {phone_id for phone_id, outcome in done if outcome.result is Result.SENT}
    later = {p: o for p, o in done if o.result is Result.RETRY and p not in reached}
    for phone_id, outcome in later.items():
        wait_s = backing_off.wait_s(1, rng=rng, at_least_s=outcome.retry_after_s)
        yield Push(
            phone_id=phone_id,
            bundle=claimed.bundle,
            kind=FIND,
            attempts=1,
            created_at=now,
            free_at=now + wait_s,
            useless_at=claimed.bundle.expires_at,
            error_code=outcome.code,
        )


def _count(bundle: Bundle, outcomes: Sequence[Outcome]) -> None:
    counts = Counter(_COUNTED[outcome.result] for outcome in outcomes)
    if counts:
        added = {name: F(name) + number for name, number in counts.items()}
        Bundle.objects.filter(pk=bundle.pk).update(**added)
