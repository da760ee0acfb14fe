"""A handset: a clock that may be wrong, a radio, and what an install keeps until it is removed.

Source: spec/bluezone-wire.md 1.2, 1.3, 1.7 (D4) and 2.7. The ids come from the project's model of
published generators, faults included. Android stores milliseconds, iOS seconds.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from bluezone.protocol.bluezone.day_key import BluezoneId, DayKey
from bluezone.protocol.bluezone.generator import PublishedGenerator
from bluezone.protocol.bluezone.history import ContactRow, rows_to_export, write_history
from bluezone.protocol.bluezone.infof import encode_infof
from bluezone.protocol.bluezone.trace import Heard

READVERTISE_MS = 15_000
"""Scheduled mode reads the own id this often, so that an old one stays on air (D4)."""
DEDUP_MS = 5_000


@dataclass
class Install:
    """What one install of the app keeps; gone with it."""

    token: str
    generator: PublishedGenerator
    base_id: DayKey = field(repr=False)
    rows: list[ContactRow] = field(default_factory=list)
    stored_at: list[float] = field(default_factory=list)
    """True instants of the rows, which no phone knows."""
    registered_token: str | None = None
    phone_number: str = ""
    texts: dict[str, dict[str, str]] = field(default_factory=dict)
    resource_version: str = "3.0.3"
    settings: dict[str, object] = field(default_factory=dict)
    faq_version: str = ""
    news: dict[str, dict[str, object]] = field(default_factory=dict)
    jobs: list[dict[str, object]] = field(default_factory=list)
    has_started: bool = False
    last_heard_ms: dict[bytes, int] = field(default_factory=dict)
    on_air: BluezoneId | None = None
    on_air_since_ms: int = -READVERTISE_MS


class Handset:
    """One phone of somebody; the app may be installed on it again and again."""

    def __init__(
        self,
        name: str,
        platform: str,
        *,
        language: str,
        clock: Callable[[], float],
        rng: Random,
        version: str = "3.0.3",
    ) -> None:
        self.name, self.platform, self.version = name, platform, version
        self.language = language
        self.rng = rng
        self.clock_error_s = 0.0
        self.is_on = True
        self._clock = clock
        self.address = f"203.0.113.{rng.randrange(1, 255)}"
        self.install = self._fresh("")

    def now_ms(self) -> int:
        """Return what the phone's own clock shows."""
        return int((self._clock() + self.clock_error_s) * 1000)

    def reinstall(self, token: str) -> None:
        """Remove the app with everything that it kept, and install it again."""
        self.install = self._fresh(token)

    def _fresh(self, token: str) -> Install:
        base_id = DayKey(self.rng.randbytes(32))
        return Install(token, PublishedGenerator(base_id, self.now_ms()), base_id)

    def own_id(self) -> BluezoneId:
        own = self.install.generator.id_at(self.now_ms())
        assert own is not None
        return own

    def on_air(self) -> BluezoneId:
        """Return the id that the phone sends: an Android one may be seconds old, iOS reads now."""
        install, now_ms = self.install, self.now_ms()
        if self.platform == "ios":
            return self.own_id()
        stale = not 0 <= now_ms - install.on_air_since_ms < READVERTISE_MS
        if install.on_air is None or stale:
            install.on_air, install.on_air_since_ms = self.own_id(), now_ms
        return install.on_air

    def hear(self, contact_id: BluezoneId, rssi_dbm: int) -> None:
        """Store a sighting, unless the same id was stored less than 5 s ago."""
        install, now_ms = self.install, self.now_ms()
        before = install.last_heard_ms.get(contact_id)
        if before is not None and 0 <= now_ms - before < DEDUP_MS:
            return
        install.last_heard_ms[contact_id] = now_ms
        stored = now_ms // 1000 if self.platform == "ios" else now_ms
        install.rows.append(ContactRow(self.own_id(), contact_id, rssi_dbm, stored))
        install.stored_at.append(self._clock())

    def heard(self) -> list[Heard]:
        return [Heard(row.contact_id, row.stored_time) for row in self.install.rows]

    def history_file(self, days: int) -> bytes:
        rows = rows_to_export(self.install.rows, now_ms=self.now_ms(), days=days)
        return write_history(rows).encode()

    def infof_text(self) -> str:
        """Return InfoF, always for 14 days."""
        return encode_infof(self.install.generator.infof_at(self.now_ms(), 14))


SCAN_EVERY_S = 300.0


async def meet(one: Handset, other: Handset, *, minutes: float, rng: Random) -> None:
    """Let two phones be near each other: a cluster of sightings for each scan."""
    scans = max(1, round(minutes * 60 / SCAN_EVERY_S))
    for _ in range(scans):
        for phone in (one, other):
            if phone.is_on:
                phone.on_air()
        for _ in range(rng.randint(1, 3)):
            await asyncio.sleep(rng.uniform(0.5, 7))
            if one.is_on and other.is_on:
                one.hear(other.on_air(), -rng.randint(45, 99))
                other.hear(one.on_air(), -rng.randint(45, 99))
        await asyncio.sleep(SCAN_EVERY_S)
