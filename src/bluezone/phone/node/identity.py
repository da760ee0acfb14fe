"""Under which address and identifier a node appears, and when both change.

Sources: `spec/bluezone-wire.md` 2.2, 2.3, 2.11 and weakness W18; Core 5.4, Vol 6 Part B
1.3.2 (private addresses). The decision that surprises: each scheme has an address of its
own, drawn anew with each identifier. One address for both would tie the two identifiers
together, and since their borders differ (10 and 15 minutes) chain them through the day.
"""

from collections.abc import Callable

from bluezone.phone.key_store import KeyStore, RandomBytes
from bluezone.phone.node.config import IPhoneState, NodeConfig
from bluezone.phone.radio.radio import Address, Advertisement
from bluezone.phone.sighting import Scheme
from bluezone.protocol.bluezone.slot import next_slot_border_s
from bluezone.protocol.en.tek import INTERVAL_S, interval_at
from bluezone.protocol.frame import (
    encode_android,
    encode_en,
    encode_iphone_background,
    encode_iphone_foreground,
)


def next_border_s(scheme: Scheme, now: float) -> float:
    """Return the first instant after `now` at which identifiers of `scheme` change."""
    if scheme is Scheme.EN:
        return (interval_at(int(now)) + 1) * INTERVAL_S
    return next_slot_border_s(int(now))


class Identity:
    """Makes the advertisement of the moment from the key store."""

    def __init__(self, config: NodeConfig, key_store: KeyStore, rng: RandomBytes) -> None:
        """Make an identity.

        Args:
            config: which frames to show.
            key_store: whose identifiers.
            rng: draws the device addresses.
        """
        self._config = config
        self._key_store = key_store
        self._rng = rng
        self._shown: dict[Scheme, tuple[bytes, Address]] = {}

    def advertisement(self, scheme: Scheme, now: int) -> tuple[Advertisement, bool]:
        """Return what to send of `scheme` at `now`, and whether it is new since last time.

        Args:
            scheme: whose turn it is.
            now: Unix seconds.

        Raises:
            StoreError: the key store cannot be read.
        """
        if scheme is Scheme.EN:
            return self._en(now)
        bluezone_id = self._key_store.bluezone_id_at(now)
        address, fresh = self._address(scheme, bluezone_id)
        if self._config.iphone is None:
            return Advertisement(encode_android(bluezone_id), address), fresh
        return _iphone(self._config.iphone, address), fresh

    def _en(self, now: int) -> tuple[Advertisement, bool]:
        config = self._config
        rpi, aem = self._key_store.en_broadcast(now, config.tx_power_dbm, config.confidence)
        address, fresh = self._address(Scheme.EN, rpi)
        return Advertisement(encode_en(rpi, aem), address), fresh

    def _address(self, scheme: Scheme, identifier: bytes) -> tuple[Address, bool]:
        shown, address = self._shown.get(scheme, (b"", Address(b"")))
        if shown == identifier:
            return address, False
        connectable = self._config.iphone is not None and scheme is Scheme.BLUEZONE
        address = private_address(self._rng, resolvable=connectable)
        self._shown[scheme] = identifier, address
        return address, True


def private_address(rng: Callable[[int], bytes], *, resolvable: bool) -> Address:
    """Return a random device address.

    Args:
        rng: draws its bytes.
        resolvable: of the form that a connectable device must have; nobody is given the key
            to resolve it, as none was used.
    """
    low, high = rng(5), rng(1)[0] & 0x3F
    return Address(low + bytes((high | (0x40 if resolvable else 0),)))


def _iphone(state: IPhoneState, address: Address) -> Advertisement:
    if state is IPhoneState.BACKGROUND:
        return Advertisement(encode_iphone_background(), address, connectable=True)
    data, response = encode_iphone_foreground()
    return Advertisement(data, address, response, connectable=True)
