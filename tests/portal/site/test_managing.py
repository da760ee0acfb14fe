"""Managing posters and announcements: who may, and what is recorded."""

import datetime as dt
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from bluezone.portal.audit.models import Entry
from bluezone.portal.site.models import Announcement, Poster

UNIT = "/site/vn2020.30/"
POSTER = {"kind": "wall", "language": "vi", "place": "Chợ", "expires_on": "2020-09-30"}
NEWS = {"language": "vi", "title": "Tin", "body": "Xin chào", "source": "UBND"}


def test_a_poster_is_made_with_a_version_and_recorded(office: Client) -> None:
    for version in (1, 2):
        response = office.post(f"{UNIT}posters/new/", POSTER)
        assert response.status_code == 302
        poster = Poster.objects.get(version=version)
        assert response["Location"] == f"{UNIT}posters/{poster.code}/"
    assert Entry.objects.filter(action="poster.created").count() == 2


@pytest.mark.parametrize(
    ("expires_on", "code"),
    [("2020-08-14", "expired"), ("2021-09-30", "too_late"), ("", "")],
)
def test_a_wrong_last_day_is_explained(office: Client, expires_on: str, code: str) -> None:
    response = office.post(f"{UNIT}posters/new/", {**POSTER, "expires_on": expires_on})
    assert response.status_code == 422
    assert code in response.content.decode()
    assert not Poster.objects.exists()


def test_a_manager_sees_the_response_by_poster_and_day(
    office: Client, stranger: Client, make_poster: Any
) -> None:
    poster = make_poster("vn2020.30.288")
    for _ in range(3):
        stranger.get(f"/q/{poster.code}")
    listed = BeautifulSoup(office.get(UNIT).content, "html.parser")
    row = listed.find("a", string=poster.code).find_parent("tr")
    assert row.find_all("td")[-1].text == "3"
    shown = office.get(f"{UNIT}posters/{poster.code}/").content.decode()
    assert "15/08/2020" in shown
    assert f"/q/{poster.code}" in shown


def test_an_announcement_goes_from_draft_to_public_to_withdrawn(office: Client) -> None:
    at = office.post(f"{UNIT}news/new/", NEWS)["Location"]
    news = Announcement.objects.get()
    assert "Xin chào" in office.get(at).content.decode()
    office.post(at, {**NEWS, "title": "Tin mới"})
    office.post(f"{at}publish/")
    news.refresh_from_db()
    assert (news.state, news.shown_version) == ("published", 2)
    assert Client().get(f"/news/{news.pk}/").status_code == 200
    office.post(f"{at}withdraw/")
    assert Client().get(f"/news/{news.pk}/").status_code == 410
    assert office.post(f"{at}withdraw/").status_code == 404


def test_an_empty_announcement_is_refused_in_place(office: Client) -> None:
    response = office.post(f"{UNIT}news/new/", {**NEWS, "body": ""})
    assert response.status_code == 422
    assert not Announcement.objects.exists()


@pytest.mark.parametrize("path", ["/site/vn2020.31/", "/site/vn2020/posters/new/"])
def test_nobody_manages_other_units(office: Client, path: str) -> None:
    assert office.get(path).status_code == 404


def test_posters_and_news_of_others_are_not_reached_through_ones_own(
    office: Client, make_poster: Any, country: Any
) -> None:
    other = make_poster("vn2020.31")
    assert office.get(f"{UNIT}posters/{other.code}/").status_code == 404
    foreign = Announcement.objects.create(unit=country["vn2020.31"])
    assert office.post(f"{UNIT}news/{foreign.pk}/publish/").status_code == 404


@pytest.mark.parametrize("path", ["/site/", UNIT, f"{UNIT}posters/new/", f"{UNIT}news/new/"])
def test_strangers_sign_in_and_health_workers_stay_out(
    stranger: Client, desk: Client, country: Any, path: str
) -> None:
    assert stranger.get(path).status_code == 302
    assert desk.get(path).status_code in {403, 404}


@pytest.mark.parametrize("path", ["/site/", "/site/?q=hai", UNIT, f"{UNIT}posters/new/"])
def test_managers_pages_are_sound(office: Client, make_poster: Any, path: str) -> None:
    make_poster()
    html = BeautifulSoup(office.get(path).content, "html.parser")
    assert len(html.find_all("h1")) == 1
    for field in html.find_all(["input", "select", "textarea"]):
        if field.get("type") != "hidden":
            assert html.find("label", attrs={"for": field["id"]}), field


def test_a_list_of_many_posters_costs_no_more_questions(
    office: Client, make_poster: Any, django_assert_max_num_queries: Any
) -> None:
    for number in range(12):
        make_poster(seed=number, expires_on=dt.date(2020, 9, 1))
    with django_assert_max_num_queries(16):
        office.get(UNIT)
