"""App/DeclareInformation: swapped, wrapped, in every spelling; with a confirmed number only."""

import unicodedata
from typing import Any

import pytest

from bluezone.portal import clock
from bluezone.portal.appgateway.people.informing import information_of
from bluezone.portal.appgateway.people.models import Information
from bluezone.portal.appgateway.phones.models import Phone

pytestmark = pytest.mark.django_db

E164 = "+84912345678"
OK = {"isOk": True, "Status": 0, "Object": {}, "isError": False}


def kept() -> tuple[str, str] | None:
    person = information_of(E164, now=clock.now())
    return None if person is None else (person.name, person.address)


def test_what_the_published_screen_sends_swapped_is_kept_sealed(owner: Any) -> None:
    owner.confirmed()
    assert owner.declare() == OK
    assert kept() == ("Nguyen Van A", "1 Trang Thi, Ha Noi")
    assert "Nguyen" not in str(Information.objects.values())
    assert b"Nguyen" not in bytes(Information.objects.get().sealed)


def test_the_right_order_works_as_well(owner: Any) -> None:
    owner.confirmed()
    assert owner.declare(TokenFirebase=owner.token, PhoneNumber=owner.number) == OK
    assert kept() is not None


def test_the_repeat_with_the_token_in_both_fields_goes_to_the_confirmed_number(owner: Any) -> None:
    owner.confirmed()
    assert owner.declare(TokenFirebase=owner.token, PhoneNumber=owner.token) == OK
    assert kept() is not None


def test_the_repeat_with_the_earlier_answer_in_one_field_is_understood(owner: Any) -> None:
    owner.confirmed()
    for said in (owner.token, "Register User Success"):
        envelope = {"isOk": True, "Status": 0, "Object": said, "isError": False}
        assert owner.declare(TokenFirebase=envelope, PhoneNumber=owner.token) == OK
    assert kept() is not None


def test_saying_it_again_replaces_what_was_said(owner: Any) -> None:
    owner.confirmed()
    for address in ("1 Trang Thi", "2 Trang Thi", "2 Trang Thi"):
        owner.declare(Address=address)
    assert Information.objects.count() == 1
    assert kept() == ("Nguyen Van A", "2 Trang Thi")


@pytest.mark.parametrize(
    "name",
    [
        "",
        "An",
        "  An  ",
        None,
        7,
        {},
        "x" * 101,
        "a\x00bc",
        "Nguyen\nVan",
        "An\u202ehnA",
        "\x1b[31m",
    ],
)
def test_a_name_that_is_none_is_82_and_nothing_is_stored(owner: Any, name: object) -> None:
    owner.confirmed()
    assert owner.declare(Fullname=name)["Status"] == 82
    assert kept() is None


@pytest.mark.parametrize("address", ["", "   ", None, [], "x" * 301, "1 Trang\x00 Thi", "\u2066x"])
def test_an_address_that_is_none_is_83_and_nothing_is_stored(owner: Any, address: object) -> None:
    owner.confirmed()
    assert owner.declare(Address=address)["Status"] == 83
    assert kept() is None


@pytest.mark.parametrize("token", ["", None, 7, "null", "0987654321"])
def test_without_a_token_it_is_81(owner: Any, token: object) -> None:
    assert owner.declare(PhoneNumber=token)["Status"] == 81


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_vietnamese_names_are_kept_in_one_spelling(owner: Any, form: Any) -> None:
    owner.confirmed()
    name, address = "Nguyễn Thị Huệ", "12 ngõ Chợ Mát, Bùi Thị Xuân"
    written = {"Fullname": name, "Address": address}
    owner.declare(**{key: unicodedata.normalize(form, value) for key, value in written.items()})
    assert kept() == (name, address)


def test_a_long_name_in_nfd_is_measured_as_people_count(owner: Any) -> None:
    owner.confirmed()
    name = "ệ" * 100
    assert owner.declare(Fullname=unicodedata.normalize("NFD", name))["isOk"]
    assert kept() == (name, "1 Trang Thi, Ha Noi")


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "Robert'); DROP TABLE students;--", "%s {0} ${x} {{7*7}}"]
)
def test_html_and_sql_are_text(owner: Any, text: str) -> None:
    owner.confirmed()
    assert owner.declare(Fullname=text, Address=text)["isOk"]
    assert kept() == (text, text)


def test_lines_of_an_address_become_one(owner: Any) -> None:
    owner.confirmed()
    owner.declare(Address="1 Tràng Thi\r\n\tHà Nội")
    assert kept() == ("Nguyen Van A", "1 Tràng Thi Hà Nội")


def test_without_a_confirmed_number_nothing_is_kept_and_the_app_is_content(owner: Any) -> None:
    assert owner.declare() == OK
    assert not Information.objects.exists()
    assert not Phone.objects.exists()


def test_nobody_puts_a_name_to_somebody_elses_number(owner: Any, other: Any) -> None:
    owner.confirmed()
    owner.declare()
    assert other.declare(Fullname="Somebody Else")["isOk"]
    other.number = "0987654321"
    other.confirmed()
    assert other.declare(TokenFirebase="0912345678", Fullname="Somebody Else")["isOk"]
    assert kept() == ("Nguyen Van A", "1 Trang Thi, Ha Noi")


def test_when_a_number_moves_to_another_phone_the_earlier_name_goes(owner: Any, other: Any) -> None:
    owner.confirmed()
    owner.declare()
    other.confirmed()
    assert kept() is None
    assert owner.declare()["isOk"]  # the phone that has the number no more
    assert kept() is None


def test_confirming_again_on_the_same_phone_keeps_the_name(owner: Any) -> None:
    owner.confirmed()
    owner.declare()
    owner.confirmed()
    assert kept() is not None
