"""Whoever has a number deletes what is kept about it: over all tables."""

import re
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.apps import apps
from django.test import Client

from bluezone.portal import keyring, secret_files
from bluezone.portal.appgateway.people import sealing
from bluezone.portal.appgateway.people.declaring import Warned, declare
from bluezone.portal.appgateway.people.models import (
    ConfirmedNumber,
    Declaration,
    Information,
    NumberCount,
    OneTimeCode,
)
from bluezone.portal.appgateway.people.sealing import Person, number_hmac
from bluezone.portal.verification.models import SmsMessage, VerificationCode
from bluezone.portal.verification.sms.outbox import body_of

pytestmark = pytest.mark.django_db

NUMBER, E164 = "0912345678", "+84912345678"
PLACE = "/app-data/delete/"
PURPOSES = (sealing._NUMBER, sealing._INFORMATION, sealing._DECLARATION, "sms recipient")


@pytest.fixture
def person(owner: Any, rng: Any) -> Any:
    """Somebody with a number, a name, an address and a declaration."""
    owner.confirmed()
    owner.declare()
    said = Person("Nguyen Van A", "1 Trang Thi, Ha Noi", E164)
    declare(Warned(owner.phone_id, 1), said, now=1_597_472_640, rng=rng)
    return owner


def code() -> str:
    found = re.search(r"[0-9]{6}", body_of(SmsMessage.objects.latest("pk")))
    assert found is not None
    return found[0]


def ask(client: Client, number: str = NUMBER) -> dict[str, str]:
    """Take the first step; return the fields of the second."""
    answer = client.post(f"{PLACE}code/", {"number": number})
    assert answer.status_code == 200
    page = BeautifulSoup(answer.content, "html.parser")
    fields = page.select("main input[type=hidden]")
    values = {str(field["name"]): str(field["value"]) for field in fields}
    return {name: values[name] for name in ("number", "name")}


def everything() -> str:
    """Return all rows of all tables, with whatever is sealed opened."""
    found = []
    for model in apps.get_models():
        for row in model._default_manager.values_list():
            for value in row:
                found.append(str(value))
                if isinstance(value, bytes | memoryview):
                    plain = [keyring.unseal(bytes(value), purpose=one) for one in PURPOSES]
                    found += [one.decode() for one in plain if one is not None]
    return "\n".join(found)


def traces() -> list[str]:
    hmacs = [number_hmac(E164), keyring.fingerprint(secret_files.PHONE, E164)]
    text = everything()
    return [word for word in ("912345678", "Nguyen", "Trang Thi", *hmacs) if word in text]


def test_everything_is_gone_from_every_table(person: Any, stranger: Client, case: Any) -> None:
    desk_code = {"uuid": "00000000-0000-4000-8000-000000000000", "issued_by": case.opened_by}
    times = {"issued_at": 1, "expires_at": 2, "long_expires_at": 2}
    hashed = keyring.fingerprint(secret_files.PHONE, E164)
    VerificationCode.objects.create(case=case, phone_hmac=hashed, **desk_code, **times)
    assert len(traces()) == 5  # the search finds what it is to find
    fields = ask(stranger)
    answer = stranger.post(f"{PLACE}done/", fields | {"code": code()})
    assert answer.status_code == 200
    text = answer.content.decode()
    assert "số điện thoại của bạn" in text
    assert "tên và địa chỉ của bạn" in text
    assert traces() == []
    for table in (ConfirmedNumber, Information, Declaration, OneTimeCode):
        assert not table.objects.exists()
    assert NumberCount.objects.get().count == 1  # a count, of nobody


def test_other_numbers_stay(person: Any, other: Any, stranger: Client) -> None:
    other.number = "0987654321"
    other.confirmed()
    other.declare()
    fields = ask(stranger)
    stranger.post(f"{PLACE}done/", fields | {"code": code()})
    assert ConfirmedNumber.objects.get().pk == number_hmac("+84987654321")
    assert Information.objects.count() == 1


def test_the_page_says_the_same_whether_or_not_anything_is_kept(
    person: Any, stranger: Client
) -> None:
    def shown(number: str) -> str:
        page = stranger.post(f"{PLACE}code/", {"number": number}).content.decode()
        for change in (r'value="[0-9A-Za-z+]*"', r"\+84[0-9]{9}"):
            page = re.sub(change, "", page)
        return page

    assert shown(NUMBER) == shown("0987654321")
    assert SmsMessage.objects.count() == 3


def test_nothing_kept_is_said_plainly(stranger: Client) -> None:
    fields = ask(stranger)
    answer = stranger.post(f"{PLACE}done/", fields | {"code": code()})
    assert "Không có gì được lưu" in answer.content.decode()


def test_five_wrong_codes_and_then_the_right_one_delete_nothing(
    person: Any, stranger: Client
) -> None:
    fields, right = ask(stranger), code()
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    for typed in (*[wrong] * 5, right):
        answer = stranger.post(f"{PLACE}done/", fields | {"code": typed})
        assert answer.status_code == 422
        assert "code_invalid" in answer.content.decode()
    assert ConfirmedNumber.objects.exists()


def test_an_old_code_says_so(person: Any, stranger: Client, hands: Any) -> None:
    fields = ask(stranger)
    hands.advance(900)
    answer = stranger.post(f"{PLACE}done/", fields | {"code": code()})
    assert "code_expired" in answer.content.decode()
    assert ConfirmedNumber.objects.exists()


def test_a_code_deletes_only_in_the_browser_that_asked_and_confirms_nothing_in_the_app(
    person: Any, stranger: Client
) -> None:
    mine, right = ask(stranger), code()
    others = mine | {"name": "0" * 32}
    assert stranger.post(f"{PLACE}done/", others | {"code": right}).status_code == 422
    assert person.confirm(right)["Status"] == 33
    assert ConfirmedNumber.objects.exists()
    assert stranger.post(f"{PLACE}done/", mine | {"code": right}).status_code == 200


def test_a_code_of_the_app_deletes_nothing(person: Any, stranger: Client) -> None:
    fields = ask(stranger)
    person.ask(TokenFirebase={"isOk": True, "Object": "Register User Success"})
    answer = stranger.post(f"{PLACE}done/", fields | {"code": code()})
    assert answer.status_code == 422
    assert ConfirmedNumber.objects.exists()


@pytest.mark.parametrize("number", ["", "113", "x", "<b>", "02438255555", "1" * 50])
def test_what_is_no_mobile_number_is_told_beside_the_field(stranger: Client, number: str) -> None:
    answer = stranger.post(f"{PLACE}code/", {"number": number})
    assert answer.status_code == 422
    assert not SmsMessage.objects.exists()
    assert "<b>" not in answer.content.decode().partition("<main")[2]


def test_too_many_messages_are_refused_in_words(stranger: Client) -> None:
    for _ in range(5):
        ask(stranger)
    answer = stranger.post(f"{PLACE}code/", {"number": NUMBER})
    assert answer.status_code == 429
    assert "code_not_sent" in answer.content.decode()


@pytest.mark.parametrize("fields", [{}, {"number": NUMBER}, {"number": "x", "name": "0" * 32}])
def test_a_second_step_without_the_first_begins_again(
    stranger: Client, fields: dict[str, str]
) -> None:
    answer = stranger.post(f"{PLACE}done/", fields | {"code": "123456"})
    assert answer["Location"] == PLACE


def test_changing_the_language_in_the_middle_begins_again_in_it(stranger: Client) -> None:
    for step in ("code/", "done/"):
        answer = stranger.get(f"{PLACE}{step}?lang=en")
        assert answer["Location"] == f"{PLACE}?lang=en"
    page = stranger.get(f"{PLACE}?lang=en")
    assert "Delete what is kept on your number" in page.content.decode()
    assert page["Cache-Control"] == "no-store"
