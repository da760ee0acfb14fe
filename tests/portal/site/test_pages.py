"""The public pages: sound, in both languages, cacheable, honest."""

import re
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.http import HttpResponse
from django.test import Client

from bluezone.portal.site import content
from bluezone.portal.site.stores import Device, device_of

ROOT = Path(__file__).parents[3]
PAGES = [
    "/",
    "/install/",
    "/protection/",
    "/copycats/",
    "/questions/",
    "/materials/",
    "/news/",
    "/figures/",
    "/u/vn2020.30",
    "/figures/vn2020.30/",
]


def page(response: HttpResponse) -> BeautifulSoup:
    return BeautifulSoup(response.content, "html.parser")


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_page_is_sound_in_both_languages(
    stranger: Client, country: Any, path: str, language: str
) -> None:
    response = stranger.get(path, {"lang": language})
    html = page(response)
    assert response.status_code == 200
    assert html.html["lang"] == language
    assert len(html.find_all("h1")) == 1
    ids = [tag["id"] for tag in html.find_all(id=True)]
    assert len(ids) == len(set(ids))
    assert not html.find_all("style")
    assert not html.find_all(style=True)
    assert not [tag for tag in html.find_all("script") if not tag.get("src")]
    assert html.find("a", href="/sign-in/")
    for field in html.find_all(["input", "select"]):
        assert html.find("label", attrs={"for": field["id"]})
    assert "script-src 'self'" in response["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/", "/figures/", "/materials/", "/questions/", "/install/"])
def test_without_any_unit_pages_say_what_is_missing(stranger: Client, db: None, path: str) -> None:
    assert stranger.get(path).status_code == 200


def test_staff_are_sent_to_their_own_start(desk: Client) -> None:
    assert desk.get("/")["Location"] == "/cases/"


def test_public_pages_may_be_kept_and_say_what_they_depend_on(
    stranger: Client, country: Any
) -> None:
    response = stranger.get("/protection/")
    assert "public" in response["Cache-Control"]
    assert "max-age=300" in response["Cache-Control"]
    assert {"Cookie", "Accept-Language"} <= {part.strip() for part in response["Vary"].split(",")}
    assert not response.cookies
    again = stranger.get("/protection/", headers={"if-none-match": response["ETag"]})
    assert again.status_code == 304
    assert "User-Agent" in stranger.get("/install/")["Vary"]


def test_a_chosen_language_is_remembered_and_not_kept_by_others(
    stranger: Client, country: Any
) -> None:
    chosen = stranger.get("/protection/?lang=en")
    assert "private" in chosen["Cache-Control"]
    assert page(stranger.get("/protection/")).html["lang"] == "en"
    assert page(stranger.get("/protection/?lang=xx")).html["lang"] == "en"


def test_every_promise_names_a_test_that_exists() -> None:
    for language in ("vi", "en"):
        claims = content.pages(language).protection.claims
        assert len(claims) >= 8
        for claim in claims:
            file, name = claim.test.split("::")
            source = (ROOT / file).read_text(encoding="utf-8")
            assert re.search(rf"^(async )?def {name}\(", source, re.MULTILINE), claim.test


def test_both_languages_promise_and_answer_the_same() -> None:
    vi, en = content.pages("vi"), content.pages("en")
    assert [c.test for c in vi.protection.claims] == [c.test for c in en.protection.claims]
    assert [q.id for q in content.questions("vi")] == [q.id for q in content.questions("en")]
    assert len(content.questions("vi")) >= 12


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        ("Mozilla/5.0 (Linux; Android 10; SM-A205F) Chrome/84.0 Mobile", Device.ANDROID),
        ("Mozilla/5.0 (Linux; Android 9; vivo 1820) Zalo android", Device.ANDROID),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 13_6 like Mac OS X) Version/13.1", Device.IOS),
        ("Mozilla/5.0 (iPad; CPU OS 12_4 like Mac OS X)", Device.IOS),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/84.0", Device.OTHER),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_6)", Device.OTHER),
        ("Mozilla/5.0 (Windows Phone 10.0; Android 6.0.1; Microsoft; Lumia)", Device.OTHER),
        ("Mozilla/5.0 (Mobile; Nokia_8110_4G) Gecko/48.0 KAIOS/2.5", Device.OTHER),
        ("", Device.OTHER),
    ],
)
def test_the_right_store_is_told_by_the_browser(agent: str, device: Device) -> None:
    assert device_of(agent) is device


@pytest.mark.parametrize(
    ("agent", "first"), [("Android 10", "Google Play"), ("iPhone", "App Store")]
)
def test_the_fitting_store_comes_first_and_all_are_listed(
    stranger: Client, country: Any, settings: Any, agent: str, first: str
) -> None:
    settings.BLUEZONE_STORE_ANDROID_URL = "https://play.example/app"
    settings.BLUEZONE_STORE_IOS_URL = "https://apps.example/app"
    html = page(stranger.get("/install/?lang=en", headers={"user-agent": agent}))
    links = html.select(".stores a")
    assert {link["href"] for link in links} == {
        "https://play.example/app",
        "https://apps.example/app",
    }
    assert first in links[0].text
    assert "secondary" not in links[0]["class"]
    assert "secondary" in links[1]["class"]


def test_a_store_without_a_link_says_who_sets_it(stranger: Client, country: Any) -> None:
    html = page(stranger.get("/install/?lang=en"))
    assert not html.select(".stores a")
    assert "set by the operator" in html.select_one(".stores").text


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("pin", "battery"),
        ("cach ly tuong", "wall"),
        ("GPS", "location"),
        ("bluetooth", "bluetooth"),
    ],
)
def test_questions_are_found_without_diacritics(
    stranger: Client, country: Any, wanted: str, found: str
) -> None:
    html = page(stranger.get("/questions/", {"q": wanted, "lang": "vi"}))
    assert found in [tag["id"] for tag in html.select("details.question")]
    assert len(html.select("details.question")) < 15


def test_htmx_gets_the_block_alone(stranger: Client, country: Any) -> None:
    response = stranger.get("/questions/", {"q": "zzzz"}, headers={"hx-request": "true"})
    assert not page(response).find("html")
    assert page(response).find("a", href="/questions/")
    assert "HX-Request" in response["Vary"]


@pytest.mark.parametrize("path", ["/u/vn2020.99", "/u/x'--", "/figures/vn2020.30.288.10507/"])
def test_units_that_are_not_there_are_a_page_of_ours(
    stranger: Client, country: Any, path: str
) -> None:
    response = stranger.get(path)
    assert response.status_code == 404
    assert page(response).find("h1")
    assert page(response).find("a", href="/install/")  # still on the public site


def test_search_engines_are_kept_off_the_desk(stranger: Client, db: None) -> None:
    text = stranger.get("/robots.txt").content.decode()
    assert "Disallow: /cases" in text
    assert "Disallow: /q" in text


def test_public_pages_are_only_read(stranger: Client, country: Any) -> None:
    assert stranger.post("/install/").status_code == 405
