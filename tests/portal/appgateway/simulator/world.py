"""A virtual clock, and the real gateway in this process under it.

Everything runs in the test's own thread and in its transaction: the gateway's work on the
database, too. Django gives every task of an event loop a connection of its own, so whatever
touches the database is called as if no loop were running.
"""

from asyncio import events
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import Any, TypeVar

from bluezone.phone.radio.virtual_time import VirtualTimeLoop, run_virtual
from bluezone.portal import clock
from bluezone.portal.appgateway import database

T = TypeVar("T")

MONDAY = 1_598_832_000
"""31/08/2020 00:00 UTC, 07:00 in Hanoi."""


@contextmanager
def no_loop() -> Iterator[None]:
    """Let what is called inside use the database of the test, from inside its event loop."""
    loop = events._get_running_loop()
    events._set_running_loop(None)
    try:
        yield
    finally:
        events._set_running_loop(loop)


async def _here(work: Callable[[], T], executor: Executor, /) -> T:
    with no_loop():
        return work()


def run_world(
    main: Callable[[VirtualTimeLoop], Coroutine[Any, Any, T]], *, start_s: float = MONDAY
) -> T:
    """Run `main(loop)` with the portal's clocks on the loop's."""

    async def on_clock(loop: VirtualTimeLoop) -> T:
        with clock.frozen(loop.unix_time):
            return await main(loop)

    database.use_runner(_here)
    try:
        return run_virtual(on_clock, start_s=start_s)
    finally:
        database.use_runner(None)
