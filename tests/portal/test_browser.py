"""The desk in a real browser, against a real server: the main path, AA, both languages."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

pytestmark = pytest.mark.browser

SIZES = {"desktop": (1280, 800), "phone": (390, 844)}
JUDGED = {"vi-desktop", "en-phone"}
"""Where axe looks: each language and each size once; it takes its time."""
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the screenshots go; BLUEZONE_SCREENSHOTS names a folder that stays."""
    folder = Path(os.environ.get("BLUEZONE_SCREENSHOTS") or tmp_path_factory.mktemp("pictures"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def open_browser(
    chromium: Browser, url: str, *, language: str, size: str, javascript: bool = True
) -> BrowserContext:
    width, height = SIZES[size]
    context = chromium.new_context(
        viewport={"width": width, "height": height},
        locale={"vi": "vi-VN", "en": "en-GB"}[language],
        java_script_enabled=javascript,
    )
    context.set_default_timeout(15_000)
    context.add_cookies([{"name": "language", "value": language, "url": url}])
    return context


def sign_in(page: Page, portal: Any, name: str, language: str) -> None:
    page.goto(f"{portal.url}/sign-in/")
    page.fill("#id_username", name)
    page.fill("#id_password", portal.password)
    page.click("main form button")
    other = page.locator(f"button[name=language][value={language}]")
    if other.count():
        other.click()


def open_case(page: Page, url: str) -> None:
    page.goto(f"{url}/cases/new/")
    first = page.get_attribute("#id_test_date", "max")
    assert first is not None
    page.fill("#id_test_date", first)
    page.click("main form button")


@pytest.mark.parametrize("javascript", [True, False], ids=["htmx", "no script"])
def test_a_health_worker_issues_a_code_and_sees_it_used(
    chromium: Browser, portal: Any, javascript: bool
) -> None:
    context = open_browser(
        chromium, portal.url, language="vi", size="desktop", javascript=javascript
    )
    page = context.new_page()
    sign_in(page, portal, "lan", "vi")
    open_case(page, portal.url)
    page.click("text=Cấp mã >> nth=-1")
    code = "".join(page.locator(".read-aloud .group").all_text_contents())
    assert len(code) == 8
    assert portal.post("verify", {"code": code}, "device").status_code == 200
    if not javascript:
        page.reload()
    expect(page.locator("#code-status .state.met")).to_have_text("Đã dùng", timeout=15_000)
    expect(page.locator(".read-aloud")).to_have_count(0)
    context.close()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_page_is_usable_by_everybody(
    chromium: Browser, portal: Any, pictures: Path, language: str, size: str
) -> None:
    context = open_browser(chromium, portal.url, language=language, size=size)
    page, complaints = context.new_page(), []
    page.on("console", lambda message: complaints.append(message.text))
    for name in desk_tour(page, portal, language):
        judge(page, pictures / f"{name}-{language}-{size}.png")
    assert not [text for text in complaints if "status of 4" not in text]
    context.close()


def judge(page: Page, picture: Path) -> None:
    """Keep a picture; nothing sticks out sideways; axe finds no fault."""
    page.screenshot(path=picture, full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), picture.name
    if not any(part in picture.name for part in JUDGED):
        return
    results = Axe().run(page, options=RULES)
    assert results.violations_count == 0, f"{picture.name}: {results.generate_report()}"


def desk_tour(page: Page, portal: Any, language: str) -> Iterator[str]:
    """Go through every page, as both roles."""
    url = portal.url
    page.goto(f"{url}/sign-in/")
    yield "sign-in"
    sign_in(page, portal, "lan", language)
    page.goto(f"{url}/cases/new/")
    page.click("main form button")
    yield "case-refused"
    open_case(page, url)
    yield "case"
    page.fill("#id_phone", "0912 345 678")
    page.click("main form button")
    yield "code"
    page.click("main form .danger")
    yield "code-revoked"
    for name, path in (("cases", "/cases/"), ("messages", "/messages/"), ("forbidden", "/audit/")):
        page.goto(f"{url}{path}")
        yield name
    page.goto(f"{url}/v?r=vn&c=abcd1234efgh5678")
    yield "link"
    page.click("header form[action='/sign-out/'] button")
    sign_in(page, portal, "binh", language)
    page.fill("#id_name", "Phòng xét nghiệm Hải Dương")
    page.check("#id_kind_1")
    page.click("main form.new-key button")
    yield "api-keys"
    page.goto(f"{url}/audit/")
    yield "audit"
