"""When a store believes the wall clock."""

from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st

from bluezone.phone.clock_guard import MAX_STEP_S, PROBATION_S, ClockGuard

NOON = 1_596_888_000
DAY_S = 86_400


def after(*instants: int) -> ClockGuard:
    guard = ClockGuard()
    for instant in instants:
        guard = guard.see(instant)
    return guard


def test_a_clock_that_moves_on_in_small_steps_is_trusted():
    assert after(NOON, NOON + 60, NOON + 2 * DAY_S).trusted


def test_a_forward_jump_is_doubted_until_a_day_of_it_has_passed():
    jump = NOON + 21 * DAY_S
    assert not after(NOON, jump).trusted
    assert not after(NOON, jump, jump + PROBATION_S - 1).trusted
    assert after(NOON, jump, jump + PROBATION_S).trusted


def test_a_second_jump_does_not_shorten_the_doubt():
    first, second = NOON + 21 * DAY_S, NOON + 400 * DAY_S
    assert not after(NOON, first, second, second + 3600).trusted
    assert after(NOON, first, second, first + 60, NOON + 120).trusted


def test_late_news_within_an_hour_is_not_a_clock_set_back():
    assert after(NOON, NOON - 3600, NOON + 1) == after(NOON, NOON + 1)


def test_a_clock_known_to_be_right_is_trusted_whatever_it_jumped():
    assert ClockGuard().see(NOON).trust(NOON + 1000 * DAY_S).trusted


@given(st.lists(st.integers(-3600, MAX_STEP_S), max_size=50))
def test_steps_up_to_two_days_never_cause_doubt(steps):
    assert after(*accumulate(steps, initial=NOON)).trusted


@given(st.lists(st.integers(0, 2**40), min_size=1, max_size=30))
def test_lived_time_never_runs_faster_than_two_hours_an_observation(instants):
    guard = after(*instants)
    assert 0 <= guard.lived_s <= 2 * 3600 * (len(instants) - 1)
