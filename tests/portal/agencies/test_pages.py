"""The pages of agencies: who gets in, what they show, what they refuse."""

from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.http import HttpResponse
from django.test import Client

from bluezone.portal.accounts.models import Role, User
from bluezone.portal.campaign.agencies.models import Agency, AgencyHead, Report, Slip
from bluezone.portal.units.models import Unit


def page(response: HttpResponse) -> BeautifulSoup:
    return BeautifulSoup(response.content, "html.parser")


@pytest.fixture
def base(agency: Agency) -> str:
    return f"/campaign/vn2020.30/agencies/{agency.pk}/"


@pytest.fixture
def as_officer(officer: User, browser: Any) -> Client:
    return browser(officer)


@pytest.fixture
def as_head(head: User, browser: Any) -> Client:
    return browser(head)


FORM = {
    "name": "Sở Giáo dục",
    "kind": "department",
    "staff": "30",
    "smartphones": "25",
    "way": "vouchers",
}


def test_every_page_is_sound(as_officer: Client, base: str, slips: Any) -> None:
    top = "/campaign/vn2020.30/agencies/"
    slips(2)
    for address in (top, f"{top}new/", f"{top}import/", base, f"{base}edit/", f"{base}report/"):
        response = as_officer.get(address)
        assert response.status_code == 200, address
        html = page(response)
        assert len(html.find_all("h1")) == 1
        assert not html.find_all("style")
        assert not html.find_all(style=True)
        assert all(tag.get("src") and not tag.string for tag in html.find_all("script"))
        ids = [tag["id"] for tag in html.find_all(id=True)]
        assert len(ids) == len(set(ids)), address
        for field in html.select("input:not([type=hidden]), select, textarea"):
            assert html.find("label", attrs={"for": field["id"]}), (address, field)


ROLES = {
    Role.CAMPAIGN_OFFICER: (200, 200, 200),
    Role.UNIT_MANAGER: (200, 200, 200),
    Role.AUDITOR: (200, 403, 403),
    Role.TEAM_MEMBER: (200, 403, 403),
    Role.HEALTH_WORKER: (403, 403, 403),
    Role.AGENCY_HEAD: (403, 403, 404),
}


@pytest.mark.parametrize("role", list(ROLES))
def test_each_role_sees_what_it_may(
    province: Unit, base: str, member: Any, browser: Any, role: Role
) -> None:
    client = browser(member("mai", province, role))
    top = "/campaign/vn2020.30/agencies/"
    found = tuple(client.get(address).status_code for address in (top, f"{top}new/", base))
    assert found == ROLES[role]


def test_a_head_sees_the_own_agency_and_no_other(
    as_head: Client, base: str, make_agency: Any, province: Unit
) -> None:
    other = make_agency(province, "Sở Tài chính")
    assert as_head.get("/agencies/")["Location"] == base
    assert as_head.get(base).status_code == 200
    assert as_head.get(f"{base}edit/").status_code == 403
    for call in ("", "report/"):
        assert as_head.get(f"/campaign/vn2020.30/agencies/{other.pk}/{call}").status_code == 404
    stolen = f"/campaign/vn2020.30/agencies/{other.pk}/print/"
    assert as_head.post(stolen, {"purpose": "staff", "count": "5"}).status_code == 404
    assert not Slip.objects.exists()


def test_a_neighbour_sees_nothing(
    neighbour: Unit, base: str, member: Any, browser: Any, agency: Agency
) -> None:
    client = browser(member("nam", neighbour, Role.CAMPAIGN_OFFICER))
    assert client.get("/campaign/vn2020.30/agencies/").status_code == 404
    assert client.get(base).status_code == 404
    assert client.get(f"/campaign/vn2020.22/agencies/{agency.pk}/").status_code == 404


def test_everybody_finds_the_way_to_their_agencies(
    as_head: Client, as_officer: Client, make_agency: Any, province: Unit, head: User
) -> None:
    assert as_officer.get("/agencies/")["Location"] == "/campaign/vn2020.30/agencies/"
    second = make_agency(province, "Sở Tài chính")
    AgencyHead.objects.create(agency=second, user=head)
    found = page(as_head.get("/agencies/"))
    assert [link.text for link in found.select("main li a")] == ["Sở Tài chính", "Sở Y tế"]
    assert found.select_one("nav a[href='/agencies/'][aria-current=page]") is not None
    AgencyHead.objects.all().delete()
    assert page(as_head.get("/agencies/")).select_one("main .empty") is not None


def test_a_former_head_sees_nothing(as_head: Client, head: User, base: str) -> None:
    head.memberships.all().delete()
    assert as_head.get(base).status_code == 404
    assert AgencyHead.objects.exists()


def test_a_stranger_is_asked_to_sign_in(stranger: Client, base: str) -> None:
    for address in ("/agencies/", "/campaign/vn2020.30/agencies/", base, f"{base}print/"):
        assert stranger.get(address).status_code == 302, address


def test_an_officer_adds_an_agency_with_its_head(
    as_officer: Client, province: Unit, member: Any
) -> None:
    member("hoa", province, Role.AGENCY_HEAD)
    answer = as_officer.post("/campaign/vn2020.30/agencies/new/", {**FORM, "head": "hoa"})
    made = Agency.objects.get(name="Sở Giáo dục")
    assert answer["Location"] == f"/campaign/vn2020.30/agencies/{made.pk}/"
    assert made.heads.get().user.username == "hoa"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"smartphones": "31"}, "more_than_staff"),
        ({"staff": "85%"}, "not_a_number"),
        ({"head": "nobody"}, "invalid_agency"),
        ({"head": "oanh-2"}, "invalid_agency"),
        ({"name": "Sở Y tế"}, "invalid_agency"),
    ],
)
def test_a_wrong_agency_is_refused_with_a_reason(
    as_officer: Client, agency: Agency, change: dict[str, str], code: str
) -> None:
    answer = as_officer.post("/campaign/vn2020.30/agencies/new/", {**FORM, **change})
    assert answer.status_code == 422
    assert code in answer.content.decode()
    assert list(Agency.objects.all()) == [agency]


def test_the_sheet_shows_each_code_once_and_never_again(as_head: Client, base: str) -> None:
    answer = as_head.post(f"{base}print/", {"purpose": "staff", "count": "40"})
    html = page(answer)
    codes = {tag.text.replace(" ", "") for tag in html.select(".slip-code")}
    assert len(codes) == 40
    assert len(html.select(".slip svg.qr")) == 40
    assert "no-store" in answer["Cache-Control"]
    again = as_head.post(f"{base}print/", {"purpose": "staff", "count": "1"})
    assert again.status_code == 422
    assert "too_many_vouchers" in again.content.decode()
    assert not any(code in as_head.get(base).content.decode() for code in codes)
    assert as_head.get(f"{base}print/").status_code == 302


def test_a_head_voids_lost_slips_and_prints_as_many(as_head: Client, base: str) -> None:
    as_head.post(f"{base}print/", {"purpose": "staff", "count": "40"})
    assert as_head.post(f"{base}void/", {"purpose": "staff", "count": "3"}).status_code == 302
    answer = as_head.post(f"{base}print/", {"purpose": "staff", "count": "3"})
    assert len(page(answer).select(".slip")) == 3
    assert as_head.post(f"{base}void/", {"purpose": "staff", "count": "0"}).status_code == 422
    refused = as_head.post(f"{base}void/", {"purpose": "staff", "count": "41"})
    assert "too_many_vouchers" in refused.content.decode()


def test_an_agency_sees_34_of_40_after_five_and_nothing_before(
    officer: User, base: str, slips: Any, phone: Any, hands: Any, browser: Any
) -> None:
    for code in slips(40)[:34]:
        phone.take(code)
        phone.redeem()
    before = page(browser(officer).get(base)).select_one(".agency-figure")
    assert before is not None
    assert before.text.strip() == "–"
    hands.advance(4 * 3600)  # 17:24
    client = browser(officer)
    figure = page(client.get(base)).select_one(".agency-figure")
    assert figure is not None
    assert figure.text.split() == ["34", "trên", "40", "85,0", "%"]
    html = page(client.get("/campaign/vn2020.30/agencies/"))
    assert "34 trên 40" in html.tbody.text  # type: ignore[union-attr]


def test_a_report_is_corrected_by_another(as_head: Client, base: str, agency: Agency) -> None:
    report = {"day": "2020-08-15", "staff_installed": "34", "relatives_installed": "12"}
    assert as_head.post(f"{base}report/", report).status_code == 302
    as_head.post(f"{base}report/", {**report, "staff_installed": "33", "note": "đếm lại"})
    rows = page(as_head.get(f"{base}report/")).select("tbody tr")
    assert [row.td.text for row in rows if row.td] == ["33", "34"]
    assert Report.objects.filter(agency=agency).count() == 2


@pytest.mark.parametrize(
    ("change", "status"),
    [({"staff_installed": "41"}, 422), ({"day": "2020-08-16"}, 422), ({"day": ""}, 422)],
)
def test_a_wrong_report_is_refused(
    as_head: Client, base: str, change: dict[str, str], status: int
) -> None:
    report = {"day": "2020-08-15", "staff_installed": "34", "relatives_installed": "0"}
    assert as_head.post(f"{base}report/", {**report, **change}).status_code == status
    assert not Report.objects.exists()


def test_the_list_turns_its_pages(as_officer: Client, province: Unit, make_agency: Any) -> None:
    for number in range(53):
        make_agency(province, f"Cơ quan {number:02d}")
    first = page(as_officer.get("/campaign/vn2020.30/agencies/"))
    last = page(as_officer.get("/campaign/vn2020.30/agencies/?page=2"))
    assert (len(first.select("tbody tr")), len(last.select("tbody tr"))) == (50, 3)
    assert as_officer.get("/campaign/vn2020.30/agencies/?page=x").status_code == 200


def test_the_public_page_needs_nothing(stranger: Client, db: None) -> None:
    response = stranger.get("/voucher/")
    assert response.status_code == 200
    html = page(response)
    assert html.select_one("form#slip #plain") is not None
    assert "sessionid" not in stranger.cookies
