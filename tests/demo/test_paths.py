"""Positions and the exact time near one another."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bluezone.demo.paths import Path, Waypoint, distance_m, near_s

STILL = Path((Waypoint(0, 0, 0),))
metres = st.floats(-20, 20, allow_nan=False)


@st.composite
def paths(draw) -> Path:
    times = sorted(draw(st.sets(st.integers(0, 1000), min_size=1, max_size=5)))
    return Path(tuple(Waypoint(time, draw(metres), draw(metres)) for time in times))


def test_a_person_rests_before_the_first_and_after_the_last_point() -> None:
    path = Path((Waypoint(10, 1, 2), Waypoint(20, 3, 4)))

    assert path.at(0) == (1, 2)
    assert path.at(15) == (2, 3)
    assert path.at(99) == (3, 4)


@pytest.mark.parametrize("times", [(), (5, 5), (6, 5)], ids=["none", "same", "back"])
def test_a_path_whose_times_do_not_ascend_is_refused(times) -> None:
    with pytest.raises(ValueError, match="ascending"):
        Path(tuple(Waypoint(time, 0, 0) for time in times))


def test_somebody_who_stands_beside_is_near_all_the_time() -> None:
    other = Path((Waypoint(0, 1.5, 0),))

    assert near_s(STILL, other, start_s=100, end_s=400, within_m=2) == 300


def test_somebody_who_walks_past_is_near_for_the_chord_of_the_circle() -> None:
    walker = Path((Waypoint(0, -10, 1.2), Waypoint(20, 10, 1.2)))

    # The chord at 1.2 m from the centre of a circle of 2 m is 2 * 1.6 m, at 1 m/s.
    assert near_s(STILL, walker, start_s=0, end_s=20, within_m=2) == pytest.approx(3.2)


def test_somebody_who_touches_the_circle_is_never_inside() -> None:
    walker = Path((Waypoint(0, -10, 2.0), Waypoint(20, 10, 2.0)))

    assert near_s(STILL, walker, start_s=0, end_s=20, within_m=2) == 0


@settings(max_examples=60)
@given(paths(), paths())
def test_the_exact_time_agrees_with_a_count_of_seconds(one, other) -> None:
    counted = sum(distance_m(one, other, t / 4) <= 3 for t in range(4000)) / 4

    # Each of at most ten pieces has one way in and one way out, each half a sample wrong.
    assert near_s(one, other, start_s=0, end_s=1000, within_m=3) == pytest.approx(counted, abs=5.5)


@settings(max_examples=60)
@given(paths(), paths(), st.integers(1, 999))
def test_time_near_adds_up_over_a_cut_and_does_not_depend_on_the_order(one, other, cut) -> None:
    whole = near_s(one, other, start_s=0, end_s=1000, within_m=3)
    left = near_s(other, one, start_s=0, end_s=cut, within_m=3)
    right = near_s(other, one, start_s=cut, end_s=1000, within_m=3)

    assert left + right == pytest.approx(whole, abs=1e-6)
