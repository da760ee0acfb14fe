import asyncio
import threading
from collections.abc import Sequence

import pytest

from bluezone.keyserver.errors import BadRequestError, KeyServerError, StoreUnavailableError
from bluezone.keyserver.store import writer as writer_module
from bluezone.keyserver.store.writer import MAX_GROUP, BatchingWriter


class Table:
    """Stands for the database: doubles numbers, refuses odd ones, remembers its groups."""

    def __init__(self) -> None:
        self.groups: list[int] = []
        self.gate = threading.Event()
        self.gate.set()
        self.full = False

    def apply(self, jobs: Sequence[int]) -> list[int | KeyServerError]:
        self.gate.wait()
        self.groups.append(len(jobs))
        if self.full:
            raise OSError("disk full")
        return [2 * job if job % 2 == 0 else BadRequestError("odd") for job in jobs]


def test_every_caller_gets_its_own_result_or_refusal() -> None:
    table = Table()
    writer: BatchingWriter[int, int] = BatchingWriter(table.apply)

    async def crowd() -> list[int | BaseException]:
        return await asyncio.gather(*map(writer.submit, range(300)), return_exceptions=True)

    results = asyncio.run(crowd())
    writer.close()

    for job, result in enumerate(results):
        assert (result == 2 * job) if job % 2 == 0 else isinstance(result, BadRequestError)
    assert sum(table.groups) == 300
    assert max(table.groups) <= MAX_GROUP


def test_what_waits_while_one_commits_is_committed_together() -> None:
    table = Table()
    table.gate.clear()
    writer: BatchingWriter[int, int] = BatchingWriter(table.apply)

    async def crowd() -> None:
        waiting = [asyncio.create_task(writer.submit(0)) for _ in range(100)]
        await asyncio.sleep(0)
        table.gate.set()
        await asyncio.gather(*waiting)

    asyncio.run(crowd())
    writer.close()
    assert len(table.groups) <= 3


def test_a_failed_transaction_refuses_its_group_and_the_next_goes_on() -> None:
    table = Table()
    table.full = True
    writer: BatchingWriter[int, int] = BatchingWriter(table.apply)

    async def two() -> int:
        with pytest.raises(StoreUnavailableError):
            await writer.submit(2)
        table.full = False
        return await writer.submit(2)

    assert asyncio.run(two()) == 4
    writer.close()


def test_a_client_that_goes_away_disturbs_nobody() -> None:
    table = Table()
    table.gate.clear()
    writer: BatchingWriter[int, int] = BatchingWriter(table.apply)

    async def leave() -> int:
        gone = asyncio.create_task(writer.submit(2))
        stays = asyncio.create_task(writer.submit(4))
        await asyncio.sleep(0)
        gone.cancel()
        table.gate.set()
        return await stays

    assert asyncio.run(leave()) == 8
    writer.close()


def test_a_drowning_server_refuses_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer_module, "MAX_WAITING", 0)
    writer: BatchingWriter[int, int] = BatchingWriter(Table().apply)
    with pytest.raises(StoreUnavailableError, match="try again"):
        asyncio.run(writer.submit(2))


def test_closing_finishes_what_waits_and_may_be_repeated() -> None:
    table = Table()
    writer: BatchingWriter[int, int] = BatchingWriter(table.apply)

    async def submit_and_close() -> list[int]:
        waiting = [asyncio.create_task(writer.submit(2)) for _ in range(5)]
        await asyncio.sleep(0)
        await asyncio.to_thread(writer.close)
        return await asyncio.gather(*waiting)

    assert asyncio.run(submit_and_close()) == [4] * 5
    writer.close()
