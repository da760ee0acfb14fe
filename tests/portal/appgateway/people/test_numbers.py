"""Phone numbers in every way people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bluezone.portal.appgateway.phones.numbers import normalise_number

MINE = "+84912345678"


@pytest.mark.parametrize(
    "typed",
    [
        "0912345678", "0912 345 678", "091 234 5678", "0912.345.678", "091-234-5678",
        "(091) 234.5678", "0912/345678", "+84912345678", "+84 912 345 678", "+84 (0)912 345 678",
        "(+84) 912345678", "84912345678", "84 912 345 678", "0084912345678", "00 84 912 345 678",
        "084912345678", "912345678", "tel:+84912345678", " 0912345678 ", "0912\u00a0345\u00a0678",
        "0912\u202f345\u202f678", "０９１２３４５６７８", "＋84912345678", "\u202a0912345678\u202c",
        "0912\u2011345\u2011678", "0912·345·678", "\u200e0912345678", "٠٩١٢٣٤٥٦٧٨",
    ],
)  # fmt: skip
def test_one_number_however_it_is_written(typed: str) -> None:
    assert normalise_number(typed) == MINE


@pytest.mark.parametrize(
    ("typed", "since_2018"),
    [
        ("01201234567", "+84701234567"), ("0121 1234567", "+84791234567"),
        ("01221234567", "+84771234567"), ("01261234567", "+84761234567"),
        ("01281234567", "+84781234567"), ("01231234567", "+84831234567"),
        ("01241234567", "+84841234567"), ("01251234567", "+84851234567"),
        ("01271234567", "+84811234567"), ("01291234567", "+84821234567"),
        ("01621234567", "+84321234567"), ("01631234567", "+84331234567"),
        ("01641234567", "+84341234567"), ("01651234567", "+84351234567"),
        ("01661234567", "+84361234567"), ("01671234567", "+84371234567"),
        ("01681234567", "+84381234567"), ("01691234567", "+84391234567"),
        ("01861234567", "+84561234567"), ("01881234567", "+84581234567"),
        ("01991234567", "+84591234567"), ("+84 168 123 4567", "+84381234567"),
        ("841681234567", "+84381234567"),
    ],
)  # fmt: skip
def test_a_number_of_eleven_digits_is_the_one_it_became_in_2018(
    typed: str, since_2018: str
) -> None:
    assert normalise_number(typed) == since_2018


@pytest.mark.parametrize(
    "typed",
    [
        "", "113", "19001000", "02438255555", "+842438255555", "0212345678", "01101234567",
        "01301234567", "091234567", "09123456789", "+1234", "+0912345678", "1" * 16, "0912345678x",
        "0912345678, 0987654321", "x" * 41, "'; DROP TABLE x; --", "<b>0912345678</b>",
        "++84912345678",
    ],
)  # fmt: skip
def test_land_lines_and_what_is_no_number_get_no_messages(typed: str) -> None:
    assert normalise_number(typed) is None


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("+44 7700 900123", "+447700900123"),
        ("0044 7700 900123", "+447700900123"),
        ("+1 (202) 555-0143", "+12025550143"),
    ],
)
def test_numbers_of_other_countries_need_their_code(typed: str, expected: str) -> None:
    assert normalise_number(typed) == expected


@given(st.text(max_size=45))
def test_any_text_is_a_number_in_e164_or_none(text: str) -> None:
    number = normalise_number(text)
    assert number is None or (number[0] == "+" and number[1:].isascii() and number[1:].isdigit())
    assert number is None or 8 <= len(number[1:]) <= 15


@given(st.from_regex(r"0[35789][0-9]{8}", fullmatch=True), st.lists(st.integers(0, 9), max_size=4))
def test_separators_anywhere_change_nothing(number: str, places: list[int]) -> None:
    typed = number
    for place in places:
        typed = typed[:place] + " " + typed[place:]
    assert normalise_number(typed) == "+84" + number[1:]
    assert normalise_number(normalise_number(typed) or "") == "+84" + number[1:]
