"""A phone-like node: it sends, listens, looks for published keys and warns.

Sources: `spec/bluezone-wire.md` section 2, `spec/exposure.md` 1.5. The node is the loop
around pure parts: `BroadcastPlan` says what to send when, `IPhoneCache` whom to ask,
`Identity` as whom. The decision that surprises: a radio that fails while the node runs is
opened again after a pause, for ever; only a radio that never opened ends the node.
"""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from typing import Any, Final

from bluezone.phone.contact_log import ContactLog
from bluezone.phone.key_store import KeyStore, RandomBytes
from bluezone.phone.node.broadcaster import Broadcaster
from bluezone.phone.node.check import ExposureCheck
from bluezone.phone.node.clockwork import Clock
from bluezone.phone.node.config import NodeConfig
from bluezone.phone.node.events import Checked, Event, Fault, Started, Stopped
from bluezone.phone.node.identity import Identity
from bluezone.phone.node.listener import Listener
from bluezone.phone.node.scanner import Scanner
from bluezone.phone.radio.errors import RadioError
from bluezone.phone.radio.radio import Radio
from bluezone.protocol.errors import BluezoneError
from bluezone.protocol.frame.bluezone import IPHONE_CHARACTERISTIC, IPHONE_SERVICE

REOPEN_PAUSE_S: Final = 10.0
"""Pause before a radio that failed is opened again; a dongle plugged in needs a few seconds."""
_HOUSEKEEPING_S: Final = 3600.0


class Node:
    """One phone-like device; `run` it, `stop` it."""

    def __init__(
        self,
        config: NodeConfig,
        radio: Radio,
        contact_log: ContactLog,
        key_store: KeyStore,
        *,
        clock: Clock,
        rng: RandomBytes,
        on_event: Callable[[Event], None] = lambda _event: None,
        check: ExposureCheck | None = None,
    ) -> None:
        """Make a node that does not run yet.

        Args:
            config: how it behaves.
            radio: closed; the node opens and closes it.
            contact_log: where sightings go.
            key_store: own keys.
            clock: Unix seconds; `time.time`, or a virtual loop's `unix_time`.
            rng: draws device addresses; `secrets.token_bytes` outside of tests.
            on_event: told of everything, from the loop's thread; must return at once.
            check: looks for published keys; None for a node without servers.
        """
        self._config = config
        self._radio = radio
        self._log = contact_log
        self._key_store = key_store
        self._clock = clock
        self._on_event = on_event
        self._check = check
        identity = Identity(config, key_store, rng)
        self._listener = Listener(config, radio, contact_log, clock=clock, on_event=on_event)
        self._broadcaster = Broadcaster(config, radio, identity, clock=clock, on_event=on_event)
        self._scanner = Scanner(config.scan, radio, self._listener, clock=clock, on_event=on_event)
        self._stop = asyncio.Event()
        self._check_now = asyncio.Event()

    def stop(self) -> None:
        """Let `run` come to its end; from the loop's thread."""
        self._stop.set()

    def check_now(self) -> None:
        """Look for published keys now instead of at the next scheduled time."""
        self._check_now.set()

    async def run(self) -> None:
        """Run until `stop` or cancellation, then leave everything closed and written.

        Raises:
            RadioError: the radio could not be opened in the first place.
        """
        await self._radio.open()
        try:
            await self._run_on_open_radio()
            while not self._stop.is_set():
                await self._pause(REOPEN_PAUSE_S)
                await self._reopen()
        finally:
            await self._radio.close()
            self._log.flush()
            self._on_event(Stopped(self._clock()))

    async def _reopen(self) -> None:
        try:
            await self._radio.close()
            await self._radio.open()
        except RadioError as error:
            self._tell_fault(error)
            return
        await self._run_on_open_radio()

    async def _run_on_open_radio(self) -> None:
        """Run until `stop` (returns) or until the radio fails (tells it and returns)."""
        self._on_event(Started(self._clock()))
        if self._config.iphone is not None:
            await self._radio.serve_characteristic(
                lambda: self._key_store.bluezone_id_at(int(self._clock())),
                service=IPHONE_SERVICE,
                characteristic=IPHONE_CHARACTERISTIC,
            )
        jobs = [
            self._broadcaster.run(),
            self._scanner.run(),
            self._listener.read_iphones(),
            self._radio.wait_until_lost(),
            self._keep_house(),
        ]
        if self._check is not None:
            jobs.append(self._check_exposure(self._check))
        try:
            await self._run_until_stop(jobs)
        except RadioError as error:
            self._tell_fault(error)

    async def _run_until_stop(self, jobs: list[Coroutine[Any, Any, None]]) -> None:
        """Run jobs side by side until `stop`, or until one of them fails."""
        tasks = [asyncio.create_task(job) for job in (*jobs, self._wait_for_stop())]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        for task in done:
            task.result()

    async def _wait_for_stop(self) -> None:
        await self._stop.wait()

    async def _keep_house(self) -> None:
        while True:
            try:
                await asyncio.to_thread(self._log.forget_before, int(self._clock()))
            except BluezoneError as error:
                self._tell_fault(error)
            await asyncio.sleep(_HOUSEKEEPING_S)

    async def _check_exposure(self, check: ExposureCheck) -> None:
        while True:
            now = self._clock()
            try:
                report = await check.check(int(now))
            except BluezoneError as error:
                self._tell_fault(error)
            else:
                self._on_event(Checked(now, report.files, report.keys, report.matched))
                if report.warned is not None:
                    self._on_event(report.warned)
            await self._wait_for_check()

    async def _wait_for_check(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._config.check_every_s):
                await self._check_now.wait()
        self._check_now.clear()

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stop.wait()

    def _tell_fault(self, error: BluezoneError) -> None:
        self._on_event(Fault(self._clock(), error.code, str(error)))
