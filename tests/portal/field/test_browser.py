"""The field app in a real browser, with the network cut: nothing a team taps is lost."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from bluezone.portal.campaign.field.fold import Op, OpId, fold

pytestmark = pytest.mark.browser

SIZES: Final = {"desktop": (1280, 800), "phone": (390, 844), "small": (360, 640)}
JUDGED: Final = {"vi-phone", "en-desktop"}
"""Where axe looks: each language and each size once; it takes its time."""
DESK: Final = (
    {"vi-phone", "en-desktop"}
    if "BLUEZONE_SCREENSHOTS" not in os.environ
    else {f"{language}-{size}" for language in ("vi", "en") for size in SIZES}
)
"""Where the manager's pages are looked at: everywhere only when pictures are wanted."""
RULES: Final = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}
TEAMS: Final = "vn2020.30.290.10549"

_CAST: Final = """
import datetime as dt, django
django.setup()
from bluezone.portal import clock
from bluezone.portal.accounts.memberships import create_member
from bluezone.portal.accounts.services import create_staff
from bluezone.portal.campaign.field import closing, roster
from bluezone.portal.campaign.field.fold import day_of
from bluezone.portal.units.models import Edition, Unit
edition = Edition.objects.create(
    id="vn2020", country="vn", name="2020", valid_from=dt.date(2020, 1, 1)
)
above = None
for path, level, name in (
    ("vn2020", "nation", "Việt Nam"), ("vn2020.30", "province", "Tỉnh Hải Dương"),
    ("vn2020.30.290", "district", "Thành phố Chí Linh"),
    ("vn2020.30.290.10549", "commune", "Phường Sao Đỏ"),
    ("vn2020.30.290.10549.v01", "village", "Khu dân cư Nguyễn Trãi 1"),
):
    above = Unit.objects.create(path=path, edition=edition, parent=above, level=level,
        code=path.rpartition(".")[2], name=name, full_name=name, search_name=name.lower(),
        search_full=name.lower(), initials="x")
now = clock.now()
for name, role in (("hoa", "campaign_officer"), ("tam", "team_member"), ("nga", "team_member"),
                   ("big", "team_member")):
    user = create_staff(name, {password!r}, "", display_name=name.title())
    create_member(user, above.parent, role)
other = Unit.objects.create(path="vn2020.30.290.10552", edition=edition, parent_id="vn2020.30.290",
    level="commune", code="10552", name="Phả Lại", full_name="Phường Phả Lại",
    search_name="pha lai", search_full="phuong pha lai", initials="pl")
last_day = day_of(now) + dt.timedelta(days=5)
for unit in (above.parent, other):
    closing.open_campaign(unit, ends_on=last_day, actor="hoa", now=now)
lua = create_staff("lua", {password!r}, "", display_name="Lúa")
create_member(lua, other, "team_member")
third = roster.create_team(other, "Tổ 3", actor="hoa", now=now)
roster.add_member(third, "lua", actor="hoa")
roster.add_households(third, [roster.Door("Ngõ 1", str(n), n) for n in range(3)], actor="hoa")
team = roster.create_team(above, "Tổ 1", actor="hoa", now=now)
for name in ("tam", "nga"):
    roster.add_member(team, name, actor="hoa")
doors = [roster.Door(f"Ngõ {{alley}}", str(house), house) for alley in (2, 10, 12)
         for house in range(1, 9)]
roster.add_households(team, doors, actor="hoa")
for number in range(7):
    small = roster.create_team(above, f"Bằng Lăng {{number}}", actor="hoa", now=now)
    for name in (f"bl{{number}}", "hoi"):
        if not number or name != "hoi":
            create_member(create_staff(name, {password!r}, ""), above.parent, "team_member")
        roster.add_member(small, name, actor="hoa")
    doors = [roster.Door("Ngõ Bằng Lăng", str(house), house) for house in range(1, 5)]
    roster.add_households(small, doors, actor="hoa")
paper = roster.create_team(above, "Tổ giấy", actor="hoa", now=now)
doors = [roster.Door("Ngõ 7", str(house), house) for house in range(1, 41)]
roster.add_households(paper, doors, actor="hoa")
large = roster.create_team(above, "Tổ lớn", actor="hoa", now=now)
roster.add_member(large, "big", actor="hoa")
doors = [roster.Door(f"Ngõ {{n // 40 + 1}}", str(n % 40 + 1), n % 40) for n in range(2000)]
for start in range(0, 2000, 100):
    roster.add_households(large, doors[start:start + 100], actor="hoa")
"""

_SUMMARY: Final = """
import django
django.setup()
from bluezone.portal.campaign.field.models import Household, Visit
print(*[f"{a}/{l}={s}" for a, l, s in Household.objects.filter(team__name="Tổ 1").exclude(
    state="to_visit").order_by("alley", "position").values_list("alley", "label", "state")],
    sep=";")
"""


_COUNT_OF: Final = """
import django
django.setup()
from bluezone.portal.campaign.field.models import Visit
print(Visit.objects.filter(team__name={team!r}).count())
"""

_LIST_OF: Final = """
import django
django.setup()
from bluezone.portal import chance, clock
from bluezone.portal.campaign.field import paper
from bluezone.portal.campaign.field.fold import day_of
from bluezone.portal.campaign.field.models import Team
now = clock.now()
team = Team.objects.get(name={team!r})
print(paper.make_list(team, alley={alley!r}, day=day_of(now), rng=chance.SYSTEM, now=now).code)
"""

_STATES_OF: Final = """
import django
django.setup()
from bluezone.portal.campaign.field.models import Household
print(*set(Household.objects.filter(team__name={team!r}).values_list("state", flat=True)))
"""


def in_portal(portal: Any, script: str) -> str:
    environment = {
        **os.environ,
        "BLUEZONE_HOME": str(portal.home),
        "DJANGO_SETTINGS_MODULE": "bluezone.portal.settings",
        "PYTHONIOENCODING": "utf-8",
    }
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


@pytest.fixture(scope="module")
def village(portal: Any) -> Any:
    """A running portal with a campaign, a team of two and a team of 2,000 doors."""
    in_portal(portal, _CAST.format(password=portal.password))
    return portal


@pytest.fixture
def alley(chromium: Browser, village: Any) -> Iterator[Any]:
    """Open the phone of a small team of one alley, by number."""
    contexts: list[BrowserContext] = []

    def opened(number: int) -> Page:
        contexts.append(open_phone(chromium, village.url))
        page = contexts[-1].new_page()
        set_up(page, village, f"bl{number}")
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = Path(os.environ.get("BLUEZONE_SCREENSHOTS") or tmp_path_factory.mktemp("pictures"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def open_phone(
    chromium: Browser, url: str, *, language: str = "vi", size: str = "phone"
) -> BrowserContext:
    width, height = SIZES[size]
    context = chromium.new_context(
        viewport={"width": width, "height": height}, has_touch=size != "desktop"
    )
    context.set_default_timeout(15_000)
    context.add_cookies([{"name": "language", "value": language, "url": url}])
    return context


def sign_in(page: Page, portal: Any, name: str, language: str = "vi") -> None:
    page.goto(f"{portal.url}/sign-in/")
    page.fill("#id_username", name)
    page.fill("#id_password", portal.password)
    page.click("main form button")
    page.wait_for_url(lambda url: "/sign-in/" not in url)
    other = page.locator(f"header button[name=language][value={language}]")
    if other.count():
        other.click()


def set_up(page: Page, portal: Any, name: str, *, accept: bool = True) -> None:
    sign_in(page, portal, name)
    page.goto(f"{portal.url}/field/start/")
    page.click("form.enrol button")
    page.wait_for_url("**/field/")
    page.wait_for_selector(".send.done")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    if accept:
        page.click("#accept")


def door(page: Page) -> str:
    return page.inner_text("h1")


def tap(page: Page, outcome: str) -> None:
    page.click(f"[data-outcome={outcome}]")


def skip_hold(page: Page) -> None:
    """Ten seconds pass: the page's own clock is moved, nobody waits."""
    page.clock.fast_forward(11_000)


def test_visits_survive_the_cut_network_a_reload_and_merge_with_another_phone(
    chromium: Browser, village: Any
) -> None:
    one, two = open_phone(chromium, village.url), open_phone(chromium, village.url)
    here, there = one.new_page(), two.new_page()
    here.clock.install()
    complaints: list[str] = []
    here.on("console", lambda message: complaints.append(message.text))
    set_up(here, village, "tam")
    set_up(there, village, "nga")
    assert door(here) == "Ngõ 2 · 1"

    one.set_offline(True)
    tap(here, "helped")
    expect(here.locator("h1")).to_have_text("Ngõ 2 · 2")
    tap(here, "refused")
    here.click("[data-reason=quarantine]")
    tap(here, "absent")
    expect(here.locator("h1")).to_have_text("Ngõ 2 · 4")
    expect(here.locator(".send")).to_have_text("Chưa gửi: 3 lượt")
    here.click("#undo")
    expect(here.locator("h1")).to_have_text("Ngõ 2 · 3")
    expect(here.locator(".send")).to_have_text("Chưa gửi: 2 lượt")

    here.reload()
    expect(here.locator(".send")).to_have_text("Chưa gửi: 2 lượt")
    expect(here.locator("h1")).to_have_text("Ngõ 2 · 3")
    tap(here, "phone_too_old")
    here.goto(f"{village.url}/field/start/")
    expect(here.locator(".send")).to_have_text("Chưa gửi: 3 lượt")
    assert in_portal(village, _SUMMARY) == ""

    tap(there, "installed")
    one.set_offline(False)
    skip_hold(here)
    expect(here.locator(".send")).to_have_text("Đã gửi hết.")
    assert in_portal(village, _SUMMARY) == (
        "Ngõ 2/1=installed;Ngõ 2/2=refused;Ngõ 2/3=phone_too_old"
    )
    there.click("nav button:has-text('Tiến độ')")
    there.click("text=Gửi ngay")
    expect(there.locator("dd").first).to_have_text("3 trên 24")
    assert [text for text in complaints if "Content Security Policy" in text] == []
    one.close()
    two.close()


_WALK: Final = """async (logs) => {
    const walk = await import("/static/fieldwork/walk.js");
    const door = { id: 1, state: "to_visit", absences: 0, last_absent_at: null, last_outcome: "" };
    return logs.map((log) => {
        const visits = log.map(([time, outcome], counter) =>
            ({ counter, household: 1, kind: "visit", outcome, at: time, step: "new" }));
        const { state, absences } = walk.standing([door], visits).get(1);
        return [state, absences];
    });
}"""
_TIMES: Final = """async () => {
    const { timeOf, nextDoor } = await import("/static/fieldwork/walk.js");
    const doors = [["Ngõ 10", 1], ["Ngõ 2", 1], ["Ngõ 2", 3], ["Ngõ 2", 6]].map(
        ([alley, position], id) => ({ id, alley, position, state: "to_visit" }));
    const next = (here) => nextDoor(doors, here, 10_000)?.id ?? null;
    return [
        [timeOf({ at: 500, seen: 100 }, 40, 1000, 0), timeOf({ at: 5, seen: 100 }, 40, 1000, 0),
         timeOf({ at: 5000, seen: 100 }, 40, 1000, 0), timeOf({ at: 500, seen: 0 }, 0, 1000, 700)],
        [next(null), next(doors[1]), next(doors[2]), next({ ...doors[3], alley: "Ngõ 3" })],
    ];
}"""


def test_the_phone_judges_doors_clocks_and_ways_as_the_server_does(
    chromium: Browser, village: Any
) -> None:
    rng = Random(3)
    logs = [
        [
            (1_597_472_640 + 1800 * hour, rng.choice(["absent", "absent", "helped", "refused"]))
            for hour in sorted(rng.sample(range(200), rng.randint(0, 6)))
        ]
        for _ in range(200)
    ]
    context = open_phone(chromium, village.url)
    page = context.new_page()
    page.goto(f"{village.url}/field/")

    judged = page.evaluate(_WALK, logs)
    times, ways = page.evaluate(_TIMES)

    folded = [
        fold(Op(OpId("a", n), time, outcome=outcome) for n, (time, outcome) in enumerate(log))
        for log in logs
    ]
    assert judged == [[standing.state, standing.absences] for standing in folded]
    assert times == [540, 101, 1000, 700]
    assert ways == [1, 2, 1, 0]
    context.close()


def test_two_thousand_doors_open_offline_and_few_are_drawn(chromium: Browser, village: Any) -> None:
    context = open_phone(chromium, village.url)
    page = context.new_page()
    set_up(page, village, "big")
    context.set_offline(True)
    page.reload()
    page.wait_for_selector("html[data-ready]")
    page.click("nav button:has-text('Danh sách')")

    assert page.locator(".choice").all_inner_texts() == [
        "Cần đến (2.000)",
        "Hôm nay (0)",
        "Tất cả (2.000)",
    ]
    assert page.locator("summary").count() == 50
    page.click("summary >> nth=30")
    expect(page.locator("details[open] .door")).to_have_count(80)
    page.click("details[open] .door >> nth=79")
    expect(page.locator("h1")).to_have_text("Ngõ 31 · 40")
    context.close()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_screen_is_usable_by_everybody(
    chromium: Browser, village: Any, pictures: Path, language: str, size: str
) -> None:
    context = open_phone(chromium, village.url, language=language, size=size)
    page, complaints = context.new_page(), []
    page.on("console", lambda message: complaints.append(message.text))
    desk = f"{language}-{size}" in DESK
    tours = [app_tour(page, village, language)]
    tours += [desk_tour(page, village, language)] if desk else []
    for name in chain.from_iterable(tours):
        judge(page, pictures / f"field-{name}-{language}-{size}.png")

    assert [text for text in complaints if "Content Security Policy" in text] == []
    context.close()


def judge(page: Page, picture: Path) -> None:
    """Keep a picture; nothing sticks out sideways; targets are large; axe finds no fault."""
    page.screenshot(path=picture, full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), picture.name
    small = page.evaluate(
        """() => [...document.querySelectorAll(
                "#language, footer button, .taps button, .row button, .door")]
            .filter((one) => one.getBoundingClientRect().height < 48)
            .map((one) => one.textContent)"""
    )
    assert small == [], picture.name
    if not any(part in picture.name for part in JUDGED):
        return
    results = Axe().run(page, options=RULES)
    assert results.violations_count == 0, f"{picture.name}: {results.generate_report()}"


def app_tour(page: Page, portal: Any, language: str) -> Iterator[str]:
    """Go through every view of the app."""
    page.clock.install()
    sign_in(page, portal, "nga", language)
    page.goto(f"{portal.url}/field/")
    page.wait_for_selector("html[data-ready]")
    if language == "en":
        page.click("#language")
    yield "app-start"
    page.goto(f"{portal.url}/field/start/")
    yield "start"
    page.click("form.enrol button")
    page.wait_for_url("**/field/")
    page.wait_for_selector(".send.done")
    yield "app-rules"
    page.click("#accept")
    yield "app-card"
    page.click("[data-outcome=refused]")
    yield "app-reasons"
    page.click(".back")
    page.context.set_offline(True)
    page.click("[data-outcome=helped]")
    page.wait_for_selector("#undo")
    yield "app-undo"
    page.click("#undo")
    page.context.set_offline(False)
    page.click("nav button >> nth=1")
    page.wait_for_selector(".door")
    yield "app-list"
    page.click("nav button >> nth=2")
    yield "app-progress"


def desk_tour(page: Page, portal: Any, language: str) -> Iterator[str]:
    """Go through every page of the manager."""
    page.context.clear_cookies(name="bluezone_session")
    sign_in(page, portal, "hoa", language)
    page.goto(f"{portal.url}/campaign/{TEAMS}/teams/")
    yield "teams"
    page.click("th a:text-is('Tổ 1')")
    page.wait_for_selector("#alleys")
    team = page.url
    yield "team"
    page.goto(f"{portal.url}/campaign/{TEAMS}/teams/new/")
    yield "team-new"
    page.goto(f"{team}doors/import/")
    table = "ngõ,số nhà,thứ tự\nNgõ 5,1,x\n,2,2\nNgõ 5,0912 345 678,3\n"
    page.set_input_files(
        "#id_file", {"name": "thon.csv", "mimeType": "text/csv", "buffer": table.encode()}
    )
    page.click("main form button")
    yield "import-refused"
    page.goto(f"{team}alley/?alley=Ng%C3%B5%202")
    yield "alley"
    page.goto(team)
    page.click("section[aria-labelledby=paper] button")
    page.wait_for_url("**/print/")
    yield "paper"
    page.goto(page.url.removesuffix("print/"))
    yield "typing"
    page.goto(f"{portal.url}/campaign/{TEAMS}/teams/close/")
    yield "close"


def test_a_bouncing_thumb_judges_one_door(chromium: Browser, alley: Any) -> None:
    page = alley(0)
    page.context.set_offline(True)
    page.dblclick("[data-outcome=no_smartphone]")
    expect(page.locator("h1")).to_have_text("Ngõ Bằng Lăng · 2")
    page.click("[data-outcome=absent]")

    expect(page.locator(".send")).to_have_text("Chưa gửi: 2 lượt")
    expect(page.locator("h1")).to_have_text("Ngõ Bằng Lăng · 3")
    page.click("nav button >> nth=1")
    page.click(".choice >> nth=1")
    shown = page.locator(".doors .door").all_inner_texts()
    assert [text.split("\n")[0] for text in shown] == ["Ngõ Bằng Lăng · 2", "Ngõ Bằng Lăng · 1"]
    page.reload()
    expect(page.locator("h1")).to_have_text("Ngõ Bằng Lăng · 3")


def test_an_answer_that_is_lost_on_the_way_costs_nothing_and_counts_nothing_twice(
    chromium: Browser, alley: Any, village: Any
) -> None:
    page = alley(1)
    page.clock.install()
    page.reload()

    def swallow(route: Any) -> None:
        """Let the server store the visit, and lose its answer."""
        if '"counter"' not in route.request.post_data:
            return route.continue_()
        assert route.fetch().status == 200
        return route.abort()

    page.route("**/field/sync", swallow)
    tap(page, "helped")
    page.wait_for_selector("#undo")
    with page.expect_event("requestfailed"):
        skip_hold(page)
    assert in_portal(village, _COUNT_OF.format(team="Bằng Lăng 1")) == "1"
    expect(page.locator(".send")).to_have_text("Chưa gửi: 1 lượt")
    hotspot = "<html>Sign in to the hotspot</html>"
    page.unroute("**/field/sync")
    page.route("**/field/sync", lambda route: route.fulfill(body=hotspot, content_type="text/html"))
    with page.expect_response("**/field/sync"):
        page.clock.fast_forward(31_000)
    expect(page.locator(".send")).to_have_text("Chưa gửi: 1 lượt")
    page.unroute("**/field/sync")
    page.clock.fast_forward(31_000)
    expect(page.locator(".send")).to_have_text("Đã gửi hết.")

    assert in_portal(village, _COUNT_OF.format(team="Bằng Lăng 1")) == "1"


def test_somebody_else_on_the_phone_takes_nobodys_unsent_visits_away(
    chromium: Browser, alley: Any, village: Any
) -> None:
    page = alley(2)
    page.context.set_offline(True)
    tap(page, "helped")
    page.wait_for_selector("#undo")
    page.route("**/field/sync", lambda route: route.abort())
    page.context.set_offline(False)
    page.context.clear_cookies(name="bluezone_session")
    sign_in(page, village, "hoi")
    page.goto(f"{village.url}/field/start/")
    page.click("form.enrol >> nth=0 >> button")

    expect(page.locator("#enrol-status")).to_contain_text("người khác hoặc tổ khác: 1")
    page.unroute("**/field/sync")
    page.goto(f"{village.url}/field/")
    expect(page.locator(".send")).to_have_text("Chưa gửi: 1 lượt")
    page.clock.install()
    page.reload()
    skip_hold(page)
    expect(page.locator(".send")).to_have_text("Đã gửi hết.")
    page.goto(f"{village.url}/field/start/")
    page.click("form.enrol >> nth=0 >> button")
    page.wait_for_url("**/field/")
    expect(page.locator("#accept")).to_be_visible()
    assert in_portal(village, _COUNT_OF.format(team="Bằng Lăng 2")) == "1"


def test_a_phone_whose_memory_is_full_says_so_at_once(chromium: Browser, alley: Any) -> None:
    page = alley(3)
    page.evaluate(
        """() => { IDBObjectStore.prototype.add = () => {
            throw new DOMException("full", "QuotaExceededError"); }; }"""
    )
    tap(page, "helped")

    expect(page.locator(".send.trouble")).to_contain_text("hết bộ nhớ")
    expect(page.locator("h1")).to_have_text("Ngõ Bằng Lăng · 1")


def test_another_window_that_sent_a_visit_meanwhile_makes_its_undo_a_taking_back(
    chromium: Browser, alley: Any, village: Any
) -> None:
    page = alley(4)
    tap(page, "refused")
    page.click("[data-reason=battery]")
    page.wait_for_selector("#undo")
    page.evaluate(
        """async () => {
            const store = await import("/static/fieldwork/store.js");
            await store.makeReady((visit) => visit.at, () => true);
        }"""
    )
    page.click("#undo")
    expect(page.locator("h1")).to_have_text("Ngõ Bằng Lăng · 1")
    expect(page.locator(".standing")).to_contain_text("Cần đến")
    page.click("nav button >> nth=2")
    page.click("text=Gửi ngay")
    expect(page.locator(".send")).to_have_text("Đã gửi hết.")

    assert in_portal(village, _STATES_OF.format(team="Bằng Lăng 4")) == "to_visit"


def test_twice_the_text_and_an_old_browser_lose_nothing_from_sight(
    chromium: Browser, alley: Any, pictures: Path
) -> None:
    page = alley(5)
    page.set_viewport_size({"width": 360, "height": 640})
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    for place in range(4):
        page.click(f"nav button >> nth={place}")
        page.screenshot(path=pictures / f"field-large-text-{place}.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), place


def test_a_printed_list_keeps_to_its_sheets_and_is_typed_back_with_the_number_keys(
    chromium: Browser, village: Any, pictures: Path
) -> None:
    code = in_portal(village, _LIST_OF.format(team="Tổ giấy", alley=""))
    context = open_phone(chromium, village.url, size="desktop")
    page = context.new_page()
    sign_in(page, village, "hoa")
    page.goto(f"{village.url}/field/paper/{code}/print/")
    pdf = page.pdf(path=pictures / "field-paper.pdf", prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == page.locator(".sheet").count() == 3

    page.goto(f"{village.url}/field/paper/{code}/")
    page.focus(".typing td input >> nth=0")
    page.keyboard.type("25b")
    page.keyboard.press("Enter")
    page.keyboard.type("4")
    typed = page.locator(".typing td input").evaluate_all("all => all.map((one) => one.value)")
    assert typed[:5] == ["2", "5b", "", "4", ""]
    page.screenshot(path=pictures / "field-typing-keys.png")
    page.click(".typing button")
    expect(page.locator(".notice.good")).to_contain_text("Đã lưu 3 lượt")
    context.close()


def test_a_new_version_of_the_app_finds_the_visits_of_the_old(
    chromium: Browser, alley: Any
) -> None:
    page = alley(6)
    page.context.set_offline(True)
    tap(page, "helped")
    page.wait_for_selector("#undo")
    page.evaluate(
        """async () => {
            for (const name of await caches.keys()) {
                const old = await caches.open(name);
                const kept = await caches.open("field-0");
                for (const key of await old.keys()) await kept.put(key, await old.match(key));
                await caches.delete(name);
            }
        }"""
    )
    page.reload()
    expect(page.locator(".send")).to_have_text("Chưa gửi: 1 lượt")
    page.context.set_offline(False)
    page.route("**/field/sync", lambda route: route.abort())
    page.evaluate("navigator.serviceWorker.getRegistration().then((one) => one.unregister())")
    page.reload()
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.context.set_offline(True)
    page.reload()
    expect(page.locator(".send")).to_have_text("Chưa gửi: 1 lượt")
    assert "field-0" not in page.evaluate("caches.keys()")


_CLOSE: Final = """
import django
django.setup()
from bluezone.portal import clock
from bluezone.portal.campaign.field import closing
from bluezone.portal.campaign.field.models import Campaign
now = clock.now()
closing.close_campaign(Campaign.objects.get(unit="vn2020.30.290.10552"), actor="hoa", now=now)
"""


def test_a_closed_campaign_wipes_the_phone_and_says_what_came_too_late(
    chromium: Browser, village: Any, pictures: Path
) -> None:
    context = open_phone(chromium, village.url)
    page = context.new_page()
    set_up(page, village, "lua")
    context.set_offline(True)
    tap(page, "helped")
    tap(page, "absent")
    in_portal(village, _CLOSE)
    context.set_offline(False)
    expect(page.locator("h1")).to_have_text("Chiến dịch đã đóng")

    assert page.locator("main li").all_inner_texts() == ["Đã giúp cài: 1", "Vắng nhà: 1"]
    page.screenshot(path=pictures / "farewell-vi-phone.png", full_page=True)
    left = page.evaluate(
        """() => new Promise((done) => {
            indexedDB.open("bluezone-field").onsuccess = ({ target }) => {
                const all = target.result.transaction(["households", "visits"]);
                const doors = all.objectStore("households").count();
                const visits = all.objectStore("visits").count();
                all.oncomplete = () => done([doors.result, visits.result]);
            };
        })"""
    )
    assert left == [0, 0]
    page.click("main button")
    expect(page.locator("h1")).to_have_text("Chuẩn bị máy một lần")
    context.close()
