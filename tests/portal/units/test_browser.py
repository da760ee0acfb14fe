"""Units in a real browser, against a real server: search with and without script, every page."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

pytestmark = pytest.mark.browser

SIZES = {"desktop": (1280, 800), "phone": (390, 844)}
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}
OPTIONS = ["--edition", "zz2020", "--country", "zz", "--nation", "Zed", "--name", "Zed 2020"]
OPTIONS += ["--valid-from", "2020-01-01", "--valid-to", "2025-07-01"]
TOUR = (
    "/units/?q=tan+viet&edition=zz2020",
    "/units/editions/",
    "/units/zz2020.1/",
    "/units/zz2020.1.12.121/",
    "/units/zz2020.1.12.121/villages/new/",
)


@pytest.fixture(scope="module")
def tree(portal: Any, tmp_path_factory: pytest.TempPathFactory, zed_units: str) -> str:
    """The made-up country in the portal that runs; its address."""
    table = tmp_path_factory.mktemp("tree") / "zz2020.csv"
    table.write_text(zed_units, encoding="utf-8")
    command = [sys.executable, "-m", "bluezone.cli.main", "units", "load", "--from", str(table)]
    environment = {
        **os.environ,
        "BLUEZONE_HOME": str(portal.home),
        "BLUEZONE_PORTAL_PUBLIC_URL": portal.url,
    }
    subprocess.run([*command, *OPTIONS], env=environment, check=True, capture_output=True)
    return str(portal.url)


def browse(chromium: Browser, portal: Any, who: str, **options: Any) -> BrowserContext:
    context = chromium.new_context(**options)
    context.set_default_timeout(15_000)
    context.add_cookies([{"name": "language", "value": "vi", "url": portal.url}])
    page = context.new_page()
    page.goto(f"{portal.url}/sign-in/")
    page.fill("#id_username", who)
    page.fill("#id_password", portal.password)
    page.click("main form button")
    return context


@pytest.mark.parametrize("script", [True, False], ids=["htmx", "no script"])
def test_a_unit_is_found_without_diacritics(
    chromium: Browser, portal: Any, tree: str, script: bool
) -> None:
    context = browse(chromium, portal, "lan", java_script_enabled=script)
    page = context.pages[0]
    page.goto(f"{tree}/units/")
    page.select_option("#edition", "zz2020")

    page.type("#q", "tan viet hai d")
    if not script:
        page.click("main form button")

    expect(page.locator("#results tbody tr")).to_have_count(2)
    page.click("#results tbody a >> nth=0")
    expect(page.locator("h1")).to_have_text("Phường Tân Việt")
    context.close()


@pytest.mark.parametrize("size", SIZES)
def test_every_page_is_usable_by_everybody(
    chromium: Browser, portal: Any, tree: str, tmp_path: Path, size: str
) -> None:
    width, height = SIZES[size]
    view = {"width": width, "height": height}
    context = browse(chromium, portal, "binh", viewport=view, locale="vi-VN")
    page, complaints = context.pages[0], []
    page.on("console", lambda message: complaints.append(message.text))
    folder = Path(os.environ.get("BLUEZONE_SCREENSHOTS") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    for number, address in enumerate(TOUR):
        page.goto(tree + address)
        page.screenshot(path=folder / f"units-{number}-{size}.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), address
        if size == "phone":  # axe takes its time, and the pages have the same parts in all sizes
            judge(page, address)
    assert complaints == []
    context.close()


def judge(page: Page, address: str) -> None:
    """Let axe find no fault."""
    results = Axe().run(page, options=RULES)
    assert results.violations_count == 0, f"{address}: {results.generate_report()}"
