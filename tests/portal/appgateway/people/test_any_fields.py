"""Whatever the fields hold: an envelope of the table, and nothing stored unless all is well."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bluezone.portal.appgateway.people.errors import AddressInvalidError, NameInvalidError
from bluezone.portal.appgateway.people.fields import read_code
from bluezone.portal.appgateway.people.models import (
    ConfirmedNumber,
    Declaration,
    Information,
    OneTimeCode,
)
from bluezone.portal.appgateway.people.words import read_address, read_name

TOKEN = "fcmTokenExample0000:APA91b_EXAMPLE_EXAMPLE_EXAMPLE_EXAMPLE"
TABLES = (ConfirmedNumber, Declaration, Information, OneTimeCode)
ATTACKS = [
    "'; DROP TABLE gateway_people_information; --", "<script>alert(1)</script>", "%s%(a)s{0}",
    "Nguye\u0302\u0303n", "Nguy\u1ec5n", "\u202eabc", "0912345678", TOKEN,
]  # fmt: skip
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**6), 10**20) | st.text(max_size=30)
    | st.sampled_from(ATTACKS),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=5,
)  # fmt: skip
CALLS = {
    "/api/App/CreateAndSendOTPCode": {0, 1, 21, 23},
    "/api/App/ConfirmOTPCode": {31, 32, 33},
    "/api/App/DeclareInformation": {0, 81, 82, 83},
    "/api/AppHistoryContact/DeclareInformation": {11, 61},
}
FIELDS = [
    "TokenFirebase", "PhoneNumber", "OTPCode", "TypeOS", "Fullname", "Address", "FindGUID",
    "Token", "InfoF", "UserInfo",
]  # fmt: skip


@pytest.mark.django_db
@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=st.sampled_from(sorted(CALLS)), body=st.dictionaries(st.sampled_from(FIELDS), VALUES))
def test_the_answer_is_one_of_the_table_and_nothing_is_stored(
    phone: Any, path: str, body: dict[str, object]
) -> None:
    before = [table.objects.count() for table in TABLES]
    answer = phone.post(path, json.dumps(body).encode())
    assert answer["Status"] in CALLS[path]
    asked = path.endswith("CreateAndSendOTPCode") and answer["isOk"]
    if not asked:
        assert [table.objects.count() for table in TABLES] == before


@pytest.mark.django_db
@pytest.mark.parametrize("path", sorted(CALLS))
@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff\xfe", b'{"a":', b"x" * 20_000])
def test_a_broken_body_is_2(phone: Any, path: str, body: bytes) -> None:
    assert phone.post(path, body)["Status"] == 2


@given(VALUES)
def test_a_name_or_an_address_is_bounded_text_or_our_error(value: object) -> None:
    for read, error, most in (
        (read_name, NameInvalidError, 100),
        (read_address, AddressInvalidError, 300),
    ):
        try:
            text = read(value)
        except error:
            continue
        assert 0 < len(text) <= most
        assert text.isprintable()
        assert read(text) == text


@given(VALUES)
def test_a_code_is_six_digits_or_none(value: object) -> None:
    code = read_code(value)
    assert code is None or (len(code) == 6 and code.isascii() and code.isdigit())
