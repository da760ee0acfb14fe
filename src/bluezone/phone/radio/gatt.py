"""Connect to a phone and read one value, or answer such a read.

Sources: Core 5.4, Vol 3 Part G 4.4.2 (find a service by UUID) and 4.8.2 (read by UUID),
two round trips instead of discovering everything; `spec/bluezone-wire.md` 2.3 and 2.4. The
decision that surprises: the value is read by its UUID inside the service found, so a phone
with a hundred other services costs no more.
"""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Final

from bumble import att, core, hci
from bumble.device import Connection, Device, Peer
from bumble.gatt import Characteristic, CharacteristicValue, Service

from bluezone.phone.radio.errors import ConnectionFailedError

_FAULTS: Final = (
    core.BaseBumbleError,
    hci.HCI_Error,
    hci.HCI_StatusError,
    att.ATT_Error,
    asyncio.InvalidStateError,
)
_HANG_UP_LIMIT_S: Final = 2.0


async def connect(device: Device, peer: hci.Address, *, limit_s: float) -> Connection:
    """Return a connection to `peer`.

    Raises:
        ConnectionFailedError: no connection within `limit_s` seconds.
    """
    try:
        connection = await device.connect_le(peer, timeout=limit_s)
    except _FAULTS as error:
        raise ConnectionFailedError(f"no connection within {limit_s:.0f} s") from error
    if connection.peer_address != peer or connection.role != hci.Role.CENTRAL:
        raise ConnectionFailedError("another phone connected to us at the same moment")
    return connection


async def read_value(connection: Connection, *, service: bytes, characteristic: bytes) -> bytes:
    """Return the value of a characteristic, given both 128-bit UUIDs, big endian.

    Raises:
        ConnectionFailedError: the phone has no such value or hung up.
    """
    peer = Peer(connection)
    try:
        found = await peer.discover_service(_uuid(service))
        for proxy in found:
            values = await peer.read_characteristics_by_uuid(_uuid(characteristic), proxy)
            if values:
                return bytes(values[0])
    except _FAULTS as error:
        raise ConnectionFailedError("the phone hung up before it answered") from error
    raise ConnectionFailedError("the phone has no Bluezone service")


async def hang_up(connection: Connection) -> None:
    """End a connection; one that is gone already is fine."""
    with contextlib.suppress(*_FAULTS, TimeoutError):
        async with asyncio.timeout(_HANG_UP_LIMIT_S):
            await connection.disconnect()


def serve_value(
    device: Device, read: Callable[[], bytes], *, service: bytes, characteristic: bytes
) -> None:
    """Answer reads of a characteristic with what `read` returns at that moment."""
    value: Characteristic[bytes] = Characteristic(
        _uuid(characteristic),
        Characteristic.Properties.READ,
        Characteristic.READABLE,
        CharacteristicValue(read=lambda _connection: read()),
    )
    device.add_service(Service(_uuid(service), [value]))


def _uuid(big_endian: bytes) -> core.UUID:
    return core.UUID.from_bytes(big_endian[::-1])
