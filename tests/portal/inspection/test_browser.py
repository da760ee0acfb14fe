"""The inspector's pages of the seed's campaign in a real browser, from the list to a mark."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.campaign_evening import LANGUAGES, SIZES, Served, judge, sign_in

pytestmark = pytest.mark.browser

LIST = "/campaign/vn2020.30/inspection/"
RAW = re.compile(r"vn20[0-9]{2}[.][0-9]|%\(|None\b|nan\b")
ENGLISH = re.compile(r"\b(the|users|figure|unit|honest|times|phones|day|mark)\b", re.IGNORECASE)
PATTERNS = ("round", "twin", "jump", "copy")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_fit_to_be_shown_in_both_languages_and_sizes(
    chromium: Browser, campaign: Served, folder: Path, language: str, size: str
) -> None:
    context = sign_in(chromium, campaign, language, size, who="thanhtra")
    page, complaints = context.pages[0], []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(f"{campaign.url}{LIST}")
    links = [
        one.get_attribute("href") or "" for one in page.locator("main a").all()
    ]  # open and closed
    chosen = [next(link for link in links if f"/{pattern}/" in link) for pattern in PATTERNS]
    for number, address in enumerate((LIST, *chosen, f"{LIST}gifts/", "/campaign/vn2020.30/")):
        page.goto(f"{campaign.url}{address}")
        page.screenshot(path=folder / f"inspection-{number}-{language}-{size}.png", full_page=True)
        _sound(page, address, language)
        if size == "phone":  # the pages have the same parts in all sizes
            judge(page, address)
    assert complaints == []
    context.close()


def test_an_inspector_explains_a_finding_by_keyboard_and_is_not_asked_again(
    chromium: Browser, campaign: Served, folder: Path
) -> None:
    context = sign_in(chromium, campaign, "vi", "phone", who="thanhtra")
    page = context.pages[0]
    page.goto(f"{campaign.url}{LIST}")
    before = page.locator("ol.findings li").count()
    page.locator("ol.findings h2 a").last.focus()
    page.keyboard.press("Enter")
    page.focus("input[name=verdict][value=looked_at]")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".error-summary")).to_be_visible()
    judge(page, "refused")
    page.focus("textarea[name=note]")
    page.keyboard.type("Tổ công tác gộp hai ngày vào một phiếu.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".state.met").first).to_be_visible()
    page.goto(f"{campaign.url}{LIST}")
    assert page.locator("ol.findings li").count() == before - 1
    expect(page.locator("main table").first).to_contain_text("gộp hai ngày")
    page.screenshot(path=folder / "inspection-explained.png", full_page=True)
    judge(page, "explained")
    context.close()


def _sound(page: Page, what: str, language: str) -> None:
    """Check what a picture of the page cannot show."""
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), what
    shown = page.evaluate(
        "() => { const copy = document.querySelector('main').cloneNode(true);"
        "copy.querySelectorAll('cite, .address').forEach((one) => one.remove());"
        "return copy.textContent; }"
    )
    assert not RAW.search(shown), f"{what}: {RAW.search(shown)}"
    if language == "vi" and "inspection" in what:
        assert not ENGLISH.search(shown), f"{what}: {ENGLISH.search(shown)}"
    for picture in page.locator("svg.picture").all():
        assert picture.get_attribute("role") == "img"
        assert len(picture.get_attribute("aria-label") or "") > 20
