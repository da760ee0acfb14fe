"""Put on the air what the plan says, when it says so."""

from collections.abc import Callable
from typing import NoReturn

from bluezone.phone.node.clockwork import Clock, sleep_until
from bluezone.phone.node.config import NodeConfig
from bluezone.phone.node.duty import BroadcastPlan
from bluezone.phone.node.events import (
    AdvertisingStarted,
    AdvertisingStopped,
    Event,
    Rotated,
)
from bluezone.phone.node.identity import Identity, next_border_s
from bluezone.phone.radio.radio import Radio
from bluezone.phone.sighting import Scheme


class Broadcaster:
    """Sends the identifiers of a node; the arguments are those of `Node`."""

    def __init__(
        self,
        config: NodeConfig,
        radio: Radio,
        identity: Identity,
        *,
        clock: Clock,
        on_event: Callable[[Event], None],
    ) -> None:
        """Make a broadcaster that is silent."""
        self._config = config
        self._radio = radio
        self._identity = identity
        self._clock = clock
        self._on_event = on_event

    async def run(self) -> NoReturn:
        """Send for ever, from a run of the duty cycle that begins now.

        Raises:
            RadioError: the radio failed.
            StoreError: the key store cannot be read.
        """
        config = self._config
        plan = BroadcastPlan(
            config.advertise, config.dwell_s, config.schemes, next_border_s, self._clock()
        )
        sending = False
        while True:
            segment = plan.segment_at(self._clock())
            if segment.scheme is not None:
                await self._send(segment.scheme, segment.until_s)
            elif sending:
                await self._radio.stop_advertising()
                self._on_event(AdvertisingStopped(self._clock()))
            sending = segment.scheme is not None
            await sleep_until(self._clock, segment.until_s)

    async def _send(self, scheme: Scheme, until_s: float) -> None:
        now = self._clock()
        advertisement, fresh = self._identity.advertisement(scheme, int(now))
        if fresh:
            self._on_event(Rotated(now, scheme))
        await self._radio.advertise(advertisement)
        self._on_event(AdvertisingStarted(now, scheme, until_s))
