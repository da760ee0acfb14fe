"""A virtual clock, and the real gateway in this process under it.

Everything runs in the test's own thread and in its transaction: the gateway's work on the
database, too, which Django allows in an event loop only where it is told to.
"""

import os
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import Any, TypeVar

from bluezone.phone.radio.virtual_time import VirtualTimeLoop, run_virtual
from bluezone.portal import clock
from bluezone.portal.appgateway import database

T = TypeVar("T")

UNSAFE = "DJANGO_ALLOW_ASYNC_UNSAFE"
MONDAY = 1_598_832_000
"""31/08/2020 00:00 UTC, 07:00 in Hanoi."""


async def _here(work: Callable[[], T], executor: Executor, /) -> T:
    return work()


@contextmanager
def database_here() -> Iterator[None]:
    """Let handlers use the test's own connection, in the event loop's thread."""
    before = os.environ.get(UNSAFE)
    os.environ[UNSAFE] = "true"
    database.use_runner(_here)
    try:
        yield
    finally:
        database.use_runner(None)
        os.environ.pop(UNSAFE) if before is None else os.environ.update({UNSAFE: before})


def run_world(
    main: Callable[[VirtualTimeLoop], Coroutine[Any, Any, T]], *, start_s: float = MONDAY
) -> T:
    """Run `main(loop)` with the portal's clocks on the loop's."""

    async def on_clock(loop: VirtualTimeLoop) -> T:
        with clock.frozen(loop.unix_time):
            return await main(loop)

    with database_here():
        return run_virtual(on_clock, start_s=start_s)
