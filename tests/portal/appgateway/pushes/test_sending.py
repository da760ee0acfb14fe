"""Rounds to every phone and pushes to one: at least once, never lost, useless after their time."""

from random import Random

import pytest

from bluezone.portal.appgateway.phones.models import Phone
from bluezone.portal.appgateway.phones.services import mark_dead
from bluezone.portal.appgateway.pushes import (
    lanes,
    outbox,
    provider,
    ranges,
    retention,
    returned,
    services,
)
from bluezone.portal.appgateway.pushes.commands import settings_update
from bluezone.portal.appgateway.pushes.models import Bundle, Lane, Push, PushState, Range
from bluezone.portal.appgateway.pushes.provider import Outcome, Result

from .conftest import NOW, KilledError, Way, entry, register, token_of

pytestmark = pytest.mark.django_db

DAY = 86_400
WEEK = 7 * DAY
NEWS = settings_update({"TimeSaveLog": 10_000})


def work(way: Way, *, now: int = NOW, limit: int = 10_000) -> int:
    return outbox.send_due(way, now=now, limit=limit, rng=Random(7))


def put(phone_id: int, *, collapse: str = "", now: int = NOW) -> None:
    outbox.enqueue_one(phone_id, NEWS, now=now, useless_at=now + WEEK, collapse=collapse)


def test_a_round_reaches_every_phone_once(way: Way) -> None:
    phones = register(1_300)
    services.open_round([entry()], now=NOW)
    work(way)
    assert sorted(way.reached) == phones
    assert not Range.objects.exists()
    assert not Push.objects.exists()
    assert Bundle.objects.get().sent == 1_300
    work(way)
    assert len(way.reached) == 1_300


def test_each_bundle_of_a_round_reaches_every_phone(way: Way) -> None:
    phones = register(30)
    services.open_round([entry(number) for number in range(60)], now=NOW)
    work(way)
    assert sorted(way.reached) == sorted(phones * 3)


def test_the_worker_keeps_to_its_limit(way: Way) -> None:
    register(30)
    services.open_round([entry(number) for number in range(60)], now=NOW)
    assert work(way, limit=40) == 60  # whole ranges
    assert work(way, limit=40) == 30
    assert work(way, limit=40) == 0


def test_phones_that_register_later_get_the_rounds_that_live(way: Way) -> None:
    register(3)
    services.open_round([entry()], now=NOW)
    work(way)
    (late,) = register(1, first=900)
    work(way, now=NOW + DAY)
    assert way.reached[-1] == late
    assert len(way.reached) == 4


def test_nothing_goes_out_after_the_round_is_over(way: Way) -> None:
    register(3)
    services.open_round([entry()], now=NOW)
    assert work(way, now=NOW + 14 * DAY) == 0
    assert way.sent == []


@pytest.fixture
def _short_ranges(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranges, "PHONES", 10)


@pytest.mark.usefixtures("_short_ranges")
@pytest.mark.parametrize("killed_after", [0, 1, 9, 10, 11, 20])
def test_a_worker_that_is_killed_loses_no_phone(way: Way, killed_after: int) -> None:
    phones = register(21)
    services.open_round([entry()], now=NOW)
    way.killed_after = killed_after
    with pytest.raises(KilledError):
        work(way)
    way.killed_after = None
    work(way, now=NOW + 1)  # what nobody holds
    work(way, now=NOW + ranges.LEASE_S)  # what the dead one held
    assert set(way.reached) == set(phones)
    assert not Range.objects.exists()


def test_a_worker_that_lost_its_range_changes_nothing(way: Way) -> None:
    register(5)
    services.open_round([entry()], now=NOW)
    slow = ranges.claim(now=NOW)
    assert slow is not None
    work(way, now=NOW + ranges.LEASE_S)
    late = provider.Delivery([Outcome(Result.RETRY)] * 5)
    ranges.complete(slow, late, now=NOW + ranges.LEASE_S, rng=Random(7))
    assert Bundle.objects.get().sent == 5
    assert not Push.objects.exists()


def test_what_was_not_tried_stays_a_range(way: Way) -> None:
    phones = register(10)
    services.open_round([entry()], now=NOW)
    claimed = ranges.claim(now=NOW)
    assert claimed is not None
    outcomes = [provider.SENT] * 4 + [provider.UNTRIED] * 6
    ranges.complete(claimed, provider.Delivery(outcomes, wait_s=60), now=NOW, rng=Random(7))
    assert work(way, now=NOW + 59) == 0
    assert work(way, now=NOW + 60) == 6
    assert way.reached == phones[4:]
    assert Bundle.objects.get().sent == 10


def test_phones_in_trouble_are_tried_again_alone_and_later(way: Way) -> None:
    phones = register(5)
    services.open_round([entry()], now=NOW)
    trouble = Outcome(Result.RETRY, "http_503", retry_after_s=40)
    way.answers = lambda message: trouble if message.phone_id == phones[2] else provider.SENT
    work(way)
    row = Push.objects.get()
    assert row.phone_id == phones[2]
    assert row.free_at >= NOW + 40
    assert row.error_code == "http_503"
    way.answers = lambda _message: provider.SENT
    assert work(way, now=row.free_at - 1) == 0
    assert work(way, now=row.free_at) == 1
    assert way.reached[-1] == phones[2]
    assert way.sent[-1].push == way_push(way, phones[2])
    row.refresh_from_db()
    assert (row.state, row.phone_id, row.data) == (PushState.SENT, None, "")


def way_push(way: Way, phone_id: int) -> object:
    from bluezone.portal.appgateway.pushes import bundles, find_guid  # noqa: PLC0415 - one use

    bundle = Bundle.objects.get()
    guid = find_guid.find_guid_for(bundle.pk, phone_id, key=find_guid.find_guid_key())
    return bundles.template_of(bundle).for_phone(guid)


def test_waits_grow_to_an_hour_and_end_with_the_push(way: Way) -> None:
    (phone,) = register(1)
    put(phone)
    way.answers = lambda _message: Outcome(Result.RETRY, "http_503")
    now, waits = NOW, []
    while now < NOW + DAY // 2:
        work(way, now=now)
        waits.append(Push.objects.get().free_at - now)
        now = Push.objects.get().free_at
    assert waits[:3] == sorted(waits[:3])
    assert waits[0] >= 10
    assert 3_600 <= max(waits) <= 5_400
    work(way, now=NOW + WEEK)
    row = Push.objects.get()
    assert (row.state, row.error_code, row.phone_id) == (PushState.FAILED, "too_late", None)


def test_dead_tokens_are_dropped_and_told_to_the_registry(way: Way) -> None:
    phones = register(3)
    services.open_round([entry()], now=NOW)
    dead = Outcome(Result.DEAD, "unregistered")
    way.answers = lambda message: dead if message.phone_id == phones[1] else provider.SENT
    work(way)
    assert Phone.objects.get(pk=phones[1]).dead_at == NOW
    assert not Push.objects.exists()
    assert Bundle.objects.get().dead == 1
    services.open_round([entry(1)], now=NOW)
    work(way)
    assert way.reached.count(phones[1]) == 0


def test_a_phone_that_comes_back_gets_what_it_missed(way: Way) -> None:
    phones = register(3)
    services.open_round([entry()], now=NOW)
    mark_dead(phones[0], token_of(1), NOW)
    put(phones[0])
    work(way)
    assert phones[0] not in way.reached
    Phone.objects.filter(pk=phones[0]).update(dead_at=None)
    returned.note(phones[0], now=NOW + 100)
    work(way, now=NOW + 100)
    assert way.reached.count(phones[0]) == 2  # the round and the single push
    work(way, now=NOW + 200)
    assert way.reached.count(phones[0]) == 2


def test_a_refused_push_is_not_tried_again(way: Way) -> None:
    (phone,) = register(1)
    put(phone)
    way.answers = lambda _message: Outcome(Result.REFUSED, "message_refused")
    work(way)
    row = Push.objects.get()
    assert (row.state, row.error_code) == (PushState.FAILED, "message_refused")


def test_a_fault_closes_the_lane_and_nothing_is_dropped(way: Way) -> None:
    phones = register(4)
    put(phones[0])
    services.open_round([entry()], now=NOW)
    way.answers = lambda _message: provider.UNTRIED
    way.fault = "fcm_forbidden"
    work(way)
    lane = Lane.objects.get(name="fcm")
    assert (lane.fault, lane.fault_since) == ("fcm_forbidden", NOW)
    assert work(way, now=NOW + lanes.TRY_AGAIN_S - 1) == 0
    way.answers, way.fault = lambda _message: provider.SENT, ""
    work(way, now=NOW + lanes.TRY_AGAIN_S)
    work(way, now=NOW + lanes.TRY_AGAIN_S + ranges.LEASE_S)
    assert set(way.reached) == set(phones)
    assert Push.objects.get().state == PushState.SENT
    lane.refresh_from_db()
    assert (lane.fault, lane.fault_since) == ("", None)


def test_too_many_requests_close_the_lane_for_as_long_as_asked(way: Way) -> None:
    (phone,) = register(1)
    put(phone)
    way.answers = lambda _message: Outcome(Result.RETRY, "quota_exceeded", 90)
    way.wait_s = 90
    work(way)
    assert not lanes.is_open("fcm", now=NOW + 89)
    assert lanes.is_open("fcm", now=NOW + 90)
    assert Lane.objects.get().fault == ""


def test_a_foreign_token_cannot_close_a_lane_that_works(way: Way) -> None:
    phones = register(3)
    services.open_round([entry()], now=NOW)
    foreign = Outcome(Result.MISMATCH, "sender_id_mismatch")
    way.answers = lambda message: foreign if message.phone_id == phones[0] else provider.SENT
    work(way)
    assert Phone.objects.get(pk=phones[0]).dead_at == NOW
    assert lanes.is_open("fcm", now=NOW)
    (other,) = register(1, first=700)
    put(other)
    way.answers = lambda _message: foreign
    work(way, now=NOW + 60)
    assert Phone.objects.get(pk=other).dead_at == NOW + 60
    assert Lane.objects.get().fault == ""


def test_foreign_tokens_only_are_a_fault_of_ours(way: Way) -> None:
    phones = register(3)
    services.open_round([entry()], now=NOW)
    way.answers = lambda _message: Outcome(Result.MISMATCH, "sender_id_mismatch")
    work(way)
    assert Lane.objects.get().fault == "sender_id_mismatch"
    assert not Phone.objects.exclude(dead_at=None).exists()
    way.answers = lambda _message: provider.SENT
    work(way, now=NOW + lanes.TRY_AGAIN_S)
    assert sorted(way.reached) == phones


def test_a_later_push_replaces_one_that_waits(way: Way) -> None:
    (phone,) = register(1)
    put(phone, collapse="settings")
    put(phone, collapse="settings")
    put(phone, collapse="other")
    put(phone)
    put(phone)
    assert work(way) == 4


def test_a_push_in_trouble_gives_way_to_a_later_one(way: Way) -> None:
    (phone,) = register(1)
    put(phone, collapse="settings")

    def answer(_message: object) -> Outcome:
        put(phone, collapse="settings", now=NOW + 1)
        return Outcome(Result.RETRY, "http_503")

    way.answers = answer
    work(way)
    row = Push.objects.get()
    assert row.created_at == NOW + 1


@pytest.mark.parametrize("killed_after", [0, 1, 2])
def test_a_worker_that_is_killed_loses_no_single_push(way: Way, killed_after: int) -> None:
    phones = register(3)
    for phone in phones:
        put(phone)
    way.killed_after = killed_after
    with pytest.raises(KilledError):
        work(way)
    way.killed_after = None
    work(way, now=NOW + ranges.LEASE_S)
    assert set(way.reached) == set(phones)
    assert not Push.objects.exclude(state=PushState.SENT).exists()


def test_finished_pushes_name_no_phone(way: Way) -> None:
    (phone,) = register(1)
    put(phone)
    work(Way(name="outbox", answers=lambda _message: provider.SHOWN))
    row = Push.objects.get()
    assert (row.state, row.phone_id) == (PushState.SHOWN, None)
    assert row.data


def test_withdrawn_entries_go_out_no_more(way: Way) -> None:
    register(3)
    first, second = entry(1), entry(2)
    services.open_round([first, second], now=NOW)
    assert services.withdraw_entries([first], now=NOW) == 1
    work(way)
    assert first.daily_key.hex().upper() not in way.sent[0].push.json.decode()
    assert second.daily_key.hex().upper() in way.sent[0].push.json.decode()
    assert services.withdraw_entries([second], now=NOW) == 1
    register(1, first=500)
    work(way)
    assert len(way.sent) == 3
    assert Bundle.objects.get().entries == ""


def test_a_withdrawn_round_takes_its_ranges_and_retries_with_it(way: Way) -> None:
    register(3)
    opened = services.open_round([entry()], now=NOW)
    way.answers = lambda _message: Outcome(Result.RETRY, "http_503")
    work(way)
    assert Push.objects.count() == 3
    services.withdraw_round(opened.pk, now=NOW)
    assert not Push.objects.exists()
    assert not Range.objects.exists()
    way.answers = lambda _message: provider.SENT
    assert work(way, now=NOW + DAY) == 0


def test_everything_has_an_end(way: Way) -> None:
    register(2)
    services.open_round([entry()], now=NOW)
    put(register(1, first=50)[0])
    work(way)
    retention.purge(NOW + 14 * DAY)
    assert Bundle.objects.get().entries == ""
    assert not Push.objects.exists()
    retention.purge(NOW + 28 * DAY)
    assert not Bundle.objects.exists()


def test_a_round_with_the_same_key_is_one_round() -> None:
    first = services.open_round([entry()], now=NOW, key="export 7")
    again = services.open_round([entry(), entry(1)], now=NOW + 5, key="export 7")
    other = services.open_round([entry()], now=NOW)
    assert first.pk == again.pk != other.pk
    assert Bundle.objects.count() == 2
