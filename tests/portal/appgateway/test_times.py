"""Seconds and milliseconds are told apart by their size."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from bluezone.portal.appgateway.times import EARLIEST_S, LATEST_S, local_day, to_seconds


@given(st.integers(EARLIEST_S, LATEST_S - 1), st.integers(0, 999))
def test_both_units_give_the_same_second(seconds: int, rest: int) -> None:
    assert to_seconds(seconds) == seconds
    assert to_seconds(seconds * 1000 + rest) == seconds


@given(st.integers())
def test_any_number_is_an_instant_or_none(number: int) -> None:
    seconds = to_seconds(number)
    assert seconds is None or EARLIEST_S <= seconds < LATEST_S


def test_the_day_in_hanoi_begins_seven_hours_earlier() -> None:
    assert local_day(1_597_424_399) == dt.date(2020, 8, 14)
    assert local_day(1_597_424_400) == dt.date(2020, 8, 15)
