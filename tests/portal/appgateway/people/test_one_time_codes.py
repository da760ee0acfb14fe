"""CreateAndSendOTPCode, ConfirmOTPCode: every status, every quirk, every limit."""

import json
import logging
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from bluezone.portal import clock
from bluezone.portal.appgateway.people.models import ConfirmedNumber, NumberCount, OneTimeCode
from bluezone.portal.appgateway.phones.models import Phone
from bluezone.portal.verification.models import SmsMessage
from bluezone.portal.verification.sms.outbox import body_of

pytestmark = pytest.mark.django_db

LIKE = {
    "confirm_otp_retry_quirk": "confirm_otp",
    "app_declare_information_retry": "app_declare_information_as_sent",
}
"""Examples without an answer of their own are repeats of these."""
ENVELOPE = {"isOk": True, "Status": 0, "isError": False}
OTHER = "fcmTokenExample0009:APA91b_SOMEBODY_ELSES_TOKEN_EXAMPLE"
Code = Callable[[], str]


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def test_a_number_is_confirmed_by_the_code_that_was_sent_to_it(owner: Any, last_code: Code) -> None:
    assert owner.ask() == {"isOk": True, "Status": 0, "Object": {}, "isError": False}
    answer = owner.confirm(last_code())
    assert answer["isOk"]
    assert answer["Object"] == {"PhoneNumber": "0912345678"}
    row = ConfirmedNumber.objects.get()
    assert row.phone_id == owner.phone_id
    assert NumberCount.objects.get().count == 1


def test_the_number_comes_back_as_it_was_typed(owner: Any, last_code: Code) -> None:
    owner.number = "+84 912 345 678"
    owner.ask()
    owner.number = "(091) 234.5678"
    assert owner.confirm(last_code())["Object"] == {"PhoneNumber": "(091) 234.5678"}


def test_the_message_has_the_code_once_and_fits_into_one_part(owner: Any, last_code: Code) -> None:
    owner.ask()
    body = body_of(SmsMessage.objects.get())
    assert body.startswith("Bluezone: mã ")
    assert last_code() in body
    assert len(body) <= 70  # one part in the alphabet that Vietnamese needs
    owner.number = "+44 7700 900123"
    owner.ask()
    assert body_of(SmsMessage.objects.latest("pk")).startswith("Bluezone: code ")


def test_no_code_and_no_number_is_stored_in_clear(owner: Any, last_code: Code) -> None:
    owner.confirmed()
    stored = str([*OneTimeCode.objects.values(), *ConfirmedNumber.objects.values()])
    for secret in (last_code(), "912345678", "0912345678"):
        assert secret not in stored
    assert "…" not in repr(OneTimeCode.objects.get()) + repr(ConfirmedNumber.objects.get())
    assert not set("0123456789") & set(repr(ConfirmedNumber.objects.get()))


def test_a_right_code_may_come_again_because_answers_get_lost(owner: Any, last_code: Code) -> None:
    owner.ask()
    for _ in range(4):
        assert owner.confirm(last_code())["isOk"]
    assert ConfirmedNumber.objects.count() == 1
    assert NumberCount.objects.get().count == 1


def test_a_new_request_replaces_the_old_code(owner: Any, last_code: Code) -> None:
    owner.ask()
    old = last_code()
    owner.phone.rng = Random(8)
    owner.ask()
    assert old != last_code()
    assert owner.confirm(old)["Status"] == 33
    assert owner.confirm(last_code())["isOk"]


def test_a_code_lives_for_as_long_as_the_app_counts_down(
    owner: Any, last_code: Code, hands: Any
) -> None:
    owner.ask()
    hands.advance(899)
    assert owner.confirm(wrong(last_code()))["Status"] == 33
    hands.advance(1)
    assert owner.confirm(last_code())["Status"] == 34
    assert owner.confirm(wrong(last_code()))["Status"] == 34
    assert not ConfirmedNumber.objects.exists()


def test_after_five_wrong_tries_the_right_code_is_wrong_until_the_wait_is_over(
    owner: Any, last_code: Code, hands: Any
) -> None:
    owner.ask()
    code = last_code()
    assert [owner.confirm(wrong(code))["Status"] for _ in range(5)] == [33] * 5
    hands.advance(60)
    assert owner.confirm(code)["Status"] == 33
    assert owner.ask()["Status"] == 1  # and no other code is sent meanwhile
    assert SmsMessage.objects.count() == 1
    hands.advance(839)
    assert owner.confirm(code)["Status"] == 33
    hands.advance(1)
    assert owner.confirm(code)["Status"] == 34
    assert not ConfirmedNumber.objects.exists()
    assert owner.confirmed()


def test_four_wrong_tries_cost_nothing(owner: Any, last_code: Code) -> None:
    owner.ask()
    assert [owner.confirm(wrong(last_code()))["Status"] for _ in range(4)] == [33] * 4
    assert owner.confirm(last_code())["isOk"]


def test_a_code_is_worth_nothing_with_somebody_elses_token(
    owner: Any, other: Any, last_code: Code
) -> None:
    owner.ask()
    for _ in range(20):
        assert other.confirm(last_code())["Status"] == 33
    assert not ConfirmedNumber.objects.exists()
    assert owner.confirm(last_code())["isOk"]  # a stranger's tries are not the owner's


def test_guessing_over_many_tokens_and_addresses_finds_nothing_and_registers_nobody(
    owner: Any, last_code: Code
) -> None:
    owner.ask()
    phones = Phone.objects.count()
    for number in range(60):
        owner.phone.address = f"198.51.100.{number}"
        owner.token = f"guessing-token-number-{number}"
        assert owner.confirm(last_code())["Status"] == 33
    assert Phone.objects.count() == phones
    assert not ConfirmedNumber.objects.exists()
    assert OneTimeCode.objects.count() == 1


def test_a_code_for_one_number_confirms_no_other(owner: Any, last_code: Code) -> None:
    owner.ask()
    owner.number = "0987654321"
    assert owner.confirm(last_code())["Status"] == 33
    assert not ConfirmedNumber.objects.exists()


@pytest.mark.parametrize("token", ["", None, 7, [], {}, "  ", "null", "0987654321"])
def test_without_a_token_it_is_21_and_31_and_nothing_is_stored(owner: Any, token: object) -> None:
    owner.token = token
    assert owner.ask()["Status"] == 21
    assert owner.confirm("123456")["Status"] == 31
    assert not Phone.objects.exists()
    assert not SmsMessage.objects.exists()


@pytest.mark.parametrize(
    "number", ["", None, "113", "02438255555", "x", {}, [1], True, "'; DROP TABLE a; --", "1" * 50]
)
def test_what_is_no_mobile_number_is_23_and_32_and_nothing_is_stored(
    owner: Any, number: object
) -> None:
    owner.number = number
    assert owner.ask()["Status"] == 23
    assert owner.confirm("123456")["Status"] == 32
    assert not Phone.objects.exists()
    assert not SmsMessage.objects.exists()
    assert not OneTimeCode.objects.exists()


@pytest.mark.parametrize(
    "code", ["", None, "12345", "1234567", "abcdef", "<b>1</b>", [], {}, -1, True, 1.5, 10**9]
)
def test_what_is_no_code_is_wrong_and_uses_no_try(
    owner: Any, last_code: Code, code: object
) -> None:
    owner.ask()
    for _ in range(6):
        assert owner.confirm(code)["Status"] == 33
    assert owner.confirm(last_code())["isOk"]


def test_a_code_may_be_typed_with_spaces_in_wide_digits_or_sent_as_a_number(
    owner: Any, last_code: Code
) -> None:
    owner.ask()
    code = last_code()
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in code)
    for typed in (f" {code[:3]} {code[3:]} ", wide, int(code)):
        assert owner.confirm(typed)["isOk"]


def test_an_unknown_token_is_registered_by_asking(owner: Any) -> None:
    assert owner.phone_id is None
    assert owner.ask()["isOk"]
    assert owner.phone_id is not None


def test_one_address_cannot_register_phones_without_end_by_asking(
    owner: Any, settings: Any
) -> None:
    settings.BLUEZONE_GATEWAY_NEW_PHONES_PER_HOUR = 2
    statuses = []
    for number in range(4):
        owner.token, owner.number = f"token-for-number-{number}", f"091234567{number}"
        statuses.append(owner.ask()["Status"])
    assert statuses == [0, 0, 1, 1]
    assert Phone.objects.count() == 2
    assert SmsMessage.objects.count() == 2


def test_the_repeat_with_the_earlier_answer_as_the_token_is_understood(
    owner: Any, last_code: Code
) -> None:
    token = owner.token
    owner.token = {**ENVELOPE, "Object": token}
    assert owner.ask()["isOk"]
    owner.token = token
    assert owner.confirm(last_code())["isOk"]
    assert ConfirmedNumber.objects.get().phone_id == owner.phone_id


def test_an_earlier_answer_that_lost_the_token_still_gets_a_code_that_works(
    owner: Any, last_code: Code
) -> None:
    token = owner.token
    owner.token = {**ENVELOPE, "Object": "Register User Success"}
    assert owner.ask()["Object"] == {}
    assert not Phone.objects.exists()
    assert owner.confirm(last_code())["isOk"]
    owner.token = token
    assert owner.confirm(last_code())["isOk"]
    assert owner.phone_id is not None
    assert ConfirmedNumber.objects.get().phone_id == owner.phone_id


def test_swapped_fields_are_swapped_back(owner: Any, last_code: Code) -> None:
    swapped = {"TokenFirebase": owner.number, "PhoneNumber": owner.token}
    assert owner.ask(**swapped)["isOk"]
    answer = owner.confirm(last_code(), **swapped)
    assert answer["Object"] == {"PhoneNumber": "0912345678"}


def test_the_code_outlives_a_change_of_the_token(owner: Any, last_code: Code) -> None:
    owner.ask()
    new = "fcmTokenExample0001:APA91b_ROTATED_EXAMPLE"
    body = {"TokenFirebaseNew": new, "TokenFirebaseOld": owner.token, "PhoneNumber": ""}
    assert owner.phone.post("/api/App/UpdateTokenFirebase", body)["isOk"]
    owner.token = new
    assert owner.confirm(last_code())["isOk"]


@pytest.mark.parametrize(
    ("name", "new"),
    [
        ("CODES_PER_NUMBER", {"token"}),
        ("CODES_PER_PHONE", {"number"}),
        ("CODES_PER_ADDRESS", {"token", "number"}),
        ("CODES_PER_HOUR", {"token", "number", "address"}),
    ],
)
def test_codes_are_sent_up_to_a_limit_and_again_after_the_hour(
    owner: Any, settings: Any, hands: Any, name: str, new: set[str]
) -> None:
    setattr(settings, f"BLUEZONE_GATEWAY_{name}", 3)
    statuses = []
    for number in range(5):
        if "token" in new:
            owner.token = f"another-token-number-{number}"
        if "number" in new:
            owner.number = f"091234567{number}"
        if "address" in new:
            owner.phone.address = f"198.51.100.{number}"
        statuses.append(owner.ask()["Status"])
    assert statuses == [0, 0, 0, 1, 1]
    assert SmsMessage.objects.count() == 3
    hands.advance(3600)
    assert owner.ask()["isOk"]


def test_a_number_gets_at_most_ten_codes_a_day(owner: Any, hands: Any) -> None:
    statuses = []
    for number in range(12):
        owner.token = f"another-token-number-{number}"
        statuses.append(owner.ask()["Status"])
        hands.advance(1800)
    assert statuses == [0] * 10 + [1] * 2


def test_a_refused_request_changes_no_code_and_no_budget(
    owner: Any, other: Any, last_code: Code, settings: Any
) -> None:
    settings.BLUEZONE_GATEWAY_CODES_PER_NUMBER = 1
    settings.BLUEZONE_GATEWAY_CODES_PER_HOUR = 2
    owner.ask()
    code = last_code()
    assert [owner.ask()["Status"] for _ in range(5)] == [1] * 5
    assert owner.confirm(code)["isOk"]
    other.number = "0987654321"
    assert other.ask()["isOk"]  # the refused ones did not use up the total


def test_messages_to_other_countries_have_a_budget_of_their_own(owner: Any, settings: Any) -> None:
    settings.BLUEZONE_GATEWAY_FOREIGN_CODES_PER_HOUR = 0
    owner.number = "+44 7700 900123"
    assert owner.ask()["Status"] == 1
    owner.number = "0912345678"
    assert owner.ask()["isOk"]
    assert SmsMessage.objects.count() == 1


@pytest.mark.parametrize("cause", ["off", "full"])
def test_where_no_message_can_be_sent_nothing_is_stored(
    owner: Any, settings: Any, cause: str
) -> None:
    if cause == "off":
        settings.BLUEZONE_SMS_PROVIDER = "off"
    else:
        settings.BLUEZONE_SMS_QUEUE_LIMIT = 0
    assert owner.ask()["Status"] == 1
    assert not OneTimeCode.objects.exists()
    assert not SmsMessage.objects.exists()


def test_the_outbox_forgets_number_and_text_with_the_code(owner: Any, settings: Any) -> None:
    settings.BLUEZONE_SMS_PROVIDER = "http"
    owner.ask()
    row = SmsMessage.objects.get()
    assert (row.case, row.code, row.recipient_ending) == (None, None, "678")
    assert row.useless_at == clock.now() + 900
    assert b"912345678" not in bytes(row.recipient_sealed)


def test_no_number_code_or_token_reaches_a_log(
    owner: Any, last_code: Code, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        owner.confirmed()
        owner.confirm(wrong(last_code()))
    ours = " ".join(r.getMessage() for r in caplog.records if r.name.startswith("bluezone"))
    for secret in (last_code(), "912345678", "APA91b"):
        assert secret not in ours


def test_the_published_examples_are_answered_as_published(
    shared: Path, phone: Any, last_code: Code
) -> None:
    path = shared / "spec" / "bluezone-api-examples.json"
    examples = json.loads(path.read_text(encoding="utf-8"))["endpoints"]
    by_id = {example["id"]: example for example in examples}
    names = [
        "create_and_send_otp", "confirm_otp", "confirm_otp_retry_quirk",
        "app_declare_information_as_sent", "app_declare_information_retry",
        "create_and_send_otp_retry_quirk",
    ]  # fmt: skip
    for name in names:
        asked = by_id[name]["request"]
        body = dict(asked["json"])
        if "OTPCode" in body:
            body["OTPCode"] = last_code()
        answer = phone.post("/api/" + asked["url"].partition("/api/")[2], body)
        like = name if "response_ok" in by_id[name] else LIKE[name]
        expected = by_id[like]["response_ok"]["json"]
        assert answer == expected, name
