"""Uploads of published phones on the key server, and taken back from it."""

from random import Random
from typing import Any

import pytest
from tests.portal.appgateway.bridge.scene import DAY, HOUR, day_keys_of, some_upload

from bluezone.portal.appgateway.bridge import publishing, worker
from bluezone.portal.appgateway.bridge.models import KnownKey, Publication
from bluezone.portal.appgateway.bridge.withdrawing import withdraw
from bluezone.portal.appgateway.consent.models import Upload
from bluezone.portal.appgateway.pushes.models import Bundle

pytestmark = pytest.mark.django_db
PUBLISH = "/bluezone/v1/publish"
WITHDRAW = "/bluezone/v1/withdraw"


def due(hands: Any) -> None:
    worker.run_due(now=hands.now, rng=Random(hands.now))


def published(scene: Any, hands: Any) -> set[bytes]:
    """Return what phones find after everything that is on the key server was exported."""
    hands.advance(2 * HOUR)
    scene.export()
    return set(scene.exported())


def take_back(upload: Upload, hands: Any) -> None:
    number = upload.pk
    upload.delete()
    withdraw(number, hands.now)


def test_each_day_that_is_over_is_one_day_key(key_server_scene: Any, hands: Any) -> None:
    upload = some_upload(hands.now, days=5, last_ago=1)
    due(hands)
    assert published(key_server_scene, hands) == set(day_keys_of(upload))
    keys = sorted(key_server_scene.exported().values(), key=lambda key: key.time_start)
    assert [key.time_start for key in keys] == [upload.first_midnight + n * DAY for n in range(5)]
    assert {(key.slots, key.report_type) for key in keys} == {(96, 1)}
    assert [key.days_since_onset for key in keys] == [-2, -1, 0, 1, 2]


def test_the_key_of_today_waits_until_the_day_is_over(key_server_scene: Any, hands: Any) -> None:
    upload = some_upload(hands.now, days=3)
    due(hands)
    *over, today = day_keys_of(upload)
    assert published(key_server_scene, hands) == set(over)

    hands.now = upload.last_midnight + DAY - 1
    due(hands)
    assert key_server_scene.posts(PUBLISH) == 1
    hands.advance(1)
    due(hands)

    assert published(key_server_scene, hands) == {*over, today}
    due(hands)
    assert key_server_scene.posts(PUBLISH) == 2


def test_a_key_server_that_does_not_answer_is_asked_again_later(
    key_server_scene: Any, hands: Any
) -> None:
    upload = some_upload(hands.now, last_ago=1)
    key_server_scene.broken = "refused"
    due(hands)
    due(hands)
    assert key_server_scene.posts(PUBLISH) == 1
    key_server_scene.broken = ""
    hands.advance(60)
    due(hands)
    assert published(key_server_scene, hands) == set(day_keys_of(upload))


def test_a_lost_answer_changes_nothing(key_server_scene: Any, hands: Any) -> None:
    upload = some_upload(hands.now, last_ago=1)
    key_server_scene.broken = "lost"
    due(hands)
    assert bytes(Publication.objects.get().sealed_attempt) != b""
    key_server_scene.broken = ""
    hands.advance(60)
    due(hands)
    assert published(key_server_scene, hands) == set(day_keys_of(upload))
    row = Publication.objects.get()
    assert bytes(row.sealed_attempt) == b""
    assert bytes(row.sealed_token) != b""


def test_no_key_and_no_token_can_be_read_in_the_tables(key_server_scene: Any, hands: Any) -> None:
    upload = some_upload(hands.now, last_ago=1)
    for broken in ("lost", ""):
        key_server_scene.broken = broken
        hands.advance(60)
        due(hands)
        row = Publication.objects.get()
        stored = bytes(row.sealed_attempt) + bytes(row.sealed_token) + repr(row).encode()
        assert not any(key in stored or key.hex().encode() in stored for key in day_keys_of(upload))
    assert {bytes(known.daily_key) for known in KnownKey.objects.all()} == {b""}


def test_an_upload_that_is_taken_back_goes_from_the_key_server(
    key_server_scene: Any, hands: Any
) -> None:
    upload, other = some_upload(hands.now, last_ago=1), some_upload(hands.now, seed=2, last_ago=1)
    due(hands)
    take_back(upload, hands)
    due(hands)
    assert published(key_server_scene, hands) == set(day_keys_of(other))
    assert not Publication.objects.filter(upload_id=upload.pk).exists()
    assert key_server_scene.posts(WITHDRAW) == 1


def test_both_days_of_two_publishes_are_taken_back(key_server_scene: Any, hands: Any) -> None:
    upload = some_upload(hands.now, days=2)
    due(hands)
    hands.advance(DAY)
    due(hands)
    assert key_server_scene.posts(PUBLISH) == 2
    take_back(upload, hands)
    due(hands)
    assert published(key_server_scene, hands) == set()


def test_a_withdrawal_lasts_until_the_key_server_has_answered(
    key_server_scene: Any, hands: Any
) -> None:
    upload = some_upload(hands.now, last_ago=1)
    due(hands)
    take_back(upload, hands)
    for broken in ("refused", "lost", "refused"):
        key_server_scene.broken = broken
        due(hands)
        assert Publication.objects.count() == 1
        hands.advance(300)
    key_server_scene.broken = ""
    due(hands)
    assert not Publication.objects.exists()
    assert published(key_server_scene, hands) == set()


def test_a_publish_whose_answer_was_lost_is_taken_back_all_the_same(
    key_server_scene: Any, hands: Any
) -> None:
    upload = some_upload(hands.now, last_ago=1)
    key_server_scene.broken = "lost"
    due(hands)
    take_back(upload, hands)
    key_server_scene.broken = ""
    due(hands)
    assert published(key_server_scene, hands) == set()
    assert not Publication.objects.exists()


def test_an_upload_taken_back_before_anything_was_sent_is_never_sent(
    key_server_scene: Any, hands: Any
) -> None:
    upload = some_upload(hands.now, last_ago=1)
    publishing._adopt(now=hands.now, rng=key_server_scene.rng)
    take_back(upload, hands)
    take_back_twice = Publication.objects.get().withdrawn_at
    withdraw(upload.pk or 0, hands.now)
    due(hands)
    assert take_back_twice == hands.now
    assert key_server_scene.posts(PUBLISH) == key_server_scene.posts(WITHDRAW) == 0
    assert not Publication.objects.exists()


def test_taking_back_while_a_worker_publishes_takes_back_what_it_published(
    key_server_scene: Any, hands: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = some_upload(hands.now, last_ago=1)
    post = publishing.post_keys

    def meanwhile(*args: Any, **kwargs: Any) -> Any:
        take_back(upload, hands)
        return post(*args, **kwargs)

    with monkeypatch.context() as slow:
        slow.setattr(publishing, "post_keys", meanwhile)
        publishing.publish_day_keys(worker.KeyServer(), now=hands.now, rng=Random(1))
    hands.advance(600)
    due(hands)
    assert published(key_server_scene, hands) == set()
    assert not Publication.objects.exists()


def test_keys_that_another_upload_stands_for_stay(key_server_scene: Any, hands: Any) -> None:
    upload = some_upload(hands.now, last_ago=1)
    key = bytes(upload.daily_key)
    twin = some_upload(hands.now, seed=2, last_ago=1)
    Upload.objects.filter(pk=twin.pk).update(daily_key=key)
    due(hands)
    number = upload.pk
    upload.delete()
    withdraw(number, hands.now, keys_stay=True)
    due(hands)
    assert published(key_server_scene, hands) == set(day_keys_of(Upload.objects.get()))
    assert list(Publication.objects.values_list("upload_id", flat=True)) == [twin.pk]


def test_withdrawn_keys_in_files_that_are_out_are_not_taken_for_a_strangers(
    key_server_scene: Any, hands: Any
) -> None:
    upload = some_upload(hands.now, last_ago=1)
    publishing.publish_day_keys(worker.KeyServer(), now=hands.now, rng=Random(1))
    assert published(key_server_scene, hands) == set(day_keys_of(upload))
    take_back(upload, hands)
    due(hands)
    hands.advance(HOUR)
    due(hands)
    assert not Bundle.objects.exists()


@pytest.mark.parametrize("status", [401, 500])
def test_a_refusal_that_may_pass_is_tried_again(
    key_server_scene: Any, hands: Any, settings: Any, status: int
) -> None:
    upload = some_upload(hands.now, last_ago=1)
    if status == 401:
        settings.BLUEZONE_GATEWAY_HEALTH_AUTHORITY = "nobody"
    else:
        settings.BLUEZONE_GATEWAY_KEY_SERVER_URL = "http://127.0.0.1:8080/nowhere"
    due(hands)
    assert Publication.objects.get().fault
    settings.BLUEZONE_GATEWAY_HEALTH_AUTHORITY = "vn.bluezone"
    settings.BLUEZONE_GATEWAY_KEY_SERVER_URL = "http://127.0.0.1:8080"
    hands.advance(HOUR)
    due(hands)
    assert published(key_server_scene, hands) == set(day_keys_of(upload))


def test_a_refusal_for_good_is_not_repeated(key_server_scene: Any, hands: Any) -> None:
    upload = some_upload(hands.now, last_ago=1)
    Upload.objects.filter(pk=upload.pk).update(slots=2000)  # more than the key server takes
    for _ in range(2):
        publishing.publish_day_keys(worker.KeyServer(), now=hands.now, rng=Random(1))
        hands.advance(HOUR)
    assert key_server_scene.posts(PUBLISH) == 1
