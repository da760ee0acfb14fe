"""The radio of `bluezone node run`: a controller, or a virtual air with neighbours.

The decision that surprises: on the virtual air the two made-up neighbours, one of them an
iPhone, keep their memory in RAM; only the node asked for writes to the disk.
"""

import asyncio
import contextlib
import secrets
import time
from collections.abc import AsyncIterator
from typing import Final

import numpy as np

from bluezone.phone.contact_log import ContactLog
from bluezone.phone.key_store import KeyStore
from bluezone.phone.node import IPhoneState, Node, NodeConfig
from bluezone.phone.radio.bumble_radio import BumbleRadio
from bluezone.phone.radio.transport import real_radio
from bluezone.phone.radio.virtual_air import VirtualAir
from bluezone.phone.radio.virtual_radio import virtual_radio

VIRTUAL: Final = "virtual"
_NEIGHBOURS: Final = ((1.5, 0.0, None), (3.0, 1.0, IPhoneState.FOREGROUND))


@contextlib.asynccontextmanager
async def open_air(transport: str) -> AsyncIterator[BumbleRadio]:
    """Give the closed radio of the node; neighbours live as long as the context.

    Raises:
        BadTransportError: the name of the transport is malformed.
    """
    if transport != VIRTUAL:
        yield real_radio(transport)
        return
    air = VirtualAir(np.random.default_rng())
    mine = virtual_radio(air.add_station("this node"))
    async with contextlib.AsyncExitStack() as stack:
        for east, north, kind in _NEIGHBOURS:
            await stack.enter_async_context(_neighbour(air, (east, north), kind))
        yield mine


@contextlib.asynccontextmanager
async def _neighbour(
    air: VirtualAir, place: tuple[float, float], kind: IPhoneState | None
) -> AsyncIterator[None]:
    radio = virtual_radio(air.add_station("neighbour", place))
    with (
        contextlib.closing(ContactLog.open(":memory:")) as log,
        contextlib.closing(KeyStore.open(":memory:", rng=secrets.token_bytes)) as keys,
    ):
        config = NodeConfig(iphone=kind)
        node = Node(config, radio, log, keys, clock=time.time, rng=secrets.token_bytes)
        task = asyncio.create_task(node.run())
        try:
            yield
        finally:
            node.stop()
            await task
