"""Redeeming in a real browser, against a real server; every page in both languages and sizes."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

pytestmark = pytest.mark.browser

SIZES = {"desktop": (1280, 800), "phone": (390, 844)}
JUDGED = {"vi-desktop", "en-phone", "vi-phone"}
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}
PASSWORD = "mot hai ba bon nam"
VECTOR = Path(__file__).parents[2] / "protocol/voucher/rfc9474.json"
MIN_QR_MM = 30
PIXELS_A_MM = 96 / 25.4


@pytest.fixture(scope="module")
def scene(portal: Any) -> dict[str, Any]:
    """The province with its agencies, in the portal that runs; some slips are still unused."""
    environment = {
        **os.environ,
        "BLUEZONE_HOME": str(portal.home),
        "BLUEZONE_PORTAL_PUBLIC_URL": portal.url,
        "DJANGO_SETTINGS_MODULE": "bluezone.portal.settings",
    }
    command = [sys.executable, str(Path(__file__).parent / "scene.py"), "build"]
    run = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    return dict(json.loads(run.stdout))


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the screenshots go; BLUEZONE_SCREENSHOTS names a folder that stays."""
    folder = Path(os.environ.get("BLUEZONE_SCREENSHOTS") or tmp_path_factory.mktemp("pictures"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def link(scene: dict[str, Any]) -> str:
    """The address on an unused slip, for one test only."""
    return str(scene["links"].pop()[1])


def code_of(link: str) -> str:
    return link.partition("#")[2].partition(".")[0]


def open_browser(
    chromium: Browser, url: str, *, language: str = "vi", size: str = "phone", script: bool = True
) -> BrowserContext:
    width, height = SIZES[size]
    context = chromium.new_context(
        viewport={"width": width, "height": height},
        locale={"vi": "vi-VN", "en": "en-GB"}[language],
        java_script_enabled=script,
    )
    context.set_default_timeout(15_000)
    context.add_cookies([{"name": "language", "value": language, "url": url}])
    return context


def test_a_person_scans_keeps_and_is_counted(chromium: Browser, portal: Any, link: str) -> None:
    context = open_browser(chromium, portal.url)
    page, sent = context.new_page(), []
    page.on("request", lambda request: sent.append(request))  # noqa: PLW0108 - Playwright takes no built-in
    code = code_of(link)
    page.goto(link)
    assert page.input_value("#id_code").replace(" ", "") == code
    assert code not in page.url
    expect(page.locator("#plain")).to_be_hidden()
    page.click("#take")
    expect(page.locator("#kept .count-me")).to_be_visible()
    kept = page.evaluate("localStorage.getItem('bluezone-vouchers')")
    assert code not in kept
    page.reload()
    page.click("#kept .count-me")
    expect(page.locator("#done")).to_be_visible()
    assert page.evaluate("localStorage.getItem('bluezone-vouchers')") == "[]"
    calls = {request.url.rpartition("/voucher/")[2]: request for request in sent}
    assert not [url for url in calls if code in url]
    assert "cookie" not in calls["sign"].all_headers()
    assert "cookie" not in calls["redeem"].all_headers()
    assert code not in (calls["redeem"].post_data or "")
    page.goto("about:blank")
    page.goto(link)
    page.click("#take")
    expect(page.locator("#problem")).to_contain_text("slip_used")
    context.close()


def test_a_lost_answer_loses_nothing(chromium: Browser, portal: Any, link: str) -> None:
    context = open_browser(chromium, portal.url)
    page, lost = context.new_page(), []

    def lose_once(route: Route) -> None:
        if lost:
            route.continue_()
            return
        lost.append(route.fetch().status)  # the server has signed; the phone never hears of it
        route.abort()

    page.route("**/voucher/sign", lose_once)
    page.goto(link)
    page.click("#take")
    expect(page.locator("#problem")).to_contain_text("no_connection")
    page.click("#take")
    expect(page.locator("#kept .count-me")).to_be_visible()
    assert lost == [200]
    page.click("#kept .count-me")
    expect(page.locator("#done")).to_be_visible()
    context.close()


def test_a_key_that_is_not_on_the_slip_is_refused(
    chromium: Browser, portal: Any, scene: dict[str, Any]
) -> None:
    context = open_browser(chromium, portal.url)
    page, sent = context.new_page(), []
    page.on("request", lambda request: sent.append(request.url))
    page.goto(f"{scene['used'][:-16]}AAAAAAAAAAAAAAAA")
    page.click("#take")
    expect(page.locator("#problem")).to_contain_text("wrong_key")
    assert not [url for url in sent if url.endswith("/sign")]
    context.close()


def test_without_script_the_slip_is_counted(chromium: Browser, portal: Any, link: str) -> None:
    context = open_browser(chromium, portal.url, script=False)
    page = context.new_page()
    page.goto(f"{portal.url}/voucher/")
    expect(page.locator("#plain-note")).to_be_visible()
    page.fill("#id_code", code_of(link))
    page.click("#plain")
    expect(page.locator("main .notice.good[role=status]").first).to_be_visible()
    context.close()


def test_the_pages_script_follows_the_published_vector(chromium: Browser, portal: Any) -> None:
    vector = json.loads(VECTOR.read_text())
    context = open_browser(chromium, portal.url)
    page = context.new_page()
    page.goto(f"{portal.url}/voucher/")
    found = page.evaluate(
        """async (vector) => {
            const rsa = await import("/static/agencies/blind_rsa.js");
            const bytes = (text) => Uint8Array.from(text.match(/../g), (two) => parseInt(two, 16));
            const pair = (octet) => octet.toString(16).padStart(2, "0");
            const hex = (octets) => [...octets].map(pair).join("");
            const modulus = BigInt("0x" + vector.n);
            const key = { modulus, exponent: 65537n, bits: 4096 };
            const prepared = rsa.join(bytes(vector.msg_prefix), bytes(vector.msg));
            const factor = rsa.inverse(BigInt("0x" + vector.inv), modulus);
            const blinded = await rsa.blind(key, prepared, bytes(vector.salt), factor);
            const signed = bytes(vector.blind_sig);
            const good = await rsa.finalize(key, prepared, signed, blinded.inverse);
            signed[9] ^= 1;
            const bad = await rsa.finalize(key, prepared, signed, blinded.inverse);
            return [hex(blinded.message), blinded.inverse.toString(16), hex(good), bad];
        }""",
        vector,
    )
    assert found == [vector["blinded_msg"], vector["inv"], vector["sig"], None]
    context.close()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_page_is_usable_by_everybody(
    chromium: Browser,
    portal: Any,
    scene: dict[str, Any],
    pictures: Path,
    language: str,
    size: str,
) -> None:
    context = open_browser(chromium, portal.url, language=language, size=size)
    page, complaints = context.new_page(), []
    page.on("console", lambda message: complaints.append(message.text))
    for name in tour(page, portal.url, scene, language):
        judge(page, pictures / f"agencies-{name}-{language}-{size}.png")
    assert not [text for text in complaints if "status of 4" not in text]
    context.close()


def judge(page: Page, picture: Path) -> None:
    page.screenshot(path=picture, full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), picture.name
    if any(part in picture.name for part in JUDGED):
        results = Axe().run(page, options=RULES)
        assert results.violations_count == 0, f"{picture.name}: {results.generate_report()}"


def tour(page: Page, url: str, scene: dict[str, Any], language: str) -> Iterator[str]:
    """Go through every page, as the officer of the province, the head and a person."""
    top = f"{url}/campaign/vn2020.30/agencies/"
    sign_in(page, url, "oanh", language)
    for name, path in (("list", ""), ("close", "close/"), ("new", "new/"), ("import", "import/")):
        page.goto(f"{top}{path}")
        yield name
    rows = "name,staff,smartphones\nBan Dân tộc,12,85%\nSở Nội vụ,40,41\n"
    page.set_input_files(
        "#id_file", {"name": "a.csv", "mimeType": "text/csv", "buffer": rows.encode()}
    )
    page.click("main form button")
    yield "import-refused"
    page.goto(f"{top}new/")
    page.click("main form button")
    yield "new-refused"
    page.click("header form[action='/sign-out/'] button")
    sign_in(page, url, "hung", language)
    page.goto(f"{url}/agencies/")
    yield "own"
    page.goto(f"{top}{scene['agency']}/report/")
    yield "report"
    page.goto(f"{url}/voucher/")
    yield "voucher"
    page.fill("#id_code", "7KQM 2R9X 4TBD W1PZ")
    page.click("#take")
    expect(page.locator("#problem")).to_be_visible()
    yield "voucher-refused"
    kept = {"kid": "x", "agency": "Sở Y tế", "purpose": "staff", "token": "x", "signature": "x"}
    page.evaluate("kept => localStorage.setItem('bluezone-vouchers', JSON.stringify([kept]))", kept)
    page.reload()
    expect(page.locator("#kept .count-me")).to_be_visible()
    yield "voucher-kept"


def sign_in(page: Page, url: str, name: str, language: str) -> None:
    page.goto(f"{url}/sign-in/")
    page.fill("#id_username", name)
    page.fill("#id_password", PASSWORD)
    page.click("main form button")
    other = page.locator(f"header button[name=language][value={language}]")
    if other.count():
        other.click()


def test_the_sheet_prints_codes_large_enough(
    chromium: Browser, portal: Any, scene: dict[str, Any], pictures: Path
) -> None:
    context = open_browser(chromium, portal.url, size="desktop")
    page = context.new_page()
    sign_in(page, portal.url, "hung", "vi")
    page.goto(f"{portal.url}/agencies/")
    page.fill("#id_print_relatives_count", "40")
    page.click("section[aria-labelledby=slips-relatives] form[action$='/print/'] button")
    judge(page, pictures / "agencies-sheet-vi-desktop.png")
    page.emulate_media(media="print")
    boxes = page.eval_on_selector_all(
        ".slip svg.qr",
        "all => all.map(s => s.getBoundingClientRect().width / s.viewBox.baseVal.width"
        " * (s.viewBox.baseVal.width - 8))",
    )
    assert len(boxes) == 40
    assert min(boxes) >= MIN_QR_MM * PIXELS_A_MM
    page.pdf(path=pictures / "agencies-sheet.pdf", prefer_css_page_size=True)
    context.close()
