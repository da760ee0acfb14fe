"""What the rest of the gateway asks of pushes: open a round, withdraw, answer a bundle's number.

Every function may be called inside the caller's transaction. `open_round` with the same key
twice is one round, so that whoever is killed between two steps can begin again.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from django.db import transaction

from bluezone.portal import locks
from bluezone.portal.appgateway.pushes import bundles
from bluezone.portal.appgateway.pushes.bundles import LIVES_S, BundleState, bundle_state
from bluezone.portal.appgateway.pushes.models import Bundle, Push, Range, Round
from bluezone.portal.appgateway.pushes.returned import note as came_back
from bluezone.protocol.bluezone.f0 import F0Entry, encode_f0_list, parse_f0_list

__all__ = [
    "BundleState",
    "bundle_state",
    "came_back",
    "open_round",
    "withdraw_entries",
    "withdraw_round",
]

_LOCK: Final = "gateway_pushes rounds"


@transaction.atomic
def open_round(entries: Sequence[F0Entry], *, now: int, key: str = "") -> Round:
    """Push these entries to every phone that lives, now or until the round expires.

    Args:
        entries: at least one; doubles count once. Split into bundles of at most 27.
        now: Unix seconds.
        key: at most 80 characters; a round with this key that is there already is returned
            as it is. "" for none.

    Raises:
        RoundInvalidError: no entries.
        PushInvalidError: an entry that a published phone must not get.
    """
    locks.hold(_LOCK)
    known = Round.objects.filter(key=key).first() if key else None
    if known is not None:
        return known
    expires_at = now + LIVES_S
    opened = Round.objects.create(key=key or None, opened_at=now, expires_at=expires_at)
    for bundle in bundles.rows(entries, opened.pk, now=now, expires_at=expires_at):
        bundle.save(force_insert=True)
    return opened


@transaction.atomic
def withdraw_round(round_id: int, *, now: int) -> None:
    """Push nothing of this round any more, and forget its entries; may be called twice."""
    for bundle in Bundle.objects.select_for_update().filter(round_id=round_id):
        _close(bundle, now=now)


@transaction.atomic
def withdraw_entries(entries: Iterable[F0Entry], *, now: int) -> int:
    """Take entries out of every bundle that lives; return how many bundles had any.

    What went out before cannot be called back: published phones keep no list, they have looked
    and are done. A bundle without entries is closed: nothing more goes out, and late answers to
    it are told that it is over.
    """
    gone, changed = set(entries), 0
    live = Bundle.objects.select_for_update().filter(expires_at__gt=now, withdrawn_at=None)
    for bundle in live.order_by("pk"):
        before = parse_f0_list(bundle.entries)
        kept = [entry for entry in before if entry not in gone]
        if len(kept) == len(before):
            continue
        changed += 1
        if not kept:
            _close(bundle, now=now)
            continue
        bundle.entries, bundle.entry_count = encode_f0_list(kept), len(kept)
        bundle.save(update_fields=["entries", "entry_count"])
    return changed


def _close(bundle: Bundle, *, now: int) -> None:
    Range.objects.filter(bundle=bundle).delete()
    Push.objects.filter(bundle=bundle).delete()
    if bundle.withdrawn_at is None:
        Bundle.objects.filter(pk=bundle.pk).update(entries="", withdrawn_at=now)
