"""Shared histories for the relay check, and whose keys belong to each.

A shared history belongs to a case; the keys that were uploaded belong to nobody. Every row of a
history carries the sender's own id, which the person agreed to share, so the keys are found for
the time of one check by trying the uploads of these days. Nothing of what is found is stored.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from bluezone.portal.accounts.models import User
from bluezone.portal.appgateway.consent.entries import active_entries
from bluezone.portal.appgateway.consent.histories import shared_histories_of
from bluezone.portal.appgateway.consent.models import Mode, SharedHistory
from bluezone.portal.cases.services import cases_of
from bluezone.protocol.bluezone.f0 import F0Entry
from bluezone.protocol.bluezone.history import ContactRow
from bluezone.protocol.bluezone.key_chain import KeyChain
from bluezone.protocol.bluezone.slot import DAY_S


@dataclass(frozen=True, slots=True)
class Candidate:
    """A history that a health worker may compare.

    Attributes:
        history_id: number of its row.
        pseudonym: of its case.
        rows: how many contacts it has.
        whole: every contact was shared, not only those with known cases.
    """

    history_id: int
    pseudonym: str
    rows: int
    whole: bool


@dataclass(frozen=True, slots=True)
class Opened:
    """A history as the check needs it.

    Attributes:
        keys: the sender's; None where no upload fits any more.
    """

    candidate: Candidate
    rows: tuple[ContactRow, ...] = field(repr=False)
    keys: F0Entry | None = field(repr=False)


def candidates_of(user: User, *, now: int) -> list[Candidate]:
    """Return the histories of a health worker's own cases that are kept, newest first."""
    kept = SharedHistory.objects.filter(received=True, rows__gt=0, expires_at__gt=now)
    own = kept.filter(case__in=cases_of(user).values("pk")).select_related("case", "code")
    return [
        Candidate(one.pk, one.case.pseudonym, one.rows, whole=one.code.mode == Mode.WHOLE)
        for one in own.order_by("-pk")
    ]


def open_history(candidate: Candidate, user: User, *, now: int) -> Opened | None:
    """Return a history with its keys, None if it was withdrawn meanwhile."""
    case = cases_of(user).get(pseudonym=candidate.pseudonym)
    shared = shared_histories_of(case, now=now)
    found = next((one for one in shared if one.history_id == candidate.history_id), None)
    if found is None:
        return None
    return Opened(candidate, found.rows, keys_of(found.rows, active_entries(now)))


def keys_of(rows: Sequence[ContactRow], entries: Iterable[F0Entry]) -> F0Entry | None:
    """Return the entry from whose keys a row's own id follows, None if there is none.

    Of all rows the one with the least hashing is tried: early in a day.
    """
    if not rows:
        return None
    row = min(rows, key=lambda row: row.time_ms // 1000 % DAY_S)
    return next((entry for entry in entries if _fits(row, entry)), None)


def _fits(row: ContactRow, entry: F0Entry) -> bool:
    slot = (row.time_ms // 1000 - entry.time_start) * entry.max // DAY_S
    last = (entry.time_end - entry.time_start) * entry.max // DAY_S
    if not -1 <= slot <= last + 1:
        return False
    chain = KeyChain(entry.daily_key, entry.max)
    beside = (near for near in (slot - 1, slot, slot + 1) if near >= 0)
    return any(chain.id_at(near) == row.own_id for near in beside)
