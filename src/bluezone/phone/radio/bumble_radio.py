"""The radio of every node: bumble over whatever carries HCI packets.

Source: bumble 0.0.236 and Core 5.4, Vol 4 Part E. The decision that surprises: while a
connection is being made the radio neither scans nor starts another advertisement, because
old controllers refuse the combination and every controller refuses a new address then. An
advertisement can always be stopped, so an expired identifier never stays on the air.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from typing import Any, Final, NoReturn, TypeVar

from bumble import hci
from bumble.device import Connection, Device, DeviceConfiguration
from bumble.transport.common import TransportLostError

from bluezone.phone.radio.errors import (
    ConnectionFailedError,
    ControllerSilentError,
    RadioError,
    RadioLostError,
)
from bluezone.phone.radio.gatt import connect, hang_up, read_value, serve_value
from bluezone.phone.radio.hci_link import HciLink
from bluezone.phone.radio.legacy_air import Command, LegacyAir, RadioConfig
from bluezone.phone.radio.legacy_host import LegacyHost, Report
from bluezone.phone.radio.radio import Address, Advertisement, HeardAdvertisement
from bluezone.phone.radio.reports import ReportReader

T = TypeVar("T")

_LOST_HINT: Final = "plug it in again, the node goes on by itself"

COMMAND_LIMIT_S: Final = 5.0
"""A controller that has not answered by then will not (Linux waits 2 s, HCI_CMD_TIMEOUT)."""


class BumbleRadio:
    """A `Radio` made of a bumble device; see `phone.radio.radio` for the methods."""

    def __init__(
        self, open_link: Callable[[], Awaitable[HciLink]], config: RadioConfig | None = None
    ) -> None:
        """Make a radio that is not open yet.

        Args:
            open_link: takes the controller; its errors are `RadioError`s already.
            config: how to use the air; None for the defaults.
        """
        self._open_link = open_link
        self._config = config or RadioConfig()
        self._link: HciLink | None = None
        self._lock = asyncio.Lock()
        self._initiating = asyncio.Lock()
        self._wanted: Advertisement | None = None
        self._on_heard: Callable[[HeardAdvertisement], None] | None = None
        self._tasks: set[asyncio.Task[Any]] = set()

    async def open(self) -> None:
        """Take the controller and switch it on.

        Raises:
            RadioError: there is none, or it may not be taken, or it does not answer.
        """
        self._link = await self._open_link()
        self._host = LegacyHost(self._link.source, self._link.sink)
        self._host.on_report = self._on_report
        self._device = Device(config=_device_configuration(), host=self._host)
        self._device.on(Device.EVENT_CONNECTION, self._on_connection)
        self._air = LegacyAir(self._send, self._config)
        self._reader = ReportReader(active_scan=self._config.active_scan)
        try:
            async with _limited("switch on"):
                await self._device.power_on()
        except BaseException:
            await self._release()
            raise

    async def close(self) -> None:
        """Stop everything and give the controller back; may be called twice."""
        if self._link is None:
            return
        self._wanted = self._on_heard = self._host.on_report = None
        try:
            with contextlib.suppress(RadioError):
                async with _limited("reset"):
                    await self._send(hci.HCI_Reset_Command())
        finally:
            await self._release()

    async def wait_until_lost(self) -> NoReturn:
        """Wait until the controller goes away by itself.

        Raises:
            RadioLostError: it did.
        """
        if self._link is not None:
            await asyncio.wait([self._link.source.terminated])
        raise RadioLostError(f"the controller went away; {_LOST_HINT}")

    async def advertise(self, advertisement: Advertisement) -> None:
        """Send this advertisement from now on, instead of the one before.

        Raises:
            RadioError: the controller refused, is silent or gone.
        """
        await self.stop_advertising()
        self._wanted = advertisement
        await self._resume_advertising()

    async def stop_advertising(self) -> None:
        """Be silent; does nothing when silent already."""
        self._wanted = None
        async with self._lock, _limited("stop advertising"):
            await self._air.enable_advertising(on=False)

    async def start_scan(self, on_heard: Callable[[HeardAdvertisement], None]) -> None:
        """Listen and call back for every packet, from the loop's thread."""
        self._on_heard = on_heard
        async with self._initiating, self._lock, _limited("scan"):
            if self._on_heard is not None and not self._air.scanning:
                await self._air.set_scan_parameters()
                await self._air.enable_scan(on=True)

    async def stop_scan(self) -> None:
        """Stop listening; does nothing when not listening."""
        self._on_heard = None
        async with self._lock, _limited("stop scanning"):
            await self._air.enable_scan(on=False)

    async def read_characteristic(
        self,
        address: Address,
        address_type: int,
        *,
        service: bytes,
        characteristic: bytes,
        limit_s: float,
    ) -> bytes:
        """Connect, read one characteristic and disconnect, all within `limit_s` seconds.

        Once begun it is brought to its end even if the caller is cancelled, since half a
        conversation with a controller confuses the next one.

        Raises:
            ConnectionFailedError: no connection, no such value or no time left.
        """
        peer = hci.Address(bytes(address), hci.AddressType(address_type))
        reading = self._read(peer, service, characteristic, limit_s=limit_s)
        return await asyncio.shield(self._spawn(reading))

    async def serve_characteristic(
        self, read: Callable[[], bytes], *, service: bytes, characteristic: bytes
    ) -> None:
        """Answer reads of one characteristic with what `read` returns at that moment."""
        serve_value(self._device, read, service=service, characteristic=characteristic)

    async def _read(
        self, peer: hci.Address, service: bytes, characteristic: bytes, *, limit_s: float
    ) -> bytes:
        deadline = asyncio.get_running_loop().time() + limit_s
        connection = await self._connect(peer, limit_s=limit_s)
        try:
            async with asyncio.timeout_at(deadline):
                return await read_value(connection, service=service, characteristic=characteristic)
        except TimeoutError as error:
            raise ConnectionFailedError(f"no answer within {limit_s:.0f} s") from error
        finally:
            await hang_up(connection)

    async def _connect(self, peer: hci.Address, *, limit_s: float) -> Connection:
        async with self._initiating:
            async with self._lock, _limited("pause the scan"):
                await self._air.enable_scan(on=False)
            try:
                return await connect(self._device, peer, limit_s=limit_s)
            finally:
                async with self._lock, _limited("resume the scan"):
                    await self._air.enable_scan(on=self._on_heard is not None)

    async def _resume_advertising(self) -> None:
        async with self._initiating, self._lock, _limited("advertise"):
            wanted = self._wanted
            if wanted is not None and not self._air.advertising:
                await self._air.set_address(wanted.address)
                await self._air.set_advertisement(wanted)
                await self._air.enable_advertising(on=True)

    def _on_report(self, report: Report) -> None:
        if self._on_heard is not None:
            self._on_heard(self._reader.read(report))

    def _on_connection(self, connection: Connection) -> None:
        """Go on advertising after a phone connected to us, which ends an advertisement."""
        if connection.role == hci.Role.PERIPHERAL:
            self._air.advertising = False
            connection.on(Connection.EVENT_DISCONNECTION, lambda _reason: self._advertise_again())
            self._advertise_again()

    def _advertise_again(self) -> None:
        if self._link is not None:
            self._spawn(self._try_to_advertise())

    async def _try_to_advertise(self) -> None:
        with contextlib.suppress(RadioError):  # refused while connected: tried again after it
            await self._resume_advertising()

    async def _send(self, command: Command) -> None:
        """Send a command; once sent it is waited for even if we are cancelled.

        An answer that nobody waits for would be taken for that of the next command.
        """
        await asyncio.shield(self._spawn(self._host.send_sync_command(command)))

    def _spawn(self, work: Coroutine[Any, Any, T]) -> "asyncio.Task[T]":
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._forget)
        return task

    def _forget(self, task: "asyncio.Task[Any]") -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # whoever still waits for it gets it as well

    async def _release(self) -> None:
        link, self._link = self._link, None
        if link is not None:
            await link.close()
        await asyncio.sleep(0)  # packets on their way arrive while somebody waits for them
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def _device_configuration() -> DeviceConfiguration:
    """Return a device without a name or any other sign of itself."""
    return DeviceConfiguration(name="", gap_service_enabled=False, gatt_service_enabled=False)


@contextlib.asynccontextmanager
async def _limited(what: str) -> AsyncIterator[None]:
    """Give the controller `COMMAND_LIMIT_S` for a few commands; translate its faults."""
    try:
        async with asyncio.timeout(COMMAND_LIMIT_S):
            yield
    except TimeoutError as error:
        raise ControllerSilentError(
            f"the controller did not answer in {COMMAND_LIMIT_S:.0f} s ({what}); "
            "unplug it and plug it in again"
        ) from error
    except TransportLostError as error:
        raise RadioLostError(f"the controller went away ({what}); {_LOST_HINT}") from error
    except hci.HCI_Error as error:
        name = hci.HCI_ErrorCode(error.error_code or 0).name
        raise ControllerSilentError(f"the controller refused to {what}: {name}") from error
