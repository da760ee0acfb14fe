"""The worker killed between any two steps, run twice, run by two at once."""

from dataclasses import replace
from typing import Any

import obstore
import pytest
from obstore.store import MemoryStore
from sqlalchemy import text

from bluezone.keyserver.errors import ObjectStoreError, StaleLeaseError
from bluezone.keyserver.export import objects as objects_module
from bluezone.keyserver.export.lease import (
    advance,
    close_windows,
    release_lease,
    renew_lease,
    set_index_due,
    take_lease,
)
from bluezone.keyserver.export.loop import run_once
from bluezone.keyserver.export.worker import run_due

HOUR = 3600
NOON = 1_597_924_800
LATER = NOON + 5 * HOUR
AFTER_THE_LEASE = LATER + 301
STEPS = [
    ("closed", 1),
    ("filled", 1),
    ("written", 1),
    ("written", 2),
    ("written", 3),
    ("recorded", 1),
    ("filled", 2),
    ("written", 4),
    ("recorded", 2),
    ("expired", 1),
    ("indexed", 1),
]


def publish_two_hours(works: Any) -> set[bytes]:
    return works.publish(25, NOON) | works.publish(2, NOON + HOUR)


def index_names_only_what_is_there(works: Any) -> bool:
    try:
        index = works.index("en/hourly")
    except FileNotFoundError:
        return True
    return all(path in works.files() for path in index)


@pytest.mark.parametrize(("step", "times"), STEPS, ids=[f"{s}, {n}" for s, n in STEPS])
def test_a_worker_killed_anywhere_is_finished_by_the_next(
    step: str, times: int, make_works: Any
) -> None:
    works = make_works(max_keys=10)
    keys = publish_two_hours(works)

    works.killed_at(step, LATER, times=times)
    assert index_names_only_what_is_there(works)
    seen = {path: works.raw(path) for path in works.files()}
    works.run(AFTER_THE_LEASE)

    found = works.keys("en/hourly")
    assert keys <= set(found)
    assert len(found) == len(set(found))
    assert works.index("en/hourly") == [p for p in works.files() if p.startswith("en/hourly")]
    for path, data in seen.items():
        assert works.raw(path) == data


def test_a_killed_worker_stores_its_fakes_once(make_works: Any) -> None:
    works = make_works(min_keys=100)
    works.publish(2, NOON)
    works.killed_at("filled", LATER)
    works.killed_at("written", AFTER_THE_LEASE)
    works.run(AFTER_THE_LEASE + 301)
    assert 100 <= len(works.keys("en/hourly")) <= 103


def test_files_are_taken_from_the_index_before_they_are_deleted(works: Any) -> None:
    works.publish(9, NOON)
    works.run(LATER)
    (path,) = works.index("en/hourly")

    works.killed_at("expired", NOON + 400 * HOUR)
    assert path in works.files()
    works.killed_at("indexed", NOON + 401 * HOUR)
    assert works.index("en/hourly") == []
    assert path in works.files()
    works.run(NOON + 402 * HOUR)
    assert works.files() == []


def test_while_one_works_another_finds_nothing_to_do(works: Any) -> None:
    publish_two_hours(works)
    first = run_due(works.worker, now=LATER)
    assert next(first).series == "en/hourly"

    other = [row.series for row in run_due(works.worker, now=LATER)]

    assert "en/hourly" not in other
    assert [row.series for row in first] == ["en/hourly"]


def test_a_worker_that_slept_too_long_changes_nothing(works: Any) -> None:
    publish_two_hours(works)
    slow = run_due(works.worker, now=LATER)
    next(slow)
    works.run(AFTER_THE_LEASE)
    before = (works.files(), works.index("en/hourly"), works.keys("en/hourly"))

    assert list(slow) == []

    assert (works.files(), works.index("en/hourly"), works.keys("en/hourly")) == before


def test_long_work_keeps_its_lease(make_works: Any) -> None:
    """Each file takes four minutes; the other worker looks in after every one."""
    works = make_works(max_keys=5)
    works.publish(25, NOON)
    moment = LATER
    found: list[object] = []

    def reached(step: str) -> None:
        nonlocal moment
        if step == "written":
            moment += 240
            found.extend(run_due(works.worker, now=moment))

    works.run(LATER, reached=reached, clock=lambda: moment)
    assert moment == LATER + 5 * 240
    assert found == []
    assert len(works.index("en/hourly")) == 5


def test_a_stale_index_is_written_again(works: Any) -> None:
    """A slow worker overwrites the newer index; the next run puts it right."""
    publish_two_hours(works)
    taken_over = False

    def reached(step: str) -> None:
        nonlocal taken_over
        if step == "expired" and not taken_over:
            taken_over = True
            works.publish(9, NOON + 3 * HOUR)
            works.run(NOON + 8 * HOUR)  # takes the lease over and writes a longer index

    works.run(LATER, reached=reached)
    works.run(NOON + 8 * HOUR + 302)
    assert len(works.index("en/hourly")) == 3


def test_the_worker_runs_twice_without_a_change(works: Any) -> None:
    publish_two_hours(works)
    works.run(LATER)
    before = {path: works.raw(path) for path in works.files()}
    assert works.run(LATER) == []
    assert {path: works.raw(path) for path in works.files()} == before


def test_the_same_rows_give_the_same_bytes_in_another_store(works: Any) -> None:
    publish_two_hours(works)
    works.run(LATER)
    first = {path: works.raw(path) for path in works.files()}
    with works.store.writes.begin() as db:
        db.execute(text("DELETE FROM export_series"))
        db.execute(text("DELETE FROM export_file"))
    works.worker = replace(works.worker, objects=MemoryStore())
    works.run(LATER)
    assert {path: works.raw(path) for path in works.files()} == first


def test_an_object_store_that_refuses_keeps_the_work_for_later(
    works: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = publish_two_hours(works)

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError("SECRET")

    with monkeypatch.context() as broken:
        broken.setattr(objects_module.obstore, "put", refuse)
        with pytest.raises(ObjectStoreError) as failed:
            works.run(LATER)
    assert "SECRET" not in str(failed.value)

    works.run(LATER)  # at once: the lease was given back
    assert keys <= set(works.keys("en/hourly"))


def test_a_missing_old_file_is_no_fault(works: Any) -> None:
    works.publish(9, NOON)
    works.run(LATER)
    obstore.delete(works.worker.objects, works.index("en/hourly")[0])
    works.run(NOON + 400 * HOUR)
    assert works.index("en/hourly") == []


# The lease itself


def take(works: Any, token: str, now: int) -> Any:
    with works.store.writes.begin() as db:
        return take_lease(db, works.worker.series[0], token=token, start=NOON, now=now, ttl_s=300)


def test_a_lease_is_taken_once_until_it_runs_out_or_is_given_back(works: Any) -> None:
    lease = take(works, "a", NOON)
    assert (lease.exported_until, lease.index_due) == (NOON, True)
    assert take(works, "b", NOON + 299) is None
    second = take(works, "c", NOON + 300)
    assert second is not None
    with works.store.writes.begin() as db:
        release_lease(db, lease)  # lost long ago: changes nothing
    assert take(works, "d", NOON + 301) is None
    with works.store.writes.begin() as db:
        release_lease(db, second)
    assert take(works, "e", NOON + 301) is not None


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda db, lease: close_windows(db, lease, until=NOON), id="close"),
        pytest.param(lambda db, lease: renew_lease(db, lease, until=NOON), id="renew"),
        pytest.param(
            lambda db, lease: advance(db, lease, start=NOON, end=NOON + 1, index_due=True),
            id="advance",
        ),
        pytest.param(lambda db, lease: set_index_due(db, lease, index_due=False), id="index"),
    ],
)
def test_a_lost_lease_changes_nothing(works: Any, change: Any) -> None:
    lost = take(works, "a", NOON)
    take(works, "b", NOON + 300)
    with pytest.raises(StaleLeaseError), works.store.writes.begin() as db:
        change(db, lost)


def test_progress_is_recorded_only_from_where_it_was(works: Any) -> None:
    lease = take(works, "a", NOON)
    with pytest.raises(StaleLeaseError), works.store.writes.begin() as db:
        advance(db, lease, start=NOON - HOUR, end=NOON, index_due=True)


def test_run_once_returns_what_was_published(works: Any) -> None:
    works.publish(9, NOON)
    assert [row.keys for row in run_once(works.worker, now=LATER)] == [9]
