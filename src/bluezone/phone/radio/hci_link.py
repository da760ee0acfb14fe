"""What carries HCI packets between our host and a controller, in memory or elsewhere."""

import asyncio
from typing import Protocol

from bumble.transport.common import TransportSink, TransportSource

from bluezone.phone.radio.virtual_controller import VirtualController


class HciLink(Protocol):
    """A way to a controller, taken by us alone until it is closed."""

    source: TransportSource
    sink: TransportSink

    async def close(self) -> None:
        """Give the controller back."""


class VirtualLink:
    """The way to a controller on the virtual air: two calls within the process."""

    def __init__(self, controller: VirtualController) -> None:
        """Make the link."""
        self.source = controller
        self.sink = _Sink(controller)

    async def close(self) -> None:
        """Let the controller hear of the host's end; nothing else to give back."""
        self.source.host = None


class _Sink:
    """Hands packets to the controller in the loop's next round, as a wire would."""

    def __init__(self, controller: VirtualController) -> None:
        self._controller = controller
        self._loop = asyncio.get_running_loop()

    def on_packet(self, packet: bytes) -> None:
        self._loop.call_soon(self._controller.on_packet, packet)
