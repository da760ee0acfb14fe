"""What the teams found at the doors, and what follows for tomorrow; single teams and agencies."""

import datetime as dt
from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from bluezone.portal.campaign.agencies.services import (
    AgencyRequest,
    ReportRequest,
    add_report,
    create_agency,
)
from bluezone.portal.campaign.dashboards.board import Board, board
from bluezone.portal.campaign.dashboards.doors import doors_of, team_rows
from bluezone.portal.campaign.field.models import Campaign, Household, Team, Visit
from bluezone.portal.campaign.figures.services import record_denominator
from bluezone.portal.campaign.targets.services import parse, set_target
from bluezone.portal.units.models import Unit

NOW, TODAY = 1_597_472_640, dt.date(2020, 8, 15)
EARLY = NOW - 6 * 3600
DISTRICT, COMMUNE, OTHER = "vn2020.30.290", "vn2020.30.290.10546", "vn2020.30.290.10549"
LATER = TODAY + dt.timedelta(days=2)
Doors = Callable[..., Team]


@pytest.fixture
def doors(country: dict[str, Unit]) -> Doors:
    """Give a commune a team whose doors stand as told: `doors(path, refused=3, to_visit=2)`."""
    campaign = Campaign.objects.create(
        unit=country[DISTRICT], opened_at=NOW, opened_by="x", ends_on=dt.date(2020, 8, 30)
    )

    def make(path: str, *, day: dt.date = TODAY, **states: int) -> Team:
        unit = Unit.objects.get(pk=path)
        team = Team.objects.create(campaign=campaign, unit=unit, name="Tổ 1", created_at=NOW)
        for alley, (state, many) in enumerate(states.items()):
            for number in range(many):
                _door(team, state, day, (f"Ngõ {alley + 9}", number))
        return team

    return make


def _door(team: Team, state: str, day: dt.date, where: tuple[str, int]) -> None:
    open_states = {"to_visit", "absent"}
    home = Household.objects.create(
        unit_path=team.unit_id,
        team=team,
        alley=where[0],
        label=str(where[1]),
        position=where[1],
        smartphones=2,
        state=state,
        first_visit_on=None if state == "to_visit" else day,
        settled_on=None if state in open_states else day,
        installed_on=day if state == "installed" else None,
    )
    if state != "to_visit":
        Visit.objects.create(
            unit_path=team.unit_id,
            team=team,
            household=home,
            device="d",
            counter=home.pk,
            outcome=state,
            at=NOW,
            time=NOW,
            day=day,
            received_at=NOW,
        )


def _order(unit: Unit, phones: dict[str, int]) -> None:
    for path, value in phones.items():
        record_denominator(path, "smartphones", value, day=TODAY, source="x", actor="c", now=EARLY)
    target = parse("60 % of smartphone users by 20/8/2020", "en", 2020)
    set_target(unit, target, actor="chair", now=EARLY)


def _row(shown: Board, path: str) -> tuple[int, int]:
    row = next(row for row in shown.work.rows if row.unit.path == path)
    assert row.plan is not None
    return row.plan.winnable, row.plan.tomorrow


def test_doors_are_counted_by_what_became_of_them_on_the_evening(
    country: dict[str, Unit], doors: Doors
) -> None:
    doors(COMMUNE, installed=4, refused=3, absent=2, no_smartphone=1, to_visit=5)
    doors(OTHER, day=LATER, refused=7)
    found = doors_of(country[DISTRICT], [country[COMMUNE], country[OTHER]], TODAY)
    here, there = found[COMMUNE], found[OTHER]
    assert (here.households, here.left, here.absent) == (15, 7, 2)
    assert (here.installed, here.refused, here.no_smartphone) == (4, 3, 1)
    assert (here.refused_people, here.visits, here.won) == (6, 10, 4)
    assert (there.left, there.refused, there.absent, there.visits) == (7, 0, 0, 0)
    assert found[DISTRICT].households == 0


def test_doors_of_no_part_count_for_the_whole(country: dict[str, Unit], doors: Doors) -> None:
    doors(COMMUNE, refused=3)
    found = doors_of(country[DISTRICT], [country[OTHER]], TODAY)
    assert found[DISTRICT].refused == 3
    assert found[OTHER].households == 0


def test_whoever_refused_is_not_planned_for_again(
    evening: dict[str, Unit], doors: Doors, report: Callable[..., None]
) -> None:
    _order(evening[DISTRICT], {DISTRICT: 2000, COMMUNE: 1000, OTHER: 1000})
    report(TODAY, {DISTRICT: 800, COMMUNE: 400, OTHER: 400})
    before = _row(board(evening[DISTRICT], TODAY), COMMUNE)
    doors(COMMUNE, refused=100)
    after = _row(board(evening[DISTRICT], TODAY), COMMUNE)
    assert before[0] - after[0] == 200  # two smartphones behind each door
    assert after[1] < before[1]


def test_hands_limit_the_plan_only_where_the_lists_hold_most_of_the_phones(
    evening: dict[str, Unit], doors: Doors, report: Callable[..., None]
) -> None:
    _order(evening[COMMUNE], {COMMUNE: 1000})
    report(TODAY, {COMMUNE: 500})
    few = doors(COMMUNE, installed=10, to_visit=20)
    unlimited = board(evening[COMMUNE], TODAY).work.rows[0].plan
    for number in range(400):
        _door(few, "to_visit", TODAY, ("Ngõ 99", number))
    limited = board(evening[COMMUNE], TODAY).work.rows[0].plan
    assert unlimited is not None
    assert limited is not None
    assert limited.in_all < unlimited.in_all == 100


def test_a_commune_shows_each_team_with_doors_done_and_left_and_where_it_goes_next(
    officer_page: Client, evening: dict[str, Unit], doors: Doors
) -> None:
    team = doors(COMMUNE, installed=4, absent=2, to_visit=5)
    row = team_rows(evening[COMMUNE], TODAY)[0]
    assert (row.team, row.households, row.done, row.left, row.next) == (team, 11, 4, 7, "Ngõ 10")
    shown = BeautifulSoup(officer_page.get(f"/campaign/{COMMUNE}/").content, "html.parser")
    cells = [cell.text for cell in shown.select("[aria-labelledby=team-rows] tbody tr > *")]
    assert cells == ["Tổ 1", "Xã 10546", "11", "4", "7", "4", "Ngõ 10"]
    higher = officer_page.get(f"/campaign/{DISTRICT}/").content.decode()
    assert 'id="team-rows"' not in higher
    assert "Doors left" in higher


def test_agencies_of_the_unit_are_listed_and_small_numbers_are_not(
    officer_page: Client, evening: dict[str, Unit]
) -> None:
    for name, phones, installed in (("Trạm y tế", 30, 4), ("Trường học", 40, 34)):
        request = AgencyRequest(name, "agency", "report", phones, phones)
        agency = create_agency(request, evening[COMMUNE], "c", now=NOW, from_day=TODAY)
        add_report(agency, ReportRequest(TODAY, installed, 0), "head", now=NOW)
    shown = BeautifulSoup(officer_page.get(f"/campaign/{COMMUNE}/").content, "html.parser")
    cells = [
        [cell.text.strip() for cell in row.find_all(["th", "td"])]
        for row in shown.select("[aria-labelledby=own-agencies] tbody tr")
    ]
    rows = {row[0]: row[1:3] for row in cells}
    assert rows["Trường học"] == ["34 of 40", "85.0%"]
    assert "4" not in rows["Trạm y tế"][0].split()
    assert rows["Trạm y tế"][1] == "–"


def test_what_to_do_tomorrow_says_who_refused_and_who_was_not_home(
    officer_page: Client, evening: dict[str, Unit], doors: Doors
) -> None:
    doors(COMMUNE, refused=3, absent=2, no_smartphone=1, to_visit=5)
    text = officer_page.get(f"/campaign/{DISTRICT}/").content.decode()
    assert "Doors: 7 of 11 are still to be visited; at 2 of them nobody was home so far." in text
    assert "3 refused, 1 have no smartphone." in text
