"""The campaign of the seed, served on the evening of 15 August 2020, for tests in a browser.

One server for each process of the test run: filling its tables takes longer than most tests.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

SIZES = {"desktop": (1280, 800), "phone": (390, 844)}
LANGUAGES = ("vi", "en")
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}
WAIT_S = 180.0


@dataclass(frozen=True, slots=True)
class Served:
    """The campaign, served on the evening of 15 August 2020."""

    url: str
    password: str


@pytest.fixture(scope="session", name="campaign")
def served_campaign(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The seed's campaign in a process of its own."""
    home = tmp_path_factory.mktemp("campaign")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "bluezone.cli.main", "campaign", "demo", "--json"]
    with subprocess.Popen(
        [*command, "--home", str(home), "--port", str(port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            for line in process.stdout:
                if '"dashboard"' in line:
                    break
            url = f"http://127.0.0.1:{port}"
            _await(url)
            secret = (home / "portal" / "demo-password").read_text(encoding="ascii").strip()
            yield Served(url, secret)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


def _await(url: str) -> None:
    until = time.monotonic() + WAIT_S
    while time.monotonic() < until:
        try:
            if httpx2.get(f"{url}/health", timeout=5).status_code == 200:
                return
        except httpx2.TransportError:
            continue
    pytest.fail("the campaign was not served in time")


@pytest.fixture(scope="session", name="folder")
def screenshots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where screenshots go."""
    found = Path(os.environ.get("BLUEZONE_SCREENSHOTS") or tmp_path_factory.mktemp("shots"))
    found.mkdir(parents=True, exist_ok=True)
    return found


def sign_in(
    chromium: Browser, campaign: Served, language: str, size: str, *, who: str = "bo"
) -> BrowserContext:
    """Return a browser with an officer of the nation, or somebody else, at the desk."""
    width, height = SIZES[size]
    context = chromium.new_context(viewport={"width": width, "height": height})
    context.set_default_timeout(30_000)
    page = context.new_page()
    page.goto(f"{campaign.url}/sign-in/")
    page.fill("#id_username", who)
    page.fill("#id_password", campaign.password)
    page.click("main form button")
    page.wait_for_url(lambda address: "/sign-in/" not in address)
    if page.get_attribute("html", "lang") != language:  # the account remembers the last choice
        page.click(f".bar button[value={language}]")
        page.wait_for_selector(f"html[lang={language}]")
    return context


def judge(page: Page, what: str) -> None:
    """Let axe find no fault."""
    results = Axe().run(page, options=RULES)
    assert results.violations_count == 0, f"{what}: {results.generate_report()}"
