"""Groups gather while another one is being committed; each caller gets its own answer."""

import asyncio
from collections.abc import Sequence
from threading import Event

import pytest
from django.db import DatabaseError

from bluezone.portal.appgateway import database, grouping
from bluezone.portal.appgateway.errors import TooBusyError
from bluezone.portal.appgateway.grouping import GroupedWriter


@pytest.fixture(autouse=True)
def _database_in_this_thread() -> None:
    """Use the writer's own thread here, in the place of the client's fixture."""
    database.use_runner(None)


class Disk:
    """Commits slowly: the first group waits until the others have gathered."""

    def __init__(self, *, faults: int = 0) -> None:
        self.groups: list[list[int]] = []
        self.gathered = Event()
        self.faults = faults

    def commit(self, jobs: Sequence[int]) -> list[int]:
        self.gathered.wait(30)
        self.groups.append(list(jobs))
        if self.faults:
            self.faults -= 1
            raise DatabaseError("the disk is full")
        return [10 * job for job in jobs]


async def submit_all(disk: Disk, jobs: Sequence[int]) -> list[int | BaseException]:
    writer: GroupedWriter[int, int] = GroupedWriter("test", disk.commit)
    waiting = [asyncio.ensure_future(writer.submit(job)) for job in jobs]
    await asyncio.sleep(0)
    disk.gathered.set()
    return await asyncio.gather(*waiting, return_exceptions=True)


def test_what_gathers_while_the_disk_is_busy_is_one_group() -> None:
    async def later() -> list[int]:
        disk = Disk()
        writer: GroupedWriter[int, int] = GroupedWriter("test", disk.commit)
        first = asyncio.ensure_future(writer.submit(0))
        for _ in range(3):
            await asyncio.sleep(0)
        others = [asyncio.ensure_future(writer.submit(job)) for job in range(1, 40)]
        await asyncio.sleep(0)
        disk.gathered.set()
        answers = await asyncio.gather(first, *others)
        assert answers == [10 * job for job in range(40)]
        return [len(group) for group in disk.groups]

    assert asyncio.run(later()) == [1, 39]


def test_a_group_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grouping, "GROUP", 7)
    disk = Disk()
    assert asyncio.run(submit_all(disk, range(20))) == [10 * job for job in range(20)]
    assert [len(group) for group in disk.groups] == [7, 7, 6]


def test_a_group_that_fails_is_tried_once_more() -> None:
    disk = Disk(faults=1)
    assert asyncio.run(submit_all(disk, [1, 2])) == [10, 20]
    assert disk.groups == [[1, 2], [1, 2]]


def test_a_group_that_fails_twice_tells_everybody_and_the_next_one_works() -> None:
    async def both() -> tuple[list[int | BaseException], int]:
        disk = Disk(faults=2)
        writer: GroupedWriter[int, int] = GroupedWriter("test", disk.commit)
        disk.gathered.set()
        failed = await asyncio.gather(writer.submit(1), writer.submit(2), return_exceptions=True)
        return failed, await writer.submit(3)

    failed, answer = asyncio.run(both())
    assert [type(error) for error in failed] == [DatabaseError, DatabaseError]
    assert answer == 30


def test_who_comes_when_too_many_wait_is_turned_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grouping, "WAITING", 5)
    answers = asyncio.run(submit_all(Disk(), range(8)))
    assert answers[:5] == [0, 10, 20, 30, 40]
    assert [type(error) for error in answers[5:]] == [TooBusyError] * 3


def test_a_caller_that_goes_away_takes_nobody_along() -> None:
    async def one_leaves() -> list[int]:
        disk = Disk()
        writer: GroupedWriter[int, int] = GroupedWriter("test", disk.commit)
        waiting = [asyncio.ensure_future(writer.submit(job)) for job in range(3)]
        await asyncio.sleep(0)
        waiting[1].cancel()
        disk.gathered.set()
        return await asyncio.gather(waiting[0], waiting[2])

    assert asyncio.run(one_leaves()) == [0, 20]


def test_each_event_loop_has_its_own_queue() -> None:
    disk = Disk()
    disk.gathered.set()
    writer: GroupedWriter[int, int] = GroupedWriter("test", disk.commit)
    assert [asyncio.run(writer.submit(job)) for job in (1, 2)] == [10, 20]
