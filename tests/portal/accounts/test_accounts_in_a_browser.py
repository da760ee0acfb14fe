"""The second factor, invitations and staff in a real browser, against a real server."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

pytestmark = pytest.mark.browser

SIZES = {"desktop": (1280, 800), "phone": (390, 844)}
JUDGED = {"vi-phone", "en-desktop"}
"""Where axe looks: each language and each size once; it takes its time."""
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}
UNIT: Final = "vn2020.30"
_PREPARE: Final = """
import datetime as dt
import sys
import django
django.setup()
from bluezone.portal.accounts.memberships import create_member
from bluezone.portal.accounts.services import create_staff
from bluezone.portal.units.models import Edition, Unit
day = dt.date(2020, 1, 1)
edition = Edition.objects.create(id="vn2020", country="vn", name="2020", valid_from=day)
nation, words = None, {"edition": edition, "search_name": "x", "search_full": "x", "initials": "x"}
for path, level, name in [
    ("vn2020", "nation", "Việt Nam"), ("vn2020.30", "province", "Tỉnh Hải Dương")
]:
    nation = Unit.objects.create(
        path=path, parent=nation, level=level, code=path[-2:], name=name, full_name=name, **words
    )
for name, role in [
    ("tuan", "unit_manager"), ("app", "auditor"), ("key", "auditor"), ("both", "auditor"),
    ("vi-desktop", "unit_manager"), ("vi-phone", "unit_manager"),
    ("en-desktop", "unit_manager"), ("en-phone", "unit_manager"),
]:
    user = create_staff(name, sys.argv[1], "", display_name=name.title(), language="en")
    create_member(user, nation, role)
"""


@pytest.fixture(scope="module")
def desk(portal: Any) -> Any:
    """The running portal with a province and its staff; passkeys need a name, not an address."""
    environment = {
        **os.environ,
        "BLUEZONE_HOME": str(portal.home),
        "DJANGO_SETTINGS_MODULE": "bluezone.portal.settings",
    }
    command = [sys.executable, "-c", _PREPARE, portal.password]
    subprocess.run(command, env=environment, check=True)
    return portal


@pytest.fixture(scope="module")
def url(desk: Any) -> str:
    return str(desk.url).replace("127.0.0.1", "localhost")


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the screenshots go; BLUEZONE_SCREENSHOTS names a folder that stays."""
    folder = Path(os.environ.get("BLUEZONE_SCREENSHOTS") or tmp_path_factory.mktemp("pictures"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def browsing(
    chromium: Browser, *, size: str = "desktop", javascript: bool = True
) -> Iterator[Page]:
    """Open a window of its own; fail if the browser complains about our policy."""
    width, height = SIZES[size]
    context = chromium.new_context(
        viewport={"width": width, "height": height}, java_script_enabled=javascript
    )
    context.set_default_timeout(15_000)
    page, complaints = context.new_page(), []
    page.on("console", lambda message: complaints.append(message.text))
    yield page
    assert not [text for text in complaints if "status of 4" not in text]
    context.close()


def virtual_key(context: BrowserContext, page: Page) -> None:
    """Plug in a passkey that always says yes."""
    tools = context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    tools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def sign_in(page: Page, url: str, name: str, password: str) -> None:
    page.goto(f"{url}/sign-in/")
    page.fill("#id_username", name)
    page.fill("#id_password", password)
    page.click("main form button")


def sign_out(page: Page) -> None:
    page.click("header form[action='/sign-out/'] button")


def set_up_app(page: Page, url: str, hand: Any) -> str:
    page.goto(f"{url}/account/second-factor/app/")
    secret = page.text_content(".secret code") or ""
    page.fill("#id_code", hand.code_of(secret))
    page.click("main form button")
    return secret


def test_an_app_is_set_up_and_asked_for_without_any_script(
    chromium: Browser, desk: Any, url: str, hand: Any
) -> None:
    with browsing(chromium, javascript=False) as page:
        sign_in(page, url, "app", desk.password)
        page.goto(f"{url}/account/second-factor/passkeys/new/")
        expect(page.locator("[data-passkey-button]")).to_be_hidden()
        secret = set_up_app(page, url, hand)
        codes = page.locator(".secret li").all_text_contents()
        assert len(codes) == 10
        sign_out(page)
        sign_in(page, url, "app", desk.password)
        expect(page.locator("h1")).to_have_text("Second step")
        page.fill("#id_code", "000000x")
        page.click("main form button")
        expect(page.locator(".error-summary")).to_contain_text("incorrect_code")
        page.fill("#id_code", hand.code_of(secret, 1))
        page.click("main form button")
        expect(page.locator("header .who")).to_have_text("App")
        sign_out(page)
        sign_in(page, url, "app", desk.password)
        page.fill("#id_code", codes[0])
        page.click("main form button")
        expect(page.locator("header .who")).to_have_text("App")


def test_a_passkey_is_added_and_asked_for(chromium: Browser, desk: Any, url: str) -> None:
    with browsing(chromium) as page:
        virtual_key(page.context, page)
        sign_in(page, url, "key", desk.password)
        page.goto(f"{url}/account/second-factor/passkeys/new/")
        page.fill("#id_name", "Office computer")
        page.click("[data-passkey-button]")
        expect(page.locator(".secret li")).to_have_count(10)
        page.goto(f"{url}/account/second-factor/passkeys/")
        expect(page.locator("tbody th")).to_have_text("Office computer")
        sign_out(page)
        sign_in(page, url, "key", desk.password)
        page.click("[data-passkey-button]")
        expect(page.locator("header .who")).to_have_text("Key")


def test_a_passkey_that_is_not_there_is_said_so(chromium: Browser, desk: Any, url: str) -> None:
    with browsing(chromium) as page:
        sign_in(page, url, "both", desk.password)
        page.goto(f"{url}/account/second-factor/passkeys/new/")
        failed = page.locator("[data-passkey-failed] .error")
        expect(failed).to_be_hidden()
        # Whoever cancels makes the browser refuse in the same way.
        page.evaluate(
            "() => { navigator.credentials.create = () => Promise.reject(new Error('no')) }"
        )
        page.click("[data-passkey-button]")
        expect(failed).to_be_visible()
        expect(failed).to_contain_text("passkey_failed")


def test_an_invitation_goes_from_screen_to_screen(chromium: Browser, desk: Any, url: str) -> None:
    with browsing(chromium) as manager, browsing(chromium, javascript=False) as colleague:
        sign_in(manager, url, "tuan", desk.password)
        manager.goto(f"{url}/account/staff/{UNIT}/invite/")
        manager.fill("#id_display_name", "Nguyễn Thị Hoa")
        manager.select_option("#id_role", "team_member")
        manager.select_option("#id_language", "en")
        manager.click("main form button")
        link = manager.text_content(".secret code") or ""
        colleague.goto(link.replace("127.0.0.1", "localhost"))
        colleague.fill("#id_username", "hoa")
        colleague.fill("#id_password", "sau bay tam chin muoi")
        colleague.fill("#id_again", "sau bay tam chin muoi")
        colleague.click("main form button")
        sign_in(colleague, url, "hoa", "sau bay tam chin muoi")
        colleague.wait_for_url("**/field/start/")
        colleague.goto(colleague.url.replace("/field/start/", "/account/"))
        expect(colleague.locator("main")).to_contain_text("Team member")
        manager.goto(f"{url}/account/staff/{UNIT}/")
        expect(manager.locator("main table").first).to_contain_text("Nguyễn Thị Hoa")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_page_of_accounts_is_usable_by_everybody(
    chromium: Browser,
    desk: Any,
    url: str,
    pictures: Path,
    hand: Any,
    language: str,
    size: str,
) -> None:
    with browsing(chromium, size=size) as page:
        virtual_key(page.context, page)
        for name in tour(page, url, desk.password, f"{language}-{size}", hand):
            judge(page, pictures / f"{name}-{language}-{size}.png")


def tour(page: Page, url: str, password: str, name: str, hand: Any) -> Iterator[str]:
    """Go through the pages of accounts."""
    sign_in(page, url, name, password)
    other = page.locator(f"header button[name=language][value={name[:2]}]")
    if other.count():
        other.click()
    page.goto(f"{url}/account/")
    yield "account"
    page.goto(f"{url}/account/password/")
    page.click("main form button")
    yield "password-refused"
    page.goto(f"{url}/account/staff/{UNIT}/invite/")
    page.click("main form button")
    yield "invite-refused"
    page.fill("#id_display_name", "Nguyễn Thị Hoa")
    page.click("main form button")
    yield "invitation-link"
    link = (page.text_content(".secret code") or "").replace("127.0.0.1", "localhost")
    page.goto(f"{url}/account/staff/{UNIT}/")
    yield "staff"
    page.click("main table tbody a >> nth=0")
    yield "person"
    yield from factor_tour(page, url, hand)
    sign_out(page)
    page.goto(link)
    yield "invitation"
    page.goto(link[:-2] + "/")
    yield "invitation-over"
    sign_in(page, url, name, password)
    yield "second-step"


def factor_tour(page: Page, url: str, hand: Any) -> Iterator[str]:
    """Go through the pages of the second factor."""
    page.goto(f"{url}/account/second-factor/")
    yield "second-factor"
    page.goto(f"{url}/account/second-factor/app/")
    yield "app"
    secret = page.text_content(".secret code") or ""
    page.fill("#id_code", hand.code_of(secret))
    page.click("main form button")
    yield "recovery-codes"
    page.goto(f"{url}/account/second-factor/passkeys/new/")
    yield "passkey-new"
    page.click("[data-passkey-button]")
    page.wait_for_url("**/second-factor/")
    page.goto(f"{url}/account/second-factor/passkeys/")
    yield "passkeys"
    page.goto(f"{url}/account/confirm/?next=/account/")
    yield "confirm"


def judge(page: Page, picture: Path) -> None:
    """Keep a picture; nothing sticks out sideways; axe finds no fault."""
    page.screenshot(path=picture, full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), picture.name
    if not any(part in picture.name for part in JUDGED):
        return
    results = Axe().run(page, options=RULES)
    assert results.violations_count == 0, f"{picture.name}: {results.generate_report()}"
