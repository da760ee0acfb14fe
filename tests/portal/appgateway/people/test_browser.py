"""The pages about people in a real browser: both languages, both sizes."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser

SIZES = {"desktop": (1280, 800), "phone": (390, 844)}
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}
PEOPLE: Final = {
    "vi": ("0912.345.678", "Nguyễn Thị Huệ"),
    "en": ("+84 987 654 321", "<b>Trần Văn Ẩn</b>"),
}
"""Whom the test in each language finds and deletes."""
PASSWORD = "mot hai ba bon nam"
_FILL: Final = """
import random, time, django
django.setup()
from bluezone.portal.appgateway.people import one_time_codes as codes
from bluezone.portal.appgateway.people.confirming import confirm
from bluezone.portal.appgateway.people.declaring import Warned, declare
from bluezone.portal.appgateway.people.informing import keep
from bluezone.portal.appgateway.people.models import Declaration
from bluezone.portal.appgateway.people.sealing import Person
from bluezone.portal.verification.models import SmsMessage
from bluezone.portal.verification.sms.outbox import body_of
now, rng = int(time.time()), random.Random(1)
people = [("+84912345678", "Nguyễn Thị Huệ", "12 ngõ Chợ Mát, phường Bùi Thị Xuân, Hà Nội"),
          ("+84987654321", "<b>Trần Văn Ẩn</b>", "Thôn Đông, xã Phạm Mệnh, huyện Kinh Môn"),
          ("02438255555", "Lê Hữu Nghĩa", "")]
for phone, (number, name, address) in enumerate(people, 1):
    if number.startswith("+"):
        asker = codes.of_phone(phone)
        codes.send_code(codes.CodeRequest(number, asker, "x"), now=now, rng=rng)
        text = body_of(SmsMessage.objects.latest("pk"))
        confirm(number, phone, "".join(filter(str.isdigit, text))[:6], now=now, rng=rng)
        keep(Person(name, address, number), phone, now=now, rng=rng)
    declare(Warned(phone, 1), Person(name, address, number), now=now - 600 * phone, rng=rng)
first = Declaration.objects.earliest("pk")
Declaration.objects.filter(pk=first.pk).update(state="called", changed_at=now, changed_by="lan")
"""
_CODE: Final = """
import re, django
django.setup()
from bluezone.portal.verification.models import SmsMessage
from bluezone.portal.verification.sms.outbox import body_of
print(re.search(r"[0-9]{6}", body_of(SmsMessage.objects.latest("pk")))[0])
"""


def run(portal: Any, script: str) -> str:
    environment = {
        **os.environ,
        "BLUEZONE_HOME": str(portal.home),
        "DJANGO_SETTINGS_MODULE": "bluezone.portal.settings",
    }
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture(scope="module")
def filled(portal: Any) -> str:
    """Return the address of a portal that knows three people."""
    run(portal, _FILL)
    return str(portal.url)


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = Path(os.environ.get("BLUEZONE_SCREENSHOTS") or tmp_path_factory.mktemp("pictures"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def judge(page: Page, name: str, pictures: Path) -> None:
    """Take a picture; nothing slides sideways, and axe finds nothing."""
    page.screenshot(path=pictures / f"people-{name}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
    results = Axe().run(page, options=RULES)
    assert results.violations_count == 0, f"{name}: {results.generate_report()}"


@pytest.mark.parametrize(("language", "size"), [("vi", "phone"), ("en", "desktop")])
def test_people_are_called_looked_up_and_deleted(
    chromium: Browser, portal: Any, filled: str, pictures: Path, language: str, size: str
) -> None:
    width, height = SIZES[size]
    context = chromium.new_context(viewport={"width": width, "height": height})
    context.set_default_timeout(20_000)
    context.add_cookies([{"name": "language", "value": language, "url": filled}])
    page, end = context.new_page(), f"{language}-{size}"
    page.goto(f"{filled}/sign-in/")
    page.fill("#id_username", "lan")
    page.fill("#id_password", PASSWORD)
    page.press("#id_password", "Enter")
    page.wait_for_url("**/cases/")
    if page.locator("html").get_attribute("lang") != language:
        page.click(f"button[name=language][value={language}]")
    page.goto(f"{filled}/declarations/")
    assert "912345678" not in page.content()
    judge(page, f"calls-{end}", pictures)
    page.locator("tbody a").first.click()
    judge(page, f"declaration-{end}", pictures)
    page.goto(f"{filled}/declarations/person/")
    number, name = PEOPLE[language]
    page.fill("#id_number", number)
    page.fill("#id_reason", "HD-000001")
    page.press("#id_reason", "Enter")
    expect(page.locator("main")).to_contain_text(name)
    judge(page, f"found-{end}", pictures)
    context.clear_cookies(name=re.compile("session"))
    page.goto(f"{filled}/app-data/delete/?lang={language}")
    judge(page, f"delete-{end}", pictures)
    page.fill("#id_number", number)
    page.press("#id_number", "Enter")
    page.fill("#id_code", "12")
    page.press("#id_code", "Enter")
    expect(page.locator(".error-summary")).to_contain_text("code_invalid")
    judge(page, f"code-{end}", pictures)
    page.fill("#id_code", run(portal, _CODE))
    page.press("#id_code", "Enter")
    expect(page.locator("main li")).to_have_count(3)
    judge(page, f"deleted-{end}", pictures)
    context.close()
