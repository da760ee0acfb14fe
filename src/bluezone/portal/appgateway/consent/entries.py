"""F0 entries of the uploads: what published phones are told to look for.

Source: spec/bluezone-wire.md 1.5, 1.6 and W31. One entry for each upload, because the published
chain leads from its first day to its last: `time_start` is the UTC midnight of the key's own
day, `time_end` the last second of the last day (a slot that starts at the next midnight would
be searched, too). The surprising part: while the last day is today, the entry ends at the `now`
of whoever asks. The table holds days only, so that no instant of an upload is stored anywhere.
"""

from collections.abc import Iterable

from bluezone.portal.appgateway.consent.models import Upload
from bluezone.portal.appgateway.consent.windows import Window
from bluezone.portal.appgateway.pushes.models import Bundle
from bluezone.protocol.bluezone.day_key import DayKey
from bluezone.protocol.bluezone.f0 import F0Entry, parse_f0_list
from bluezone.protocol.bluezone.slot import DAY_S


def active_entries(now: int) -> list[F0Entry]:
    """Return the entries that phones may look for at `now`, each key once, oldest first."""
    return _entries(Upload.objects.filter(expires_at__gt=now), now=now)


def known_entries(now: int) -> list[F0Entry]:
    """Return every entry that phones were told of, those of the new app among them."""
    bundles = Bundle.objects.filter(expires_at__gt=now, withdrawn_at=None)
    pushed = {entry for text in bundles.values_list("entries", flat=True) for entry in _read(text)}
    return [*active_entries(now), *pushed]


def new_entries(now: int) -> list[F0Entry]:
    """Return those of them that were in no round yet; `mark_pushed` takes them.

    Inside the transaction that opens the round: the rows are locked, so that nobody withdraws
    one while it is on its way into a bundle.
    """
    fresh = Upload.objects.filter(expires_at__gt=now, pushed=False)
    return _entries(fresh.select_for_update().order_by("pk"), now=now)


def mark_pushed(entries: Iterable[F0Entry]) -> None:
    """Note that entries are in a round, in the transaction that opens it."""
    Upload.objects.filter(daily_key__in=[entry.daily_key for entry in entries]).update(pushed=True)


def entry_of(upload: Upload, *, now: int) -> F0Entry | None:
    """Return the entry of an upload; None in the first second of its first day."""
    window = Window(upload.first_midnight, upload.last_midnight)
    ends_at = min(window.last_second, now)
    if ends_at % DAY_S == 0:  # what starts at this midnight has not been heard by anybody yet
        ends_at -= 1
    if ends_at < window.first_midnight:
        return None
    key = DayKey(bytes(upload.daily_key))
    return F0Entry(key, window.first_midnight, max=upload.slots, time_end=ends_at)


def _read(text: str) -> list[F0Entry]:
    """Return the entries of a bundle, none for one that has lost them."""
    return parse_f0_list(text) if text else []


def _entries(uploads: Iterable[Upload], *, now: int) -> list[F0Entry]:
    found = (entry_of(upload, now=now) for upload in uploads)
    by_key = {(entry.daily_key, entry.time_start): entry for entry in found if entry is not None}
    return sorted(by_key.values(), key=lambda entry: (entry.time_start, entry.daily_key))
