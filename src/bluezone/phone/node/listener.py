"""From a received packet to a sighting in the contact log.

Sources: `spec/bluezone-wire.md` 2.4 and 2.7, `spec/exposure.md` 1.3 and 1.5. The decision
that surprises: an iPhone's sighting carries the strength of its advertisement and the time
at which its id was read, since only then is it certain that the id was its own.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from bluezone.phone.contact_log import ContactLog
from bluezone.phone.node.clockwork import Clock
from bluezone.phone.node.config import NodeConfig
from bluezone.phone.node.events import Event, Fault, Heard, IPhoneRead
from bluezone.phone.node.identity import next_border_s
from bluezone.phone.node.iphone_cache import Ask, IPhoneCache
from bluezone.phone.radio.errors import ConnectionFailedError
from bluezone.phone.radio.radio import HeardAdvertisement, Radio
from bluezone.phone.sighting import Scheme, Sighting
from bluezone.protocol.errors import BluezoneError, InvalidFrameError
from bluezone.protocol.frame import (
    AndroidFrame,
    EnFrame,
    IPhoneFrame,
    decode_advertisement,
    decode_gatt_value,
)
from bluezone.protocol.frame.bluezone import IPHONE_CHARACTERISTIC, IPHONE_SERVICE

RSSI_UNKNOWN: Final = 127
"""What a controller reports when it could not measure (Core 5.4, Vol 4 Part E 7.7.65.2)."""
_MOST_WAITING: Final = 32


@dataclass(frozen=True, slots=True)
class _Waiting:
    heard: HeardAdvertisement
    time_s: float


class Listener:
    """Records what the radio hears and reads iPhones one after the other."""

    def __init__(
        self,
        config: NodeConfig,
        radio: Radio,
        contact_log: ContactLog,
        *,
        clock: Clock,
        on_event: Callable[[Event], None],
    ) -> None:
        """Make a listener; the arguments are those of `Node`."""
        self._config = config
        self._radio = radio
        self._log = contact_log
        self._clock = clock
        self._on_event = on_event
        self._iphones = IPhoneCache(lambda now: next_border_s(Scheme.BLUEZONE, now))
        self._waiting: asyncio.Queue[_Waiting] = asyncio.Queue(_MOST_WAITING)
        self.recorded = 0
        self.previous_scan_s = 0

    def on_heard(self, heard: HeardAdvertisement) -> None:
        """Take one packet; hostile ones are ignored."""
        if heard.rssi_dbm == RSSI_UNKNOWN:
            return
        try:
            frame = decode_advertisement(heard.data, heard.scan_response)
        except InvalidFrameError:
            return
        if isinstance(frame, AndroidFrame):
            self._record(Scheme.BLUEZONE, frame.id, heard.rssi_dbm)
        elif isinstance(frame, EnFrame):
            self._record(Scheme.EN, frame.rpi, heard.rssi_dbm, frame.aem)
        elif isinstance(frame, IPhoneFrame):
            self._on_iphone(heard)

    async def read_iphones(self) -> None:
        """Connect to the iPhones that `on_heard` queued, one by one, for ever."""
        while True:
            waiting = await self._waiting.get()
            await self._read(waiting.heard)

    def _on_iphone(self, heard: HeardAdvertisement) -> None:
        if self._waiting.full():
            return
        now = self._clock()
        known = self._iphones.ask(heard.address, now)
        if known is Ask.READ:
            self._waiting.put_nowait(_Waiting(heard, now))
        elif known is not Ask.LEAVE:
            self._record(Scheme.BLUEZONE, known, heard.rssi_dbm)

    async def _read(self, heard: HeardAdvertisement) -> None:
        try:
            value = await self._radio.read_characteristic(
                heard.address,
                heard.address_type,
                service=IPHONE_SERVICE,
                characteristic=IPHONE_CHARACTERISTIC,
                limit_s=self._config.iphone_limit_s,
            )
            bluezone_id = decode_gatt_value(value)
        except (ConnectionFailedError, InvalidFrameError):
            self._iphones.failed(heard.address, self._clock())
            self._on_event(IPhoneRead(self._clock(), ok=False))
            return
        now = self._clock()
        self._iphones.known(heard.address, bluezone_id, now)
        self._on_event(IPhoneRead(now, ok=True))
        self._record(Scheme.BLUEZONE, bluezone_id, heard.rssi_dbm)

    def _record(self, scheme: Scheme, identifier: bytes, rssi_dbm: int, aem: bytes = b"") -> None:
        now = self._clock()
        corrected_dbm = max(-127, min(126, rssi_dbm + self._config.rssi_correction_db))
        sighting = Sighting(scheme, identifier, int(now), corrected_dbm, aem, self.previous_scan_s)
        try:
            kept = self._log.record(sighting)
        except BluezoneError as error:
            self._on_event(Fault(now, error.code, str(error)))
            return
        if kept:
            self.recorded += 1
            self._on_event(Heard(now, scheme, identifier, corrected_dbm))
