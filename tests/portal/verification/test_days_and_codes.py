"""Pure parts: days, codes, phone numbers."""

import datetime as dt
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bluezone.portal.verification.codes import code_hmac, grouped, new_codes, normalise
from bluezone.portal.verification.dates import allowed_days, check_days, onset_interval, parse_day
from bluezone.portal.verification.errors import (
    CodeInvalidError,
    PhoneNumberInvalidError,
    UnparsableRequestError,
)
from bluezone.portal.verification.sms.phone_number import normalise_phone

NOW = 1_597_472_640
TODAY = dt.date(2020, 8, 15)


@pytest.mark.parametrize(
    ("offset", "first", "last"),
    [
        (0, dt.date(2020, 7, 18), TODAY),
        (420, dt.date(2020, 7, 18), TODAY),
        (-300, dt.date(2020, 7, 17), TODAY),
        (840, dt.date(2020, 7, 18), TODAY),
        (-840, dt.date(2020, 7, 17), TODAY),
    ],
)
def test_days_go_back_28_days_and_one_more_west_of_greenwich(
    offset: int, first: dt.date, last: dt.date
) -> None:
    assert allowed_days(now=NOW, offset_minutes=offset) == (first, last)


def test_east_of_greenwich_today_may_be_tomorrow_in_utc() -> None:
    evening = 1_597_511_100  # 17:05 UTC
    tomorrow = TODAY + dt.timedelta(days=1)
    assert allowed_days(now=evening, offset_minutes=420)[1] == tomorrow
    assert allowed_days(now=evening, offset_minutes=0)[1] == TODAY
    check_days(None, tomorrow, now=evening, offset_minutes=420, required=True)


def test_a_local_day_that_has_not_begun_in_utc_is_certified_as_today() -> None:
    evening = 1_597_511_100
    interval = onset_interval(TODAY + dt.timedelta(days=1), None, now=evening)
    assert interval == onset_interval(TODAY, None, now=evening)


def test_symptoms_count_before_the_test_and_neither_is_nothing() -> None:
    early, late = dt.date(2020, 8, 1), dt.date(2020, 8, 14)
    assert onset_interval(early, late, now=NOW) == 1_596_240_000 // 600
    assert onset_interval(None, late, now=NOW) == 1_597_363_200 // 600
    assert onset_interval(None, None, now=NOW) is None


@given(st.integers(0, 4_000_000_000), st.integers(0, 28))
def test_a_certified_day_is_never_in_the_future_and_a_whole_day(now: int, days: int) -> None:
    day = dt.datetime.fromtimestamp(now, tz=dt.UTC).date()
    if day.toordinal() - days < 1:
        return
    interval = onset_interval(day - dt.timedelta(days=days), None, now=now)
    assert interval is not None
    assert interval % 144 == 0
    assert interval * 600 <= now


@given(st.text(max_size=20))
def test_a_text_is_a_day_or_our_error(text: str) -> None:
    try:
        day = parse_day(text, "testDate")
    except UnparsableRequestError:
        return
    assert (day is None) == (text == "")


@given(st.integers(0, 2**32), st.sampled_from([6, 7, 8]))
def test_new_codes_are_recognised_however_they_are_grouped(seed: int, digits: int) -> None:
    codes = new_codes(Random(seed), digits=digits)
    assert normalise(grouped(codes.short)) == codes.short
    assert normalise(codes.long.upper()) == codes.long
    assert len(codes.short) == digits
    assert repr(codes) == "CodePair()"


@given(st.text(max_size=30))
def test_a_text_is_a_code_or_our_error(text: str) -> None:
    try:
        code = normalise(text)
    except CodeInvalidError:
        return
    assert code.isascii()
    assert len(code) in {6, 7, 8, 16}


def test_digits_and_links_have_separate_hmacs(keys_folder: object) -> None:
    assert code_hmac("12345678") != code_hmac("1234567812345678")
    assert len(code_hmac("12345678")) == 64


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("0912 345 678", "+84912345678"),
        ("0912.345.678", "+84912345678"),
        ("+84 (0)912".replace("(0)", "") + "345678", "+84912345678"),
        ("0084 912 345 678", "+84912345678"),
        ("+44 7700 900123", "+447700900123"),
    ],
)
def test_phone_numbers_are_understood_as_people_write_them(typed: str, expected: str) -> None:
    assert normalise_phone(typed) == expected


@pytest.mark.parametrize(
    "typed", ["", "113", "912345678", "0212345678", "+84112345678", "+0123456789", "+1234", "abc"]
)
def test_what_cannot_receive_messages_is_refused_without_being_shown(typed: str) -> None:
    with pytest.raises(PhoneNumberInvalidError) as caught:
        normalise_phone(typed)
    assert not typed or typed not in str(caught.value)


@given(st.text(max_size=30))
def test_a_text_is_a_phone_number_or_our_error(text: str) -> None:
    try:
        number = normalise_phone(text)
    except PhoneNumberInvalidError:
        return
    assert number[0] == "+"
    assert number[1:].isascii()
    assert number[1:].isdigit()
    assert len(number) <= 16
