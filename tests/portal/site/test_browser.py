"""The public site in a real browser: both languages, both sizes, with and without script."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, expect

pytestmark = pytest.mark.browser

SIZES = {"desktop": (1280, 800), "phone": (390, 844)}
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}
PAGES = {
    "home": "/",
    "install": "/install/?unit=vn2020.30",
    "protection": "/protection/",
    "copycats": "/copycats/",
    "questions": "/questions/?q=pin",
    "materials": "/materials/?unit=vn2020.30",
    "news": "/news/",
    "announcement": "/news/1/",
    "print": "/news/1/print/",
    "figures": "/figures/",
    "expired": "/q/",
    "no-page": "/nothing/",
}
_FILL: Final = """
import datetime as dt, random, django
django.setup()
from bluezone.portal import clock
from bluezone.portal.accounts.models import User
from bluezone.portal.campaign.figures.services import NewFigure, record_denominator, record_figures
from bluezone.portal.site import announcements, posters
from bluezone.portal.units.models import Edition, Unit
day = dt.date(2020, 8, 15)
edition = Edition.objects.create(id="vn2020", country="vn", name="2020", valid_from=day)
parent = None
names = [("vn2020", "nation", "Việt Nam"), ("vn2020.30", "province", "Tỉnh Hải Dương"),
         ("vn2020.31", "province", "Thành phố Hải Phòng")]
for path, level, name in names:
    made = Unit.objects.create(path=path, edition=edition, parent=parent, level=level, code=path,
        name=name, full_name=name, search_name=name, search_full=name, initials="x")
    parent = parent or made
    people = {"vn2020": 96_208_984, "vn2020.30": 1_892_254, "vn2020.31": 2_028_514}[path]
    record_denominator(path, "people", people, day=dt.date(2019, 4, 1),
                       source="Tổng điều tra 2019", actor="x", now=1)
    figure = NewFigure(path, "users", day, people * 21 // 100, "press", "https://a.example/")
    record_figures([figure], actor="x", now=1_597_472_640, today=day)
unit = Unit.objects.get(path="vn2020.30")
text = announcements.Text("vi", "Hải Dương: Hơn 310.000 người cài đặt Bluezone", (
    "Trước tình hình dịch bệnh phức tạp, tỉnh yêu cầu tiếp tục đẩy mạnh cài đặt ứng dụng.\\n\\n"
    "Tài liệu tuyên truyền tải về tại https://bluezone.example/materials/\\n\\n"
    "Tổ công tác ở các thôn, khu dân cư đi từng ngõ, gõ từng nhà, rà từng trường hợp."), "D. Hải")
made = announcements.write(unit, text, actor="x", now=1_597_472_640)
announcements.publish(made, actor="x", now=1_597_472_640)
old = posters.PosterRequest("wall", "vi", "", dt.date(2020, 8, 31))
print(posters.create_poster(unit, old, actor="x", now=1, rng=random.Random(1)).code)
for number in range(2, 5):
    new = posters.PosterRequest("poster", "vi", "Chợ Mát", dt.date(2100, 1, 1))
    posters.create_poster(unit, new, actor="x", now=number, rng=random.Random(number))
"""


@pytest.fixture(scope="module")
def filled(portal: Any) -> str:
    """Fill the running portal; return the code of an expired poster."""
    environment = {
        **os.environ,
        "BLUEZONE_HOME": str(portal.home),
        "DJANGO_SETTINGS_MODULE": "bluezone.portal.settings",
    }
    command = [sys.executable, "-c", _FILL]
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = Path(os.environ.get("BLUEZONE_SCREENSHOTS") or tmp_path_factory.mktemp("pictures"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def context_of(chromium: Browser, url: str, **said: Any) -> BrowserContext:
    width, height = SIZES[said.get("size", "desktop")]
    language = said.get("language", "vi")
    context = chromium.new_context(
        viewport={"width": width, "height": height},
        java_script_enabled=said.get("javascript", True),
    )
    context.set_default_timeout(20_000)
    context.add_cookies([{"name": "language", "value": language, "url": url}])
    return context


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_public_page_is_usable_by_everybody(
    chromium: Browser, portal: Any, filled: str, pictures: Path, language: str, size: str
) -> None:
    context = context_of(chromium, portal.url, language=language, size=size)
    page, complaints = context.new_page(), []
    page.on("console", lambda message: complaints.append(message.text))
    for name, path in PAGES.items():
        page.goto(portal.url + path + (filled if name == "expired" else ""))
        picture = pictures / f"site-{name}-{language}-{size}.png"
        for preview in page.locator("main img").all():
            preview.scroll_into_view_if_needed()
            expect(preview).to_have_js_property("complete", value=True)
            assert preview.evaluate("image => image.naturalWidth") > 0
        page.screenshot(path=picture, full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), picture.name
        if (language, size) in {("vi", "desktop"), ("en", "phone")}:
            results = Axe().run(page, options=RULES)
            assert results.violations_count == 0, f"{name}: {results.generate_report()}"
    assert not [text for text in complaints if "status of 4" not in text]
    context.close()


def test_the_manager_makes_a_poster_and_publishes_news(
    chromium: Browser, portal: Any, filled: str, pictures: Path
) -> None:
    context = context_of(chromium, portal.url)
    page = context.new_page()
    page.goto(f"{portal.url}/sign-in/")
    page.fill("#id_username", "binh")
    page.fill("#id_password", portal.password)
    page.click("main form button")
    page.goto(f"{portal.url}/site/vn2020.30/")
    page.screenshot(path=pictures / "site-manage.png", full_page=True)
    assert Axe().run(page, options=RULES).violations_count == 0
    page.goto(f"{portal.url}/site/vn2020.30/posters/new/")
    page.fill("#id_place", "Nhà văn hóa")
    page.fill(
        "#id_expires_on", page.evaluate("new Date(Date.now() + 8e8).toISOString().slice(0, 10)")
    )
    page.click("main form button")
    expect(page.locator("main")).to_contain_text("Nhà văn hóa")
    expect(page.locator("main img")).to_have_js_property("naturalWidth", 1286)
    page.screenshot(path=pictures / "site-poster.png", full_page=True)
    assert Axe().run(page, options=RULES).violations_count == 0
    page.goto(f"{portal.url}/site/vn2020.30/news/1/")
    page.screenshot(path=pictures / "site-news-edit.png", full_page=True)
    assert Axe().run(page, options=RULES).violations_count == 0
    context.close()


@pytest.mark.parametrize("javascript", [True, False], ids=["htmx", "no script"])
def test_questions_are_searched(
    chromium: Browser, portal: Any, filled: str, javascript: bool
) -> None:
    context = context_of(chromium, portal.url, javascript=javascript)
    page = context.new_page()
    page.goto(f"{portal.url}/questions/")
    expect(page.locator("details.question")).to_have_count(15)
    page.fill("#q", "gps")
    if not javascript:
        page.click("main form button")
    expect(page.locator("details.question")).to_have_count(1)
    context.close()
