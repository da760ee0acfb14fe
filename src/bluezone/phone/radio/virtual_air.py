"""The virtual air: bumble controllers in one process, with places and a path-loss model.

Purpose: nodes meet without radio, by the same HCI packets as with one. An advertisement is
handed only to controllers that listen and receive it; nobody else costs any work. The
decision that surprises: the slow shadowing belongs to the unordered pair, since a body
between two phones is in the way in both directions, the fading to each packet.
"""

import asyncio
import math
from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from bumble import hci, ll
from bumble.controller import Controller
from bumble.core import PhysicalTransport
from bumble.link import LocalLink

from bluezone.phone.radio.path_loss import Carriage, PathLoss
from bluezone.phone.radio.virtual_controller import VirtualController

Position: TypeAlias = tuple[float, float]
"""Metres east and north of the middle of the street."""


class VirtualAir(LocalLink):
    """A link whose packets arrive as strong as places, bodies and chance allow."""

    def __init__(self, rng: np.random.Generator, path_loss: PathLoss | None = None) -> None:
        """Make an empty air.

        Args:
            rng: the only source of chance; the same one gives the same reception.
            path_loss: the model; None for the fitted one.
        """
        super().__init__()  # type: ignore[no-untyped-call]  # bumble's
        self.path_loss = path_loss or PathLoss()
        self._rng = rng
        self._stations: dict[VirtualController, _Station] = {}
        self._pairs: dict[tuple[VirtualController, hci.Address], VirtualController] = {}
        self._shadows: dict[frozenset[int], tuple[float, float]] = {}
        self._reach_m = self.path_loss.reach_m()

    def add_station(
        self,
        name: str,
        position: Callable[[], Position] | Position = (0.0, 0.0),
        *,
        carriage: Carriage = Carriage.HAND,
    ) -> VirtualController:
        """Put a new controller on the air and return it.

        Args:
            name: for messages.
            position: where it is, fixed or asked anew for every packet.
            carriage: how its owner carries it.
        """
        number = len(self._stations) + 1
        controller = VirtualController(name, self, _public_address(number))
        self._stations[controller] = _Station(number, position, carriage)
        return controller

    def remove_station(self, controller: VirtualController) -> None:
        """Take a controller off the air; unknown ones are ignored."""
        if self._stations.pop(controller, None) is not None:
            self.remove_controller(controller)

    def move(
        self, controller: VirtualController, position: Callable[[], Position] | Position
    ) -> None:
        """Give a controller another place, fixed or asked anew for every packet."""
        self._stations[controller].position = position

    def distance_m(self, one: VirtualController, other: VirtualController) -> float:
        """Return the true distance of two controllers now."""
        return math.dist(self._stations[one].place(), self._stations[other].place())

    def send_advertising_pdu(
        self, sender_controller: Controller, packet: ll.AdvertisingPdu
    ) -> None:
        """Hand an advertisement to everybody who listens and receives it."""
        sender_controller = _virtual(sender_controller)
        if isinstance(packet, ll.ConnectInd):
            self._pairs[sender_controller, packet.advertiser_address].on_le_connect_ind(packet)
            return
        sender = self._stations.get(sender_controller)
        if sender is None or not isinstance(packet, ll.AdvInd | ll.AdvNonConnInd):
            return
        place = sender.place()
        for controller, receiver in self._stations.items():
            if receiver is not sender and controller.listens():
                rssi_dbm = self._receive(sender, receiver, math.dist(place, receiver.place()))
                if rssi_dbm is not None:
                    controller.hear(packet, rssi_dbm, sender_controller)

    def _receive(self, sender: "_Station", receiver: "_Station", distance_m: float) -> int | None:
        """Return the strength of one packet, or None if it is lost."""
        if distance_m > self._reach_m:
            return None
        model = self.path_loss
        carriage_db = sender.carriage.value + receiver.carriage.value
        rssi_dbm = (
            model.mean_dbm(distance_m, carriage_db=carriage_db)
            + self._shadowing_db(sender, receiver)
            + model.fading_db(self._rng)
        )
        return round(rssi_dbm) if rssi_dbm >= model.sensitivity_dbm else None

    def _shadowing_db(self, one: "_Station", other: "_Station") -> float:
        pair = frozenset((one.number, other.number))
        now = asyncio.get_running_loop().time()
        before, at = self._shadows.get(pair, (None, now))
        value = self.path_loss.next_shadowing_db(before, now - at, self._rng)
        self._shadows[pair] = value, now
        return value

    def pair(self, central: VirtualController, peripheral: VirtualController) -> None:
        """Note who a connection about to be made is between."""
        advertised = peripheral.le_legacy_advertiser.address
        self._pairs[central, advertised] = peripheral
        self._pairs[peripheral, central.random_address] = central

    def send_acl_data(
        self,
        sender_controller: Controller,
        destination_address: hci.Address,
        transport: PhysicalTransport,
        data: bytes,
    ) -> None:
        """Carry connection data while both ends are in reach of each other."""
        sender_controller = _virtual(sender_controller)
        connection = sender_controller.le_connections.get(destination_address)
        receiver = self._pairs.get((sender_controller, destination_address))
        if (
            connection is None
            or receiver is None
            or not self._in_reach(sender_controller, receiver)
        ):
            return
        asyncio.get_running_loop().call_soon(
            receiver.on_link_acl_data, connection.self_address, transport, data
        )

    def send_ll_control_pdu(
        self,
        sender_address: hci.Address,
        receiver_address: hci.Address,
        packet: ll.ControlPdu,
    ) -> None:
        """Carry a control packet, also after either side changed its random address."""
        for (sender, peer_address), receiver in self._pairs.items():
            connection = sender.le_connections.get(peer_address)
            if (
                connection is not None
                and connection.self_address == sender_address
                and peer_address == receiver_address
            ):
                asyncio.get_running_loop().call_soon(_control, receiver, sender_address, packet)
                if isinstance(packet, ll.TerminateInd):
                    del self._pairs[sender, peer_address]
                    self._pairs.pop((receiver, sender_address), None)
                return

    def _in_reach(self, one: VirtualController, other: VirtualController) -> bool:
        both_here = one in self._stations and other in self._stations
        return both_here and self.distance_m(one, other) <= self._reach_m


def _control(receiver: VirtualController, sender: hci.Address, packet: ll.ControlPdu) -> None:
    if sender in receiver.le_connections:
        receiver.on_ll_control_pdu(sender, packet)


def _virtual(controller: Controller) -> VirtualController:
    if not isinstance(controller, VirtualController):
        raise TypeError("only controllers made by add_station are on the virtual air")
    return controller


class _Station:
    """A controller's number, place and carriage."""

    __slots__ = ("carriage", "number", "position")

    def __init__(
        self, number: int, position: Callable[[], Position] | Position, carriage: Carriage
    ) -> None:
        self.number = number
        self.position = position
        self.carriage = carriage

    def place(self) -> Position:
        return self.position() if callable(self.position) else self.position


def _public_address(number: int) -> hci.Address:
    """Return a made-up public address; a locally administered one, so nobody's."""
    return hci.Address(
        (0x02_00_00_00_00_00 + number).to_bytes(6, "little"), hci.Address.PUBLIC_DEVICE_ADDRESS
    )
