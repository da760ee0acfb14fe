"""The dashboards of the seed's campaign in a real browser: every level, both languages, the hall
screen and the print. One server and one browser for the module; the tables are filled once.
"""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from tests.campaign_evening import LANGUAGES, SIZES, Served, judge, sign_in

pytestmark = pytest.mark.browser

COMMUNE = "vn2020.30.288.10507"
LEVELS = {
    "nation": "vn2020",
    "province": "vn2020.30",
    "commune": COMMUNE,
    "village": f"{COMMUNE}.v01",
}
RAW = re.compile(r"vn20[0-9]{2}[.][0-9]|%\(|None\b|nan\b|NaN")
"""What no reader should meet: paths of units, holes in sentences, words of the program."""
ENGLISH = re.compile(
    r"\b(the|users|target|figure|forecast|doors|rank|agencies|unit|share|team|missed|evening)\b",
    re.IGNORECASE,
)


def address(campaign: Served, level: str, query: str = "") -> str:
    """Return the address of a dashboard."""
    return f"{campaign.url}/campaign/{LEVELS[level]}/{query}"


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_level_is_fit_to_be_shown_in_both_languages_and_sizes(
    chromium: Browser, campaign: Served, folder: Path, language: str, size: str
) -> None:
    context = sign_in(chromium, campaign, language, size)
    page, complaints = context.pages[0], []
    page.on("console", lambda message: complaints.append(message.text))
    for level in LEVELS:
        page.goto(address(campaign, level))
        page.screenshot(path=folder / f"{level}-{language}-{size}.png", full_page=True)
        _sound(page, level, language)
        if (language, size) in {("vi", "phone"), ("en", "desktop")}:
            judge(page, level)
    assert complaints == []
    context.close()


def _sound(page: Page, level: str, language: str) -> None:
    """Check what a picture of the page cannot show."""
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), level
    # Sources are quoted as they are; the address at the foot has the unit's path.
    shown = page.evaluate(
        "() => { const copy = document.querySelector('main').cloneNode(true);"
        "copy.querySelectorAll('cite, .address').forEach((one) => one.remove());"
        "return copy.textContent; }"
    )
    assert not RAW.search(shown), f"{level}: {RAW.search(shown)}"
    if language == "vi":
        assert not ENGLISH.search(shown), f"{level}: {ENGLISH.search(shown)}"
    for picture in page.locator("svg.picture").all():
        said = picture.get_attribute("aria-label") or ""
        assert picture.get_attribute("role") == "img"
        assert len(said) > 20
        assert picture.locator(
            "xpath=ancestor::section//table | ../../following-sibling::section//table"
        ).count()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_hall_screen_says_it_large_and_without_the_bar(
    chromium: Browser, campaign: Served, folder: Path, language: str
) -> None:
    context = sign_in(chromium, campaign, language, "desktop")
    page = context.pages[0]
    page.set_viewport_size({"width": 1920, "height": 1080})
    for level in ("nation", "province"):
        page.goto(address(campaign, level, "?screen=1"))
        page.screenshot(path=folder / f"screen-{level}-{language}.png", full_page=True)
        assert not page.locator("header.bar").count()
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        judge(page, f"screen {level}")
    context.close()


def test_the_print_has_everything_but_the_bar_and_fits_the_paper(
    chromium: Browser, campaign: Served, folder: Path
) -> None:
    context = sign_in(chromium, campaign, "vi", "desktop")
    page = context.pages[0]
    for level in ("nation", "province"):
        page.goto(address(campaign, level))
        page.emulate_media(media="print")
        assert not page.locator("header.bar").is_visible()
        assert not page.locator(".heading .actions").is_visible()
        assert page.locator("text=http://127.0.0.1").is_visible()
        page.set_viewport_size({"width": 718, "height": 1000})  # A4 without its margins
        page.screenshot(path=folder / f"print-{level}.png", full_page=True)
        assert page.evaluate(_TOO_WIDE) == []
        made = page.pdf(format="A4")
        (folder / f"print-{level}.pdf").write_bytes(made)
        assert made.startswith(b"%PDF-")
        page.emulate_media(media="screen")
    context.close()


_TOO_WIDE = """() => [...document.querySelectorAll("main table, main svg, main p, main .card")]
    .filter((one) => one.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
    .map((one) => one.tagName + " " + one.className)"""


def test_the_keyboard_reaches_the_menu_every_table_and_every_picture(
    chromium: Browser, campaign: Served
) -> None:
    context = sign_in(chromium, campaign, "vi", "phone")
    page = context.pages[0]
    page.goto(address(campaign, "province"))
    page.focus("details.more summary")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('details.more li') !== null")
    reached = set()
    for _ in range(200):
        page.keyboard.press("Tab")
        here = page.evaluate(
            "[document.activeElement.className, getComputedStyle(document.activeElement)"
            ".outlineStyle]"
        )
        if here[0] in {"picture-frame", "table no-screen", "table wide"}:
            assert here[1] != "none"
            reached.add(here[0])
    assert reached == {"picture-frame", "table no-screen", "table wide"}
    context.close()


def test_the_bar_of_a_phone_takes_no_more_than_three_rows(
    chromium: Browser, campaign: Served
) -> None:
    context = sign_in(chromium, campaign, "vi", "phone")
    page = context.pages[0]
    tall = page.evaluate("document.querySelector('header.bar').getBoundingClientRect().height")
    assert tall <= 160
    page.click("details.more summary")
    box = page.locator("details.more ul").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= SIZES["phone"][0]
    context.close()
