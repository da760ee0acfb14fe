"""Adding to the audit and checking it.

Entry n carries SHA-256 over (previous hash, sequence, time, actor, action, subject, detail)
as canonical JSON. Whoever keeps the newest hash elsewhere (it stands on the audit page) can
prove that nothing before it was changed, removed or put in between.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.db import transaction

from bluezone.portal import clock
from bluezone.portal.audit.models import GENESIS, Entry, Head

SYSTEM: Final = "system"
PHONE: Final = "phone"
_HEAD: Final = 1
_CHUNK: Final = 500


@dataclass(frozen=True, slots=True)
class ChainState:
    """What a check of the chain found.

    Attributes:
        entries: how many entries were read.
        head: hash of the newest entry.
        broken_at: sequence of the first entry that does not fit, None if all do.
    """

    entries: int
    head: str
    broken_at: int | None


def entry_hash(entry: Entry) -> str:
    """Return the hash that an entry must carry."""
    fields = [
        entry.previous_hash,
        entry.sequence,
        entry.at,
        entry.actor,
        entry.action,
        entry.subject,
        entry.detail,
    ]
    content = json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(content.encode()).hexdigest()


def record(
    actor: str, action: str, subject: str, detail: Mapping[str, object] | None = None
) -> Entry:
    """Add an entry inside the caller's transaction, so that deed and record stand together.

    Args:
        actor: user name, `api-key:<name>`, `phone` or `system`.
        action: a stable word such as `code.issued`.
        subject: kind and id of what it was done to; never a code, key or number.
        detail: small facts; never a secret.
    """
    with transaction.atomic():
        Head.objects.get_or_create(id=_HEAD, defaults={"sequence": 0, "hash": GENESIS})
        head = Head.objects.select_for_update().get(id=_HEAD)
        entry = Entry(
            sequence=head.sequence + 1,
            at=clock.now(),
            actor=actor,
            action=action,
            subject=subject,
            detail=json.dumps(dict(detail or {}), ensure_ascii=False, sort_keys=True),
            previous_hash=head.hash,
        )
        entry.hash = entry_hash(entry)
        entry.save(force_insert=True)
        Head.objects.filter(id=_HEAD, sequence=head.sequence).update(
            sequence=entry.sequence, hash=entry.hash
        )
    return entry


def check_chain() -> ChainState:
    """Read the whole audit and return whether every entry follows from the one before it."""
    previous, sequence = GENESIS, 0
    for entry in Entry.objects.order_by("sequence").iterator(chunk_size=_CHUNK):
        sequence += 1
        fits = entry.sequence == sequence and entry.previous_hash == previous
        if not fits or entry.hash != entry_hash(entry):
            return ChainState(sequence, previous, entry.sequence)
        previous = entry.hash
    head = Head.objects.filter(id=_HEAD).values_list("sequence", "hash").first()
    missing = head is not None and head != (sequence, previous)
    return ChainState(sequence, previous, sequence + 1 if missing else None)
