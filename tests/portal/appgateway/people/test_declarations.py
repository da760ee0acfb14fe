"""AppHistoryContact/DeclareInformation: "I was warned, call me"."""

import json
from typing import Any

import pytest

from bluezone.portal import clock
from bluezone.portal.appgateway.people.models import Declaration, DeclarationState
from bluezone.portal.appgateway.people.sealing import open_declaration
from bluezone.portal.appgateway.phones.models import Phone
from bluezone.portal.appgateway.pushes.find_guid import find_guid_for, find_guid_key
from bluezone.portal.appgateway.pushes.models import Bundle
from bluezone.portal.appgateway.pushes.services import open_round
from bluezone.portal.appgateway.uploads.declaration_token import LIFE_S, declaration_key, issue
from bluezone.protocol.bluezone.day_key import DayKey
from bluezone.protocol.bluezone.f0 import F0Entry

pytestmark = pytest.mark.django_db

PATH = "/api/AppHistoryContact/DeclareInformation"
TOKEN = "fcmTokenExample0000:APA91b_EXAMPLE_EXAMPLE_EXAMPLE_EXAMPLE"
OTHER = "fcmTokenExample0009:APA91b_SOMEBODY_ELSES_TOKEN_EXAMPLE"
OK = {"isOk": True, "Status": 0, "Object": {}, "isError": False}
USER = {"PhoneNumber": "0912345678", "FullName": "Nguyễn Văn A", "Address": "1 Tràng Thi"}
BASE_ID = "6677913AAC4801CE986810395C0D2FC6566DC3469A4C2EB5C1251E68AF5E6B08"
DAY_S = 86_400


def register(phone: Any, token: str) -> int:
    assert phone.post("/api/App/RegisterUser", {"TokenFirebase": token, "TypeOS": "ios"})["isOk"]
    return Phone.objects.latest("pk").pk


def open_bundle() -> int:
    midnight = clock.now() - clock.now() % DAY_S - 2 * DAY_S
    entry = F0Entry(DayKey(bytes(32)), midnight, 96, midnight + DAY_S - 1)
    return Bundle.objects.get(round_id=open_round([entry], now=clock.now()).pk).pk


def body(phone_id: int, bundle_id: int, **other: object) -> dict[str, object]:
    said = {
        "FindGUID": find_guid_for(bundle_id, phone_id, key=find_guid_key()),
        "Token": issue(phone_id, bundle_id, clock.now(), key=declaration_key()),
        "InfoF": json.dumps({"base_id": BASE_ID}),
        "TokenFirebase": TOKEN,
        "UserInfo": json.dumps(USER),
    }
    return said | other


def said_by(row: Declaration) -> tuple[str, str, str]:
    person = open_declaration(bytes(row.sealed))
    assert person is not None
    return person.number, person.name, person.address


@pytest.fixture
def warned(phone: Any) -> dict[str, object]:
    """What a warned phone sends."""
    return body(register(phone, TOKEN), open_bundle())


def test_a_warned_person_is_kept_sealed_to_be_called(phone: Any, warned: dict[str, object]) -> None:
    assert phone.post(PATH, warned) == OK
    row = Declaration.objects.get()
    assert said_by(row) == ("+84912345678", "Nguyễn Văn A", "1 Tràng Thi")
    assert row.state == DeclarationState.WAITING
    assert not row.is_confirmed
    stored = str(Declaration.objects.values()) + str(bytes(row.sealed))
    assert not [word for word in ("912345678", "Nguy", BASE_ID) if word in stored]


def test_repeats_are_one_declaration(phone: Any, warned: dict[str, object]) -> None:
    for _ in range(5):
        assert phone.post(PATH, warned) == OK
    assert phone.post(PATH, warned | {"UserInfo": USER}) == OK  # an object instead of its text
    assert Declaration.objects.count() == 1


def test_a_repeat_puts_right_what_was_typed_until_somebody_called(
    phone: Any, warned: dict[str, object]
) -> None:
    phone.post(PATH, warned)
    corrected = warned | {"UserInfo": json.dumps(USER | {"PhoneNumber": "0987654321"})}
    phone.post(PATH, corrected)
    assert said_by(Declaration.objects.get())[0] == "+84987654321"
    Declaration.objects.update(state=DeclarationState.CALLED)
    assert phone.post(PATH, warned) == OK
    assert said_by(Declaration.objects.get())[0] == "+84987654321"


def test_a_confirmed_number_is_told_from_a_typed_one(owner: Any) -> None:
    owner.confirmed()
    declared = body(int(owner.phone_id), open_bundle())
    assert owner.phone.post(PATH, declared) == OK
    assert Declaration.objects.get().is_confirmed


def test_a_land_line_can_be_called(phone: Any, warned: dict[str, object]) -> None:
    user = json.dumps({"PhoneNumber": "(024) 3825 5555"})
    assert phone.post(PATH, warned | {"UserInfo": user}) == OK
    assert said_by(Declaration.objects.get()) == ("02438255555", "", "")


@pytest.mark.parametrize("token", ["", None, 7, "0912345678"])
def test_without_a_token_it_is_11(phone: Any, warned: dict[str, object], token: object) -> None:
    assert phone.post(PATH, warned | {"TokenFirebase": token})["Status"] == 11
    assert not Declaration.objects.exists()


@pytest.mark.parametrize("find_guid", ["", None, "x", 7, "7f3c2a10-5d1e-4c6b-9a2f-0123456789ab"])
def test_a_find_guid_that_is_not_ours_is_61(
    phone: Any, warned: dict[str, object], find_guid: object
) -> None:
    assert phone.post(PATH, warned | {"FindGUID": find_guid})["Status"] == 61
    assert not Declaration.objects.exists()


def test_somebody_elses_find_guid_is_61_also_with_an_unknown_token(
    phone: Any, warned: dict[str, object]
) -> None:
    assert phone.post(PATH, warned | {"TokenFirebase": OTHER})["Status"] == 61
    assert not Phone.objects.filter(token=OTHER).exists()
    register(phone, OTHER)
    assert phone.post(PATH, warned | {"TokenFirebase": OTHER})["Status"] == 61
    assert not Declaration.objects.exists()


@pytest.mark.parametrize("token", ["", None, "decl-token-3f2b", 7, "x" * 54, "x" * 300])
def test_a_declaration_token_that_is_not_ours_is_71(
    phone: Any, warned: dict[str, object], token: object
) -> None:
    assert phone.post(PATH, warned | {"Token": token})["Status"] == 71
    assert not Declaration.objects.exists()


def test_the_token_of_another_phone_or_bundle_is_71(phone: Any, warned: dict[str, object]) -> None:
    mine, other, bundle = Phone.objects.get().pk, register(phone, OTHER), Bundle.objects.get().pk
    for phone_id, bundle_id in ((other, bundle), (mine, bundle + 1)):
        token = issue(phone_id, bundle_id, clock.now(), key=declaration_key())
        assert phone.post(PATH, warned | {"Token": token})["Status"] == 71
    assert not Declaration.objects.exists()


def test_a_token_that_is_over_is_72_and_a_bundle_that_is_over_62(
    phone: Any, warned: dict[str, object], hands: Any
) -> None:
    bundle = Bundle.objects.get()
    old = issue(
        Phone.objects.get().pk, bundle.pk, clock.now() - LIFE_S - 3600, key=declaration_key()
    )
    assert phone.post(PATH, warned | {"Token": old})["Status"] == 72
    hands.advance(bundle.expires_at - clock.now())
    assert phone.post(PATH, warned)["Status"] == 62
    assert not Declaration.objects.exists()


@pytest.mark.parametrize(
    "user",
    [
        None, "", "{", "[]", 7, [], {}, json.dumps(USER | {"PhoneNumber": "113"}),
        USER | {"FullName": "x" * 101}, USER | {"FullName": 7}, USER | {"Address": "a\x00"},
        USER | {"Address": "x" * 301}, "[" * 5000,
    ],
)  # fmt: skip
def test_user_info_that_nobody_could_call_is_2(
    phone: Any, warned: dict[str, object], user: object
) -> None:
    assert phone.post(PATH, warned | {"UserInfo": user})["Status"] == 2
    assert not Declaration.objects.exists()
