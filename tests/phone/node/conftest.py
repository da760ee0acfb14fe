"""Nodes on one virtual air and one virtual clock."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import numpy as np
import pytest
from bumble import ll

from bluezone.phone.contact_log import ContactLog
from bluezone.phone.key_store import KeyStore
from bluezone.phone.node import Node, NodeConfig
from bluezone.phone.node.events import Event
from bluezone.phone.radio.path_loss import PathLoss
from bluezone.phone.radio.virtual_air import VirtualAir
from bluezone.phone.radio.virtual_controller import VirtualController
from bluezone.phone.radio.virtual_radio import virtual_radio
from bluezone.phone.radio.virtual_time import VirtualTimeLoop, run_virtual

START_S = 1_600_000_200.0  # 2020-09-13 12:30:00 UTC: a border of slots, and of intervals


@dataclass
class Packet:
    """One advertisement as it left a controller."""

    time_s: float
    sender: str
    address: bytes
    data: bytes
    connectable: bool


class RecordingAir(VirtualAir):
    """The virtual air, with a record of everything sent."""

    def __init__(self, clock, rng, path_loss=None):
        super().__init__(rng, path_loss)
        self.clock = clock
        self.sent: list[Packet] = []
        self.connections = 0

    def send_advertising_pdu(self, sender_controller, packet):
        if isinstance(packet, ll.ConnectInd):
            self.connections += 1
        else:
            address = bytes(packet.advertiser_address)
            connectable = isinstance(packet, ll.AdvInd)
            self.sent.append(
                Packet(self.clock(), sender_controller.name, address, packet.data, connectable)
            )
        super().send_advertising_pdu(sender_controller, packet)


@dataclass
class Phone:
    """A node with everything a test may want to look at."""

    name: str
    node: Node
    log: ContactLog
    keys: KeyStore
    controller: VirtualController
    events: list[Event] = field(default_factory=list)

    def told(self, kind):
        return [event for event in self.events if isinstance(event, kind)]


@dataclass
class Street:
    """Where the phones of one test are."""

    loop: VirtualTimeLoop
    air: RecordingAir
    phones: list[Phone] = field(default_factory=list)

    def phone(self, name, place=(0.0, 0.0), config=None, check=None) -> Phone:
        controller = self.air.add_station(name, place)
        rng = random.Random(name).randbytes
        events: list[Event] = []
        log, keys = ContactLog.open(":memory:"), KeyStore.open(":memory:", rng=rng)
        node = Node(
            config or NodeConfig(),
            virtual_radio(controller),
            log,
            keys,
            clock=self.loop.unix_time,
            rng=rng,
            on_event=events.append,
            check=check,
        )
        phone = Phone(name, node, log, keys, controller, events)
        self.phones.append(phone)
        return phone

    async def live(self, seconds: float) -> None:
        """Run all phones for that long, then stop them and wait for their end."""
        tasks = [asyncio.create_task(phone.node.run()) for phone in self.phones]
        await asyncio.sleep(seconds)
        for phone in self.phones:
            phone.node.stop()
        await asyncio.gather(*tasks)


@pytest.fixture
def on_street() -> Callable[[Callable[[Street], Awaitable[None]]], Street]:
    """Run a coroutine on a new street and return the street afterwards."""
    streets: list[Street] = []

    def run(scene, *, start_s=START_S, path_loss=None) -> Street:
        async def main(loop):
            air = RecordingAir(loop.unix_time, np.random.default_rng(7), path_loss or PathLoss())
            street = Street(loop, air)
            streets.append(street)
            await scene(street)
            return street

        return run_virtual(main, start_s=start_s)

    yield run
    for street in streets:
        for phone in street.phones:
            phone.log.close()
            phone.keys.close()
