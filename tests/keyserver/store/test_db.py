import threading
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from bluezone.keyserver.store.db import Store, open_store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = open_store(f"sqlite:///{tmp_path / 'test.sqlite3'}")
    with store.writes.begin() as db:
        db.execute(text("CREATE TABLE counter (n INTEGER PRIMARY KEY)"))
        db.execute(text("INSERT INTO counter (n) VALUES (0)"))
    yield store
    store.close()


def test_four_threads_that_read_then_add_one_lose_nothing(store: Store) -> None:
    def add() -> None:
        for _ in range(25):
            with store.writes.begin() as db:
                n = db.execute(text("SELECT n FROM counter")).scalar_one()
                db.execute(text("UPDATE counter SET n = :n"), {"n": n + 1})

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.reads.begin() as db:
        assert db.execute(text("SELECT n FROM counter")).scalar_one() == 100


def test_a_reader_does_not_wait_for_a_writer(store: Store) -> None:
    with store.writes.begin() as writing:
        writing.execute(text("UPDATE counter SET n = 7"))
        with store.reads.begin() as reading:
            assert reading.execute(text("SELECT n FROM counter")).scalar_one() == 0


def test_writes_are_flushed_to_the_disk_before_they_count(store: Store) -> None:
    with store.writes.connect() as db:
        assert db.execute(text("PRAGMA synchronous")).scalar_one() == 2  # FULL
        assert db.execute(text("PRAGMA journal_mode")).scalar_one() == "wal"


def test_an_error_does_not_show_the_values(store: Store) -> None:
    insert, values = text("INSERT INTO counter (n) VALUES (:n)"), {"n": 424242}
    with store.writes.begin() as db:
        db.execute(insert, values)
    with store.writes.connect() as db, pytest.raises(IntegrityError) as failed:
        db.execute(insert, values)
    assert "424242" not in str(failed.value)
