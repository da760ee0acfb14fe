"""The relay check in a real browser, against a real server: both languages, both sizes, axe."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

SIZES = {"desktop": (1280, 800), "phone": (390, 844)}
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}
_STAGE = """
import django
django.setup()
from bluezone.portal import clock
from bluezone.portal.accounts.models import User
from tests.portal.appgateway.bridge import relay_scene as scene
lan, now = User.objects.get(username="lan"), clock.now()
for staged in (scene.real_meeting, scene.relay_one_way, scene.replay):
    for phone in scene.two_phones(now, staged):
        scene.share(phone, lan, now)
"""


@pytest.fixture(scope="module")
def staged(portal: Any) -> str:
    """The portal with three pairs of cases: met, relayed, replayed; its address."""
    root = str(Path(__file__).parents[4])
    environment = {
        **os.environ,
        "BLUEZONE_HOME": str(portal.home),
        "BLUEZONE_PORTAL_DATABASE_URL": portal.database,
        "DJANGO_SETTINGS_MODULE": "bluezone.portal.settings",
        "PYTHONPATH": root,
    }
    subprocess.run([sys.executable, "-c", _STAGE], env=environment, check=True, cwd=root)
    return str(portal.url)


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the screenshots go; BLUEZONE_SCREENSHOTS names a folder that stays."""
    folder = Path(os.environ.get("BLUEZONE_SCREENSHOTS") or tmp_path_factory.mktemp("pictures"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.mark.parametrize(
    ("language", "size"),
    [("vi", "desktop"), ("en", "phone")]
    if not os.environ.get("BLUEZONE_SCREENSHOTS")
    else [(language, size) for language in ("vi", "en") for size in SIZES],
)
def test_the_relay_check_can_be_used_and_read_by_everybody(
    chromium: Browser, portal: Any, staged: str, pictures: Path, language: str, size: str
) -> None:
    width, height = SIZES[size]
    context = chromium.new_context(viewport={"width": width, "height": height})
    context.set_default_timeout(15_000)
    context.add_cookies([{"name": "language", "value": language, "url": staged}])
    page, complaints = context.new_page(), []
    page.on("console", lambda message: complaints.append(message.text))
    _sign_in(page, portal, language)
    for first, kind in ((1, "met"), (3, "at-risk"), (5, "missed")):
        page.goto(f"{staged}/cases/HD-{first:06d}/relay/")
        if first == 1:
            _judge(page, pictures / f"relay-form-{language}-{size}.png")
        other = page.locator("#id_other option", has_text=f"HD-{first + 1:06d}")
        page.select_option("#id_other", other.get_attribute("value"))
        page.click("main form button")
        assert page.locator(f"#verdict .state.{kind}").count() == 1
        assert page.locator("svg.relay").count() >= 1
        _judge(page, pictures / f"relay-{kind}-{language}-{size}.png")
    assert not complaints
    context.close()


def _sign_in(page: Page, portal: Any, language: str) -> None:
    page.goto(f"{portal.url}/sign-in/")
    page.fill("#id_username", "lan")
    page.fill("#id_password", portal.password)
    page.click("main form button")
    other = page.locator(f"button[name=language][value={language}]")
    if other.count():
        other.click()


def _judge(page: Page, picture: Path) -> None:
    """Keep a picture; nothing sticks out sideways; axe finds no fault."""
    page.screenshot(path=picture, full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), picture.name
    results = Axe().run(page, options=RULES)
    assert results.violations_count == 0, f"{picture.name}: {results.generate_report()}"
