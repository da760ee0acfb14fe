"""The morning on the street."""

from math import dist

import pytest

from bluezone.demo.cast import NAMES, PEOPLE, PersonId, Spot, home
from bluezone.demo.choreography import (
    CAFE,
    END_S,
    OTHER_TABLE,
    PARTS,
    START_S,
    Choreography,
    Part,
    Stop,
    choreograph,
)
from bluezone.demo.paths import near_s
from bluezone.demo.truth import DAY_S, near_each_day_s, near_long_enough

SEEDS = range(12)
DAY_END_S = START_S // DAY_S * DAY_S + DAY_S


def contacts(story: Choreography) -> frozenset[PersonId]:
    return near_long_enough(story.paths, story.ill, start_s=START_S, end_s=DAY_END_S)


def minutes_near(story: Choreography, within_m: float = 2.0) -> dict[PersonId, float]:
    ill = story.paths[story.ill]
    return {
        person: near_s(ill, path, start_s=START_S, end_s=END_S, within_m=within_m) / 60
        for person, path in story.paths.items()
        if person != story.ill
    }


def test_twelve_people_have_names_with_different_first_letters() -> None:
    assert len({name[0] for name in NAMES}) == len(NAMES) == len(PEOPLE) == 12


@pytest.mark.parametrize("seed", SEEDS)
def test_three_people_are_near_long_enough_and_nobody_is_a_matter_of_luck(seed) -> None:
    minutes = sorted(minutes_near(choreograph(seed)).values())

    assert minutes[-3] > 25
    assert minutes[-4] < 5


@pytest.mark.parametrize("seed", SEEDS)
def test_nobody_stays_long_at_a_distance_between_near_and_far(seed) -> None:
    story = choreograph(seed)
    near, middle = minutes_near(story), minutes_near(story, 5.9)

    assert all(middle[person] - near[person] < 12 for person in near)


@pytest.mark.parametrize("seed", SEEDS)
def test_everybody_is_at_home_before_and_after_the_morning(seed) -> None:
    for person, path in choreograph(seed).paths.items():
        at_home = (home(person).x_m, home(person).y_m)
        assert path.at(START_S) == at_home
        assert path.at(END_S) == at_home


def test_homes_are_too_far_from_one_another_to_be_near() -> None:
    homes = [(home(person).x_m, home(person).y_m) for person in PEOPLE]
    gaps = [dist(a, b) for i, a in enumerate(homes) for b in homes[i + 1 :]]

    assert min(gaps) > 6


def test_one_contact_comes_from_two_separate_visits() -> None:
    story = choreograph(0)
    ill, neighbour = story.paths[story.ill], story.paths[PersonId(2)]
    half = START_S + 55 * 60  # between the two visits to the bench

    first = near_s(ill, neighbour, start_s=START_S, end_s=half, within_m=2) / 60
    second = near_s(ill, neighbour, start_s=half, end_s=END_S, within_m=2) / 60

    assert 15 < first < 20
    assert 17 < second < 23


def test_the_same_seed_gives_the_same_street_and_another_one_another() -> None:
    assert choreograph(7) == choreograph(7)
    assert choreograph(7) != choreograph(8)


def test_another_seed_deals_the_parts_to_other_people() -> None:
    assert {choreograph(seed).ill for seed in SEEDS} != {PersonId(0)}


def test_the_expected_warnings_follow_when_somebody_sits_elsewhere() -> None:
    parts = list(PARTS)
    parts[1] = Part(2, (Stop(OTHER_TABLE, 40),))
    parts[5] = Part(5, (Stop(Spot(CAFE[1].x_m, CAFE[1].y_m), 66),))

    before, after = contacts(choreograph(0)), contacts(choreograph(0, tuple(parts)))

    assert before - after == {PersonId(1)}
    assert after - before == {PersonId(5)}


def test_a_meeting_is_counted_on_its_own_day_alone() -> None:
    story = choreograph(0)
    days = near_each_day_s(
        story.paths, story.ill, PersonId(1), start_s=START_S, end_s=DAY_END_S + DAY_S
    )

    assert days[0] > 25 * 60
    assert days[1] == 0
