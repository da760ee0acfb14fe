import pytest
from hypothesis import given
from hypothesis import strategies as st

from bluezone.protocol.bluezone.slot import (
    DAY_S,
    android_slot_index,
    ios_slot_index,
    next_slot_border_s,
    slot_at,
    slot_start_s,
    utc_midnight_ms,
    utc_midnight_s,
)
from bluezone.protocol.errors import InvalidKeyError

TIMES = st.integers(-(2**31), 2**33)
SLOTS = st.integers(1, 2000)


def test_slot_indexes_are_those_of_the_published_phone(vectors) -> None:
    assert len(vectors["index"]) == 32
    for case in vectors["index"]:
        assert android_slot_index(case["time_ms"], case["max"]) == case["index"]
        assert utc_midnight_ms(case["time_ms"]) == case["utc_day_start_ms"]


@pytest.mark.parametrize(
    ("slots", "last_good_ms"),
    [(7, 86_399_998), (11, 86_399_994), (96, 86_399_999), (100, 86_399_999)],
)
def test_android_runs_past_its_last_slot_where_slots_do_not_divide_the_day(
    slots: int, last_good_ms: int
) -> None:
    assert android_slot_index(last_good_ms, slots) == slots - 1
    if last_good_ms < 86_399_999:
        assert android_slot_index(last_good_ms + 1, slots) == slots


def test_ios_counts_slots_with_a_double_and_does_not_run_past_the_last() -> None:
    assert ios_slot_index(1_596_931_199.9995, 7) == 6
    assert ios_slot_index(1_596_931_199.9995, 11) == 10
    assert ios_slot_index(1_596_844_800 + 899.999, 96) == 0
    assert ios_slot_index(1_596_844_800 + 900, 96) == 1


@given(TIMES, SLOTS)
def test_our_phones_stay_within_the_day_s_slots(time_s: int, slots: int) -> None:
    slot = slot_at(time_s, slots=slots)
    assert 0 <= slot < slots
    assert slot_start_s(utc_midnight_s(time_s), slot, slots=slots) <= time_s


@given(TIMES, SLOTS)
def test_the_next_border_is_the_first_second_of_another_slot(time_s: int, slots: int) -> None:
    border_s = next_slot_border_s(time_s, slots=slots)
    here = utc_midnight_s(time_s), slot_at(time_s, slots=slots)
    there = utc_midnight_s(border_s), slot_at(border_s, slots=slots)
    before = utc_midnight_s(border_s - 1), slot_at(border_s - 1, slots=slots)
    assert time_s < border_s <= utc_midnight_s(time_s) + DAY_S
    assert before == here < there


def test_at_96_slots_a_border_comes_every_quarter_of_an_hour() -> None:
    assert next_slot_border_s(1_596_844_800) == 1_596_845_700
    assert next_slot_border_s(1_596_845_699) == 1_596_845_700
    assert next_slot_border_s(1_596_931_199) == 1_596_931_200


@pytest.mark.parametrize(("slot", "slots"), [(-1, 96), (97, 96), (0, 0)])
def test_a_slot_out_of_range_is_refused(slot: int, slots: int) -> None:
    with pytest.raises(InvalidKeyError, match="out of range"):
        slot_start_s(0, slot, slots=slots)
