"""The gateway's way to the database: a few threads of its own with lasting connections.

Handlers run in the event loop and may not touch Django's ORM there; they call
`await in_database(function, ...)`. Django would close the connection after each request and
answer requests one by one; here connections stay open, and one that broke is thrown away.
The surprising part: a thread that waits for PostgreSQL waits in C, so four are plenty.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import partial
from typing import Final, ParamSpec, Protocol, TypeVar

from django.db import DatabaseError, InterfaceError, connection

P = ParamSpec("P")
T = TypeVar("T")

THREADS: Final = 4
_POOL: Final = ThreadPoolExecutor(THREADS, thread_name_prefix="gateway-database")


class Runner(Protocol):
    """How a function gets to a thread that may use the database."""

    async def __call__(self, work: Callable[[], T], executor: Executor, /) -> T:
        """Run `work` and return what it returns."""


async def _run_in_thread(work: Callable[[], T], executor: Executor, /) -> T:
    return await asyncio.get_running_loop().run_in_executor(executor, work)


_runner: list[Runner] = [_run_in_thread]


async def in_database(function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """Run `function`, which may use Django's ORM, in a thread; return what it returns."""
    return await run_on(_POOL, function, *args, **kwargs)


async def run_on(
    executor: Executor, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs
) -> T:
    """Run `function` in a thread of `executor`, with a connection that works."""
    return await _runner[0](partial(_guarded, partial(function, *args, **kwargs)), executor)


def use_runner(runner: Runner | None) -> None:
    """Run everything by `runner` from now on (tests); None goes back to the threads."""
    _runner[0] = runner or _run_in_thread


def _guarded(work: Callable[[], T]) -> T:
    try:
        return work()
    except (DatabaseError, InterfaceError):
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()
        raise
