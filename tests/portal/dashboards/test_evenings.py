"""As of an evening: whatever comes on a later day changes nothing of it. Villages; 34 provinces."""

import datetime as dt
from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from bluezone.portal import clock
from bluezone.portal.accounts.memberships import create_member
from bluezone.portal.accounts.models import Role, User
from bluezone.portal.accounts.services import create_staff
from bluezone.portal.campaign.agencies.services import (
    AgencyRequest,
    ReportRequest,
    add_report,
    change_agency,
    create_agency,
)
from bluezone.portal.campaign.field.models import Campaign, Household, Team, Visit
from bluezone.portal.campaign.figures.models import Figure
from bluezone.portal.campaign.figures.services import (
    NewFigure,
    correct,
    record_denominator,
    record_figures,
)
from bluezone.portal.campaign.targets.services import change_target, parse, set_target
from bluezone.portal.units.models import Edition, Level, Unit
from bluezone.portal.units.tiles import map_of

NOW, DAY_S = 1_597_472_640, 86_400
TODAY = dt.date(2020, 8, 15)
LATER = dt.date(2020, 8, 18)
AFTER = NOW + 3 * DAY_S
HAI_DUONG, COMMUNE = "vn2020.30", "vn2020.30.290.10546"
Report = Callable[[dt.date, dict[str, int]], None]


def main_text(client: Client, address: str) -> str:
    """Return the words of a page without its foot, which has the time of printing."""
    answer = client.get(address)
    assert answer.status_code == 200
    main = BeautifulSoup(answer.content, "html.parser").find("main")
    assert main is not None
    for foot in main.select(".address, .no-print"):
        foot.decompose()
    return " ".join(main.get_text(" ").split())


@pytest.fixture
def scene(evening: dict[str, Unit], report: Report) -> dict[str, Unit]:
    """The evening with figures of three days, an agency that reports, and a team at its doors."""
    for back in (2, 1, 0):
        day = TODAY - dt.timedelta(days=back)
        report(day, {"vn2020.30.290": 20_000 - 900 * back, COMMUNE: 1000 - 50 * back})
    request = AgencyRequest("Sở Y tế", "department", "report", 60, 50)
    start = TODAY - dt.timedelta(days=9)
    agency = create_agency(request, evening[HAI_DUONG], "c", now=NOW - DAY_S, from_day=start)
    add_report(agency, ReportRequest(TODAY, 31, 5), "head", now=NOW)
    campaign = Campaign.objects.create(
        unit=evening[HAI_DUONG], opened_at=NOW, opened_by="x", ends_on=dt.date(2020, 8, 30)
    )
    team = Team.objects.create(
        campaign=campaign, unit=evening[COMMUNE], name="Tổ 1", created_at=NOW
    )
    for number in range(9):
        Household.objects.create(
            unit_path=COMMUNE, team=team, alley="Ngõ 1", label=str(number), position=number
        )
    return evening


def _figures(units: dict[str, Unit], report: Report) -> None:
    report(LATER, {HAI_DUONG: 390_001, "vn2020.30.290": 39_001, COMMUNE: 3901, "vn2020.01": 9})


def _correction(units: dict[str, Unit], report: Report) -> None:
    report(LATER, {HAI_DUONG: 390_001})
    row = Figure.objects.get(unit_path=HAI_DUONG, day=LATER)
    correct(row, 389_777, reason="typing", actor="clerk", now=AFTER)


def _denominators(units: dict[str, Unit], report: Report) -> None:
    for path in (HAI_DUONG, "vn2020.30.290", COMMUNE, "vn2020"):
        for base in ("people", "adults", "smartphones"):
            record_denominator(path, base, 777, day=LATER, source="x", actor="c", now=AFTER)


def _targets(units: dict[str, Unit], report: Report) -> None:
    text = "11 % of smartphone users by 30/8/2020"
    set_target(units["vn2020.30.290"], parse(text, "en", 2020), actor="chair", now=AFTER)
    changed = parse(text, "en", 2020)
    change_target(units[HAI_DUONG], 1, changed, version=1, actor="chair", now=AFTER)


def _agencies(units: dict[str, Unit], report: Report) -> None:
    old = units[HAI_DUONG].agencies.get()
    add_report(old, ReportRequest(LATER, 44, 9), "head", now=AFTER)
    resized = AgencyRequest("Sở Y tế", "department", "report", 70, 66)
    change_agency(old, resized, "c", now=AFTER)
    new = AgencyRequest("Sở Xây dựng", "department", "report", 90, 80)
    create_agency(new, units[HAI_DUONG], "c", now=AFTER)


def _visits(units: dict[str, Unit], report: Report) -> None:
    for home in Household.objects.all():
        Household.objects.filter(pk=home.pk).update(
            state="refused", first_visit_on=LATER, settled_on=LATER, last_outcome="refused"
        )
        Visit.objects.create(
            unit_path=COMMUNE,
            team=home.team,
            household=home,
            device="d",
            counter=home.pk,
            outcome="refused",
            at=AFTER,
            time=AFTER,
            day=LATER,
            received_at=AFTER,
        )


@pytest.mark.parametrize(
    "later", [_figures, _correction, _denominators, _targets, _agencies, _visits]
)
@pytest.mark.parametrize("path", [HAI_DUONG, "vn2020.30.290", COMMUNE])
def test_nothing_of_a_later_day_is_on_the_page_of_an_evening(
    officer_page: Client,
    scene: dict[str, Unit],
    report: Report,
    later: Callable[[dict[str, Unit], Report], None],
    path: str,
) -> None:
    address = f"/campaign/{path}/?day=2020-08-15"
    clock.use(lambda: float(AFTER))
    before = main_text(officer_page, address)
    later(scene, report)
    assert main_text(officer_page, address) == before


def test_a_village_has_its_progress_although_nothing_is_below_it(
    officer_page: Client, evening: dict[str, Unit], report: Report
) -> None:
    village = Unit.objects.create(
        path=f"{COMMUNE}.v01",
        edition_id="vn2020",
        parent_id=COMMUNE,
        level=Level.VILLAGE,
        code="v01",
        name="Thôn Đông",
        full_name="Thôn Đông",
        search_name="thon dong",
        search_full="thon dong",
        initials="td",
    )
    for day, value in ((13, 40), (14, 55), (15, 71)):
        report(dt.date(2020, 8, day), {village.path: value})
    shown = BeautifulSoup(officer_page.get(f"/campaign/{village.path}/").content, "html.parser")
    assert shown.select("svg.progress")
    assert "71" in shown.select_one(".big-number").text  # type: ignore[union-attr]
    assert shown.select("[aria-labelledby=progress-table] tbody tr")
    assert not shown.select("#ranking")


@pytest.fixture
def merged(db: None) -> dict[str, Unit]:
    """Việt Nam with its 34 provinces of July 2025."""
    Edition.objects.create(
        id="vn2025", country="vn", name="2025", valid_from=dt.date(2020, 7, 1), valid_to=None
    )
    drawn = map_of("vn2025")
    assert drawn is not None
    made = {}
    for path, name in [
        ("vn2025", "Việt Nam"),
        *((f"vn2025.{code}", f"Tỉnh {code}") for code in drawn.provinces),
    ]:
        made[path] = Unit.objects.create(
            path=path,
            edition_id="vn2025",
            parent_id="vn2025" if "." in path else None,
            level=Level.PROVINCE if "." in path else Level.NATION,
            code=path.rpartition(".")[2],
            name=name,
            full_name=name,
            search_name=name.lower(),
            search_full=name.lower(),
            initials="x",
        )
    return made


def test_the_34_provinces_since_2025_have_their_own_map_with_the_islands(
    merged: dict[str, Unit], lead: Client
) -> None:
    figures = [
        NewFigure(path, "users", TODAY, 1000 + 10 * number, "report")
        for number, path in enumerate(merged)
        if "." in path
    ]
    record_figures(figures, actor="clerk", now=NOW, today=TODAY, trusted=True)
    shown = BeautifulSoup(lead.get("/campaign/vn2025/").content, "html.parser")
    tiles = shown.select("svg.tile-map g.tile")
    assert len(tiles) == 34 + 2
    text = shown.select_one("svg.tile-map").get_text(" ")  # type: ignore[union-attr]
    assert "Hoàng" in text
    assert "Trường" in text
    places = {(tile.rect["x"], tile.rect["y"]) for tile in tiles if tile.rect}
    assert len(places) == 34 + 2
    assert len(shown.select("#ranking ~ .table tbody tr")) == 34


@pytest.fixture
def lead(merged: dict[str, Unit], login: Callable[[User], Client]) -> Client:
    user = create_staff("vinh", "mot hai ba bon nam", "", display_name="Vinh", language="en")
    create_member(user, merged["vn2025"], Role.CAMPAIGN_OFFICER)
    return login(user)
