"""The pages of the dashboards: what they say, what they must not know, who may see them."""

import datetime as dt
import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bluezone.portal import clock
from bluezone.portal.units.models import Unit

Report = Callable[[dt.date, dict[str, int]], None]
HAI_DUONG = "/campaign/vn2020.30/"
NATION = "/campaign/vn2020/"
LATER = dt.date(2020, 8, 20)
NOW = 1_597_472_640
MOST_QUERIES = 95


class Page(HTMLParser):
    """Counts elements, keeps headings and every word."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: dict[str, int] = {}
        self.classes: dict[str, int] = {}
        self.inline: list[str] = []
        self.words: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] = self.tags.get(tag, 0) + 1
        for name, value in attrs:
            if name == "style" or name.startswith("on"):
                self.inline.append(f"{tag} {name}")
            if name == "class":
                for one in (value or "").split():
                    self.classes[one] = self.classes.get(one, 0) + 1

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.words))


def page(client: Client, address: str) -> Page:
    answer = client.get(address)
    assert answer.status_code == 200
    return Page(answer.content.decode())


def test_the_province_sees_its_verdict_its_percentages_with_bases_and_its_districts(
    officer_page: Client, evening: dict[str, Unit]
) -> None:
    shown = page(officer_page, HAI_DUONG)
    assert "310,000" in shown.text
    assert "22.1%" in shown.text  # of 1,400,000 smartphones
    assert "16.4%" in shown.text  # of 1,892,254 people
    assert "base 1,400,000 of 06/08/2020" in shown.text
    assert "rank 10 of 63" in shown.text
    assert shown.classes["goal"] == 1
    assert shown.classes["fan"] == 1
    assert "As of the evening of 15/08/2020" in shown.text
    assert not shown.inline


def test_the_nation_has_a_tile_for_each_province_and_the_islands(
    minister_page: Client, evening: dict[str, Unit]
) -> None:
    shown = page(minister_page, NATION)
    assert shown.classes["tile"] == 63 + 2
    assert "Hoàng Sa" in shown.text
    assert "Trường Sa" in shown.text
    assert "of 63 have a figure" in shown.text
    assert not shown.inline


def test_a_later_figure_changes_nothing_about_an_evening(
    officer_page: Client,
    evening: dict[str, Unit],
    report: Report,
) -> None:
    clock.use(lambda: NOW + 6 * 86_400)  # events only: the session at the desk lives on
    address = f"{HAI_DUONG}report.txt?day=2020-08-15"
    before = officer_page.get(address).content
    picture = page(officer_page, f"{HAI_DUONG}?day=2020-08-15").text
    report(LATER, {"vn2020.30": 398_000, "vn2020.01": 2_397_000, "vn2020.30.290": 90_000})
    assert officer_page.get(address).content == before
    after = page(officer_page, f"{HAI_DUONG}?day=2020-08-15").text
    assert after == picture
    assert "398,000" in page(officer_page, f"{HAI_DUONG}?day=2020-08-20").text


def test_an_empty_unit_says_what_to_do(officer_page: Client, country: dict[str, Unit]) -> None:
    shown = page(officer_page, "/campaign/vn2020.30.290.10546/")
    assert "No figure yet." in shown.text
    assert "No target stood on that evening." in shown.text
    assert "svg" not in shown.tags


def test_a_unit_elsewhere_does_not_exist_and_a_stranger_signs_in(
    officer_page: Client, stranger: Client, evening: dict[str, Unit]
) -> None:
    for ending in ("", "report.txt", "report.pdf"):
        assert officer_page.get(f"/campaign/vn2020.01/{ending}").status_code == 404
        assert officer_page.get(f"{NATION}{ending}").status_code == 404
        assert stranger.get(f"{HAI_DUONG}{ending}").status_code == 302


@pytest.mark.parametrize(
    ("day", "said"),
    [("2020-08-16", "That day has not come yet."), ("yesterday", "A day is written like")],
)
def test_a_day_that_cannot_be_is_explained(
    officer_page: Client, evening: dict[str, Unit], day: str, said: str
) -> None:
    shown = page(officer_page, f"{HAI_DUONG}?day={day}")
    assert said in shown.text
    assert "As of the evening of 15/08/2020" in shown.text


def test_the_big_screen_is_dark_and_says_the_same_without_the_bar(
    officer_page: Client, evening: dict[str, Unit]
) -> None:
    answer = officer_page.get(f"{HAI_DUONG}?screen=1").content.decode()
    assert 'data-theme="dark"' in answer
    assert "310,000" in answer
    assert 'class="bar"' not in answer


def test_the_page_asks_the_database_a_bounded_number_of_times(
    minister_page: Client, officer_page: Client, evening: dict[str, Unit], report: Report
) -> None:
    report(dt.date(2020, 8, 14), {path: 2000 for path in evening if path.count(".") > 1})
    for client, address in ((minister_page, NATION), (officer_page, HAI_DUONG)):
        with CaptureQueriesContext(connection) as asked:
            page(client, address)
        assert len(asked) <= MOST_QUERIES, len(asked)


def test_the_short_text_has_verdict_reason_and_shares_with_their_bases(
    officer_page: Client, evening: dict[str, Unit]
) -> None:
    answer = officer_page.get(f"{HAI_DUONG}report.txt")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    text = answer.content.decode()
    assert "310,000 users (figure of 15/08/2020)." in text
    assert "22.1% of smartphones (1,400,000, 06/08/2020)" in text
    assert re.search(r"[●▲◆■] (Met|On course|At risk|Missed): ", text)
    assert len(text) < 4000


def test_the_report_is_a_pdf(officer_page: Client, evening: dict[str, Unit]) -> None:
    answer = officer_page.get(f"{HAI_DUONG}report.pdf")
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    assert 'filename="bluezone-vn2020.30-2020-08-15.pdf"' in answer["Content-Disposition"]


def test_the_forecast_knows_how_many_phones_there_are(
    officer_page: Client, evening: dict[str, Unit], report: Report
) -> None:
    for day in range(6, 15):
        report(dt.date(2020, 8, day), {"vn2020.30": 66_552 + 27_000 * (day - 5)})
    text = page(officer_page, HAI_DUONG).text
    bands = re.findall(r"(?:19|2[0-9])/08/2020 – ([0-9,]{7,})", text)
    assert bands
    assert all(310_000 < int(low.replace(",", "")) < 1_400_000 for low in bands)
