"""Twelve real nodes on the virtual air, each with a contact log and a key store of its own.

Everything a phone does here is the code that runs on a real controller; only the air is
computed. The decision that surprises: the radios rest while nobody can meet (the night),
because a street at home would cost a minute of computing and teach nothing.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Final

import numpy as np

from bluezone.demo.cast import NAMES, PersonId
from bluezone.demo.paths import Path as Walk
from bluezone.phone.node.check import ExposureCheck
from bluezone.phone.node.config import IPhoneState, NodeConfig
from bluezone.phone.node.duty import DutyCycle
from bluezone.phone.node.events import Event
from bluezone.phone.node.node import Node
from bluezone.phone.node.wiring import Stores, open_stores
from bluezone.phone.radio.path_loss import Carriage
from bluezone.phone.radio.virtual_air import VirtualAir
from bluezone.phone.radio.virtual_controller import VirtualController
from bluezone.phone.radio.virtual_radio import virtual_radio
from bluezone.phone.radio.virtual_time import VirtualTimeLoop
from bluezone.phone.risk import RiskConfig
from bluezone.phone.sighting import Scheme

TX_POWER_DBM: Final = RiskConfig().policy.calibration.tx_power_dbm
"""Announced by every phone of the street: what the risk policy takes for an average phone."""
_DWELL_S: Final = 7.5
"""Each scheme has half of the 15 s of a published phone's sending; changing every second, as a
node does by default, would cost ten times the computing on the street's twelve controllers."""
SCAN: Final = DutyCycle(30, 157)
"""More often than a published phone (40 of 300 s): one morning has too few scans otherwise to
even out the chance of the air. 30 s hear both schemes of everybody; the cycle is no whole
number of minutes because windows count clock minutes between scans."""
STAGGER_S: Final = 187.0
"""Phones are switched on within one scan cycle, so that they do not listen in step."""

OnEvent = Callable[[PersonId, Event], None]


@dataclass(slots=True)
class Phone:
    """One person's phone.

    Attributes:
        person: its owner.
        folder: where its memory lies.
        stores: what it heard, its own keys, what it fetched.
        controller: its Bluetooth controller on the virtual air.
        config: how it behaves.
        node: the running node; None while it rests.
    """

    person: PersonId
    folder: Path
    stores: Stores
    controller: VirtualController
    config: NodeConfig
    node: Node | None = None
    job: asyncio.Task[None] | None = field(default=None, repr=False)


class Street:
    """Twelve phones on one air and one virtual clock; used by one thread."""

    def __init__(
        self,
        home: Path,
        walks: dict[PersonId, Walk],
        *,
        seed: int,
        start_s: int,
        on_event: OnEvent,
    ) -> None:
        """Make the phones; none is switched on yet.

        Args:
            home: folder in which each phone gets a folder of its own.
            walks: where everybody is at every instant.
            seed: decides the radio's chance, the phones' keys and when each is switched on.
            start_s: what the clock shows, Unix seconds.
            on_event: told of everything that any node tells, in the calling thread.
        """
        self.loop = VirtualTimeLoop(start_s=start_s)
        self._files = ExitStack()
        self._walks = walks
        self._on_event = on_event
        self._chance = Random(seed)  # noqa: S311 - a story, not a secret
        self._air = VirtualAir(np.random.default_rng(seed))
        self.phones = self.loop.run_until_complete(self._make_phones(home))

    @property
    def chance(self) -> Callable[[int], bytes]:
        """The street's one source of random bytes."""
        return self._chance.randbytes

    @property
    def now(self) -> float:
        """The instant that the street's clock shows, Unix seconds."""
        return self.loop.unix_time()

    def switch_on(self, check_of: Callable[[Phone], ExposureCheck | None], *, spread: bool) -> None:
        """Start every node.

        Args:
            check_of: what a phone asks for published keys; None is a phone without server.
            spread: start them within a scan cycle instead of together.
        """
        for phone in self.phones.values():
            after_s = self._chance.uniform(0, STAGGER_S) if spread else 0.0
            phone.node = self._node(phone, check_of(phone))
            phone.job = self.loop.create_task(_run_after(phone.node, after_s))

    def switch_off(self) -> None:
        """Stop every node and wait until all is written."""
        jobs = [phone.job for phone in self.phones.values() if phone.job is not None]
        for job in jobs:
            job.cancel()
        if jobs:
            self.loop.run_until_complete(asyncio.wait(jobs))
        for phone in self.phones.values():
            phone.node = phone.job = None

    def run_until(self, instant_s: float) -> None:
        """Live until an instant, as fast as the machine can.

        Raises:
            BluezoneError: a node ended, which none does by itself.
        """
        left_s = instant_s - self.now
        if left_s > 0:
            self.loop.run_until_complete(asyncio.sleep(left_s))
        for job in self._ended():
            job.result()

    def close(self) -> None:
        """Switch everything off and close every file."""
        self.switch_off()
        self._files.close()
        self.loop.run_until_complete(self.loop.shutdown_default_executor())
        self.loop.close()

    def _ended(self) -> Iterator["asyncio.Task[None]"]:
        for phone in self.phones.values():
            if phone.job is not None and phone.job.done():
                yield phone.job

    async def _make_phones(self, home: Path) -> dict[PersonId, Phone]:
        """Return the phones; inside the loop, which a controller asks for when it is made."""
        return {person: self._phone(home, person) for person in self._walks}

    def _phone(self, home: Path, person: PersonId) -> Phone:
        folder = home / NAMES[person]
        walk = self._walks[person]
        controller = self._air.add_station(
            NAMES[person], lambda: walk.at(self.now), carriage=Carriage.HAND
        )
        iphone = IPhoneState.FOREGROUND if NAMES[person] == "Khoa" else None
        return Phone(
            person=person,
            folder=folder,
            stores=self._files.enter_context(open_stores(folder, rng=self._chance.randbytes)),
            controller=controller,
            config=NodeConfig(
                tx_power_dbm=TX_POWER_DBM, dwell_s=_DWELL_S, scan=SCAN, iphone=iphone
            ),
        )

    def _node(self, phone: Phone, check: ExposureCheck | None) -> Node:
        def tell(event: Event) -> None:
            self._on_event(phone.person, event)

        return Node(
            phone.config,
            virtual_radio(phone.controller),
            phone.stores.contact_log,
            phone.stores.key_store,
            clock=self.loop.unix_time,
            rng=self._chance.randbytes,
            on_event=tell,
            check=check,
        )


async def _run_after(node: Node, after_s: float) -> None:
    await asyncio.sleep(after_s)
    await node.run()


def shown_id(phone: Phone, scheme: Scheme, now: int) -> bytes:
    """Return the identifier that a phone sends at `now`: it is on the air for everybody."""
    if scheme is Scheme.EN:
        return bytes(phone.stores.key_store.en_broadcast(now, TX_POWER_DBM, 0)[0])
    return bytes(phone.stores.key_store.bluezone_id_at(now))
