"""Rounds of both worlds: each entry once, whatever happens in the middle."""

from random import Random
from typing import Any

import pytest
from tests.portal.appgateway.bridge.scene import DAY, HOUR, day_keys_of, pushed, some_upload

from bluezone.portal.appgateway.bridge import rounds, worker
from bluezone.portal.appgateway.bridge.models import (
    Duty,
    FetchedFile,
    KnownKey,
    Listing,
    Publication,
)
from bluezone.portal.appgateway.bridge.retention import purge
from bluezone.portal.appgateway.bridge.rounds import run_round
from bluezone.portal.appgateway.consent.models import Upload
from bluezone.portal.appgateway.pushes.models import Bundle
from bluezone.portal.appgateway.pushes.services import open_round

pytestmark = pytest.mark.django_db
NOW = 1_597_472_640


class KilledError(Exception):
    """Stands for the process dying at this very point."""


def due(hands: Any) -> None:
    worker.run_due(now=hands.now, rng=Random(1))


def test_fresh_keys_and_uploads_go_out_in_one_round(key_server_scene: Any, hands: Any) -> None:
    fresh = key_server_scene.new_phone_publishes(3)
    upload = some_upload(hands.now, days=2)
    hands.advance(HOUR)
    key_server_scene.export()

    due(hands)

    (entries,) = pushed()
    assert {entry.daily_key for entry in entries} == {
        *(key.key for key in fresh),
        bytes(upload.daily_key),
    }
    ends = {entry.daily_key: entry.time_end - entry.time_start for entry in entries}
    assert {ends[key.key] for key in fresh} == {DAY - 1}
    assert ends[bytes(upload.daily_key)] > DAY


def test_nothing_goes_out_twice(key_server_scene: Any, hands: Any) -> None:
    key_server_scene.new_phone_publishes(3)
    some_upload(hands.now)
    for _ in range(30):
        hands.advance(HOUR)
        key_server_scene.export()
        due(hands)
    assert [len(entries) for entries in pushed()] == [4]
    assert KnownKey.objects.count() == 3 + 3  # the upload's days, too
    assert not KnownKey.objects.filter(waiting=True).exists()


def test_what_came_from_published_phones_does_not_come_back_as_a_strangers(
    key_server_scene: Any, hands: Any
) -> None:
    upload = some_upload(hands.now, days=4, last_ago=1)
    due(hands)
    hands.advance(HOUR)
    key_server_scene.export()
    assert set(key_server_scene.exported()) == set(day_keys_of(upload))

    hands.advance(HOUR)
    due(hands)

    assert FetchedFile.objects.count() == 1
    assert [len(entries) for entries in pushed()] == [1]


def test_a_round_comes_once_an_interval(key_server_scene: Any, hands: Any) -> None:
    due(hands)
    some_upload(hands.now)
    hands.advance(HOUR - 1)
    due(hands)
    assert pushed() == []
    hands.advance(1)
    due(hands)
    assert len(pushed()) == 1


def test_a_worker_that_died_leaves_its_turn_to_the_next(
    key_server_scene: Any, hands: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    some_upload(hands.now)
    Duty.objects.create(name="round", next_at=hands.now + 600)  # as its lease says
    due(hands)
    assert pushed() == []
    hands.advance(600)
    due(hands)
    assert len(pushed()) == 1


@pytest.mark.parametrize("place", ["the round is open", "uploads are marked"])
def test_dying_in_the_middle_of_a_round_leaves_everything_as_it_was(
    key_server_scene: Any, hands: Any, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    some_upload(hands.now)
    key_server_scene.new_phone_publishes(3)
    hands.advance(HOUR)
    key_server_scene.export()
    with monkeypatch.context() as broken:
        if place == "the round is open":
            broken.setattr(rounds, "open_round", _opens_and_dies)
        else:
            broken.setattr(KnownKey.objects, "bulk_update", _dies)
        with pytest.raises(KilledError):
            due(hands)
    assert not Bundle.objects.exists()
    assert not Upload.objects.filter(pushed=True).exists()

    hands.advance(HOUR)
    due(hands)

    assert [len(entries) for entries in pushed()] == [4]


def _opens_and_dies(*args: Any, **kwargs: Any) -> None:
    open_round(*args, **kwargs)
    raise KilledError


def _dies(*_: Any, **__: Any) -> None:
    raise KilledError


def test_keys_that_were_released_together_stay_in_one_round(settings: Any) -> None:
    settings.BLUEZONE_GATEWAY_ROUND_ENTRIES = 5
    for window, count in ((NOW, 3), (NOW + HOUR, 4), (NOW + 2 * HOUR, 7)):
        _wait(window, count)
    sizes = []
    while run_round(now=NOW, rng=Random(1)):
        sizes.append(len(pushed()[-1]))
    assert sizes == [3, 4, 5, 2]


def _wait(window: int, count: int) -> None:
    rng = Random(window)
    KnownKey.objects.bulk_create(
        KnownKey(
            digest=rng.randbytes(32).hex(),
            daily_key=rng.randbytes(32),
            time_start=NOW - NOW % DAY - DAY,
            slots=96,
            waiting=True,
            window=window,
            expires_at=NOW + 10 * DAY,
        )
        for _ in range(count)
    )


def test_an_entry_of_a_day_too_long_ago_is_not_pushed_any_more(db: None) -> None:
    _wait(NOW, 2)
    assert run_round(now=NOW + 16 * DAY, rng=Random(1)) == 0


def test_the_same_phone_that_helped_twice_is_pushed_once(db: None) -> None:
    upload = some_upload(NOW)
    run_round(now=NOW, rng=Random(1))
    upload.pk, upload.receipt_hmac, upload.pushed = 77, "b" * 64, False
    upload.save(force_insert=True)
    assert run_round(now=NOW, rng=Random(1)) == 0
    assert not Upload.objects.filter(pushed=False).exists()


def test_keys_are_not_kept_once_they_are_out(key_server_scene: Any, hands: Any) -> None:
    key_server_scene.new_phone_publishes(3)
    hands.advance(HOUR)
    key_server_scene.export()
    due(hands)
    assert {bytes(row.daily_key) for row in KnownKey.objects.all()} == {b""}


def test_a_round_says_nothing_by_the_order_of_its_entries(db: None) -> None:
    _wait(NOW, 20)
    waited = list(KnownKey.objects.order_by("digest").values_list("daily_key", flat=True))
    run_round(now=NOW, rng=Random(1))
    (entries,) = pushed()
    out = [entry.daily_key for entry in entries]
    assert out != [bytes(key) for key in waited]
    assert sorted(out) == sorted(bytes(key) for key in waited)


def test_everything_is_forgotten_in_the_end(key_server_scene: Any, hands: Any) -> None:
    key_server_scene.new_phone_publishes(3)
    some_upload(hands.now, last_ago=1)
    due(hands)
    hands.advance(HOUR)
    key_server_scene.export()
    due(hands)
    purge(now=hands.now)
    rows = [KnownKey, FetchedFile, Publication]
    assert all(model.objects.exists() for model in rows)  # type: ignore[attr-defined]
    purge(now=hands.now + 40 * DAY)
    assert not any(model.objects.exists() for model in rows)  # type: ignore[attr-defined]
    assert Listing.objects.get().fault == ""
