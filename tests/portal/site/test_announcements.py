"""Announcements: written, edited, published, withdrawn; never HTML."""

import xml.etree.ElementTree as ET
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from bluezone.portal.audit.models import Entry
from bluezone.portal.site import announcements
from bluezone.portal.site.models import Announcement
from bluezone.portal.site.plain_text import clean, paragraphs, pieces

BODY = (
    "Trước tình hình dịch bệnh phức tạp, tỉnh yêu cầu tiếp tục triển khai.\n\n"
    "Tài liệu tải về tại https://bluezone.example/materials/.\nXin cảm ơn."
)
TEXT = announcements.Text("vi", "Hơn 310.000 người cài đặt Bluezone", BODY, "D. Hải")
NOW = 1_597_472_640


@pytest.fixture
def news(country: Any) -> Announcement:
    made = announcements.write(country["vn2020.30"], TEXT, actor="hoa", now=NOW)
    announcements.publish(made, actor="hoa", now=NOW)
    made.refresh_from_db()
    return made


def html(client: Client, path: str) -> BeautifulSoup:
    return BeautifulSoup(client.get(path).content, "html.parser")


def test_the_public_reads_title_source_date_and_a_code(stranger: Client, news: Any) -> None:
    found = html(stranger, f"/news/{news.pk}/?lang=vi")
    assert found.h1.text == TEXT.title
    assert "Thứ Bảy, 15/08/2020 13:24" in " ".join(found.text.split())
    assert "D. Hải" in found.select_one(".source").text
    assert found.select_one("svg.qr title")
    assert f"/news/{news.pk}/" in found.select_one(".address").text
    assert len(found.select(".text p")) == 2


def test_links_are_links_and_the_stop_after_them_is_not(stranger: Client, news: Any) -> None:
    link = html(stranger, f"/news/{news.pk}/").select_one(".text a")
    assert link["href"] == "https://bluezone.example/materials/"
    assert link["rel"] == ["nofollow", "noopener", "noreferrer"]


def test_the_print_view_stands_alone(stranger: Client, news: Any) -> None:
    found = html(stranger, f"/news/{news.pk}/print/")
    assert found.h1.text == TEXT.title
    assert found.select_one("svg.qr")
    assert not found.find("nav")
    assert not found.find("script")


def test_an_edit_is_a_version_that_waits_to_be_published(
    stranger: Client, news: Any, hands: Any
) -> None:
    hands.advance(3600)
    changed = announcements.Text("vi", "Hơn 311.000", BODY, "D. Hải")
    announcements.edit(news, changed, actor="hoa", now=NOW + 3600)
    path = f"/news/{news.pk}/"
    assert html(stranger, path).h1.text == TEXT.title
    announcements.publish(news, actor="hoa", now=NOW + 7200)
    found = html(stranger, path)
    assert found.h1.text == "Hơn 311.000"
    assert "15/08/2020 13:24" in found.text
    assert "15/08/2020 14:24" in found.text  # changed
    assert news.versions.count() == 2
    actions = Entry.objects.filter(action__startswith="announcement").values_list("action")
    assert len(actions) == 4


def test_drafts_are_unseen_and_withdrawn_ones_say_so(stranger: Client, news: Any) -> None:
    draft = announcements.write(news.unit, TEXT, actor="hoa", now=NOW)
    assert stranger.get(f"/news/{draft.pk}/").status_code == 404
    announcements.withdraw(news, actor="hoa")
    gone = stranger.get(f"/news/{news.pk}/")
    assert gone.status_code == 410
    assert TEXT.title not in gone.content.decode()
    assert TEXT.title not in stranger.get("/news/").content.decode()
    with pytest.raises(announcements.NotPublishedError):
        announcements.withdraw(draft, actor="hoa")


def test_the_feed_is_atom_with_source_and_date(stranger: Client, news: Any) -> None:
    response = stranger.get("/news/feed.atom")
    assert response["Content-Type"].startswith("application/atom+xml")
    feed = ET.fromstring(response.content)  # noqa: S314 - our own feed
    atom = {"a": "http://www.w3.org/2005/Atom"}
    assert feed.findtext("a:entry/a:title", namespaces=atom) == TEXT.title
    assert feed.findtext("a:entry/a:author/a:name", namespaces=atom) == "D. Hải"
    assert feed.findtext("a:entry/a:published", namespaces=atom).startswith("2020-08-15T06:24")


def test_a_unit_shows_news_of_itself_and_of_those_above(stranger: Client, news: Any) -> None:
    assert TEXT.title in stranger.get("/u/vn2020.30.288").content.decode()
    assert TEXT.title not in stranger.get("/u/vn2020.31").content.decode()


def test_html_in_an_announcement_is_only_text(stranger: Client, country: Any) -> None:
    evil = (
        '<script>alert(1)</script> <img src=x onerror=y> javascript:alert(1) https://a.example/"x'
    )
    text = announcements.Text("vi", "<b>Đậm</b>", evil, "<i>ai</i>")
    made = announcements.write(country["vn2020.30"], text, actor="hoa", now=NOW)
    announcements.publish(made, actor="hoa", now=NOW)
    for path in (f"/news/{made.pk}/", f"/news/{made.pk}/print/"):
        found = html(stranger, path)
        assert not [tag for tag in found.find_all("script") if not tag.get("src")]
        assert not found.select(".text img, h1 b, .source i")
        assert [link["href"] for link in found.select(".text a")] == ["https://a.example/"]
    ET.fromstring(stranger.get("/news/feed.atom").content)  # noqa: S314 - our own feed


@given(st.text(max_size=200))
def test_nothing_but_web_addresses_becomes_a_link(text: str) -> None:
    for paragraph in paragraphs(text):
        for line in paragraph:
            assert all(not p.url or p.url.startswith(("http://", "https://")) for p in line)


@given(st.text(max_size=100))
def test_no_text_is_lost_between_the_pieces(text: str) -> None:
    assert "".join(piece.text for piece in pieces(text)) == text


def test_marks_that_turn_the_writing_are_taken_out() -> None:
    assert clean("https://a.example/\u202egpj.exe\x00\r\nx") == "https://a.example/gpj.exe\nx"
