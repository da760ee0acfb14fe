"""Listen when the duty cycle says so, and remember when the last scan stopped.

Source: `spec/exposure.md` 1.5: each sighting carries the end of the scan before its own,
from which its share of the meeting's duration follows. The decision that surprises: with
a pause of 0 the radio listens on, but every run still counts as one scan.
"""

from collections.abc import Callable
from typing import NoReturn

from bluezone.phone.node.clockwork import Clock, sleep_until
from bluezone.phone.node.duty import DutyCycle
from bluezone.phone.node.events import Event, ScanStarted, ScanStopped
from bluezone.phone.node.listener import Listener
from bluezone.phone.radio.radio import Radio


class Scanner:
    """Switches the radio's ear on and off; the arguments are those of `Node`."""

    def __init__(
        self,
        duty: DutyCycle,
        radio: Radio,
        listener: Listener,
        *,
        clock: Clock,
        on_event: Callable[[Event], None],
    ) -> None:
        """Make a scanner that does not listen."""
        self._duty = duty
        self._radio = radio
        self._listener = listener
        self._clock = clock
        self._on_event = on_event

    async def run(self) -> NoReturn:
        """Scan for ever, from a run of the duty cycle that begins now.

        Raises:
            RadioError: the radio failed.
        """
        start_s = self._clock()
        while True:
            _, end_s, on = self._duty.run_at(self._clock() - start_s)
            if on:
                await self._scan_until(start_s + end_s)
            else:
                await sleep_until(self._clock, start_s + end_s)

    async def _scan_until(self, end_s: float) -> None:
        before = self._listener.recorded
        await self._radio.start_scan(self._listener.on_heard)
        self._on_event(ScanStarted(self._clock()))
        await sleep_until(self._clock, end_s)
        if self._duty.pause_s:
            await self._radio.stop_scan()
        now = self._clock()
        self._listener.previous_scan_s = int(now)
        self._on_event(ScanStopped(now, self._listener.recorded - before))
