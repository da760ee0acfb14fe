"""Who was near long enough, and the verdict on the warnings."""

import pytest

from bluezone.demo.cast import PersonId
from bluezone.demo.paths import Path, Waypoint
from bluezone.demo.truth import DAY_S, judge, near_long_enough

ILL, FRIEND, STRANGER = PersonId(0), PersonId(1), PersonId(2)
BESIDE, AWAY = 1.0, 9.0


def visits(*spans: tuple[float, float]) -> Path:
    """Return the path of somebody who is beside the ill person in these spans."""
    points = [Waypoint(-1, AWAY, 0)]
    for start_s, end_s in spans:
        points += [Waypoint(start_s - 0.5, AWAY, 0), Waypoint(start_s, BESIDE, 0)]
        points += [Waypoint(end_s, BESIDE, 0), Waypoint(end_s + 0.5, AWAY, 0)]
    return Path(tuple(points))


def expected(*spans: tuple[float, float]) -> frozenset[PersonId]:
    street = {ILL: Path((Waypoint(0, 0, 0),)), FRIEND: visits(*spans), STRANGER: visits()}
    return near_long_enough(street, ILL, start_s=0, end_s=2 * DAY_S)


def test_fifteen_minutes_beside_somebody_are_long_enough() -> None:
    assert expected((1000, 1901)) == {FRIEND}


def test_fourteen_minutes_are_not() -> None:
    assert expected((1000, 1840)) == frozenset()


def test_two_visits_of_one_day_add_up() -> None:
    assert expected((1000, 1500), (9000, 9500)) == {FRIEND}


def test_visits_of_two_days_do_not_add_up() -> None:
    assert expected((1000, 1500), (DAY_S + 1000, DAY_S + 1500)) == frozenset()


def test_the_verdict_is_right_when_exactly_the_right_people_are_warned() -> None:
    verdict = judge([FRIEND], [FRIEND])

    assert verdict.right
    assert not verdict.missed
    assert not verdict.needless


@pytest.mark.parametrize(
    ("warned", "missed", "needless"),
    [
        ([], {FRIEND}, set()),
        ([FRIEND, STRANGER], set(), {STRANGER}),
        ([STRANGER], {FRIEND}, {STRANGER}),
    ],
    ids=["one too few", "one too many", "the wrong one"],
)
def test_the_verdict_is_wrong_and_says_who_when_warnings_differ(warned, missed, needless) -> None:
    verdict = judge([FRIEND], warned)

    assert not verdict.right
    assert verdict.missed == missed
    assert verdict.needless == needless
