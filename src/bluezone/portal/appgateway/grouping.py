"""Grouped commits: whatever waits is committed together, and nobody is answered before.

A commit waits for the disk; one for each of 1,500 registrations a second would be too many.
While one group is being committed, the next one gathers: under little load a group is one job,
under much load a hundred, and no timer decides. The surprising part: a group that fails is
tried again as a whole, so every job must be one that may be done twice.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, Generic, TypeVar
from weakref import WeakKeyDictionary

from django.db import DatabaseError, InterfaceError

from bluezone.portal.appgateway.database import run_on
from bluezone.portal.appgateway.errors import TooBusyError

Job = TypeVar("Job")
Result = TypeVar("Result")
_Waiting = tuple[Job, asyncio.Future[Result]]

GROUP: Final = 500
"""Most jobs of one commit; SQLite takes 32,766 parameters a statement."""
WAITING: Final = 20_000
"""Most jobs that wait: some ten seconds' worth, after which the phones would have gone."""


class GroupedWriter(Generic[Job, Result]):
    """Commits jobs in groups on one thread of this process."""

    def __init__(self, name: str, commit: Callable[[Sequence[Job]], Sequence[Result]]) -> None:
        """Take the function that commits.

        Args:
            name: of the thread.
            commit: does the jobs in one transaction; returns a result for each, in order.
        """
        self._commit = commit
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._queues: WeakKeyDictionary[asyncio.AbstractEventLoop, _Queue[Job, Result]]
        self._queues = WeakKeyDictionary()

    async def submit(self, job: Job) -> Result:
        """Return the job's result once it is durable.

        Raises:
            TooBusyError: too many jobs wait already.
            DatabaseError: the group failed twice; nothing of it is stored.
        """
        loop = asyncio.get_running_loop()
        queue = self._queues.get(loop)
        if queue is None:
            queue = self._queues[loop] = _Queue(self._commit_group)
        return await queue.put(job)

    async def _commit_group(self, jobs: Sequence[Job]) -> Sequence[Result]:
        try:
            return await run_on(self._thread, self._commit, jobs)
        except (DatabaseError, InterfaceError):  # a lost connection, a deadlock
            return await run_on(self._thread, self._commit, jobs)


class _Queue(Generic[Job, Result]):
    """The jobs of one event loop."""

    def __init__(self, commit: Callable[[Sequence[Job]], Awaitable[Sequence[Result]]]) -> None:
        self._commit = commit
        self._waiting: list[_Waiting[Job, Result]] = []
        self._task: asyncio.Task[None] | None = None

    async def put(self, job: Job) -> Result:
        if len(self._waiting) >= WAITING:
            raise TooBusyError("too many registrations wait")
        loop = asyncio.get_running_loop()
        done: asyncio.Future[Result] = loop.create_future()
        self._waiting.append((job, done))
        if self._task is None:
            self._task = loop.create_task(self._drain())
        return await done

    async def _drain(self) -> None:
        try:
            while self._waiting:
                group, self._waiting = self._waiting[:GROUP], self._waiting[GROUP:]
                await self._finish(group)
        finally:
            self._task = None

    async def _finish(self, group: list[_Waiting[Job, Result]]) -> None:
        waiting = [done for _, done in group]
        try:
            results = await self._commit([job for job, _ in group])
        except Exception as error:  # noqa: BLE001 - each waiting caller gets it
            for done in waiting:
                if not done.done():  # the caller has not gone
                    done.set_exception(error)
            return
        for done, result in zip(waiting, results, strict=True):
            if not done.done():
                done.set_result(result)
