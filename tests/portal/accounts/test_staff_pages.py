"""The staff of a unit: who sees whom, who changes what, and the count of queries."""

from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from bluezone.portal.accounts import people
from bluezone.portal.accounts.errors import ForbiddenPersonError
from bluezone.portal.accounts.memberships import create_member
from bluezone.portal.accounts.models import Membership, Role, User
from bluezone.portal.accounts.services import create_staff
from bluezone.portal.audit.models import Entry
from bluezone.portal.units.models import Unit

PASSWORD = "mot hai ba bon nam"
NATION, HAI_DUONG, HAI_PHONG = "vn2020", "vn2020.30", "vn2020.31"
SAO_DO, DONG_TAM = "vn2020.30.290.10549", "vn2020.31.303.11290"


@pytest.fixture
def far(member: Any) -> User:
    """Somebody of Hải Phòng."""
    found: User = member("phong", Role.TEAM_MEMBER, DONG_TAM)
    return found


@pytest.fixture
def chief(cast: dict[str, User], hand: Any) -> Client:
    """The browser of the manager of Hải Dương."""
    browser: Client = hand.browser_of(cast["unit_manager"])
    return browser


def test_a_manager_sees_the_staff_of_the_unit_and_below_and_nobody_else(
    cast: dict[str, User], far: User, member: Any, chief: Client, hand: Any
) -> None:
    member("sao", Role.TEAM_MEMBER, SAO_DO)
    page = hand.words(chief.get(f"/account/staff/{HAI_DUONG}/"))
    assert "Sao" in page
    assert "Team-Member" in page
    assert "Phong" not in page
    below = hand.words(chief.get(f"/account/staff/{SAO_DO}/"))
    assert "Sao" in below
    assert "Team-Member" not in below


def test_a_manager_of_one_unit_goes_straight_to_it(chief: Client) -> None:
    assert chief.get("/account/staff/")["Location"] == f"/account/staff/{HAI_DUONG}/"


@pytest.mark.parametrize("path", [NATION, HAI_PHONG, DONG_TAM, "vn2020.300", "vn2020.99", "x"])
def test_the_staff_of_another_unit_does_not_exist(chief: Client, far: User, path: str) -> None:
    assert chief.get(f"/account/staff/{path}/").status_code == 404
    assert chief.get(f"/account/staff/{path}/invite/").status_code == 404
    data = {"display_name": "x", "role": "team_member", "language": "vi"}
    assert chief.post(f"/account/staff/{path}/invite/", data).status_code == 404


def test_a_person_of_another_unit_does_not_exist(chief: Client, far: User) -> None:
    role = far.memberships.get().pk
    assert chief.get(f"/account/people/{far.pk}/").status_code == 404
    for path in (
        f"/account/people/{far.pk}/state/",
        f"/account/people/{far.pk}/link/",
        f"/account/roles/{role}/",
        f"/account/roles/{role}/end/",
        "/account/people/999999/state/",
        "/account/roles/999999/end/",
    ):
        assert chief.post(path, {"role": "team_member"}).status_code == 404, path
    far.refresh_from_db()
    assert far.is_active
    assert far.scopes == ((DONG_TAM, "team_member"),)


def test_an_invitation_of_another_unit_cannot_be_withdrawn(
    chief: Client, far: User, units: dict[str, Unit], member: Any, hand: Any
) -> None:
    other = hand.browser_of(member("chief", Role.UNIT_MANAGER, HAI_PHONG))
    data = {"display_name": "x", "role": "team_member", "language": "vi"}
    other.post(f"/account/staff/{HAI_PHONG}/invite/", data)
    from bluezone.portal.accounts.models import Invitation  # noqa: PLC0415 - only here

    row = Invitation.objects.get()
    path = f"/account/staff/{HAI_DUONG}/invitations/{row.pk}/withdraw/"
    assert chief.post(path).status_code == 404
    row.refresh_from_db()
    assert row.ended_at is None


@pytest.mark.parametrize("role", [role for role in Role.values if role != Role.UNIT_MANAGER])
def test_staff_pages_open_for_those_who_manage_staff(
    cast: dict[str, User], hand: Any, role: str
) -> None:
    expected = 200 if role == Role.ADMINISTRATOR else 403
    client = hand.browser_of(cast[role])
    assert client.get(f"/account/staff/{HAI_DUONG}/").status_code == expected
    assert client.get(f"/account/staff/{HAI_PHONG}/").status_code == 404
    person = cast["team_member"].pk
    assert client.get(f"/account/people/{person}/").status_code == expected


def test_of_a_person_with_two_units_a_manager_sees_one(
    cast: dict[str, User], units: dict[str, Unit], chief: Client, hand: Any
) -> None:
    helper = cast["team_member"]
    create_member(helper, units[DONG_TAM], Role.CAMPAIGN_OFFICER)
    page = hand.words(chief.get(f"/account/people/{helper.pk}/"))
    assert "Hải Dương" in page
    assert "Đồng Tâm" not in page
    assert "not yours to give" in page
    assert chief.post(f"/account/people/{helper.pk}/state/").status_code == 403
    assert chief.post(f"/account/people/{helper.pk}/link/").status_code == 403
    helper.refresh_from_db()
    assert helper.is_active


def test_a_manager_changes_and_ends_a_role(cast: dict[str, User], chief: Client) -> None:
    helper = cast["team_member"]
    row = helper.memberships.get()
    response = chief.post(f"/account/roles/{row.pk}/", {"role": "campaign_officer"})
    assert response["Location"] == f"/account/people/{helper.pk}/"
    row = helper.memberships.get()
    assert row.role == Role.CAMPAIGN_OFFICER
    assert chief.post(f"/account/roles/{row.pk}/end/").status_code == 302
    assert not helper.memberships.exists()
    done = Entry.objects.filter(actor="unit-manager").values_list("action", flat=True)
    assert set(done) >= {"membership.given", "membership.ended"}


@pytest.mark.parametrize("role", ["administrator", "auditor", "health_worker", "king", ""])
def test_a_role_above_the_managers_own_is_refused(
    cast: dict[str, User], chief: Client, role: str
) -> None:
    row = cast["team_member"].memberships.get()
    assert chief.post(f"/account/roles/{row.pk}/", {"role": role}).status_code == 403
    row.refresh_from_db()
    assert row.role == Role.TEAM_MEMBER


@pytest.mark.parametrize("role", ["administrator", "auditor", "health_worker"])
def test_a_manager_cannot_touch_those_above(
    cast: dict[str, User], chief: Client, hand: Any, role: str
) -> None:
    person = cast[role]
    row = person.memberships.get()
    assert "Only an administrator" in hand.words(chief.get(f"/account/people/{person.pk}/"))
    assert chief.post(f"/account/roles/{row.pk}/", {"role": "team_member"}).status_code == 403
    assert chief.post(f"/account/roles/{row.pk}/end/").status_code == 403
    assert chief.post(f"/account/people/{person.pk}/state/").status_code == 403
    assert chief.post(f"/account/people/{person.pk}/link/").status_code == 403
    assert Membership.objects.filter(pk=row.pk, role=role).exists()


def test_nobody_changes_themselves(cast: dict[str, User], chief: Client, hand: Any) -> None:
    me = cast["unit_manager"]
    row = me.memberships.get()
    page = hand.words(chief.get(f"/account/people/{me.pk}/"))
    assert "Nobody changes their own roles" in page
    assert chief.post(f"/account/roles/{row.pk}/", {"role": "team_member"}).status_code == 403
    assert chief.post(f"/account/roles/{row.pk}/end/").status_code == 403
    assert chief.post(f"/account/people/{me.pk}/state/").status_code == 403


def test_a_closed_account_is_out_at_once_and_can_be_opened_again(
    cast: dict[str, User], chief: Client, hand: Any
) -> None:
    helper = cast["team_member"]
    phone = hand.browser_of(helper)
    assert phone.get("/account/").status_code == 200
    chief.post(f"/account/people/{helper.pk}/state/", {"close": "1"})
    assert phone.get("/account/").status_code == 302
    data = {"username": helper.username, "password": PASSWORD}
    assert Client().post("/sign-in/", data).status_code == 422
    assert "Closed" in hand.words(chief.get(f"/account/people/{helper.pk}/"))
    chief.post(f"/account/people/{helper.pk}/state/", {"reopen": "1"})
    assert Client().post("/sign-in/", data).status_code == 302
    done = list(Entry.objects.filter(action__startswith="account.").values_list("action"))
    assert ("account.closed",) in done
    assert ("account.reopened",) in done


def test_an_administrator_of_the_installation_reaches_everybody(
    cast: dict[str, User], far: User, lan: User, office: Client, hand: Any
) -> None:
    office.cookies["language"] = "en"
    page = hand.words(office.get("/account/staff/"))
    assert "BS Lan" in page
    assert "Việt Nam" in page
    found = hand.words(office.get("/account/staff/?q=hai"))
    assert "Hải Phòng" in found
    for path in (NATION, HAI_PHONG):
        assert "Phong" in hand.words(office.get(f"/account/staff/{path}/"))
    assert office.post(f"/account/people/{lan.pk}/state/").status_code == 302
    lan.refresh_from_db()
    assert not lan.is_active


def test_an_administrator_of_a_unit_is_none_of_the_installation(
    cast: dict[str, User], lan: User, hand: Any
) -> None:
    client = hand.browser_of(cast["administrator"])
    for path in ("/api-keys/", "/audit/", "/messages/"):
        assert client.get(path).status_code == 403, path
    assert client.post(f"/account/people/{lan.pk}/state/").status_code == 404


def test_whoever_manages_two_units_chooses(
    cast: dict[str, User], units: dict[str, Unit], hand: Any
) -> None:
    create_member(cast["unit_manager"], units[HAI_PHONG], Role.UNIT_MANAGER)
    page = hand.words(hand.browser_of(cast["unit_manager"]).get("/account/staff/"))
    assert "Hải Dương" in page
    assert "Hải Phòng" in page
    assert "Whole installation" not in page


def test_people_and_units_below_are_found_by_name(
    cast: dict[str, User], chief: Client, hand: Any
) -> None:
    page = hand.words(chief.get(f"/account/staff/{HAI_DUONG}/?q=auditor&unit=sao do"))
    assert "Auditor" in page
    assert "Team-Member" not in page
    assert SAO_DO in page
    assert "No unit below" in hand.words(chief.get(f"/account/staff/{HAI_DUONG}/?unit=le chan"))


@pytest.mark.parametrize("count", [1, 60])
def test_the_list_asks_the_database_a_fixed_number_of_times(
    cast: dict[str, User],
    units: dict[str, Unit],
    chief: Client,
    django_assert_num_queries: Any,
    hand: Any,
    count: int,
) -> None:
    for number in range(count):
        user = create_staff(f"person{number}", PASSWORD, "")
        create_member(user, units[SAO_DO], Role.TEAM_MEMBER)
    # session, user, memberships, unit, count, rows, invitations
    with django_assert_num_queries(7):
        page = chief.get(f"/account/staff/{HAI_DUONG}/")
    rows = BeautifulSoup(page.content, "html.parser").select("tbody tr")
    assert len(rows) == min(len(cast) + count, 50)
    assert f"of {len(cast) + count} roles" in hand.words(page)


def test_the_page_of_a_person_asks_the_database_a_fixed_number_of_times(
    cast: dict[str, User], units: dict[str, Unit], chief: Client, django_assert_num_queries: Any
) -> None:
    helper = cast["team_member"]
    create_member(helper, units[SAO_DO], Role.TEAM_MEMBER)
    # session, user, memberships, person, their scopes, their rows
    with django_assert_num_queries(6):
        assert chief.get(f"/account/people/{helper.pk}/").status_code == 200


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_stranger_sees_no_staff(units: dict[str, Unit], stranger: Client, method: str) -> None:
    for path in (f"/account/staff/{HAI_DUONG}/", "/account/staff/", "/account/people/1/"):
        response = getattr(stranger, method)(path)
        assert response["Location"].startswith("/sign-in/"), path


def test_somebody_is_always_left_who_administers_the_installation(binh: User, lan: User) -> None:
    """Two administrators who close each other at the same moment: the later one is refused."""
    other = create_staff("hoa", PASSWORD, Role.ADMINISTRATOR)
    people.close_account(binh, other)
    with pytest.raises(ForbiddenPersonError):
        people.close_account(other, binh)
    stale = User.objects.get(pk=other.pk)
    stale.is_active = True  # as its own request still believes
    with pytest.raises(ForbiddenPersonError):
        people.close_account(stale, binh)
    assert User.objects.get(pk=binh.pk).is_active
    people.close_account(binh, lan)
    assert not User.objects.get(pk=lan.pk).is_active
