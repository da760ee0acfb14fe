"""Two published Android phones near each other: duty cycles, radio, faults, and relays.

Sources of the numbers: wire specification 2.8 (scan 40 s of 300 s, advertising 15 s of 30 s,
ids fetched when advertising restarts), 2.2 (one packet a 100 ms; none after a reboot until the
app is opened), 2.7 (rows of one id at least 5 s apart). Assumed, not measured: how often a
packet is heard (`Radio`), how often a background iPhone hears or can be read, how Doze stretches.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from bluezone.protocol.bluezone.day_key import BluezoneId, DayKey, walk_day_key
from bluezone.protocol.bluezone.f0 import F0Entry
from bluezone.protocol.bluezone.generator import PublishedGenerator
from bluezone.protocol.bluezone.history import ContactRow

DAY_S = 86_400
SCAN_S, SCAN_EVERY_S = 40, 300
ADVERTISE_S, ADVERTISE_EVERY_S = 15, 30
PACKETS_A_SECOND = 10
ROWS_APART_S = 5


@dataclass(frozen=True)
class Habits:
    """How a phone behaves.

    `hears` and `heard`: chance that it hears anything in a scan, or can be heard in one.
    `advertises`: False after a reboot. `doze`: factor on the pause between scans.
    """

    hears: float = 1.0
    heard: float = 1.0
    advertises: bool = True
    doze: float = 1.0


USUAL = Habits()
REBOOTED = Habits(advertises=False)
DOZING = Habits(doze=3.0)
BACKGROUND_IPHONE = Habits(hears=0.5, heard=0.6)


class Phone:
    """One phone: its own ids, its rhythm, its rows."""

    def __init__(self, rng: Random, day_s: int, habits: Habits = USUAL) -> None:
        self.base = DayKey(rng.randbytes(32))
        self.midnight_s = day_s - 3 * DAY_S
        self.generator = PublishedGenerator(self.base, self.midnight_s * 1000)
        self.habits = habits
        self.scan_phase = rng.uniform(0, SCAN_EVERY_S)
        self.advertise_phase = rng.uniform(0, ADVERTISE_EVERY_S)
        self.rows: list[ContactRow] = []

    @property
    def keys(self) -> F0Entry:
        """Its keys from the day before the scene on, as an upload of it would give them."""
        first_s = self.midnight_s + 2 * DAY_S
        return F0Entry(walk_day_key(self.base, 2), first_s, 96, first_s + 3 * DAY_S - 1)

    def id_at(self, time_s: float) -> BluezoneId:
        own = self.generator.id_at(int(time_s * 1000))
        assert own is not None
        return own

    def scans(self, start_s: float, end_s: float) -> Iterator[tuple[float, float]]:
        """Yield its scans that touch the time, cut to it."""
        every_s = SCAN_S + (SCAN_EVERY_S - SCAN_S) * self.habits.doze
        at = start_s - every_s + self.scan_phase * every_s / SCAN_EVERY_S
        while at < end_s:
            if at + SCAN_S > start_s:
                yield max(at, start_s), min(at + SCAN_S, end_s)
            at += every_s

    def on_air(self, start_s: float, end_s: float) -> Iterator[tuple[float, float, BluezoneId]]:
        """Yield when it advertises, and the id fetched at the start of it."""
        if not self.habits.advertises:
            return
        first = start_s - start_s % ADVERTISE_EVERY_S - ADVERTISE_EVERY_S + self.advertise_phase
        at = first
        while at < end_s:
            if at + ADVERTISE_S > start_s:
                yield max(at, start_s), min(at + ADVERTISE_S, end_s), self.id_at(at)
            at += ADVERTISE_EVERY_S

    def hear(
        self, other_id: BluezoneId, time_s: float, rssi_dbm: int = -70, *, seconds: bool = False
    ) -> None:
        stored = int(time_s) if seconds else int(time_s * 1000)
        self.rows.append(ContactRow(self.id_at(time_s), other_id, rssi_dbm, stored))


def meet(
    a: Phone, b: Phone, start_s: float, length_s: float, *, rng: Random, packet: float = 0.2
) -> None:
    """Let both be near each other; `packet` is the chance that one packet is heard."""
    hear_all(a, b, start_s, length_s, rng=rng, packet=packet)
    hear_all(b, a, start_s, length_s, rng=rng, packet=packet)


def hear_all(
    listener: Phone,
    speaker: Phone,
    start_s: float,
    length_s: float,
    *,
    rng: Random,
    packet: float = 0.2,
    delay_s: float = 0.0,
) -> None:
    """Let `listener` hear `speaker`, `delay_s` later than it was sent (a relay)."""
    end_s = start_s + length_s
    chance = listener.habits.hears * speaker.habits.heard
    for scan_start, scan_end in listener.scans(start_s + delay_s, end_s + delay_s):
        if rng.random() > chance:
            continue
        for on, off, own in speaker.on_air(scan_start - delay_s, scan_end - delay_s):
            at = on + delay_s
            while at < off + delay_s:
                heard_in = min(ROWS_APART_S, off + delay_s - at) * PACKETS_A_SECOND
                if rng.random() < 1 - (1 - packet) ** heard_in:
                    listener.hear(own, at + rng.uniform(0, 0.4))
                at += ROWS_APART_S + 0.5
