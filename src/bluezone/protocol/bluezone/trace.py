"""The trace: how published phones decide whether a pushed F0 entry was near them.

Source: wire specification section 1.6 (executed for Android, `last_probe` and probe counts
included; read from the source for iOS). Letters as there: probe n, window start W[n],
slot length delta.

The surprise: nothing here loops over probes. A window matters only if a stored row lies in
it, so the row's time gives the few probes to look at, and a `time_end` that would keep a
phone busy for hours is decided at once, with the phone's own result. What makes a phone
crash or loop for ever is a value here (`Outcome`), not an accident.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from bluezone.protocol.bluezone.android_number import LONG_MAX, wrap_long
from bluezone.protocol.bluezone.day_key import DAY_KEY_BYTES, BluezoneId
from bluezone.protocol.bluezone.f0 import F0Entry
from bluezone.protocol.bluezone.key_chain import KeyChain, WorkLimitError
from bluezone.protocol.bluezone.published_f0 import PublishedEntry, android_hex
from bluezone.protocol.bluezone.slot import DAY_MS


class Heard(NamedTuple):
    """One stored row, as far as the trace looks at it.

    Attributes:
        contact_id: the 12 bytes heard; None for a Bluetooth Classic row.
        stored_time: as the phone stored it: milliseconds on Android, seconds on iOS.
    """

    contact_id: bytes | None
    stored_time: int


class Outcome(StrEnum):
    """What becomes of a published phone that works on one entry."""

    MATCH = "match"
    NO_MATCH = "no_match"
    CRASH = "crash"
    """An exception that nothing catches ends the app."""
    HANG = "hang"
    """The loop never ends, or takes more hashing than `key_chain.MAX_HASHES` to decide."""


class Probe(NamedTuple):
    """One look into the stored rows: an id and a window, both ends inclusive, in ms."""

    bluezone_id: BluezoneId
    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class Trace:
    """What a published Android phone finds for one entry.

    Attributes:
        outcome: what becomes of the phone.
        probe_count: how many probes it makes, up to the first match; None if unending.
        last_probe: the last of them; None if there is none, or its id is beyond the limit
            of hashing (`key_chain.MAX_HASHES`).
        rows: all rows that lie in the window of their id, 0-based and ascending, whether
            or not the phone, which stops at its first match, gets to them.
    """

    outcome: Outcome
    probe_count: int | None = 0
    last_probe: Probe | None = None
    rows: tuple[int, ...] = ()


def published(entry: F0Entry) -> PublishedEntry:
    """Return a strict entry as a published phone holds it."""
    return PublishedEntry(
        entry.daily_key.hex().upper(), entry.time_start, entry.max, entry.time_end
    )


def trace_android(entry: PublishedEntry, heard: Sequence[Heard]) -> Trace:
    """Return what a published Android phone with these rows finds for one entry.

    Args:
        entry: as the phone read it, no limits checked.
        heard: stored rows, times in milliseconds; a row in seconds never matches.
    """
    key = android_hex(entry.daily_key)
    if key is None:
        return Trace(Outcome.CRASH)
    if len(key) != DAY_KEY_BYTES:
        return Trace(Outcome.NO_MATCH)
    if entry.max == 0:
        return Trace(Outcome.CRASH)
    start_ms, end_ms = wrap_long(entry.time_start * 1000), wrap_long(entry.time_end * 1000)
    if end_ms < start_ms:
        return Trace(Outcome.NO_MATCH)
    delta_ms = DAY_MS // entry.max
    if entry.max < 0 or delta_ms == 0 or end_ms > LONG_MAX - delta_ms:
        return Trace(Outcome.HANG, None)
    return _trace(KeyChain(key, entry.max), heard, range(start_ms, end_ms + 1, delta_ms))


def _trace(chain: KeyChain, heard: Iterable[Heard], starts: range) -> Trace:
    """Return the trace over the windows that begin at `starts`, each one step long."""
    try:
        found = {
            row: number
            for row, (contact_id, time_ms) in enumerate(heard)
            if contact_id is not None
            for number in _probes_around(time_ms, starts)
            if chain.id_at(number) == contact_id
        }
    except WorkLimitError:
        return Trace(Outcome.HANG, None)
    last = min(found.values(), default=_last(starts))
    outcome = Outcome.MATCH if found else Outcome.NO_MATCH
    return Trace(outcome, last + 1, _probe(chain, last, starts), tuple(found))


def _last(starts: range) -> int:
    """Return the number of the last window; `len` is too small for a hostile `time_end`."""
    return (starts.stop - 1 - starts.start) // starts.step


def _probe(chain: KeyChain, number: int, starts: range) -> Probe | None:
    try:
        probe_id = chain.id_at(number)
    except WorkLimitError:
        return None
    return Probe(probe_id, starts[number], starts[number] + starts.step)


def _probes_around(time_ms: int, starts: range) -> Iterator[int]:
    """Yield the numbers of the one or two windows that hold `time_ms`, both ends inclusive."""
    number, since_start = divmod(time_ms - starts.start, starts.step)
    last = _last(starts)
    if since_start == 0 and 0 < number <= last + 1:
        yield number - 1
    if 0 <= number <= last:
        yield number


def probes(entry: PublishedEntry) -> Iterator[Probe]:
    """Yield every probe of a published Android phone that finds no match, one by one.

    The loop as the phone runs it: clear, slow, and the oracle of `trace_android`.

    Raises:
        WorkLimitError: more hashing than any honest entry asks for.
    """
    key = android_hex(entry.daily_key)
    if key is None or len(key) != DAY_KEY_BYTES or entry.max < 1:
        return
    delta_ms = DAY_MS // entry.max
    chain, number, start_ms = KeyChain(key, entry.max), 0, entry.time_start * 1000
    while start_ms <= entry.time_end * 1000:
        yield Probe(chain.id_at(number), start_ms, start_ms + delta_ms)
        number, start_ms = number + 1, start_ms + delta_ms
