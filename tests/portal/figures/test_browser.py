"""Figures in a real browser: a clerk's report with wrong rows, by the keyboard, and every page."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.campaign_evening import LANGUAGES, SIZES, Served, judge, sign_in

pytestmark = pytest.mark.browser

CITY = "vn2020.30.288"
PROVINCE = "vn2020.30"
REPORT = """Mã xã;Tên xã;Ngày;Người dùng
10507;Phường Cẩm Thượng;15/08/2020;23,4 %
10510;Phường Bình Hàn;16/08/2020;2.310
10513;Phường Ngọc Châu;15/08/2020;9.999.999
99999;Phường Không Có;15/08/2020;12
"""
TOUR = ("", "new/", "held/", "conflicts/", "upload/", "?series=downloads")
RAW = re.compile(r"vn20[0-9]{2}[.][0-9]|%\(|None\b|nan\b")
ENGLISH = re.compile(r"\b(the|users|figure|source|people|upload|held|row|series)\b", re.IGNORECASE)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_fit_to_be_shown_in_both_languages_and_sizes(
    chromium: Browser, campaign: Served, folder: Path, language: str, size: str
) -> None:
    context = sign_in(chromium, campaign, language, size, who="tinh")
    page, complaints = context.pages[0], []
    page.on("console", lambda message: complaints.append(message.text))
    for number, end in enumerate(TOUR):
        page.goto(f"{campaign.url}/campaign/{PROVINCE}/figures/{end}")
        page.screenshot(path=folder / f"figures-{number}-{language}-{size}.png", full_page=True)
        _sound(page, end, language)
        if size == "phone":  # the pages have the same parts in all sizes
            judge(page, end)
    assert complaints == []
    context.close()


def test_a_clerk_sees_by_keyboard_alone_which_row_and_column_is_wrong_and_why(
    chromium: Browser, campaign: Served, folder: Path
) -> None:
    context = sign_in(chromium, campaign, "vi", "phone", who="tinh")
    page = context.pages[0]
    page.goto(f"{campaign.url}/campaign/{CITY}/figures/upload/")
    page.set_input_files(
        "input[type=file]",
        {"name": "bao-cao.csv", "mimeType": "text/csv", "buffer": REPORT.encode()},
    )
    page.focus("main form button")

    page.keyboard.press("Enter")

    expect(page.locator("h1")).to_have_text("bao-cao.csv")
    page.screenshot(path=folder / "figures-preview.png", full_page=True)
    said = page.inner_text("main")
    for place in ("dòng 2, cột D", "dòng 3, cột C", "dòng 4, cột D", "dòng 5, cột A"):
        assert place in said, said
    _sound(page, "preview", "vi")
    judge(page, "preview")
    context.close()


def _sound(page: Page, what: str, language: str) -> None:
    """Check what a picture of the page cannot show."""
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), what
    shown = page.evaluate(
        "() => { const copy = document.querySelector('main').cloneNode(true);"
        "copy.querySelectorAll('cite, .address, pre').forEach((one) => one.remove());"
        "return copy.textContent; }"
    )
    assert not RAW.search(shown), f"{what}: {RAW.search(shown)}"
    if language == "vi":
        assert not ENGLISH.search(shown), f"{what}: {ENGLISH.search(shown)}"
