"""A Bluetooth controller that exists only in memory, on the virtual air.

It is bumble's software controller with six corrections, each found by reading its source
(version 0.0.236): a reset ends everything; advertising intervals are multiples of 0.625 ms,
not of 1 ms; non-connectable advertisements are sent as well; reports carry the strength that
the air computed and are not repeated as a scan response; a cancelled connection attempt
ends; the random address cannot change while it is in use, as on real controllers (Core 5.4,
Vol 4 Part E 7.8.4). The decision that surprises: it claims no extended advertising, so that
the same legacy commands flow here as on the oldest dongle.
"""

import asyncio
import struct
from typing import TYPE_CHECKING, Final

from bumble import hci, ll
from bumble.controller import Controller, LegacyAdvertiser

if TYPE_CHECKING:
    from bluezone.phone.radio.virtual_air import VirtualAir

_UNIT_S: Final = 0.000_625
_SHORTEST_INTERVAL_S: Final = 0.02
_REPORT: Final = struct.Struct("<BBBBBBB6sB")
_CONNECTABLE_UNDIRECTED: Final = 0
_NON_CONNECTABLE_UNDIRECTED: Final = 3


class _Advertiser(LegacyAdvertiser):
    """One legacy advertiser: the first packet at once, then one every interval."""

    def _on_timer_fired(self) -> None:
        self.send_advertising_data()
        if self.enabled:  # a phone that connects ends the advertisement
            interval_s = max(self.advertising_interval_min * _UNIT_S, _SHORTEST_INTERVAL_S)
            loop = asyncio.get_running_loop()
            self.timer_handle = loop.call_later(interval_s, self._on_timer_fired)

    def send_advertising_data(self) -> None:
        if not self.enabled:
            return
        kind = ll.AdvNonConnInd if self.advertising_type else ll.AdvInd
        self.controller.link.send_advertising_pdu(
            self.controller, kind(self.address, self.advertising_data)
        )


class VirtualController(Controller):
    """A controller whose radio is the virtual air."""

    le_features = Controller.le_features & ~(
        hci.LeFeatureMask.LE_EXTENDED_ADVERTISING | hci.LeFeatureMask.LE_PERIODIC_ADVERTISING
    )

    def __init__(self, name: str, air: "VirtualAir", public_address: hci.Address) -> None:
        """Make a controller and put it on the air."""
        super().__init__(name, link=air, public_address=public_address)
        self.le_legacy_advertiser = _Advertiser(self)
        self.air = air

    @property
    def on_air(self) -> bool:
        """Whether the random address is in use: advertising, scanning or initiating."""
        return bool(
            self.le_legacy_advertiser.enabled or self.le_scan_enable or self.pending_le_connection
        )

    def on_hci_packet(self, packet: hci.HCI_Packet) -> None:
        """Handle a packet from the host, without spending time on writing it out."""
        if isinstance(packet, hci.HCI_Command):
            self.on_hci_command_packet(packet)
        elif isinstance(packet, hci.HCI_AclDataPacket):
            self.on_hci_acl_data_packet(packet)

    def send_hci_packet(self, packet: hci.HCI_Packet) -> None:
        """Hand a packet to the host in the loop's next round."""
        self._send_bytes(bytes(packet))

    def _send_bytes(self, packet: bytes) -> None:
        if self.host:
            asyncio.get_running_loop().call_soon(self.host.on_packet, packet)

    def hear(
        self, packet: ll.AdvInd | ll.AdvNonConnInd, rssi_dbm: int, sender: "VirtualController"
    ) -> None:
        """Receive an advertisement: report it, and connect if the host waits for it."""
        if self.le_scan_enable:
            self._send_bytes(_advertising_report(packet, rssi_dbm))
        pending = self.pending_le_connection
        if (
            pending is not None
            and isinstance(packet, ll.AdvInd)
            and pending.peer_address == packet.advertiser_address
            and sender.le_legacy_advertiser.enabled  # else another phone was faster
            and packet.advertiser_address not in self.le_connections
            and self.random_address not in sender.le_connections
        ):
            self.air.pair(self, sender)
            self.create_le_connection(packet.advertiser_address)

    def listens(self) -> bool:
        """Whether an advertisement would be noticed at all."""
        return bool(self.le_scan_enable or self.pending_le_connection)

    def on_hci_reset_command(
        self, command: hci.HCI_Reset_Command
    ) -> hci.HCI_StatusReturnParameters:
        """Fall silent, listen no more, drop every connection."""
        self.le_legacy_advertiser.stop()
        self.le_scan_enable = False
        self.pending_le_connection = None
        for connection in tuple(self.le_connections.values()):
            connection.send_ll_control_pdu(
                ll.TerminateInd(
                    hci.HCI_ErrorCode.REMOTE_DEVICE_TERMINATED_CONNECTION_DUE_TO_POWER_OFF_ERROR
                )
            )
        self.le_connections.clear()
        return super().on_hci_reset_command(command)

    def on_hci_le_set_random_address_command(
        self, command: hci.HCI_LE_Set_Random_Address_Command
    ) -> hci.HCI_StatusReturnParameters:
        """Set the random address, unless it is in use."""
        if self.on_air:
            return hci.HCI_StatusReturnParameters(hci.HCI_ErrorCode.COMMAND_DISALLOWED_ERROR)
        return super().on_hci_le_set_random_address_command(command)

    def on_hci_le_create_connection_cancel_command(
        self, command: hci.HCI_LE_Create_Connection_Cancel_Command
    ) -> hci.HCI_StatusReturnParameters:
        """Give up a connection attempt and say so."""
        pending = self.pending_le_connection
        if pending is None:
            return hci.HCI_StatusReturnParameters(hci.HCI_ErrorCode.COMMAND_DISALLOWED_ERROR)
        self.pending_le_connection = None
        asyncio.get_running_loop().call_soon(self._report_cancelled, pending.peer_address)
        return super().on_hci_le_create_connection_cancel_command(command)

    def _report_cancelled(self, peer_address: hci.Address) -> None:
        self.send_hci_packet(
            hci.HCI_LE_Connection_Complete_Event(
                status=hci.HCI_ErrorCode.UNKNOWN_CONNECTION_IDENTIFIER_ERROR,
                connection_handle=0,
                role=hci.Role.CENTRAL,
                peer_address_type=peer_address.address_type,
                peer_address=peer_address,
                connection_interval=0,
                peripheral_latency=0,
                supervision_timeout=0,
                central_clock_accuracy=0,
            )
        )


def _advertising_report(packet: ll.AdvInd | ll.AdvNonConnInd, rssi_dbm: int) -> bytes:
    """Return the HCI event LE Advertising Report (Core 5.4, Vol 4 Part E 7.7.65.2)."""
    connectable = isinstance(packet, ll.AdvInd)
    head = _REPORT.pack(
        hci.HCI_EVENT_PACKET,
        hci.HCI_LE_META_EVENT,
        12 + len(packet.data),
        hci.HCI_LE_ADVERTISING_REPORT_EVENT,
        1,
        _CONNECTABLE_UNDIRECTED if connectable else _NON_CONNECTABLE_UNDIRECTED,
        packet.advertiser_address.address_type,
        bytes(packet.advertiser_address),
        len(packet.data),
    )
    return head + packet.data + (rssi_dbm & 0xFF).to_bytes(1, "little")
