"""One thread that writes, and commits whatever waited together in one transaction.

A commit costs a flush to the disk, so the throughput of single commits is the disk's. Here
callers hand over their work and wait; the thread takes everything that has gathered while
the last flush ran. The surprising decision: when the last group had more than one job, the
thread waits two milliseconds before it takes the next. Its Python and the event loop's share
one lock, so larger groups leave more of it to the loop (measured: 1.4 times the publishes).
"""

import asyncio
import logging
import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from bluezone.keyserver.errors import KeyServerError, StoreUnavailableError

J = TypeVar("J")
R = TypeVar("R")
_log = logging.getLogger(__name__)

MAX_GROUP: Final = 128
LINGER_S: Final = 0.002
MAX_WAITING: Final = 4096
"""Beyond this the server is drowning: refuse at once instead of answering too late."""


@dataclass(frozen=True, slots=True)
class _Waiting(Generic[J, R]):
    job: J
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[R]


class BatchingWriter(Generic[J, R]):
    """Commits jobs in groups on a thread of its own.

    `apply` gets one to `MAX_GROUP` jobs, runs them in one transaction and returns one result
    or refusal for each, in order. It is called again only after it has returned. The thread
    starts with the first job.
    """

    def __init__(self, apply: Callable[[Sequence[J]], Sequence[R | KeyServerError]]) -> None:
        self._apply = apply
        self._waiting: queue.SimpleQueue[_Waiting[J, R] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self._busy = False

    async def submit(self, job: J) -> R:
        """Return the result of `job` once it is durable.

        Raises:
            KeyServerError: what `apply` refused.
            StoreUnavailableError: too many jobs wait, or the transaction failed.
        """
        if self._waiting.qsize() >= MAX_WAITING:
            raise StoreUnavailableError("too many publishes wait for the database; try again")
        self._start()
        loop = asyncio.get_running_loop()
        future: asyncio.Future[R] = loop.create_future()
        self._waiting.put(_Waiting(job, loop, future))
        return await future

    def close(self) -> None:
        """Finish what waits, then stop the thread."""
        with self._starting:
            thread, self._thread = self._thread, None
        if thread is not None:
            self._waiting.put(None)
            thread.join()

    def _start(self) -> None:
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while (first := self._waiting.get()) is not None:
            group, last = self._gather(first)
            _settle(group, self._commit(group))
            self._busy = len(group) > 1
            if last:
                return

    def _gather(self, first: _Waiting[J, R]) -> tuple[list[_Waiting[J, R]], bool]:
        if self._busy:
            time.sleep(LINGER_S)
        group = [first]
        while len(group) < MAX_GROUP:
            try:
                item = self._waiting.get_nowait()
            except queue.Empty:
                break
            if item is None:
                return group, True
            group.append(item)
        return group, False

    def _commit(self, group: Sequence[_Waiting[J, R]]) -> Sequence[R | KeyServerError]:
        try:
            return self._apply([waiting.job for waiting in group])
        except Exception as error:  # noqa: BLE001 - outermost loop of this thread
            _log.error("a group of %d writes failed: %s", len(group), type(error).__name__)
            return [StoreUnavailableError("the database did not take the write")] * len(group)


def _settle(group: Sequence[_Waiting[J, R]], results: Sequence[R | KeyServerError]) -> None:
    """Hand every result to its caller, one wake-up for each event loop."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[R], R | KeyServerError]]]
    by_loop = {}
    for waiting, result in zip(group, results, strict=True):
        by_loop.setdefault(waiting.loop, []).append((waiting.future, result))
    for loop, pairs in by_loop.items():
        try:
            loop.call_soon_threadsafe(_resolve, pairs)
        except RuntimeError:  # the loop was closed: nobody waits any more
            _log.warning("%d answers found nobody waiting", len(pairs))


def _resolve(pairs: Sequence[tuple[asyncio.Future[R], R | KeyServerError]]) -> None:
    for future, result in pairs:
        if future.done():  # the client went away
            continue
        if isinstance(result, KeyServerError):
            future.set_exception(result)
        else:
            future.set_result(result)
