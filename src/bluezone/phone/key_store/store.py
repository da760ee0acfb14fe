"""Keep this phone's own keys: one independent random key per UTC day and scheme.

Sources: DESIGN "Identifiers" (fresh day keys), Exposure Notification cryptography v1.2
(TEK), weaknesses W1, W2, W18, W21, W22, W28 of the published app. There is no root secret:
nothing from which a second day could be derived is ever made, so nothing of the kind can
leave the device. The file has mode 0600 and forgets keys after 14 days.

The surprising decisions. Keys handed out for sharing are cut at the next interval or slot
border and a new key takes over there, so that even the interval under way stays covered
and nothing is sent afterwards with a key that others know. A clock set back never brings
such a key back on the air: the stretch already shared gets a throwaway key instead.

Any thread and any process may use the store; every call is one transaction.
"""

import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final, Self

from bluezone.phone.key_store import periods
from bluezone.phone.key_store.own_keys import Advertised, OwnKeys
from bluezone.phone.key_store.periods import OwnKey
from bluezone.phone.private_database import (
    open_private,
    read_guard,
    reported,
    scrub,
    transaction,
    write_guard,
)
from bluezone.phone.sighting import Scheme
from bluezone.protocol.bluezone.day_key import BluezoneId, DayKey, own_id_at
from bluezone.protocol.bluezone.slot import (
    DAY_S,
    next_slot_border_s,
    slot_at,
    slot_start_s,
    utc_midnight_s,
)
from bluezone.protocol.diagnosis_key import DayKeyEntry, DiagnosisKey
from bluezone.protocol.en.metadata import Metadata, crypt_metadata
from bluezone.protocol.en.tek import INTERVAL_S, ROLLING_PERIOD, Rpi, Tek, interval_at, rpi_at

RandomBytes = Callable[[int], bytes]
"""Gives that many random bytes; `secrets.token_bytes` outside of tests."""

KEPT_DAYS: Final = 14
SHARED_DAYS: Final = 14
"""Days offered for sharing, today among them."""
_KEY_BYTES: Final = {Scheme.EN: 16, Scheme.BLUEZONE: 32}


class KeyStore:
    """Own keys of both schemes; open it with `KeyStore.open`."""

    def __init__(self, connection: sqlite3.Connection, rng: RandomBytes) -> None:
        self._connection = connection
        self._rng = rng
        self._lock = threading.RLock()

    def __repr__(self) -> str:
        return "KeyStore(keys hidden)"

    @classmethod
    def open(cls, path: Path | str, *, rng: RandomBytes) -> Self:
        """Open or create the store at `path` (`:memory:` for one that is never written).

        Raises:
            StoreError: the file cannot be opened or is not a key store.
        """
        return cls(open_private(path, periods.SCHEMA), rng)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    def tek_at(self, now: int) -> DiagnosisKey:
        """Return the `en` key in use at `now`, made if there is none, with its full period."""
        interval = interval_at(now)
        begin = interval // ROLLING_PERIOD * ROLLING_PERIOD
        day = range(begin, begin + ROLLING_PERIOD)
        return _tek(self._current(Scheme.EN, interval, unit=interval, day=day))

    def day_key_at(self, now: int) -> DayKey:
        """Return the Bluezone day key in use at `now`, made if there is none."""
        midnight_s = utc_midnight_s(now)
        day = range(midnight_s, midnight_s + DAY_S)
        return DayKey(self._current(Scheme.BLUEZONE, now, unit=_slot_s(now), day=day).key)

    def en_broadcast(self, now: int, tx_power_dbm: int, confidence: int) -> tuple[Rpi, bytes]:
        """Return the identifier of `now` and its encrypted metadata.

        Args:
            now: Unix seconds.
            tx_power_dbm: calibrated transmit power, -128 to 127.
            confidence: 0 to 3 as in `Metadata`.

        Raises:
            InvalidMetadataError: power or confidence out of range.
            StoreError: the store cannot be read or written.
        """
        tek = Tek(self.tek_at(now).key)
        rpi = rpi_at(tek, interval_at(now))
        plain = Metadata(1, 1, confidence, tx_power_dbm).encode()
        return rpi, crypt_metadata(tek, rpi, plain)

    def bluezone_id_at(self, now: int) -> BluezoneId:
        """Return the 12-byte identifier to broadcast at `now` (96 slots a day)."""
        return own_id_at(self.day_key_at(now), now)

    def advertised(self, now: int, *, tx_power_dbm: int, confidence: int) -> Advertised:
        """Return what to broadcast at `now` and until when, for both schemes at once.

        The limits and errors are those of `en_broadcast`.
        """
        rpi, aem = self.en_broadcast(now, tx_power_dbm, confidence)
        border_s = (interval_at(now) + 1) * INTERVAL_S
        until_s = min(border_s, next_slot_border_s(now))
        return Advertised(rpi, aem, self.bluezone_id_at(now), until_s)

    def keys_to_share(self, now: int) -> OwnKeys:
        """Return the keys that a share at `now` would publish; changes nothing.

        The last 14 days, today among them, without keys that were published before. The
        `en` key in use ends with the interval under way: a key server that follows the
        rules keeps it back until then.
        """
        interval = interval_at(now)
        first_day = now // DAY_S - SHARED_DAYS + 1
        with self._lock, reported():
            en = periods.unshared(
                self._connection, Scheme.EN, first_day * ROLLING_PERIOD, interval + 1
            )
            bluezone = periods.unshared(
                self._connection, Scheme.BLUEZONE, first_day * DAY_S, now + 1
            )
        return OwnKeys(
            tuple(_tek(key, end=min(key.end, interval + 1)) for key in en),
            tuple(DayKeyEntry(key.key, utc_midnight_s(key.begin)) for key in bluezone),
        )

    def release(self, now: int) -> OwnKeys:
        """Return `keys_to_share(now)` and stop using every one of them at the next border.

        To be called once a person has confirmed, before anything is sent: whatever becomes
        of the sending, no identifier of a key that left the device is broadcast later.
        """
        interval = interval_at(now)
        with self._lock, transaction(self._connection):
            keys = self.keys_to_share(now)
            self._release(Scheme.EN, interval + 1, end=interval + 1, unit=interval)
            border_s = next_slot_border_s(now)
            self._release(Scheme.BLUEZONE, now + 1, end=border_s, unit=_slot_s(now))
        return keys

    def mark_shared(self, keys: OwnKeys) -> None:
        """Note that `keys` were published, so that they are never offered again."""
        with self._lock, transaction(self._connection):
            for tek in keys.en:
                periods.mark_shared(self._connection, Scheme.EN, tek.key)
            for day_key in keys.bluezone:
                periods.mark_shared(self._connection, Scheme.BLUEZONE, day_key.key)

    def rotate_after_share(self, now: int) -> OwnKeys:
        """Release the keys of `now` and mark them shared, in one step; return them."""
        keys = self.release(now)
        self.mark_shared(keys)
        return keys

    def forget_before(self, now: int) -> int:
        """Delete keys that ended 14 full days before `now`; return how many.

        A clock that jumped forward is not believed for a day (see `clock_guard`).
        """
        midnight_s = utc_midnight_s(now) - KEPT_DAYS * DAY_S
        query = (
            "DELETE FROM own_key WHERE (scheme = 'en' AND end <= ?) "
            "OR (scheme = 'bluezone' AND end <= ?)"
        )
        with self._lock:
            with transaction(self._connection):
                guard = read_guard(self._connection).see(now)
                write_guard(self._connection, guard)
                if not guard.trusted:
                    return 0
                rows = self._connection.execute(query, (midnight_s // INTERVAL_S, midnight_s))
            if rows.rowcount:
                scrub(self._connection)
            return rows.rowcount

    def _current(self, scheme: Scheme, at: int, *, unit: int, day: range) -> OwnKey:
        with self._lock:
            with reported():
                found = periods.find(self._connection, scheme, at, unit)
            if found is not None:
                return found
            with transaction(self._connection):
                self._make(scheme, at, unit=unit, day=day)
            return self._current(scheme, at, unit=unit, day=day)

    def _make(self, scheme: Scheme, at: int, *, unit: int, day: range) -> None:
        if periods.find(self._connection, scheme, at, unit) is not None:
            return  # another process was faster
        taken = periods.overlapping(self._connection, scheme, day.start, day.stop)
        under = [key for key in taken if key.begin <= at < key.end]
        begin = max((key.end for key in taken if key.end <= at), default=day.start)
        end = min((key.begin for key in taken if key.begin > at), default=day.stop)
        stretch = range(begin, end) if not under else range(at, min(key.end for key in under))
        key = self._rng(_KEY_BYTES[scheme])
        periods.insert(self._connection, scheme, stretch, key, shareable=not under)

    def _release(self, scheme: Scheme, until: int, *, end: int, unit: int) -> None:
        for key in periods.unshared(self._connection, scheme, 0, until):
            periods.release(self._connection, key.seq, end=min(key.end, end), unit=unit)


def _tek(key: OwnKey, *, end: int | None = None) -> DiagnosisKey:
    last = key.end if end is None else end
    return DiagnosisKey(key.key, key.begin, last - key.begin)


def _slot_s(now: int) -> int:
    return slot_start_s(utc_midnight_s(now), slot_at(now))
