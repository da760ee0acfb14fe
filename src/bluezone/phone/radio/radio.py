"""What a node asks of a radio, whatever it is made of.

Purpose: one small interface between the node and Bluetooth. The decision that surprises: a
radio sends one advertisement at a time. The oldest controllers can do no more, so two
schemes take turns (see `phone.node.broadcast`), on new controllers too, and what is tested
on the virtual air is what runs everywhere.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NewType, NoReturn, Protocol

Address = NewType("Address", bytes)
"""A random device address: 6 bytes, little endian as on the air."""


@dataclass(frozen=True, slots=True)
class Advertisement:
    """What to send, over and over.

    Attributes:
        data: advertising data, at most 31 bytes.
        address: the random device address it is sent from.
        scan_response: at most 31 bytes, sent to active scanners; needs `connectable`.
        connectable: accept connections, as an iPhone does.
    """

    data: bytes = field(repr=False)
    address: Address = field(repr=False)
    scan_response: bytes = field(default=b"", repr=False)
    connectable: bool = False


@dataclass(frozen=True, slots=True)
class HeardAdvertisement:
    """One received packet.

    Attributes:
        data: advertising data as received; hostile.
        address: the sender's address.
        address_type: 0 public, 1 random, as in HCI.
        rssi_dbm: received strength; 127 where the controller could not measure it.
        scan_response: what followed it, if the scan was active.
    """

    data: bytes = field(repr=False)
    address: Address = field(repr=False)
    address_type: int
    rssi_dbm: int
    scan_response: bytes = field(default=b"", repr=False)


class Radio(Protocol):
    """One Bluetooth controller. Every method may raise `RadioError`."""

    async def open(self) -> None:
        """Take the controller and switch it on."""

    async def close(self) -> None:
        """Stop everything and give the controller back; may be called twice."""

    async def wait_until_lost(self) -> NoReturn:
        """Wait until the controller goes away by itself, then raise `RadioLostError`."""

    async def advertise(self, advertisement: Advertisement) -> None:
        """Send this advertisement from now on, instead of the one before."""

    async def stop_advertising(self) -> None:
        """Be silent; does nothing when silent already."""

    async def start_scan(self, on_heard: Callable[[HeardAdvertisement], None]) -> None:
        """Listen and call back for every packet, from the loop's thread."""

    async def stop_scan(self) -> None:
        """Stop listening; does nothing when not listening."""

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

        Args:
            address: whom to connect to.
            address_type: 0 public, 1 random.
            service: 128-bit UUID, big endian.
            characteristic: 128-bit UUID, big endian.
            limit_s: time for everything, seconds.

        Raises:
            ConnectionFailedError: no connection, no such value or no time left.
        """

    async def serve_characteristic(
        self, read: Callable[[], bytes], *, service: bytes, characteristic: bytes
    ) -> None:
        """Answer reads of one characteristic with what `read` returns at that moment."""
