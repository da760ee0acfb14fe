"""The bar: each role finds its pages, starts where its work is, and fits on a phone."""

import datetime as dt

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from bluezone.portal import clock
from bluezone.portal.accounts.memberships import create_member
from bluezone.portal.accounts.middleware import SEEN, STARTED
from bluezone.portal.accounts.models import Role, User
from bluezone.portal.accounts.services import create_staff
from bluezone.portal.navigation import MOST_BESIDE, start_page
from bluezone.portal.units.models import Edition, Level, Unit

PASSWORD = "mot hai ba bon nam"
PROVINCE = "vn2020.30"


@pytest.fixture
def province(db: None) -> Unit:
    days = {"valid_from": dt.date(2020, 1, 1), "valid_to": dt.date(2025, 1, 1)}
    Edition.objects.create(id="vn2020", country="vn", name="2020", **days)
    made = None
    levels = (Level.NATION, Level.PROVINCE, Level.DISTRICT)
    for level, (path, name) in zip(
        levels,
        (("vn2020", "Việt Nam"), (PROVINCE, "Hải Dương"), (f"{PROVINCE}.290", "Chí Linh")),
        strict=True,
    ):
        made = Unit.objects.create(
            path=path,
            edition_id="vn2020",
            parent=made,
            level=level,
            code=path,
            name=name,
            full_name=name,
            search_name=name.lower(),
            search_full=name.lower(),
            initials="x",
        )
    return Unit.objects.get(pk=PROVINCE)


def member(unit: Unit, *roles: Role) -> User:
    user = create_staff("-".join(roles), PASSWORD, "", display_name="Hoa", language="en")
    for role in roles:
        create_member(user, unit, role)
    return User.objects.get(pk=user.pk)


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    session = client.session
    session[STARTED] = session[SEEN] = clock.desk_now()
    session.save()
    client.cookies["language"] = user.language
    return client


def bar(client: Client, address: str) -> BeautifulSoup:
    answer = client.get(address)
    assert answer.status_code == 200
    found = BeautifulSoup(answer.content, "html.parser").find("header")
    assert isinstance(found, BeautifulSoup) or found is not None
    return found  # type: ignore[return-value] # a Tag, which has the same questions


def entries(found: BeautifulSoup) -> dict[str, str]:
    return {link.text: str(link["href"]) for link in found.select("nav a")}


def test_an_officer_starts_at_the_dashboard_of_the_own_unit(province: Unit) -> None:
    user = member(province, Role.CAMPAIGN_OFFICER)
    assert start_page(user) == f"/campaign/{PROVINCE}/"
    answer = Client().post("/sign-in/", {"username": user.username, "password": PASSWORD})
    assert answer["Location"] == f"/campaign/{PROVINCE}/"


@pytest.mark.parametrize(
    ("role", "start"),
    [
        (Role.UNIT_MANAGER, f"/campaign/{PROVINCE}/"),
        (Role.AUDITOR, f"/campaign/{PROVINCE}/"),
        (Role.TEAM_MEMBER, "/field/start/"),
        (Role.AGENCY_HEAD, "/campaign/agencies/"),
        (Role.HEALTH_WORKER, "/cases/"),
    ],
)
def test_each_role_starts_where_its_work_is_and_may_open_it(
    province: Unit, role: Role, start: str
) -> None:
    user = member(province, role)
    found = start_page(user)
    assert found == start if role != Role.AGENCY_HEAD else "agenc" in found
    assert browser(user).get(found).status_code == 200


def test_a_campaign_role_on_the_account_itself_starts_at_the_nation(
    province: Unit,
) -> None:
    user = create_staff("vinh", PASSWORD, Role.CAMPAIGN_OFFICER, display_name="Vinh")
    assert start_page(user) == "/campaign/vn2020/"


def test_without_units_nobody_is_sent_to_a_dashboard(db: None) -> None:
    user = create_staff("vinh", PASSWORD, Role.CAMPAIGN_OFFICER, display_name="Vinh")
    assert start_page(user) == "/account/"
    assert browser(user).get("/account/").status_code == 200


@pytest.mark.parametrize(
    "role", [Role.CAMPAIGN_OFFICER, Role.UNIT_MANAGER, Role.AUDITOR, Role.TEAM_MEMBER]
)
def test_every_link_of_the_bar_opens(province: Unit, role: Role) -> None:
    user = member(province, role)
    client = browser(user)
    found = entries(bar(client, start_page(user)))
    assert len(found) >= 4
    for title, address in found.items():
        assert client.get(address, follow=True).status_code == 200, title


def test_an_officer_finds_figures_targets_teams_agencies_and_units_of_the_own_unit(
    province: Unit,
) -> None:
    found = entries(bar(browser(member(province, Role.CAMPAIGN_OFFICER)), f"/campaign/{PROVINCE}/"))
    assert found["Dashboard"] == f"/campaign/{PROVINCE}/"
    for title, ending in (
        ("Figures", "figures/"),
        ("Targets", "targets/"),
        ("Teams", "teams/"),
        ("Agencies", "agencies/"),
    ):
        assert found[title] == f"/campaign/{PROVINCE}/{ending}"
    assert found["Units"] == "/units/"


def test_the_page_of_a_unit_below_is_marked_as_the_same_page_of_the_own_unit(
    province: Unit,
) -> None:
    client = browser(member(province, Role.CAMPAIGN_OFFICER))
    for address, title in (
        (f"/campaign/{PROVINCE}.290/", "Dashboard"),
        (f"/campaign/{PROVINCE}.290/targets/", "Targets"),
    ):
        marked = bar(client, address).select("nav [aria-current=page]")
        assert [link.text for link in marked] == [title]


def test_only_a_few_links_stand_beside_each_other_the_others_behind_more(
    province: Unit, lan: User
) -> None:
    many = bar(browser(member(province, Role.UNIT_MANAGER)), f"/campaign/{PROVINCE}/")
    assert len(many.select("nav > a")) == MOST_BESIDE - 1
    assert len(many.select("nav details li a")) >= 5
    few = bar(browser(lan), "/cases/")
    assert not few.select("nav details")
    assert len(few.select("nav > a")) <= MOST_BESIDE


@pytest.mark.parametrize(
    ("role", "room"),
    [
        (Role.CAMPAIGN_OFFICER, "Campaign"),
        (Role.AGENCY_HEAD, "Campaign"),
        (Role.HEALTH_WORKER, "Health desk"),
    ],
)
def test_the_brand_names_the_room_of_the_reader(province: Unit, role: Role, room: str) -> None:
    user = member(province, role)
    assert bar(browser(user), start_page(user)).select_one(".desk").text == room  # type: ignore[union-attr]


def test_an_administrator_and_a_stranger_are_not_told_that_they_are_at_the_health_desk(
    binh: User, stranger: Client
) -> None:
    assert bar(browser(binh), "/audit/").select_one(".desk").text == "Quản trị"  # type: ignore[union-attr]
    assert "Bàn y tế" not in stranger.get("/sign-in/").content.decode()


def test_the_pages_of_a_unit_link_to_each_other_for_whoever_may(province: Unit, lan: User) -> None:
    officer = browser(member(province, Role.CAMPAIGN_OFFICER))
    for address in (f"/campaign/{PROVINCE}/", f"/units/{PROVINCE}/"):
        shown = BeautifulSoup(officer.get(address).content, "html.parser")
        found = {link.text: link["href"] for link in shown.select(".unit-links a")}
        assert {"Figures", "Targets", "Agencies", "Teams"} <= set(found)
        assert address not in found.values()
    assert ".unit-links" not in browser(lan).get(f"/units/{PROVINCE}/").content.decode()
    desk = BeautifulSoup(browser(lan).get(f"/units/{PROVINCE}/").content, "html.parser")
    assert not desk.select(".unit-links")
