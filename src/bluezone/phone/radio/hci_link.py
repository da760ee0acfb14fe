"""What carries HCI packets between our host and a controller, in memory or elsewhere."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import cast

from bumble.transport.common import TransportSink, TransportSource

from bluezone.phone.radio.virtual_controller import VirtualController


@dataclass(frozen=True, slots=True)
class HciLink:
    """A way to a controller, taken by us alone until it is closed.

    Attributes:
        source: packets from the controller.
        sink: packets to the controller.
        close: gives the controller back.
    """

    source: TransportSource
    sink: TransportSink
    close: Callable[[], Awaitable[None]]


def virtual_link(controller: VirtualController) -> HciLink:
    """Return the way to a controller on the virtual air: two calls within the process."""

    async def close() -> None:
        controller.host = None

    return HciLink(cast("TransportSource", controller), _Sink(controller), close)


class _Sink:
    """Hands packets to the controller in the loop's next round, as a wire would."""

    def __init__(self, controller: VirtualController) -> None:
        self._controller = controller
        self._loop = asyncio.get_running_loop()

    def on_packet(self, packet: bytes) -> None:
        """Take a packet from the host."""
        self._loop.call_soon(self._controller.on_packet, packet)
