"""Door-to-door visits as figures: the least that is true, never in the place of more."""

import datetime as dt
from typing import Any

import pytest

from bluezone.portal.campaign.field.closing import close_campaign
from bluezone.portal.campaign.field.models import Campaign, Household, Team
from bluezone.portal.campaign.figures.models import DailyValue, Figure
from bluezone.portal.campaign.figures.services import conflicts, current
from bluezone.portal.campaign.figures.visits import publish_visits, users_at

TODAY = dt.date(2020, 8, 15)
BEFORE = TODAY - dt.timedelta(days=1)
WARD, OTHER_WARD = "vn2020.30.288.10507", "vn2020.30.288.10510"
NOW = 1_597_472_640


@pytest.fixture
def campaign(country: Any) -> Campaign:
    return Campaign.objects.create(
        unit_id="vn2020.30", opened_at=NOW, opened_by="x", ends_on=TODAY + dt.timedelta(days=20)
    )


@pytest.fixture
def team(campaign: Campaign) -> Team:
    return Team.objects.create(campaign=campaign, unit_id=WARD, name="Tổ 1", created_at=NOW)


def door(team: Team, label: str, day: dt.date | None, **said: int) -> Household:
    state = "to_visit" if day is None else "installed"
    place = {"alley": "Ngõ 1", "label": label, "position": 1}
    return Household.objects.create(
        unit_path=team.unit_id, team=team, state=state, settled_on=day, **place, **said
    )


def values() -> list[tuple[dt.date, int]]:
    rows = Figure.objects.standing().filter(source="visits", unit_path=WARD)
    return list(rows.order_by("day").values_list("day", "value"))


def publish(day: dt.date = TODAY) -> Any:
    return publish_visits(day, now=NOW, today=TODAY)


@pytest.mark.parametrize(
    ("phones", "smartphones", "users"),
    [(0, None, 1), (3, None, 3), (3, 2, 2), (0, 2, 1), (2, 0, 2)],
    ids=["no tap", "three taps", "two phones live there", "one is sure", "nobody counted"],
)
def test_a_door_is_the_phones_that_were_seen_at_least_one_at_most_those_there(
    phones: int, smartphones: int | None, users: int
) -> None:
    assert users_at(phones, smartphones) == users


def test_visits_are_users_so_far_and_sum_up_to_the_nation(team: Team) -> None:
    door(team, "1", BEFORE)
    door(team, "2", TODAY, phones=3)
    door(team, "3", None, smartphones=4)
    publish()
    assert values() == [(BEFORE, 1), (TODAY, 4)]
    found = current([WARD, "vn2020.30", "vn2020"], "users", TODAY)
    assert {path: row.value for path, row in found.items()} == dict.fromkeys(found, 4)
    assert len(found) == 3
    assert not found["vn2020"].is_complete


def test_running_twice_adds_nothing_and_a_late_visit_is_a_correction(team: Team) -> None:
    door(team, "1", BEFORE)
    publish()
    again = publish()
    assert (len(again.accepted), again.unchanged) == (0, 1)
    door(team, "2", BEFORE)
    assert publish().corrected == 1
    assert values() == [(BEFORE, 2)]
    assert Figure.objects.filter(source="visits").count() == 2


def test_a_visit_that_was_taken_back_is_corrected(team: Team) -> None:
    mistaken = door(team, "1", TODAY)
    publish()
    mistaken.state, mistaken.settled_on = "refused", TODAY
    mistaken.save()
    publish()
    assert values() == [(TODAY, 0)]


def test_a_closed_campaign_keeps_what_was_published(team: Team, campaign: Campaign) -> None:
    door(team, "1", TODAY, phones=2)
    door(team, "2", TODAY)
    publish()
    close_campaign(campaign, actor="x", now=NOW)
    publish()
    assert values() == [(TODAY, 3)]


def test_doors_that_nobody_published_before_closing_still_count(
    team: Team, campaign: Campaign
) -> None:
    door(team, "1", TODAY, phones=2)
    close_campaign(campaign, actor="x", now=NOW)
    publish()
    assert values() == [(TODAY, 2)]


def test_doors_do_not_take_the_place_of_an_older_larger_report(team: Team, report: Any) -> None:
    report(WARD, 800, day=BEFORE)
    door(team, "1", TODAY)
    publish()
    now = current([WARD], "users", TODAY)[WARD]
    assert (now.value, now.source, now.day) == (800, "report", BEFORE)
    assert conflicts(WARD) == []


def test_a_report_that_comes_later_takes_the_place_of_doors_after_its_day(
    team: Team, report: Any
) -> None:
    door(team, "1", TODAY)
    publish()
    assert current([WARD], "users", TODAY)[WARD].source == "visits"
    report(WARD, 800, day=BEFORE)
    assert current([WARD], "users", TODAY)[WARD].value == 800
    assert not DailyValue.objects.filter(unit_path=WARD, day=TODAY).exists()


def test_more_doors_than_the_report_says_is_a_conflict_with_both_sides(
    team: Team, report: Any
) -> None:
    door(team, "1", TODAY, phones=9)
    publish()
    report(WARD, 5, day=TODAY)
    (found,) = conflicts(WARD)
    assert {(side.source, side.value) for side in found.statements} == {
        ("visits", 9),
        ("report", 5),
    }
    assert current([WARD], "users", TODAY)[WARD].value == 5


def test_more_doors_than_an_earlier_report_count_from_their_day_on(team: Team, report: Any) -> None:
    report(WARD, 5, day=BEFORE)
    door(team, "1", TODAY, phones=9)
    publish()
    assert current([WARD], "users", TODAY)[WARD].value == 9
    assert current([WARD], "users", BEFORE)[WARD].value == 5


def test_a_sum_of_doors_never_takes_the_place_of_a_units_own_report(
    campaign: Campaign, report: Any
) -> None:
    report("vn2020.30.288", 3000, day=BEFORE)
    for path in (WARD, OTHER_WARD, "vn2020.30.288.10513"):
        crew = Team.objects.create(campaign=campaign, unit_id=path, name="Tổ", created_at=NOW)
        door(crew, "1", TODAY)
    publish()
    assert current(["vn2020.30.288"], "users", TODAY)["vn2020.30.288"].value == 3000
