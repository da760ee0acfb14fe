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
    """Return a connection to `peer`, made by us; one made to us meanwhile is left alone.

    Raises:
        ConnectionFailedError: no connection within `limit_s` seconds.
    """
    made: asyncio.Future[Connection] = asyncio.get_running_loop().create_future()

    def on_connection(connection: Connection) -> None:
        ours = connection.role == hci.Role.CENTRAL and connection.peer_address == peer
        if ours and not made.done():
            made.set_result(connection)

    def on_failure(error: core.ConnectionError) -> None:
        if not made.done():
            made.set_exception(error)

    device.connect_own_address_type = hci.OwnAddressType.RANDOM
    device.on(Device.EVENT_CONNECTION, on_connection)
    device.on(Device.EVENT_CONNECTION_FAILURE, on_failure)
    try:
        await device.host.send_async_command(_create_connection(peer))
        return await _made_in_time(device, made, limit_s)
    except (*_FAULTS, TimeoutError) as error:
        raise ConnectionFailedError(f"no connection within {limit_s:.0f} s") from error
    finally:
        device.remove_listener(Device.EVENT_CONNECTION, on_connection)
        device.remove_listener(Device.EVENT_CONNECTION_FAILURE, on_failure)


async def _made_in_time(
    device: Device, made: asyncio.Future[Connection], limit_s: float
) -> Connection:
    """Wait for a connection; after `limit_s` cancel it and wait for the controller's word."""
    await asyncio.wait([made], timeout=limit_s)
    if made.done():
        return made.result()
    with contextlib.suppress(*_FAULTS):  # refused when the connection was made just now
        await device.send_sync_command(hci.HCI_LE_Create_Connection_Cancel_Command())
    async with asyncio.timeout(_HANG_UP_LIMIT_S):
        return await made


def _create_connection(peer: hci.Address) -> hci.HCI_LE_Create_Connection_Command:
    """Return the command with the parameters that suit one short read.

    Listen all the time (60 ms of 60); connection interval 15 to 30 ms as iPhones allow
    (Apple, Accessory Design Guidelines, "Connection Parameters"); give up after 2 s.
    """
    return hci.HCI_LE_Create_Connection_Command(
        le_scan_interval=96,
        le_scan_window=96,
        initiator_filter_policy=0,
        peer_address_type=peer.address_type,
        peer_address=peer,
        own_address_type=hci.OwnAddressType.RANDOM,
        connection_interval_min=12,
        connection_interval_max=24,
        max_latency=0,
        supervision_timeout=200,
        min_ce_length=0,
        max_ce_length=0,
    )


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
