"""What each unit must do a day."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bluezone.portal.campaign.stats.effort import Feasibility, plan_effort
from bluezone.portal.campaign.stats.errors import StatsInputError
from bluezone.portal.campaign.stats.words import phrase

units = st.lists(
    st.tuples(st.integers(0, 400), st.integers(0, 500), st.integers(0, 40), st.floats(0.05, 1.0)),
    min_size=1,
    max_size=15,
)


@settings(max_examples=80, deadline=None)
@given(units, st.integers(-5, 4000), st.integers(0, 20), st.sampled_from([np.inf, 0.0, 3.0, 40.0]))
def test_plans_are_whole_sum_exactly_and_ask_for_nobody_who_is_not_there(
    rows: list[tuple[int, int, int, float]], needed: int, days: int, visits: float
) -> None:
    installed, phones, refused, ease = (np.array(column) for column in zip(*rows, strict=True))
    plan = plan_effort(
        installed, phones, needed=needed, days=days, refused=refused, ease=ease, visits_a_day=visits
    )
    assert plan.per_unit.sum() == plan.planned <= plan.needed
    assert np.all(plan.per_unit <= plan.winnable)
    assert plan.per_day.shape == (len(rows), days)
    assert np.all(plan.per_day >= 0)
    if days:
        assert np.array_equal(plan.per_day.sum(axis=1), plan.per_unit)
    reached = plan.feasibility in {Feasibility.REACHABLE, Feasibility.ALREADY_THERE}
    assert reached == (plan.planned == plan.needed)
    assert all(phrase(plan.message(), language) for language in ("vi", "en"))


def test_the_split_follows_who_can_still_be_won_not_the_number_of_phones() -> None:
    plan = plan_effort([900, 100], [1000, 1000], needed=200, days=4)
    assert list(plan.winnable) == [100, 900]
    assert list(plan.per_unit) == [20, 180]


def test_refusals_are_not_asked_again() -> None:
    plan = plan_effort([0, 0], [100, 100], needed=60, days=3, refused=[80, 0])
    assert list(plan.per_unit) == [10, 50]


def test_where_doors_open_more_easily_more_is_asked() -> None:
    plan = plan_effort([0, 0], [100, 100], needed=60, days=3, ease=[1.0, 0.5])
    assert plan.per_unit[0] > plan.per_unit[1] > 0


def test_first_days_ask_for_more_because_the_last_are_harder_to_win() -> None:
    plan = plan_effort([0], [1000], needed=900, days=5)
    assert list(plan.per_day[0]) == sorted(plan.per_day[0], reverse=True)
    assert plan.per_day[0, 0] > 2 * plan.per_day[0, -1]


@pytest.mark.parametrize(
    ("needed", "days", "visits", "feasibility", "words"),
    [
        (0, 5, np.inf, Feasibility.ALREADY_THERE, "no more installs"),
        (10, 0, np.inf, Feasibility.NO_DAYS, "10 installs are missing"),
        (130, 5, np.inf, Feasibility.TOO_FEW_PHONES, "30 short"),
        (60, 2, 10.0, Feasibility.TOO_FEW_HANDS, "Add people or days"),
        (60, 5, np.inf, Feasibility.REACHABLE, "12 a day"),
    ],
)
def test_a_plan_says_whether_it_can_be_done_and_what_is_short(
    needed: int, days: int, visits: float, feasibility: Feasibility, words: str
) -> None:
    plan = plan_effort([20], [120], needed=needed, days=days, visits_a_day=visits)
    assert plan.feasibility is feasibility
    assert words in phrase(plan.message(), "en")


def test_a_unit_that_is_fully_won_or_unknown_is_asked_for_nothing() -> None:
    plan = plan_effort([50, np.nan, 10], [50, np.nan, 60], needed=20, days=2)
    assert list(plan.per_unit) == [0, 0, 20]


def test_even_a_district_of_three_phones_gets_whole_people() -> None:
    plan = plan_effort([0, 0, 0], [1, 1, 1], needed=2, days=2)
    assert sorted(plan.per_unit) == [0, 1, 1]


def test_negative_days_are_refused() -> None:
    with pytest.raises(StatsInputError):
        plan_effort([0], [10], needed=5, days=-1)
