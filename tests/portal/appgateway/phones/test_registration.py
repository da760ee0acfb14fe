"""Phones register, change tokens and repeat themselves."""

import datetime as dt
import json
import logging
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bluezone.portal import clock
from bluezone.portal.appgateway import limits
from bluezone.portal.appgateway.phones import registering, services
from bluezone.portal.appgateway.phones.counting import hand_over
from bluezone.portal.appgateway.phones.models import EarlierToken, Phone, Tally
from bluezone.portal.campaign.figures.models import DailyRegistrations
from bluezone.portal.units.models import Edition, Unit

pytestmark = pytest.mark.django_db

REGISTER = "/api/App/RegisterUser"
UPDATE = "/api/App/UpdateTokenFirebase"
PUSH_INFO = "/api/AppHistoryContact/PushInfoApp"
FIRST = "fcmTokenExample0000:APA91b_EXAMPLE_EXAMPLE_EXAMPLE_EXAMPLE"
SECOND = "fcmTokenExample0001:APA91b_ROTATED_EXAMPLE"
THIRD = "fcmTokenExample0002:APA91b_ROTATED_AGAIN"


@pytest.fixture(autouse=True)
def _full_budgets() -> None:
    limits.forget()


def register(phone: Any, token: object = FIRST, os: object = "android") -> dict[str, Any]:
    return phone.post(REGISTER, {"TokenFirebase": token, "TypeOS": os})  # type: ignore[no-any-return]


def update(phone: Any, new: object, old: object) -> dict[str, Any]:
    body = {"TokenFirebaseNew": new, "TokenFirebaseOld": old, "PhoneNumber": "0912345678"}
    return phone.post(UPDATE, body)  # type: ignore[no-any-return]


def phones() -> list[tuple[str, str, bool]]:
    rows = Phone.objects.order_by("pk").values_list("token", "platform", "dead_at")
    return [(token, platform, dead is not None) for token, platform, dead in rows]


def test_a_phone_registers_and_gets_its_token_back(phone: Any) -> None:
    answer = register(phone)
    assert answer == {"isOk": True, "Status": 0, "Object": FIRST, "isError": False}
    assert phones() == [(FIRST, "android", False)]


def test_nobody_can_tell_from_the_table_in_which_hour_a_phone_came(phone: Any) -> None:
    register(phone)
    row = Phone.objects.get()
    day = clock.now() - clock.now() % 86_400
    assert (row.registered_at, row.seen_at) == (day, day)


def test_a_repeat_changes_nothing_and_counts_once(phone: Any) -> None:
    for _ in range(6):
        assert register(phone)["isOk"]
    assert len(phones()) == 1
    assert [(row.day, row.platform, row.count) for row in Tally.objects.all()] == [
        (dt.date(2020, 8, 15), "android", 1)
    ]


def test_the_answer_sent_as_the_token_is_understood(phone: Any) -> None:
    answer = register(phone)
    assert register(phone, answer)["Object"] == FIRST
    assert register(phone, json.dumps(answer))["Object"] == FIRST
    assert update(phone, SECOND, answer)["Object"] == SECOND
    assert phones() == [(SECOND, "android", False)]


@pytest.mark.parametrize("token", ["", "  ", None, 12, [], {}, "x" * 4097, "a\x00b", "0912345678"])
def test_what_is_no_token_is_status_11_and_nothing_is_stored(phone: Any, token: object) -> None:
    assert register(phone, token)["Status"] == 11
    assert update(phone, token, FIRST)["Status"] == 11
    assert phone.post(PUSH_INFO, {"TokenFirebaseNew": token})["Status"] == 11
    assert phones() == []


@pytest.mark.parametrize(
    "token",
    [
        "'; DROP TABLE gateway_phones_phone; --",
        "<script>alert(1)</script>",
        "%s%(a)s",
        "Tu\u1ea5n",
        "Tua\u0302\u0301n",
    ],
)
def test_sql_and_html_in_a_token_are_text(phone: Any, token: str) -> None:
    assert register(phone, token)["Object"] == token
    assert services.phone_id_of(token) is not None
    assert phones() == [(token, "android", False)]


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b"\xff", b'{"TokenFirebase": "abc'])
def test_a_broken_body_is_status_2_and_nothing_is_stored(phone: Any, body: bytes) -> None:
    assert phone.post(REGISTER, body)["Status"] == 2
    assert phones() == []


def test_an_update_keeps_the_phone_and_the_earlier_token(phone: Any) -> None:
    register(phone)
    number = services.phone_id_of(FIRST)
    for _ in range(3):  # lost answers
        assert update(phone, SECOND, FIRST)["Object"] == SECOND
    assert services.phone_id_of(FIRST) == services.phone_id_of(SECOND) == number
    assert services.current_token(int(number or 0)) == SECOND
    assert Tally.objects.get().count == 1


def test_a_chain_of_updates_is_one_phone(phone: Any) -> None:
    register(phone)
    update(phone, SECOND, FIRST)
    update(phone, THIRD, FIRST)  # the phone never heard that the first update was done
    update(phone, FIRST, THIRD)  # and Firebase gave it the old token again
    assert {services.phone_id_of(token) for token in (FIRST, SECOND, THIRD)} == {
        Phone.objects.get().pk
    }
    assert phones() == [(FIRST, "android", False)]
    assert EarlierToken.objects.count() == 2


def test_an_update_from_an_unknown_token_is_status_41_and_registering_follows(phone: Any) -> None:
    assert update(phone, SECOND, FIRST)["Status"] == 41
    assert update(phone, SECOND, "")["Status"] == 41
    assert phones() == []
    assert register(phone, SECOND)["isOk"]


def test_a_token_is_not_taken_from_a_phone_by_naming_it(phone: Any) -> None:
    register(phone, FIRST)
    register(phone, SECOND)
    before = [services.phone_id_of(token) for token in (FIRST, SECOND)]
    assert update(phone, SECOND, FIRST)["isOk"]
    assert update(phone, FIRST, SECOND)["isOk"]
    assert [services.phone_id_of(token) for token in (FIRST, SECOND)] == before


def test_a_thief_of_a_token_does_not_cut_the_phone_off(phone: Any) -> None:
    register(phone, FIRST)
    number = services.phone_id_of(FIRST)
    update(phone, "thief-thief-thief-thief-thief", FIRST)
    assert (number, FIRST) in services.live_tokens(0, 10)
    register(phone, FIRST)  # whatever the owner's phone does next
    assert services.current_token(int(number or 0)) == FIRST


def test_push_info_registers_updates_and_repeats(phone: Any) -> None:
    same = {"TokenFirebaseNew": FIRST, "TokenFirebaseOld": FIRST, "TypeOS": "ios"}
    assert phone.post(PUSH_INFO, same)["isOk"]
    assert phone.post(PUSH_INFO, same)["isOk"]
    new = {**same, "TokenFirebaseNew": SECOND, "PushGUID": "x", "PhoneNumber": ""}
    assert phone.post(PUSH_INFO, new)["isOk"]
    unknown = {"TokenFirebaseNew": THIRD, "TokenFirebaseOld": "never seen before", "TypeOS": "x"}
    assert phone.post(PUSH_INFO, unknown)["isOk"]
    assert phones() == [(SECOND, "ios", False), (THIRD, "", False)]


def test_a_dead_token_gets_no_push_and_lives_again_when_it_is_used(phone: Any) -> None:
    register(phone)
    number = int(services.phone_id_of(FIRST) or 0)
    for _ in range(2):
        services.mark_dead(number, FIRST, clock.now())
    assert services.live_tokens(0, 10) == []
    assert services.current_token(number) is None
    assert services.phone_id_of(FIRST) == number
    register(phone)
    assert services.live_tokens(0, 10) == [(number, FIRST)]


def test_when_the_current_token_dies_an_earlier_one_that_lives_takes_its_place(phone: Any) -> None:
    register(phone)
    update(phone, SECOND, FIRST)
    number = int(services.phone_id_of(FIRST) or 0)
    services.mark_dead(number, SECOND, clock.now())
    assert services.live_tokens(0, 10) == [(number, FIRST)]
    services.mark_dead(number, FIRST, clock.now())
    assert services.live_tokens(0, 10) == []


def test_the_death_of_somebody_elses_token_is_not_mine(phone: Any) -> None:
    register(phone, FIRST)
    register(phone, SECOND)
    mine, other = (int(services.phone_id_of(token) or 0) for token in (FIRST, SECOND))
    services.mark_dead(mine, SECOND, clock.now())
    assert services.live_tokens(0, 10) == [(mine, FIRST), (other, SECOND)]


def test_live_tokens_come_page_by_page_in_the_order_of_phones(phone: Any) -> None:
    for number in range(7):
        register(phone, f"token-{number}")
    update(phone, "token-2b", "token-2")
    found, after = [], 0
    while page := services.live_tokens(after, 3):
        found += [token for _, token in page]
        after = page[-1][0]
    assert found == [
        "token-0", "token-1", "token-2b", "token-2", "token-3", "token-4", "token-5", "token-6",
    ]  # fmt: skip


def test_one_address_cannot_register_a_million_phones(phone: Any, settings: Any) -> None:
    settings.BLUEZONE_GATEWAY_NEW_PHONES_PER_HOUR = 5
    answers = [register(phone, f"token-{number}") for number in range(20)]
    assert [answer["Status"] for answer in answers] == [0] * 5 + [1] * 15
    assert len(phones()) == 5
    assert register(phone, "token-0")["isOk"]  # who is known is not turned away
    phone.address = "203.0.113.8"
    assert register(phone, "token-19")["isOk"]


def test_an_address_that_posts_without_end_gets_envelopes_and_no_work(
    phone: Any, settings: Any
) -> None:
    settings.BLUEZONE_GATEWAY_POSTS_PER_HOUR = 3
    answers = [register(phone, "token") for _ in range(5)]
    assert [answer["Status"] for answer in answers] == [0, 0, 0, 1, 1]


def test_registrations_reach_the_campaigns_counts_once(phone: Any) -> None:
    for number in range(4):
        register(phone, f"token-{number}", "ios" if number == 3 else "android")
        register(phone, f"token-{number}")
    register(phone, "unknown-platform", None)
    assert hand_over() == 0  # no edition of the units: they wait
    assert Tally.objects.exists()
    Edition.objects.create(id="vn2020", country="vn", valid_from=dt.date(2020, 1, 1))
    Unit.objects.create(path="vn2020", edition_id="vn2020", level="nation", name="Việt Nam")
    assert hand_over() == 5
    assert hand_over() == 0
    rows = DailyRegistrations.objects.values_list("unit_path", "platform", "count")
    assert sorted(rows) == [("vn2020", "android", 3), ("vn2020", "ios", 1), ("vn2020", "other", 1)]


def test_no_request_and_no_token_is_logged(
    phone: Any, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    with caplog.at_level(logging.DEBUG):
        register(phone)
        phone.post(REGISTER, b'{"TokenFirebase": "' + FIRST.encode())

        def broken(token: str) -> None:
            raise ValueError(token)

        monkeypatch.setattr(registering, "hash_of", broken)
        assert register(phone)["Status"] == 1
    ours = [record for record in caplog.records if record.name.startswith("bluezone")]
    assert [record.levelname for record in ours] == ["ERROR"]
    assert "APA91b" not in " ".join(record.getMessage() for record in ours)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**6), 10**20) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=5,
)
FIELDS = ["TokenFirebase", "TypeOS", "TokenFirebaseNew", "TokenFirebaseOld", "PhoneNumber"]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    path=st.sampled_from([REGISTER, UPDATE, PUSH_INFO]),
    body=st.dictionaries(st.sampled_from(FIELDS), VALUES | st.just(FIRST)),
)
def test_whatever_the_fields_hold_the_answer_is_one_of_the_table(
    phone: Any, path: str, body: dict[str, object]
) -> None:
    before = Phone.objects.count()
    answer = phone.post(path, body)
    assert answer["Status"] in {0, 11, 41}
    if not answer["isOk"]:
        assert Phone.objects.count() == before
