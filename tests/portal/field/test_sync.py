"""The contact of a phone: nothing lost, nothing twice, nobody else's doors."""

import datetime as dt
import json
from random import Random
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bluezone.portal import clock
from bluezone.portal.accounts.models import User
from bluezone.portal.campaign.field import closing, roster, services
from bluezone.portal.campaign.field.enrolment import enrol, revoke
from bluezone.portal.campaign.field.errors import FieldError
from bluezone.portal.campaign.field.fold import day_of
from bluezone.portal.campaign.field.merging import merge
from bluezone.portal.campaign.field.models import (
    Campaign,
    DayCount,
    Device,
    Household,
    Team,
    Visit,
)
from bluezone.portal.campaign.field.wire import SentVisit, read_sync

OUTCOMES = ["installed", "helped", "no_smartphone", "absent", "refused", "phone_too_old"]
DAY_S = 86_400


def test_the_list_comes_and_a_visit_goes(phone: Any, east: Team, kit: Any) -> None:
    said = phone.sync()
    assert [door["label"] for door in said["households"]] == ["1", "2", "3", "4", "5", "6"]
    assert said["campaign"]["ends_on"] == "2020-08-20"

    door = kit.doors(east)[0]
    said = phone.sync(phone.visit(door, "helped", clock.now(), phones=2))

    assert said["accepted"] == [1]
    assert [(row["id"], row["state"]) for row in said["households"]] == [(door.pk, "installed")]
    assert phone.sync()["households"] == []


def test_a_second_phone_hears_of_it(phone: Any, east: Team, tam: User, kit: Any) -> None:
    other = kit.phone_of(east, tam, 2)
    other.sync()
    phone.sync(phone.visit(kit.doors(east)[2], "refused", clock.now()))

    assert [row["state"] for row in other.sync()["households"]] == ["refused"]


def test_what_was_sent_before_is_known_and_stored_once(phone: Any, east: Team, kit: Any) -> None:
    visit = phone.visit(kit.doors(east)[0], "absent", clock.now())

    assert phone.sync(visit, visit)["repeated"] == [1]
    assert phone.sync(visit)["repeated"] == [1]
    assert Visit.objects.count() == 1


def test_one_bad_visit_does_not_hold_up_the_others(
    phone: Any, east: Team, west: Team, kit: Any
) -> None:
    mine, theirs = kit.doors(east)[0], kit.doors(west)[0]
    future = clock.now() + 3600
    said = phone.sync(
        phone.visit(mine, "helped", clock.now()),
        phone.visit(theirs, "helped", clock.now()),
        phone.visit(mine, "helped", future),
        phone.visit(mine, "dancing", clock.now()),
        phone.visit(mine, "refused", clock.now(), reason=""),
        phone.visit(mine, "helped", clock.now(), phones=21),
        {**phone.visit(mine, "absent", clock.now()), "counter": 1},
    )

    assert said["accepted"] == [1]
    codes = [row["code"] for row in said["refused"]]
    assert codes == [
        "unknown_household",
        "time_in_future",
        "invalid_visit",
        "invalid_visit",
        "invalid_visit",
        "counter_conflict",
    ]


def test_a_team_sees_its_own_doors_only(
    phone: Any, east: Team, west: Team, nga: User, kit: Any
) -> None:
    seen = {row["id"] for row in phone.sync()["households"]}
    other = {row["id"] for row in kit.phone_of(west, nga, 2).sync()["households"]}

    assert seen == {door.pk for door in kit.doors(east)}
    assert other == {door.pk for door in kit.doors(west)}


def test_a_visit_is_taken_back(phone: Any, east: Team, kit: Any) -> None:
    door = kit.doors(east)[0]
    phone.sync(phone.visit(door, "refused", clock.now()))
    void = {
        "counter": 2,
        "household": door.pk,
        "kind": "void",
        "at": clock.now(),
        "time": clock.now(),
        "target": {"device": phone.device, "counter": 1},
    }

    assert phone.sync(void)["households"][0]["state"] == "to_visit"
    assert Visit.objects.get(counter=1).voided


def test_a_phone_that_is_back_after_a_month_adds_history(
    phone: Any, east: Team, tam: User, kit: Any, hands: Any
) -> None:
    door = kit.doors(east)[0]
    old = phone.visit(door, "refused", clock.now())
    hands.advance(2 * DAY_S)
    kit.phone_of(east, tam, 2).sync(
        {"counter": 1, "household": door.pk, "outcome": "helped", "at": 0, "time": clock.now()}
    )
    hands.advance(30 * DAY_S)

    assert phone.sync(old)["accepted"] == [1]
    door.refresh_from_db()
    assert door.state == "installed"
    assert door.first_visit_on == dt.date(2020, 8, 15)
    assert Visit.objects.get(device=phone.device).received_at == clock.now()


def test_after_the_campaign_is_closed_the_answer_says_so_and_counts_what_was_late(
    phone: Any, east: Team, campaign: Campaign, kit: Any
) -> None:
    visit = phone.visit(kit.doors(east)[0], "helped", clock.now())
    closing.close_campaign(campaign, actor="hoa", now=clock.now())

    assert phone.sync(visit, status=410)["error"]["code"] == "campaign_closed"
    assert Device.objects.get().lost_visits == 1


def test_a_withdrawn_phone_and_one_whose_owner_left_get_nothing(
    phone: Any, east: Team, tam: User, kit: Any
) -> None:
    other = kit.phone_of(east, tam, 2)
    revoke(Device.objects.get(pk=phone.device), actor="hoa", now=clock.now())
    assert phone.sync(status=403)["error"]["code"] == "device_revoked"

    roster.remove_member(east, tam.pk, actor="hoa")
    assert other.sync(status=403)["error"]["code"] == "device_revoked"


def test_a_role_that_ended_closes_the_phone(phone: Any, tam: User) -> None:
    tam.memberships.all().delete()

    assert phone.sync(status=403)["error"]["code"] == "device_revoked"


def test_a_wrong_token_opens_nothing(phone: Any) -> None:
    phone.token = "0" * 64
    assert phone.sync(status=401)["error"]["code"] == "unknown_device"
    answer = Client().post("/field/sync", b"{}", content_type="application/json")
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "unknown_device")
    assert Client().get("/field/sync").status_code == 405


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b'{"device": 1, "now": 2}',
        b'{"device": "x", "now": -1}',
        b'{"device": "x", "now": 1e400}',
        b'{"device": "x", "now": 1, "names": []}',
        b'{"device": "x", "now": 99999999999999999999}',
        b"[" * 5000,
    ],
    ids=["empty", "no text", "list", "type", "negative", "infinite", "extra", "huge", "deep"],
)
def test_bad_json_gets_one_code(phone: Any, body: bytes) -> None:
    assert phone.send(body, status=400)["error"]["code"] == "invalid_request"


def test_a_batch_has_a_limit_and_beyond_it_nothing_is_stored(
    phone: Any, east: Team, kit: Any
) -> None:
    door = kit.doors(east)[0]
    visits = [phone.visit(door, "absent", clock.now()) for _ in range(201)]

    assert phone.sync(*visits, status=413)["error"]["code"] == "too_many_visits"
    assert not Visit.objects.exists()


@settings(max_examples=60)
@given(st.binary(max_size=200))
def test_any_bytes_give_a_request_or_our_error(body: bytes) -> None:
    try:
        read_sync(body)
    except FieldError as error:
        assert error.code in {"invalid_request", "too_many_visits"}  # noqa: PT017 - or no error


def test_the_clock_of_the_phone_is_noted(phone: Any) -> None:
    phone.sync(now=clock.now() - 7200)

    device = Device.objects.get()
    assert (device.clock_offset_s, device.last_contact_at) == (7200, clock.now())


def test_a_long_list_comes_in_pages(east: Team, tam: User, kit: Any) -> None:
    doors = [roster.Door("Ngõ 9", f"n{number}", number) for number in range(1200)]
    for start in range(0, len(doors), 300):
        roster.add_households(east, doors[start : start + 300], actor="hoa")
    phone = kit.phone_of(east, tam, 3)
    seen: set[int] = set()
    more = True
    while more:
        said = phone.sync()
        seen |= {row["id"] for row in said["households"]}
        more = said["more"]

    assert len(seen) == 1206


def test_a_door_that_was_taken_off_leaves_the_phone_and_keeps_its_visits(
    phone: Any, east: Team, kit: Any
) -> None:
    door = kit.doors(east)[0]
    visit = phone.visit(door, "helped", clock.now())
    phone.sync()
    roster.remove_household(east, door.pk, actor="hoa", now=clock.now())

    said = phone.sync(visit)

    assert {"id": door.pk, "removed": True} in said["households"]
    assert said["accepted"] == [1]


def test_the_same_phone_keeps_its_id_and_gets_a_new_token(
    phone: Any, east: Team, tam: User, nga: User
) -> None:
    again = enrol(east, tam, rng=Random(9), now=clock.now(), known_as=phone.device)
    stranger = enrol(east, nga, rng=Random(10), now=clock.now(), known_as=phone.device)

    assert again.device.pk == phone.device
    assert stranger.device.pk != phone.device
    assert again.token not in repr(again)
    phone.sync(status=401)


def _states(team: Team) -> list[tuple[Any, ...]]:
    rows = Household.objects.filter(team=team).order_by("position")
    return list(rows.values_list("state", "absences", "last_at", "installed_on", "phones"))


@pytest.mark.django_db
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 2**32))
def test_phones_may_come_back_in_any_order_with_wrong_clocks_and_repeats(
    campaign: Campaign, east: Team, west: Team, kit: Any, seed: int
) -> None:
    """Two teams get the same operations in other orders and end with the same households."""
    rng = Random(seed)
    Visit.objects.all().delete()
    homes = {team.pk: kit.doors(team) for team in (east, west)}
    batches: list[tuple[str, list[tuple[int, SentVisit]]]] = []
    for device in ("p1", "p2", "p3"):
        skew = rng.randint(-20 * DAY_S, 0)
        sent = [
            (place := rng.randrange(6), _sent(counter, place, skew, rng)) for counter in range(8)
        ]
        batches.append((device, sent))
    for team in (east, west):
        roster_refresh(team, homes[team.pk])
        order = [(device, part) for device, sent in batches for part in (sent[:4], sent[4:], sent)]
        rng.shuffle(order)
        for device, part in order:
            rows = [_at_door(visit, homes[team.pk][place]) for place, visit in part]
            rng.shuffle(rows)
            assert not merge(team, device, rows, now=clock.now()).refused

    assert _states(east) == _states(west)
    assert Visit.objects.filter(team=east).count() == 24


def roster_refresh(team: Team, homes: list[Household]) -> None:
    from bluezone.portal.campaign.field.merging import next_revision, refresh  # noqa: PLC0415

    refresh(team, [home.pk for home in homes], revision=next_revision(team))


def _sent(counter: int, place: int, skew: int, rng: Random) -> SentVisit:
    outcome = rng.choice(OUTCOMES)
    time = max(0, clock.now() + skew + rng.randint(-DAY_S, 0))
    reason = "battery" if outcome == "refused" else ""
    return SentVisit(counter, place, time, time, outcome=outcome, reason=reason)


def _at_door(visit: SentVisit, door: Household) -> SentVisit:
    fields = json.loads(
        json.dumps({name: getattr(visit, name) for name in visit.__struct_fields__})
    )
    return SentVisit(**{**fields, "household": door.pk})


def test_late_visits_are_counted_once_shown_to_the_manager_and_added_to_nothing(
    phone: Any, east: Team, campaign: Campaign, kit: Any, hands: Any, hoa: User
) -> None:
    phone.sync(phone.visit(kit.doors(east)[0], "helped", clock.now()))
    closing.close_campaign(campaign, actor="hoa", now=clock.now())
    hands.advance(30 * DAY_S)
    before = services.progress(campaign.unit_id, day_of(clock.now()))
    body = {"device": phone.device, "now": clock.now(), "late": {"helped": 3, "absent": 2}}
    for _again in range(2):
        assert phone.send(json.dumps(body), status=410)["error"]["code"] == "campaign_closed"

    assert Device.objects.get().lost_visits == 5
    assert services.progress(campaign.unit_id, day_of(clock.now())) == before
    manager = kit.signed_in(hoa)
    shown = manager.get(f"/campaign/{campaign.unit_id}/teams/").content.decode()
    assert "5 lượt đến được gửi sau khi chiến dịch" in shown
    assert "Đã giúp cài 3" in shown


def test_late_visits_of_a_withdrawn_phone_stand_beside_it(
    phone: Any, east: Team, manager: Client
) -> None:
    revoke(Device.objects.get(), actor="hoa", now=clock.now())
    body = {"device": phone.device, "now": clock.now(), "late": {"refused": 4}}
    phone.send(json.dumps(body), status=403)

    shown = manager.get(f"/campaign/{east.unit_id}/teams/{east.pk}/").content.decode()
    assert "4 lượt máy gửi sau đó không được nhận" in shown
    assert not DayCount.objects.exists()


@pytest.mark.parametrize("late", [{"dancing": 1}, {"helped": 0}, {"helped": 10**9}])
def test_late_visits_that_cannot_be_are_refused(phone: Any, late: dict[str, int]) -> None:
    body = {"device": phone.device, "now": clock.now(), "late": late}
    assert phone.send(json.dumps(body), status=400)["error"]["code"] == "invalid_request"


def test_a_phone_takes_back_its_own_visits_only(
    phone: Any, east: Team, tam: User, kit: Any
) -> None:
    door, other = kit.doors(east)[0], kit.phone_of(east, tam, 2)
    phone.sync(phone.visit(door, "refused", clock.now()))
    void = {
        "counter": 1, "household": door.pk, "kind": "void", "at": clock.now(),
        "time": clock.now(), "target": {"device": phone.device, "counter": 1},
    }  # fmt: skip

    assert other.sync(void)["refused"][0]["code"] == "invalid_visit"
    assert not Visit.objects.get().voided


def test_a_phone_that_knows_more_than_a_server_set_back_gets_the_list_anew(phone: Any) -> None:
    phone.cursor = 10_000

    assert len(phone.sync()["households"]) == 6


def test_a_long_answer_travels_small(east: Team, phone: Any) -> None:
    doors = [roster.Door("Ngõ 9", f"n{number}", number) for number in range(600)]
    roster.add_households(east, doors, actor="hoa")
    body = json.dumps({"device": phone.device, "now": clock.now()})
    answer = Client().post(
        "/field/sync",
        body,
        content_type="application/json",
        headers={"Authorization": f"Bearer {phone.token}", "Accept-Encoding": "gzip"},
    )

    assert answer["Content-Encoding"] == "gzip"
    assert len(answer.content) < 8_000
