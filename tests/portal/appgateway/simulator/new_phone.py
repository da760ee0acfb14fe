"""A phone with our own app, as far as published phones notice it: fresh day keys on the air."""

import asyncio
from collections.abc import Callable, Iterator
from random import Random

from tests.portal.appgateway.simulator.handset import Handset

from bluezone.protocol.bluezone.day_key import BluezoneId, DayKey, own_id_at
from bluezone.protocol.bluezone.f0 import F0Entry
from bluezone.protocol.bluezone.fresh import f0_entry_for_day

DAY_S = 86_400


class NewPhone:
    """Draws an independent key each UTC day and sends its ids."""

    def __init__(self, clock: Callable[[], float], rng: Random) -> None:
        self._clock, self._rng = clock, rng
        self.keys: dict[int, DayKey] = {}

    def on_air(self) -> BluezoneId:
        now = int(self._clock())
        return own_id_at(self._key(now - now % DAY_S), now)

    def _key(self, midnight: int) -> DayKey:
        if midnight not in self.keys:
            self.keys[midnight] = DayKey(self._rng.randbytes(32))
        return self.keys[midnight]

    def entries(self, days: int) -> tuple[F0Entry, ...]:
        """Return what phones must find of the last days that are over."""
        return tuple(
            f0_entry_for_day(key, midnight)
            for midnight, key in zip(self._midnights(days), self.keys_of(days), strict=True)
        )

    def keys_of(self, days: int) -> Iterator[DayKey]:
        """Yield the keys of the last days that are over, the newest first."""
        return map(self._key, self._midnights(days))

    def _midnights(self, days: int) -> list[int]:
        today = int(self._clock()) // DAY_S * DAY_S
        return [today - DAY_S * day for day in range(1, days + 1)]


async def pass_by(phone: Handset, new: NewPhone, *, rng: Random) -> None:
    """Let a published phone hear a new one for a few minutes."""
    for _ in range(rng.randint(2, 4)):
        if phone.is_on:
            phone.hear(new.on_air(), -rng.randint(45, 99))
        await asyncio.sleep(rng.uniform(6, 200))


class KeysInOrder:
    """Chance that comes out as these keys, and then as `rng`."""

    def __init__(self, keys: Iterator[DayKey], rng: Random) -> None:
        self._keys, self._rng = keys, rng

    def randbytes(self, count: int) -> bytes:
        return next(self._keys, None) or self._rng.randbytes(count)
