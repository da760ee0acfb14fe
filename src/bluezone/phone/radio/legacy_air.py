"""The legacy commands that advertise, scan and change the address, in the right order.

Source: Core 5.4, Vol 4 Part E 7.8.4 to 7.8.11. The decision that surprises: changing the
address means silence first. A controller refuses a new random address while it advertises
or scans, so scanning pauses for the change (a few milliseconds); no packet can carry new
data from the old address or the other way round.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from bumble import hci

from bluezone.phone.radio.radio import Address, Advertisement

ANDROID_INTERVAL_S: Final = 0.1
"""Advertising interval of the published Android app, its mode "low latency"."""

Command: TypeAlias = hci.HCI_SyncCommand[hci.HCI_StatusReturnParameters]

_UNIT_S: Final = 0.000_625
_TYPE: Final = hci.HCI_LE_Set_Advertising_Parameters_Command.AdvertisingType
_RANDOM: Final = hci.OwnAddressType.RANDOM
_ALL_CHANNELS: Final = 7


@dataclass(frozen=True, slots=True)
class RadioConfig:
    """How the radio uses the air.

    Attributes:
        advertising_interval_s: seconds between two packets, 0.02 to 10.24.
        scan_interval_s: seconds between the starts of two scan windows, 0.0025 to 10.24.
        scan_window_s: seconds of listening in each of them, at most the interval.
        active_scan: ask for scan responses, which reveals that somebody listens.
    """

    advertising_interval_s: float = ANDROID_INTERVAL_S
    scan_interval_s: float = 0.06
    scan_window_s: float = 0.06
    active_scan: bool = False


class LegacyAir:
    """What a controller does on the air, as we told it to.

    Attributes:
        advertising: whether it sends.
        scanning: whether it listens.
    """

    def __init__(self, send: Callable[[Command], Awaitable[object]], config: RadioConfig) -> None:
        """Make the state of a controller that was just reset.

        Args:
            send: sends a command and waits for its success.
            config: how to use the air.
        """
        self.advertising = False
        self.scanning = False
        self._send = send
        self._config = config
        self._address = Address(b"")
        self._connectable: bool | None = None

    async def set_address(self, address: Address) -> None:
        """Change the random address if it is another one; only while not advertising."""
        if address == self._address:
            return
        was_scanning = self.scanning
        await self.enable_scan(on=False)
        random_address = hci.Address(bytes(address), hci.AddressType.RANDOM_DEVICE)
        await self._send(hci.HCI_LE_Set_Random_Address_Command(random_address=random_address))
        self._address = address
        await self.enable_scan(on=was_scanning)

    async def set_advertisement(self, advertisement: Advertisement) -> None:
        """Load what to send; only while not advertising."""
        if self._connectable is not advertisement.connectable:
            await self._send(self._parameters(connectable=advertisement.connectable))
            self._connectable = advertisement.connectable
        data = advertisement.data
        await self._send(hci.HCI_LE_Set_Advertising_Data_Command(advertising_data=data))
        if advertisement.connectable:
            response = advertisement.scan_response
            await self._send(hci.HCI_LE_Set_Scan_Response_Data_Command(scan_response_data=response))

    async def enable_advertising(self, *, on: bool) -> None:
        """Start or stop sending what is loaded.

        The state is set before the answer comes: a phone may connect, and so end the
        advertisement, in the very instant in which it begins.
        """
        if self.advertising is on:
            return
        self.advertising = on
        try:
            await self._send(hci.HCI_LE_Set_Advertising_Enable_Command(advertising_enable=int(on)))
        except BaseException:
            self.advertising = not on
            raise

    async def set_scan_parameters(self) -> None:
        """Say how to listen; only while not scanning."""
        await self._send(
            hci.HCI_LE_Set_Scan_Parameters_Command(
                le_scan_type=int(self._config.active_scan),
                le_scan_interval=round(self._config.scan_interval_s / _UNIT_S),
                le_scan_window=round(self._config.scan_window_s / _UNIT_S),
                own_address_type=_RANDOM,
                scanning_filter_policy=0,
            )
        )

    async def enable_scan(self, *, on: bool) -> None:
        """Start or stop listening."""
        if self.scanning is not on:
            await self._send(
                hci.HCI_LE_Set_Scan_Enable_Command(le_scan_enable=int(on), filter_duplicates=0)
            )
            self.scanning = on

    def _parameters(self, *, connectable: bool) -> Command:
        units = round(self._config.advertising_interval_s / _UNIT_S)
        return hci.HCI_LE_Set_Advertising_Parameters_Command(
            advertising_interval_min=units,
            advertising_interval_max=units,
            advertising_type=_TYPE.ADV_IND if connectable else _TYPE.ADV_NONCONN_IND,
            own_address_type=_RANDOM,
            peer_address_type=0,
            peer_address=hci.Address.ANY,
            advertising_channel_map=_ALL_CHANNELS,
            advertising_filter_policy=0,
        )
