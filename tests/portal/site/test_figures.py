"""The public figures: newest accepted, with base, date and source; small ones hidden."""

import datetime as dt
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from bluezone.portal.campaign.figures.services import (
    NewFigure,
    Series,
    record_denominator,
    record_figures,
)

TODAY = dt.date(2020, 8, 15)
NOW = 1_597_472_640


@pytest.fixture
def report(country: Any) -> Any:
    def say(path: str, series: str, value: int, day: dt.date = TODAY) -> None:
        figure = NewFigure(path, Series(series), day, value, "press", "https://a.example/")
        record_figures([figure], actor="clerk", now=NOW, today=TODAY)

    return say


@pytest.fixture
def census(country: Any) -> None:
    for path, people in (("vn2020.30", 1_892_254), ("vn2020.31", 2_028_514)):
        record_denominator(
            path, "people", people, day=dt.date(2019, 4, 1), source="2019 census", actor="x", now=1
        )


def shown(path: str = "/figures/?lang=en") -> str:
    html = BeautifulSoup(Client().get(path).content, "html.parser")
    return " ".join(html.main.text.split())


def test_without_figures_the_page_says_when_they_come(country: Any) -> None:
    assert "No accepted figures yet" in shown()


def test_a_figure_has_its_base_date_and_source(report: Any, census: None) -> None:
    report("vn2020.30", "users", 397_373)
    text = shown("/figures/vn2020.30/?lang=en")
    assert "397,373" in text
    assert "21.00% of people (1,892,254; 01/04/2019; 2019 census" in text
    assert "15/08/2020" in text
    assert "Press" in text


def test_vietnamese_numbers_look_vietnamese(report: Any, census: None) -> None:
    report("vn2020.30", "users", 397_373)
    text = shown("/figures/vn2020.30/?lang=vi")
    assert "397.373" in text
    assert "21,00 %" in text


def test_small_figures_are_hidden_with_their_share(report: Any, census: None) -> None:
    report("vn2020.30", "users", 9)
    text = shown("/figures/vn2020.30/?lang=en")
    assert "< 10" in text
    assert "%" not in text.split("< 10")[1].split("15/08/2020")[0]


def test_downloads_have_no_percentage(report: Any, census: None) -> None:
    report("vn2020.30", "downloads", 500_000)
    text = shown("/figures/vn2020.30/?lang=en")
    assert "500,000" in text
    assert "%" not in text.split("500,000")[1].split("15/08/2020")[0]


def test_provinces_stand_in_order_of_their_share_of_people(report: Any, census: None) -> None:
    report("vn2020.31", "users", 200_000)
    report("vn2020.30", "users", 300_000)
    html = BeautifulSoup(Client().get("/figures/?lang=en").content, "html.parser")
    names = [a.text for a in html.select("table tbody a")]
    assert names == ["Tỉnh Hải Dương", "Thành phố Hải Phòng"]


def test_figures_of_tomorrow_are_not_shown(report: Any, census: None) -> None:
    report("vn2020.30", "users", 300_000, TODAY - dt.timedelta(days=1))
    assert "14/08/2020" in shown("/figures/vn2020.30/?lang=en")
