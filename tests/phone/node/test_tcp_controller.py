"""A node on a controller behind a socket: the way of real controllers, on loopback."""

import asyncio
import contextlib
import random

import numpy as np
import pytest
from bumble.transport.common import PacketParser

from bluezone.phone.contact_log import ContactLog
from bluezone.phone.key_store import KeyStore
from bluezone.phone.node import DutyCycle, Node, NodeConfig
from bluezone.phone.node import node as node_module
from bluezone.phone.node.events import Fault, Heard, Started
from bluezone.phone.radio import bumble_radio
from bluezone.phone.radio.legacy_air import RadioConfig
from bluezone.phone.radio.radio import Address, Advertisement
from bluezone.phone.radio.transport import real_radio
from bluezone.phone.radio.virtual_air import VirtualAir
from bluezone.phone.radio.virtual_radio import virtual_radio
from bluezone.phone.sighting import Scheme
from bluezone.protocol.bluezone.day_key import BluezoneId
from bluezone.protocol.frame import encode_android

NOW = 1_600_000_000.0
ID = BluezoneId(bytes(range(12)))


class Sink:
    """Writes a controller's packets to a socket."""

    def __init__(self, writer):
        self.on_packet = writer.write


class Dongle:
    """A virtual controller behind a TCP port of this machine."""

    def __init__(self, controller):
        self.controller = controller
        self.writers = []
        self.clients = []

    async def __aenter__(self):
        self.server = await asyncio.start_server(self.on_client, "127.0.0.1", 0)
        self.name = f"tcp:127.0.0.1:{self.server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_):
        self.server.close()
        await asyncio.gather(*self.clients)
        await self.server.wait_closed()

    async def on_client(self, reader, writer):
        self.clients.append(asyncio.current_task())
        self.controller.host = Sink(writer)
        self.writers.append(writer)
        parser = PacketParser(self.controller)
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(4096):
                parser.feed_data(data)
        self.controller.host = None
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()

    def pull_out(self):
        self.writers.pop().close()


def with_node(scene):
    """Run a scene with a node on a dongle, next to a phone that sends ID for ever."""

    async def main():
        loop = asyncio.get_running_loop()
        start_s = loop.time()

        def clock():
            return NOW + loop.time() - start_s

        air = VirtualAir(np.random.default_rng(3))
        phone = virtual_radio(air.add_station("phone", (1.0, 0.0)), RadioConfig())
        await phone.open()
        await phone.advertise(Advertisement(encode_android(ID), Address(bytes(range(6)))))
        rng, events, changed = random.Random(1).randbytes, [], asyncio.Event()

        def on_event(event):
            events.append(event)
            changed.set()

        async def told(is_wanted):
            async with asyncio.timeout(30):
                while not any(map(is_wanted, events)):
                    changed.clear()
                    await changed.wait()

        with ContactLog.open(":memory:") as log, KeyStore.open(":memory:", rng=rng) as keys:
            async with Dongle(air.add_station("dongle")) as dongle:
                radio = real_radio(dongle.name)
                config = NodeConfig(dwell_s=0.25, scan=DutyCycle(3600, 0))
                node = Node(config, radio, log, keys, clock=clock, rng=rng, on_event=on_event)
                task = asyncio.create_task(node.run())
                await scene(told, dongle, events)
                node.stop()
                await task
        await phone.close()
        return events

    return asyncio.run(main())


def is_heard(event):
    return isinstance(event, Heard)


def test_a_node_hears_through_a_controller_behind_a_socket():
    async def scene(told, _dongle, _events):
        await told(is_heard)

    heard = next(event for event in with_node(scene) if is_heard(event))
    assert (heard.scheme, heard.id) == (Scheme.BLUEZONE, ID)


@pytest.mark.parametrize("code", ["radio_lost", "radio_no_answer"])
def test_a_controller_pulled_out_and_put_back_is_used_again(monkeypatch, code):
    monkeypatch.setattr(node_module, "REOPEN_PAUSE_S", 0.05)
    monkeypatch.setattr(bumble_radio, "COMMAND_LIMIT_S", 0.5)

    async def scene(told, dongle, events):
        await told(is_heard)
        if code == "radio_lost":
            dongle.pull_out()
        else:
            dongle.controller.host = None
        await told(lambda event: isinstance(event, Fault) and event.code == code)
        events.clear()
        await told(lambda event: isinstance(event, Started))

    with_node(scene)
