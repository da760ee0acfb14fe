"""Contacts that a person agreed to share: which rows are kept, and reading them again.

Source: spec/bluezone-wire.md 3.2 (history file), 3.4 rule 6, 6.1 (data modes) and W5. A row is
kept if it lies in the infectious days, is there once, and carries an id of the phone that sends
it for the slot of its time or one beside; in mode 1, only if the contact was a known case at
that time. Everything else is counted and dropped. What is kept is sealed: whoever reads the
table reads nothing.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Final

from bluezone.portal import keyring
from bluezone.portal.appgateway.consent.models import Mode, SharedHistory
from bluezone.portal.appgateway.consent.own_keys import OwnKeys, is_own
from bluezone.portal.appgateway.consent.windows import Window
from bluezone.portal.cases.models import Case
from bluezone.protocol.bluezone.day_key import BluezoneId, expand_day_key, walk_day_key
from bluezone.protocol.bluezone.f0 import F0Entry
from bluezone.protocol.bluezone.history import ContactRow, parse_history, write_history
from bluezone.protocol.bluezone.slot import DAY_S
from bluezone.protocol.bluezone.tolerant import DEFAULT_SKEW_S, STALE_S
from bluezone.protocol.errors import InvalidHistoryError

MAX_ROWS: Final = 100_000
"""Ours: 5 MB hold 73,000 rows of a published phone."""
MAX_KNOWN: Final = 2_000
"""Ours: the newest known cases, with which mode 1 compares; a thousand take two seconds."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What remains of a file.

    Attributes:
        rows: in their order, times in milliseconds.
        dropped: how many rows were not kept, for whatever reason.
    """

    rows: tuple[ContactRow, ...] = field(repr=False)
    dropped: int


@dataclass(frozen=True, slots=True)
class Shared:
    """A history that a person of a case shared, for the health worker of the case.

    Attributes:
        history_id: number of its row in the table.
        mode: what the person agreed to.
        expires_at: when it is deleted, Unix seconds.
        rows: the contacts, times in milliseconds.
    """

    history_id: int
    mode: Mode
    expires_at: int
    rows: tuple[ContactRow, ...] = field(repr=False)


def keep(
    data: bytes | bytearray, keys: OwnKeys, window: Window, *, only: Sequence[F0Entry] | None = None
) -> Kept:
    """Return what is kept of a contact-history file.

    Args:
        data: the file, as it came.
        keys: of the phone that sent it.
        window: the infectious days.
        only: entries of known cases (mode 1); None keeps every contact (mode 2).
    """
    rows, broken = _read(data)
    chain = keys.chain()
    first_ms, last_ms = 1000 * window.first_midnight, 1000 * window.last_second + 999
    own = [
        row
        for row in _unique(rows)
        if first_ms <= row.time_ms <= last_ms and is_own(row, keys, chain)
    ]
    kept = own if only is None else _of_known(own, only)
    return Kept(tuple(kept), broken + len(rows) - len(kept))


def fill(history: SharedHistory, kept: Kept, *, rng: Random) -> bool:
    """Store rows for a history that has not come yet; False if it has."""
    sealed = keyring.seal(write_history(kept.rows).encode(), purpose=_purpose(history), rng=rng)
    mine = SharedHistory.objects.filter(pk=history.pk, received=False)
    return bool(
        mine.update(
            received=True, owner="", sealed=sealed, rows=len(kept.rows), dropped=kept.dropped
        )
    )


def shared_histories_of(case: Case, *, now: int) -> list[Shared]:
    """Return the histories that were shared for a case and are still kept, oldest first."""
    found = SharedHistory.objects.filter(case=case, received=True, expires_at__gt=now)
    return [_open(history) for history in found.select_related("code").order_by("pk")]


def _open(history: SharedHistory) -> Shared:
    plain = keyring.unseal(bytes(history.sealed), purpose=_purpose(history)) or b""
    rows = tuple(parse_history(plain))
    return Shared(history.pk, Mode(history.code.mode), history.expires_at, rows)


def _purpose(history: SharedHistory) -> str:
    return f"shared history {history.pk}"


def _read(data: bytes | bytearray) -> tuple[list[ContactRow], int]:
    """Return the rows that can be read, times in milliseconds, and how many cannot."""
    lines = data.strip(b"\r\n").splitlines()
    rows: list[ContactRow] = []
    for line in lines[:MAX_ROWS]:
        try:
            rows += parse_history(bytes(line))
        except InvalidHistoryError:
            continue
    return [_in_milliseconds(row) for row in rows], len(lines) - len(rows)


def _in_milliseconds(row: ContactRow) -> ContactRow:
    return ContactRow(row.own_id, row.contact_id, row.rssi_dbm, row.time_ms)


def _unique(rows: Iterable[ContactRow]) -> Iterable[ContactRow]:
    return dict.fromkeys(rows)


def _of_known(rows: Sequence[ContactRow], entries: Sequence[F0Entry]) -> list[ContactRow]:
    """Return the rows whose contact id was that of a known case at that time."""
    days = {row.time_ms // (1000 * DAY_S) * DAY_S for row in rows}
    near = {day + step for day in days for step in (-DAY_S, 0)}
    heard = {row.contact_id for row in rows if row.contact_id is not None}
    newest = sorted(entries, key=lambda entry: entry.time_end)[-MAX_KNOWN:]
    spans: dict[BluezoneId, list[tuple[int, int]]] = {}
    for bluezone_id, start, end in _ids_of(newest, near):
        if bluezone_id in heard:
            spans.setdefault(bluezone_id, []).append((start, end))
    return [row for row in rows if _was_known(row, spans)]


def _was_known(row: ContactRow, spans: Mapping[BluezoneId, Sequence[tuple[int, int]]]) -> bool:
    at_s = row.time_ms / 1000
    known = () if row.contact_id is None else spans.get(row.contact_id, ())
    return any(
        start - DEFAULT_SKEW_S <= at_s <= end + STALE_S + DEFAULT_SKEW_S for start, end in known
    )


def _ids_of(
    entries: Iterable[F0Entry], days: Collection[int]
) -> Iterator[tuple[BluezoneId, int, int]]:
    """Yield each id of these entries on these days (UTC midnights), and when it was on the air."""
    for entry in entries:
        slot_s = DAY_S // entry.max
        for day in sorted(day for day in days if entry.time_start <= day <= entry.time_end):
            key = walk_day_key(entry.daily_key, (day - entry.time_start) // DAY_S)
            for slot, bluezone_id in enumerate(expand_day_key(key, entry.max)):
                start = day + slot * slot_s
                if start <= entry.time_end:
                    yield bluezone_id, start, start + slot_s
