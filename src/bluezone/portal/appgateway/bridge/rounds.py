"""Rounds: new keys of both worlds, mixed, go to every published phone at once.

Source: wire specification 4.1 and 6.1. One transaction locks what is new, opens the round and
marks its entries as taken: a worker that dies in the middle leaves everything as it was, a
second one waits and finds them taken, and a person who takes an upload back meanwhile either
finds it in a round that is open, or it is in none. A published person's days are one entry (the
phone walks the chain), a new phone's one entry each; keys that were released together stay in
one round, because a phone is warned once a round.
"""

from random import Random

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef

from bluezone.portal.appgateway.bridge.day_keys import LOOK_BACK_S
from bluezone.portal.appgateway.bridge.models import KnownKey
from bluezone.portal.appgateway.consent.entries import entry_of
from bluezone.portal.appgateway.consent.models import Upload
from bluezone.portal.appgateway.pushes.services import open_round
from bluezone.protocol.bluezone.day_key import DayKey
from bluezone.protocol.bluezone.f0 import F0Entry
from bluezone.protocol.bluezone.fresh import f0_entry_for_day
from bluezone.protocol.bluezone.slot import DAY_S


@transaction.atomic
def run_round(*, now: int, rng: Random) -> int:
    """Open one round with everything new; return how many entries it has, 0 for no round.

    Args:
        now: Unix seconds.
        rng: mixes the entries, so that their order tells nothing.
    """
    _pass_over_repeats(now=now)
    uploads = _uploads(now=now)
    fetched = _waiting(now=now)
    entries = [*uploads.values(), *(_entry(row) for row in fetched)]
    if not entries:
        return 0
    rng.shuffle(entries)
    open_round(entries, now=now)
    Upload.objects.filter(pk__in=list(uploads)).update(pushed=True)
    for row in fetched:
        row.daily_key, row.waiting = b"", False
    KnownKey.objects.bulk_update(fetched, ["daily_key", "waiting"], batch_size=200)
    return len(entries)


def _pass_over_repeats(*, now: int) -> None:
    """Mark uploads whose days went out in another upload of the same phone: once is enough."""
    longer = Upload.objects.filter(
        daily_key=OuterRef("daily_key"), pushed=True, last_midnight__gte=OuterRef("last_midnight")
    )
    new = Upload.objects.filter(Exists(longer), expires_at__gt=now, pushed=False)
    new.update(pushed=True)


def _uploads(*, now: int) -> dict[int, F0Entry]:
    """Return the entries of uploads that were in no round yet, locked, by number."""
    limit = int(settings.BLUEZONE_GATEWAY_ROUND_ENTRIES)
    new = Upload.objects.select_for_update().filter(expires_at__gt=now, pushed=False)
    found = {upload: entry_of(upload, now=now) for upload in new.order_by("pk")[:limit]}
    return {upload.pk: entry for upload, entry in found.items() if entry is not None}


def _waiting(*, now: int) -> list[KnownKey]:
    """Return the keys for this round, locked: whole windows, oldest first, up to the limit."""
    limit = int(settings.BLUEZONE_GATEWAY_ROUND_ENTRIES)
    recent = KnownKey.objects.filter(waiting=True, time_start__gt=now - LOOK_BACK_S - DAY_S)
    ordered = recent.select_for_update().order_by("window", "digest")
    rows = list(ordered[: limit + 1])
    if len(rows) <= limit:
        return rows
    whole = [row for row in rows if row.window != rows[-1].window]
    return whole or rows[:limit]


def _entry(row: KnownKey) -> F0Entry:
    return f0_entry_for_day(DayKey(bytes(row.daily_key)), row.time_start, slots=row.slots)
