"""Several key servers on one PostgreSQL: nothing is lost, stored twice or exported twice."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from random import Random
from threading import Barrier, Event
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy import table as table_of
from sqlalchemy.exc import OperationalError

from bluezone.keyserver.export.lease import Lease, close_windows, take_lease
from bluezone.keyserver.export.series import all_series
from bluezone.keyserver.prepare import prepare
from bluezone.keyserver.publish import store as publish_store
from bluezone.keyserver.publish.accepted import AcceptedKey, accept_tek
from bluezone.keyserver.publish.store import NewPublish, Stored, insert_publishes
from bluezone.keyserver.settings import KeyServerSettings
from bluezone.keyserver.store.db import Lock, Store, hold, open_store
from bluezone.protocol.diagnosis_key import DiagnosisKey
from bluezone.protocol.scheme import Scheme

AT_ONCE = 6
NOW = 1_597_924_800
HOUR = 3600


@pytest.fixture
def opened(on_postgres: KeyServerSettings) -> Iterator[Store]:
    store = open_store(on_postgres.resolved_database_url)
    yield store
    store.close()


def publish(rng: Random, created_at: int = NOW) -> NewPublish:
    keys: list[AcceptedKey] = [
        accept_tek(DiagnosisKey(rng.randbytes(16), 2_660_000, 144, 1), created_at)
        for _ in range(14)
    ]
    return NewPublish(Scheme.EN, "VN", traveler=False, health_authority_id="a", keys=tuple(keys))


def beside(jobs: list[Callable[[], Any]]) -> list[Any]:
    start = Barrier(len(jobs))

    def one(job: Callable[[], Any]) -> Any:
        start.wait(30)
        return job()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(one, jobs))


def count(store: Store, table: str) -> int:
    with store.reads.begin() as db:
        return int(db.execute(select(func.count()).select_from(table_of(table))).scalar_one())


def waiting(store: Store) -> int:
    with store.reads.begin() as db:
        return int(db.execute(text("SELECT count(*) FROM pg_locks WHERE NOT granted")).scalar_one())


def test_one_publish_through_many_servers_is_stored_once(opened: Store) -> None:
    same = publish(Random(1))
    answers = beside([partial(insert_publishes, opened.writes, [same])] * 3)
    assert [len(stored.keys) for (stored,) in answers if isinstance(stored, Stored)] == [14] * 3
    assert (count(opened, "known_key"), count(opened, "published_keys")) == (14, 1)


def test_publishes_of_many_servers_do_not_wait_for_one_another(opened: Store) -> None:
    both = [Event(), Event()]

    def store(number: int) -> bool:
        with opened.writes.begin() as db:
            publish_store._insert(db, [publish(Random(number))])
            both[number].set()
            return both[1 - number].wait(30)

    assert beside([partial(store, 0), partial(store, 1)]) == [True, True]


def test_a_lease_goes_to_one_of_many_workers(opened: Store, on_postgres: KeyServerSettings) -> None:
    series = all_series(on_postgres.authorities, on_postgres.export)[0]

    def take(number: int) -> Lease | None:
        with opened.writes.begin() as db:
            return take_lease(db, series, token=f"t{number}", start=0, now=NOW, ttl_s=300)

    leases = beside([partial(take, number) for number in range(AT_ONCE)])
    assert len([lease for lease in leases if lease is not None]) == 1


def test_a_window_is_closed_after_the_publishes_under_way(
    opened: Store, on_postgres: KeyServerSettings
) -> None:
    """Or their keys would commit into a window that is exported already."""
    series = all_series(on_postgres.authorities, on_postgres.export)[0]
    with opened.writes.begin() as db:
        lease = take_lease(db, series, token="t", start=0, now=NOW, ttl_s=300)
    assert lease is not None
    stored, order = Event(), []

    def first() -> None:
        with opened.writes.begin() as db:
            publish_store._insert(db, [publish(Random(1), NOW - HOUR)])
            stored.set()
            assert any(waiting(opened) for _ in range(20_000)), "nobody waits"
            order.append("published")

    def second() -> None:
        stored.wait(30)
        with opened.writes.begin() as db:
            close_windows(db, lease, until=NOW)
            order.append("closed")

    beside([first, second])
    assert order == ["published", "closed"]
    insert_publishes(opened.writes, [publish(Random(2), NOW - HOUR)])
    with opened.reads.begin() as db:
        rows = db.execute(text("SELECT created_at FROM published_keys ORDER BY created_at"))
        assert rows.scalars().all() == [NOW - HOUR, NOW]


def test_tables_are_made_once_by_many_at_once(postgres_database: str, tmp_path: Path) -> None:
    def make(number: int) -> None:
        settings = KeyServerSettings(home=tmp_path / str(number), database_url=postgres_database)
        prepare(settings, entropy=Random(number).randbytes)

    beside([partial(make, number) for number in range(3)])
    store = open_store(postgres_database)
    assert count(store, "keyserver_version") == count(store, "write_probe") == 1
    store.close()


_PUBLISH_FOR_EVER = """
import sys
from random import Random
from bluezone.keyserver.publish.store import insert_publishes
from bluezone.keyserver.store.db import open_store
from tests.keyserver.store.test_postgres import publish

store, rng = open_store(sys.argv[1]), Random(5)
while True:
    insert_publishes(store.writes, [publish(rng) for _ in range(3)])
    print(14 * 3, flush=True)
"""


def test_what_was_answered_is_there_after_a_server_is_killed(
    opened: Store, on_postgres: KeyServerSettings
) -> None:
    command = [sys.executable, "-c", _PUBLISH_FOR_EVER, on_postgres.resolved_database_url]
    root = Path(__file__).parents[3]
    environ = {**os.environ, "PYTHONPATH": str(root)}
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        answered = sum(int(server.stdout.readline()) for _ in range(5))
        server.send_signal(signal.SIGKILL)
        answered += sum(int(line) for line in server.stdout.read().split())
    with opened.writes.begin() as db:  # whatever was under way is over once this is held
        hold(db, Lock.WINDOWS)
    keys = count(opened, "known_key")
    assert answered <= keys
    assert keys % 42 == 0
    assert count(opened, "published_keys") == keys // 14


def test_a_server_that_is_away_is_an_error_without_the_address(tmp_path: Path) -> None:
    store = open_store(f"postgresql://lan:hidden@/x?host={tmp_path}")
    with pytest.raises(OperationalError) as failed, store.writes.begin():
        pass
    assert "hidden" not in str(failed.value)
