"""Fields as they really arrive: swapped, wrapped, numbers for texts."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bluezone.portal.appgateway.fields import (
    TOKEN_CHARACTERS,
    is_envelope,
    is_phone_shaped,
    read_phone_text,
    read_platform,
    read_text,
    read_token,
    token_and_phone,
)

TOKEN = "fcmTokenExample0000:APA91b_EXAMPLE_EXAMPLE_EXAMPLE_EXAMPLE"
ENVELOPE = {"isOk": True, "Status": 0, "Object": TOKEN, "isError": False}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(
    "text", [TOKEN, "'; DROP TABLE phones; --", "<script>alert(1)</script>", "{x", "mã của tôi"]
)
def test_a_token_is_any_printable_text(text: str) -> None:
    assert read_token(f" {text}\n") == text


@pytest.mark.parametrize(
    "value",
    [
        None, "", "   ", 12, True, [], {}, "a\x00b", "a\nb", "x" * (TOKEN_CHARACTERS + 1),
        "0912345678", "+84 912 345 678", "null", "undefined", "[object Object]",
        {"Object": TOKEN}, {**ENVELOPE, "Object": None}, {**ENVELOPE, "Object": "0912345678"},
        {**ENVELOPE, "Object": "Register User Success"},
    ],
)  # fmt: skip
def test_what_holds_no_token_is_none(value: object) -> None:
    assert read_token(value) is None


def test_the_token_comes_back_out_of_the_previous_envelope() -> None:
    assert read_token(ENVELOPE) == TOKEN
    assert read_token(json.dumps(ENVELOPE)) == TOKEN
    assert is_envelope(ENVELOPE)
    assert not is_envelope(TOKEN)


@given(JSON)
def test_any_value_is_a_usable_token_or_none(value: object) -> None:
    token = read_token(value)
    assert token is None or (0 < len(token) <= TOKEN_CHARACTERS and token.isprintable())


@given(JSON, JSON)
def test_two_fields_never_give_a_phone_number_as_a_token(first: object, second: object) -> None:
    token, number = token_and_phone({"a": first, "b": second}, "a", "b")
    assert token is None or not is_phone_shaped(token)
    assert len(number) <= 40


def test_swapped_fields_are_swapped_back() -> None:
    straight = {"TokenFirebase": TOKEN, "PhoneNumber": "0912345678"}
    swapped = {"TokenFirebase": "0912345678", "PhoneNumber": TOKEN}
    both = {"TokenFirebase": TOKEN, "PhoneNumber": TOKEN}
    wrapped = {"TokenFirebase": ENVELOPE, "PhoneNumber": "0912345678"}
    fields = ("TokenFirebase", "PhoneNumber")
    for body in (straight, swapped, wrapped):
        assert token_and_phone(body, *fields) == (TOKEN, "0912345678")
    assert token_and_phone(both, *fields) == (TOKEN, "")
    assert token_and_phone({}, *fields) == (None, "")


@pytest.mark.parametrize(
    "text",
    [
        "0912345678",
        "+84912345678",
        "091 234 56 78",
        "0912.345.678",
        "091-234-5678",
        "(091) 2345678",
    ],
)
def test_a_phone_number_is_known_by_its_shape(text: str) -> None:
    assert is_phone_shaped(text)


@pytest.mark.parametrize(
    "text", [TOKEN, "", "12345678", "1" * 16, "0912345678x", "+" * 9, " " * 50]
)
def test_other_texts_are_no_phone_numbers(text: str) -> None:
    assert not is_phone_shaped(text)


def test_a_number_where_a_text_belongs_is_read_as_text() -> None:
    assert read_phone_text(84912345678) == "84912345678"
    assert read_phone_text(True) == ""
    assert read_phone_text(10**400) == ""
    assert read_phone_text("x" * 41) == ""


def test_texts_and_platforms_are_bounded() -> None:
    assert read_text("  Nguyễn ", limit=20) == "Nguyễn"
    assert read_text("x" * 21, limit=20) is None
    assert read_text("a\x00", limit=20) is None
    assert [read_platform(word) for word in ("android", "iOS", "web", None, 3)] == [
        "android", "ios", "", "", "",
    ]  # fmt: skip
