"""Many publishes in one transaction, and keys that come again."""

from random import Random
from typing import Any

import pytest
from sqlalchemy import event, text

from bluezone.keyserver.errors import MissingRevisionTokenError
from bluezone.keyserver.publish import store as publish_store
from bluezone.keyserver.publish.accepted import AcceptedKey, accept_tek
from bluezone.keyserver.publish.store import NewPublish, Stored, insert_publishes
from bluezone.keyserver.store.db import Store
from bluezone.protocol.diagnosis_key import DiagnosisKey
from bluezone.protocol.scheme import Scheme

RNG = Random(9)


def key(*, report_type: int = 1, created_at: int = 0, of: AcceptedKey | None = None) -> AcceptedKey:
    value = of.key_id if of else RNG.randbytes(16)
    return accept_tek(DiagnosisKey(value, 2_660_000, 144, report_type), created_at)


def publish(*keys: AcceptedKey, **changes: Any) -> NewPublish:
    return NewPublish(
        Scheme.EN, "VN", traveler=False, health_authority_id="a", keys=keys, **changes
    )


def rows(store: Store) -> list[tuple[int, int]]:
    """Return (created_at, keys) of every stored row."""
    with store.reads.begin() as db:
        found = db.execute(
            text("SELECT created_at, packed_keys FROM published_keys ORDER BY created_at")
        ).all()
    return [(created_at, len(packed) // 24) for created_at, packed in found]


def test_a_publish_is_one_row_for_each_hour_of_release(store: Store) -> None:
    keys = [key(created_at=at) for at in (3600, 3600, 7200, 3600)]
    insert_publishes(store.writes, [publish(*keys)])
    assert rows(store) == [(3600, 3), (7200, 1)]


def test_a_group_is_one_transaction(store: Store) -> None:
    commits = 0

    def count(_: Any) -> None:
        nonlocal commits
        commits += 1

    event.listen(store.writes, "commit", count)
    insert_publishes(store.writes, [publish(key(), key()) for _ in range(50)])
    assert commits == 1
    assert len(rows(store)) == 50


def test_the_same_publish_twice_in_one_group_is_stored_once(store: Store) -> None:
    same = publish(key(), key())
    results = insert_publishes(store.writes, [same, same])
    assert [len(one.keys) for one in results if isinstance(one, Stored)] == [2, 2]
    assert rows(store) == [(0, 2)]


def test_a_refused_publish_does_not_harm_its_group(store: Store) -> None:
    old = key(report_type=2)
    insert_publishes(store.writes, [publish(old)])
    good, bad, also_good = publish(key()), publish(key(), key(of=old)), publish(key())
    results = insert_publishes(store.writes, [good, bad, also_good])
    assert isinstance(results[1], MissingRevisionTokenError)
    assert len(rows(store)) == 3


def test_the_order_of_a_publish_is_not_kept(store: Store) -> None:
    keys = [key() for _ in range(10)]
    insert_publishes(store.writes, [publish(*keys)])
    with store.reads.begin() as db:
        packed = db.execute(text("SELECT packed_keys FROM published_keys")).scalar_one()
    assert bytes(packed) == b"".join(sorted(one.record for one in keys))


def test_a_key_that_another_server_stored_meanwhile_is_seen_on_the_second_look(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The look-up is blind once, as if the other server's commit came right after it."""
    known = key()
    insert_publishes(store.writes, [publish(known)])
    looks = 0
    find = publish_store._find

    def blind_once(db: Any, key_ids: list[bytes]) -> Any:
        nonlocal looks
        looks += 1
        return {} if looks == 1 else find(db, key_ids)

    monkeypatch.setattr(publish_store, "_find", blind_once)
    (result,) = insert_publishes(store.writes, [publish(known)])
    assert isinstance(result, Stored)
    assert looks == 2
    assert rows(store) == [(0, 1)]
