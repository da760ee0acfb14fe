"""Pages of targets: seeing, setting, changing and ending them, and who may."""

import datetime as dt
from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bluezone.portal import clock
from bluezone.portal.accounts.memberships import create_member
from bluezone.portal.accounts.middleware import SEEN, STARTED
from bluezone.portal.accounts.models import Role, User
from bluezone.portal.accounts.services import create_staff
from bluezone.portal.audit.models import Entry
from bluezone.portal.campaign.targets.models import TargetVersion
from bluezone.portal.units.models import Unit

HD, CITY, HA_NOI = "vn2020.30", "vn2020.30.288", "vn2020.01"
NOW = 1_597_472_640
TODAY = dt.date(2020, 8, 15)
ORDER = "60 % of smartphone users by 20/8 or rank 10 of 63 by number of installations"
LIST, NEW = f"/campaign/{HD}/targets/", f"/campaign/{HD}/targets/new/"
EDIT, END = f"{LIST}1/edit/", f"{LIST}1/end/"
Setter = Callable[..., TargetVersion]


def page(client: Client, address: str) -> BeautifulSoup:
    response = client.get(address)
    assert response.status_code == 200, response.status_code
    return BeautifulSoup(response.content, "html.parser")


def someone(unit: Unit, role: Role, language: str = "en") -> Client:
    user: User = create_staff(f"{role}-1", "mot hai ba bon nam", "", language=language)
    create_member(user, unit, role)
    client = Client()
    client.force_login(user)
    session = client.session
    session[STARTED] = session[SEEN] = clock.desk_now()
    session.save()
    client.cookies["language"] = language
    return client


def test_a_unit_without_targets_says_what_to_do(
    country: dict[str, Unit], officer_page: Client
) -> None:
    html = page(officer_page, LIST)
    assert "No target yet" in html.text
    assert html.select_one(f'a[href="{NEW}"]') is not None


def test_a_target_is_shown_with_its_verdict_in_word_shape_and_reason(
    facts: dict[str, Unit], officer_page: Client, order: Setter
) -> None:
    order(HD, ORDER, source="Order 2654")
    html = page(officer_page, LIST)
    state = html.select_one("h2 .state.at-risk")
    assert state is not None
    assert state.text == "At risk"
    assert "310,000 users, 22.1% of smartphones (1,400,000); 840,000 are needed." in html.text
    assert {one["lang"] for one in html.select("section [lang]")} == {"vi", "en"}
    assert "Số người dùng đạt ít nhất (≥) 60 % số điện thoại thông minh" in html.text
    assert "smartphones: 1,400,000 (06/08/2020, source:" in html.text
    assert "24:00" in html.text
    assert "Order: Order 2654" in html.text
    assert len(html.select("table tbody tr")) == 12


def test_an_inherited_target_names_the_unit_that_set_it_and_cannot_be_changed_here(
    facts: dict[str, Unit], officer_page: Client, order: Setter
) -> None:
    order(HD, ORDER)
    html = page(officer_page, f"/campaign/{CITY}/targets/")
    assert "Inherited from" in html.text
    assert not html.select('a[href$="/edit/"]')
    assert officer_page.get(f"/campaign/{CITY}/targets/1/edit/").status_code == 404


def test_a_sentence_is_shown_back_and_split_before_it_is_set(
    facts: dict[str, Unit], officer_page: Client
) -> None:
    data = {"text": ORDER, "source": "Order 2654", "measure": "users", "rank_by": "count"}
    response = officer_page.post(NEW, {**data, "step": "preview"})
    html = BeautifulSoup(response.content, "html.parser")
    assert response.status_code == 200
    assert "This is how it will be judged" in html.text
    assert "rank 10 of 63 or better by number of users, by the end of 20/08/2020." in html.text
    assert len(html.select("table tbody tr")) == 12
    assert "this unit needs 840,000" in html.text
    assert not TargetVersion.objects.exists()

    assert officer_page.post(NEW, {**data, "step": "set"})["Location"] == LIST
    row = TargetVersion.objects.get()
    assert (row.unit_path, row.set_by, row.source) == (HD, "hoa", "Order 2654")
    entry = Entry.objects.get(action="target.set")
    assert (entry.actor, entry.subject) == ("hoa", f"target {HD}/1")


def test_fields_do_the_same_as_a_sentence(country: dict[str, Unit], officer_page: Client) -> None:
    data = {
        "measure": "users",
        "percent": "60",
        "base": "smartphones",
        "rank": "10",
        "rank_of": "63",
        "rank_by": "count",
        "deadline": "2020-08-20",
        "step": "set",
    }
    assert officer_page.post(NEW, data).status_code == 302
    assert officer_page.post(NEW, {"text": ORDER, "step": "set"}).status_code == 422
    assert TargetVersion.objects.count() == 1


def test_an_order_with_two_targets_sets_both_and_says_what_is_not_judged(
    country: dict[str, Unit], officer_page: Client
) -> None:
    text = "30 % of people by 30/8, and every official with family"
    shown = officer_page.post(NEW, {"text": text, "step": "preview"}).content.decode()
    assert "Not judged: “with family”" in shown
    assert officer_page.post(NEW, {"text": text, "step": "set"}).status_code == 302
    assert [row.line for row in TargetVersion.objects.all()] == [1, 2]


@pytest.mark.parametrize(
    ("data", "code", "words"),
    [
        ({"text": "60 % of cows by 20/8"}, "sentence_not_understood", "cows"),
        ({"text": "60 %"}, "invalid_target", "of whom"),
        ({"text": "60 % of people by 14/8"}, "unsuitable_target", "14/08/2020"),
        ({"text": "rank 10 of 64"}, "unsuitable_target", "64"),
        ({"text": ORDER, "percent": "60"}, "", "not both"),
        ({"percent": "60"}, "invalid_target", "of whom"),
        (
            {"percent": "60", "base": "people", "measure": "downloads"},
            "invalid_target",
            "Downloads",
        ),
        ({"rank": "70", "rank_of": "63"}, "invalid_target", "rank"),
        ({}, "invalid_target", "what is to be reached"),
        ({"count": "0"}, "", "greater than or equal"),
        ({"text": "30 % of people and rank 10 of 64"}, "unsuitable_target", "64"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_set(
    country: dict[str, Unit],
    officer_page: Client,
    data: dict[str, str],
    code: str,
    words: str,
) -> None:
    response = officer_page.post(NEW, {**data, "step": "set"})
    assert response.status_code == 422
    summary = BeautifulSoup(response.content, "html.parser").select_one(".error-summary")
    assert summary is not None
    assert code in summary.text
    assert words in summary.text
    assert not TargetVersion.objects.exists()


def test_a_change_keeps_the_old_version_and_a_stale_one_is_refused(
    facts: dict[str, Unit], officer_page: Client, order: Setter
) -> None:
    order(HD, ORDER)
    html = page(officer_page, EDIT)
    area, version = html.select_one("textarea"), html.select_one('input[name="version"]')
    assert area is not None
    assert version is not None
    assert area.text.strip().startswith("Users: at least (≥) 60% of smartphones")
    data = {"text": "50 % of smartphone users by 20/8", "version": str(version["value"])}
    shown = officer_page.post(EDIT, {**data, "step": "preview"}).content.decode()
    assert "at least (≥) 50% of smartphones" in shown
    assert officer_page.post(EDIT, {**data, "step": "set"}).status_code == 302
    late = officer_page.post(EDIT, {**data, "text": "40 % of people by 20/8", "step": "set"})
    assert late.status_code == 422
    assert "target_changed_meanwhile" in late.content.decode()
    rows = page(officer_page, f"{LIST}1/").select("tbody tr")
    assert [row.select("td")[0].text for row in rows] == ["2", "1"]
    two = {"text": "30 % of people and all officials", "version": "2", "step": "set"}
    assert officer_page.post(EDIT, two).status_code == 422


def test_a_target_is_ended_after_a_question(
    country: dict[str, Unit], officer_page: Client, order: Setter
) -> None:
    order(HD, ORDER)
    assert "Its versions are kept." in page(officer_page, END).text
    assert officer_page.post(END, {"version": "7"}).status_code == 422
    assert officer_page.post(END, {"version": "1"})["Location"] == LIST
    assert officer_page.get(EDIT).status_code == 404
    assert "Ended" in page(officer_page, f"{LIST}1/").text
    assert officer_page.get(f"{LIST}9/").status_code == 404


@pytest.mark.parametrize("address", [NEW, EDIT, END])
def test_who_may_only_see_gets_no_form(
    country: dict[str, Unit], order: Setter, address: str
) -> None:
    order(HD, ORDER)
    auditor = someone(country[HD], Role.AUDITOR)
    assert auditor.get(address).status_code == 403
    assert auditor.post(address, {"text": ORDER, "version": "1"}).status_code == 403
    html = page(auditor, LIST)
    assert not html.select('a[href$="/new/"], a[href$="/edit/"], a[href$="/end/"]')


def test_nobody_looks_sideways_or_sets_targets_above(
    country: dict[str, Unit], order: Setter
) -> None:
    order(HD, ORDER)
    district = someone(country[CITY], Role.UNIT_MANAGER)
    assert district.get(LIST).status_code == 404
    assert district.post(NEW, {"text": ORDER, "step": "set"}).status_code == 404
    assert district.get(f"/campaign/{HA_NOI}/targets/").status_code == 404
    assert district.get(f"/campaign/{CITY}/targets/new/").status_code == 200
    assert TargetVersion.objects.count() == 1


def test_a_stranger_is_sent_to_sign_in(country: dict[str, Unit], stranger: Client) -> None:
    assert stranger.get(LIST).status_code == 302
    assert stranger.get(NEW).status_code == 302


def test_the_page_speaks_vietnamese(facts: dict[str, Unit], order: Setter) -> None:
    order(HD, ORDER)
    client = someone(facts[HD], Role.CAMPAIGN_OFFICER, "vi")
    html = page(client, LIST)
    assert "bằng 22,1 % số điện thoại thông minh (1.400.000); cần 840.000." in html.text
    state = html.select_one("h2 .state.at-risk")
    assert state is not None
    assert state.text == "Có nguy cơ không đạt"
    shown = client.post(NEW, {"text": "60% số con bò", "step": "preview"}).content.decode()
    assert "Không hiểu: “con”" in shown


def test_the_page_of_a_province_takes_a_fixed_number_of_queries(
    facts: dict[str, Unit], officer_page: Client, order: Setter
) -> None:
    order(HD, ORDER)
    officer_page.get(LIST)
    with CaptureQueriesContext(connection) as asked:
        officer_page.get(LIST)
    assert len(asked) == 38, [query["sql"][:80] for query in asked]


def test_each_row_below_says_what_it_counts(
    facts: dict[str, Unit], officer_page: Client, order: Setter
) -> None:
    order(HD, "60 % of smartphone users by 20/8")
    html = page(officer_page, LIST)
    rows = [[cell.get_text(strip=True) for cell in row("td")] for row in html.select("tbody tr")]
    assert len(rows) == 12
    assert {row[0] for row in rows} == {"users"}
    assert "At risk: 12 units" in " ".join(html.text.split())


def test_a_long_list_shows_fifty_units_first_and_the_twelve_with_most_to_do(
    facts: dict[str, Unit], order: Setter
) -> None:
    order("vn2020", "60 % of smartphone users by 20/8")
    client = someone(facts["vn2020"], Role.AUDITOR)
    html = page(client, "/campaign/vn2020/targets/")
    assert len(html.select("tbody tr")) == 50
    assert "Show all 63 units" in html.text
    assert len(html.select("#tomorrow + ul > li")) == 13
    assert len(html.select("details li")) > 40
    assert len(page(client, "/campaign/vn2020/targets/?every").select("tbody tr")) == 63


def test_who_set_a_target_without_a_desk_is_the_system(
    facts: dict[str, Unit], officer_page: Client, order: Setter
) -> None:
    order(HD, ORDER, actor="system")
    assert "Set by the system on" in page(officer_page, LIST).text
    assert "the system," in page(officer_page, f"{LIST}1/").text
