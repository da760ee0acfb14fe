import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bluezone.phone.node.duty import BORDER_SILENCE_S, BroadcastPlan, DutyCycle, Segment
from bluezone.phone.node.errors import InvalidNodeConfigError
from bluezone.phone.node.identity import next_border_s
from bluezone.phone.sighting import Scheme

BOTH = (Scheme.BLUEZONE, Scheme.EN)
NEVER = float("inf")


def plan(duty="15/15", dwell_s=5.0, schemes=BOTH, border=lambda _scheme, _now: NEVER, start_s=0.0):
    return BroadcastPlan(DutyCycle.parse(duty), dwell_s, schemes, border, start_s)


@pytest.mark.parametrize(
    ("elapsed", "expected"),
    [
        (0.0, (0.0, 15.0, True)),
        (14.999, (0.0, 15.0, True)),
        (15.0, (15.0, 30.0, False)),
        (29.999, (15.0, 30.0, False)),
        (30.0, (30.0, 45.0, True)),
    ],
)
def test_a_duty_cycle_is_on_first_and_half_open(elapsed, expected):
    assert DutyCycle(15, 15).run_at(elapsed) == expected


def test_without_a_pause_it_is_always_on_run_after_run():
    assert DutyCycle(40, 0).run_at(79.0) == (40.0, 80.0, True)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "15",
        "15/",
        "/15",
        "a/b",
        "15/15/15",
        "0/10",
        "0.5/1",
        "-1/5",
        "15/-1",
        "4000/1",
        "1/4000",
        "nan/1",
        "1/nan",
        "inf/1",
    ],
)
def test_a_duty_cycle_out_of_bounds_is_refused(text):
    with pytest.raises(InvalidNodeConfigError) as refused:
        DutyCycle.parse(text)
    assert refused.value.code == "invalid_node_config"


@pytest.mark.parametrize("text", ["15/15", "40/260", "1/0", "3600/3600", "2.5/0.5"])
def test_a_duty_cycle_is_written_as_it_is_read(text):
    assert str(DutyCycle.parse(text)) == text


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (0.0, Segment(Scheme.BLUEZONE, 5.0)),
        (5.0, Segment(Scheme.EN, 10.0)),
        (12.0, Segment(Scheme.BLUEZONE, 15.0)),
        (15.0, Segment(None, 30.0)),
        (30.0, Segment(Scheme.BLUEZONE, 35.0)),
    ],
)
def test_schemes_take_turns_while_on(now, expected):
    assert plan().segment_at(now) == expected


def test_one_scheme_alone_keeps_its_turn():
    assert plan(schemes=(Scheme.EN,)).segment_at(1.0) == Segment(Scheme.EN, 15.0)


def test_no_scheme_is_silence():
    assert plan(schemes=()).segment_at(1.0) == Segment(None, 15.0)


def test_it_is_silent_just_before_a_border_and_back_at_it():
    borders = plan(duty="3600/0", dwell_s=60.0, border=lambda _scheme, now: (now // 20 + 1) * 20)
    assert borders.segment_at(0.0) == Segment(Scheme.BLUEZONE, 20 - BORDER_SILENCE_S)
    assert borders.segment_at(20 - BORDER_SILENCE_S) == Segment(None, 20.0)
    assert borders.segment_at(20.0).scheme is Scheme.BLUEZONE


def test_a_clock_set_back_before_the_start_counts_as_the_start():
    assert plan(start_s=1000.0).segment_at(10.0) == Segment(Scheme.BLUEZONE, 1005.0)


@settings(max_examples=200)
@given(
    now=st.floats(1.6e9, 1.6e9 + 200_000),
    duty=st.sampled_from(["15/15", "60/0", "7/3", "3600/1"]),
    dwell_s=st.sampled_from([0.25, 1.0, 7.5, 60.0]),
)
def test_every_segment_ends_later_and_never_after_a_border(now, duty, dwell_s):
    segment = plan(duty, dwell_s, BOTH, next_border_s, 1.6e9).segment_at(now)
    assert segment.until_s > now
    if segment.scheme is not None:
        assert segment.until_s <= next_border_s(segment.scheme, now) - BORDER_SILENCE_S
