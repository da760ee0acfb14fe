"""News are published announcements as HTML of ours; an old app gets a true number of users."""

import datetime as dt
import json
from typing import Any

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import settings as given_settings
from hypothesis import strategies as st
from tests.portal.appgateway.conftest import Phone, envelope
from tests.portal.appgateway.files.conftest import PUBLIC, announce

from bluezone.portal.appgateway.files import handlers
from bluezone.portal.appgateway.files.html import to_html
from bluezone.portal.campaign.figures.services import NewFigure, Series, Source, record_figure
from bluezone.portal.site.announcements import Text, edit, withdraw
from bluezone.portal.units.models import Unit

NOW = 1_597_472_640
TODAY = dt.date(2020, 8, 15)


def read(phone: Phone, entry: str) -> str:
    """Read as the app does, without looking."""
    answer = phone.send("GET", f"/bzentries/{entry}")
    assert answer.status == 200
    content = json.loads(answer.body)["BzEntry"][entry]["data"]["content"]
    assert isinstance(content, str)
    assert content
    return content


def test_a_published_announcement_is_read_under_its_number(phone: Phone, nation: Unit) -> None:
    made = announce(nation, "Đeo khẩu trang", f"Ở nơi đông người.\n\nXem {PUBLIC}/questions/")
    soup = BeautifulSoup(read(phone, str(made.pk)), "html.parser")
    assert soup.strong is not None
    assert soup.strong.get_text() == "Đeo khẩu trang"
    assert "Ở nơi đông người." in soup.get_text()
    assert "Bộ Y tế · 15/08/2020" in soup.get_text()
    links = [tag["href"] for tag in soup.find_all("a")]
    assert links == [f"{PUBLIC}/questions/", f"{PUBLIC}/news/{made.pk}/"]


def test_the_published_request_gets_the_published_shape(
    phone: Phone, examples: Any, nation: Unit
) -> None:
    asked = examples["news_entry"]["request"]
    path = asked["url"].removeprefix("https://bznews.bkav.com")
    answer = json.loads(phone.send(asked["method"], path).body)
    assert answer.keys() == examples["news_entry"]["response_ok"]["json"].keys()
    assert isinstance(answer["BzEntry"]["1024"]["data"]["content"], str)


@pytest.mark.parametrize(
    "entry", ["0", "99999999999999999999", "-1", "abc", "1/2", "", "1'--", "<b>"]
)
def test_an_unknown_id_gets_an_answer_that_the_app_can_read(
    phone: Phone, db: None, entry: str
) -> None:
    assert "does not exist" in read(phone, entry)


def test_drafts_and_withdrawn_announcements_are_not_news(
    phone: Phone, nation: Unit, hands: Any
) -> None:
    made = announce(nation, "Tin", "Nội dung đầu")
    edit(made, Text("vi", "Tin", "Bản nháp sau", "Bộ Y tế"), actor="lan", now=NOW)
    assert "Nội dung đầu" in read(phone, str(made.pk))
    withdraw(made, actor="lan")
    hands.advance(60)
    assert "does not exist" in read(phone, str(made.pk))


def test_news_are_read_from_the_database_once_a_minute(
    phone: Phone, nation: Unit, django_assert_num_queries: Any
) -> None:
    made = announce(nation, "Tin", "Nội dung")
    read(phone, str(made.pk))
    with django_assert_num_queries(0):
        assert "Nội dung" in read(phone, str(made.pk))


@given(st.text(max_size=200))
@given_settings(max_examples=100)
def test_whatever_is_written_becomes_text_and_never_an_element_of_its_own(text: str) -> None:
    soup = BeautifulSoup(to_html(text, public_url=PUBLIC), "html.parser")
    for tag in soup.find_all():
        assert tag.name in {"p", "br", "a"}
        assert set(tag.attrs) <= {"href"}
        assert str(tag.get("href", PUBLIC)).startswith(PUBLIC)


@pytest.mark.parametrize(
    "text",
    [
        "https://evil.example/",
        f"{PUBLIC}.evil.example/",
        f"{PUBLIC}@evil.example/",
        "<a href=javascript:x>",
        "<img src=https://evil.example/x.png>",
    ],
)
def test_nothing_leads_away_from_our_own_host(text: str) -> None:
    soup = BeautifulSoup(to_html(text, public_url=PUBLIC), "html.parser")
    assert [tag.name for tag in soup.find_all()] == ["p"]


def test_the_first_versions_ask_which_version_is_the_newest(phone: Phone, examples: Any) -> None:
    told = envelope(phone.send("GET", "/api/App/CheckVersion"))
    shape = examples["v1_check_version"]["response_ok"]["json"]["Object"]
    assert told["Object"] == {"VersionAndroid": "3.0.3", "VersionIOS": "3.0.2"}
    assert shape.keys() == {"VersionAndroid", "VersionIOS"}


def users(phone: Phone) -> object:
    return envelope(phone.send("GET", "/api/App/GetTotalUserInstallApp"))["Object"]


def test_the_number_of_users_is_the_newest_accepted_figure(
    phone: Phone, nation: Unit, django_assert_num_queries: Any
) -> None:
    for series, value in ((Series.DOWNLOADS, 38_000_000), (Series.USERS, 310_000)):
        figure = NewFigure(nation.path, series, TODAY, value, Source.REPORT)
        record_figure(figure, actor="lan", now=NOW, today=TODAY)
    assert users(phone) == "310000"
    with django_assert_num_queries(0):
        assert users(phone) == "310000"


def test_without_a_figure_or_with_a_few_people_the_number_is_0(phone: Phone, nation: Unit) -> None:
    assert users(phone) == "0"
    handlers.forget()
    figure = NewFigure(nation.path, Series.USERS, TODAY, 9, Source.REPORT)
    record_figure(figure, actor="lan", now=NOW, today=TODAY)
    assert users(phone) == "0"
