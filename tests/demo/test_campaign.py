"""The way from the street to the campaign: started on demand, shown while it fills, ended."""

import socket
from collections.abc import Iterator
from threading import Event

import httpx2
import pytest
from axe_playwright_python.sync_playwright import Axe

from bluezone.demo.campaign import DASHBOARD, STEPS, Campaign, Progress
from bluezone.demo.errors import CampaignError, DeskError
from bluezone.demo.hosting import HOST, Hosting, free_port
from bluezone.demo.page.app import create_page
from bluezone.keyserver.serve import Site

pytestmark = pytest.mark.enable_socket
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}


class Rehearsed:
    """A campaign by hand."""

    def __init__(self) -> None:
        self.begun = 0
        self.said = Progress()

    def begin(self) -> None:
        self.begun += 1
        if not self.said.step:
            self.said = Progress(STEPS[0])

    def progress(self) -> Progress:
        return self.said

    def entry(self, host: str) -> tuple[str, dict[str, str]]:
        return f"http://{host}:1{DASHBOARD}", {"bluezone_campaign_session": "x"}


@pytest.fixture
def waiting(shown) -> Iterator[tuple[Rehearsed, str]]:
    """Return a rehearsed campaign and the address of a page that leads to it."""
    campaign = Rehearsed()
    app = create_page(shown.story, language="vi", repeatable=True, campaign=campaign)
    site = Site("the page", app, HOST, free_port(0))
    with Hosting([site]):
        yield campaign, site.url
        shown.story.board.close()


def test_a_page_without_a_campaign_has_no_link_to_it(shown) -> None:
    assert "/campaign" not in httpx2.get(shown.url).text
    assert httpx2.get(f"{shown.url}/campaign").status_code == 404


def test_the_campaign_begins_when_a_visitor_asks_and_not_before(waiting) -> None:
    campaign, url = waiting
    assert 'href="/campaign"' in httpx2.get(url).text
    assert httpx2.get(f"{url}/campaign/state").json()["step"] == ""
    assert campaign.begun == 0

    text = httpx2.get(f"{url}/campaign", headers={"Sec-Fetch-Site": "same-origin"}).text

    assert campaign.begun == 1
    assert 'data-step="units" data-state="active"' in text


def test_a_page_of_somebody_else_cannot_begin_it(waiting) -> None:
    campaign, url = waiting
    httpx2.get(f"{url}/campaign", headers={"Sec-Fetch-Site": "cross-site"})
    assert campaign.begun == 0


def test_a_campaign_that_failed_says_what_to_do(waiting) -> None:
    campaign, url = waiting
    campaign.said = Progress("facts", failed=True)
    assert "bluezone campaign demo" in httpx2.get(f"{url}/campaign?lang=en").text


def test_a_portal_that_lets_nobody_in_says_so_instead_of_going_round(waiting) -> None:
    campaign, url = waiting
    campaign.said = Progress(STEPS[-1], ready=True)

    def refuse(host: str) -> tuple[str, dict[str, str]]:
        raise DeskError(f"{host} did not let us in")

    campaign.entry = refuse
    answer = httpx2.get(f"{url}/campaign", follow_redirects=True)
    assert answer.status_code == 200
    assert 'role="alert"' in answer.text


def test_when_it_is_ready_the_visitor_is_signed_in_and_sent_there(waiting) -> None:
    campaign, url = waiting
    assert httpx2.get(f"{url}/campaign/enter").headers["location"] == "/campaign"
    campaign.said = Progress(STEPS[-1], ready=True)

    assert httpx2.get(f"{url}/campaign").headers["location"] == "/campaign/enter"
    answer = httpx2.get(f"{url}/campaign/enter")

    assert answer.headers["location"] == f"http://127.0.0.1:1{DASHBOARD}"
    assert answer.cookies["bluezone_campaign_session"] == "x"


@pytest.mark.browser
@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_visitor_sees_how_far_it_is_and_arrives(chromium, waiting, language) -> None:
    campaign, url = waiting
    context = chromium.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(f"{url}/campaign?lang={language}")
    campaign.said = Progress("teams")
    page.locator('[data-step="teams"][data-state="active"]').wait_for()
    assert page.locator('[data-state="done"]').count() == STEPS.index("teams")
    assert Axe().run(page, options=RULES).violations_count == 0
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    campaign.said = Progress(STEPS[-1], ready=True)
    with page.expect_request(lambda request: request.url.endswith(DASHBOARD)) as arrived:
        page.locator("body").wait_for()
    assert arrived.value.url == f"http://127.0.0.1:1{DASHBOARD}"
    context.close()


def test_the_real_campaign_opens_on_its_dashboard_and_ends(tmp_path) -> None:
    campaign, turn = Campaign(tmp_path / "campaign"), Event()
    assert campaign.progress() == Progress()
    with pytest.raises(CampaignError):
        campaign.entry("127.0.0.1")
    try:
        campaign.begin()
        campaign.begin()
        while not (progress := campaign.progress()).ready:
            assert not progress.failed, progress
            turn.wait(0.1)
        address, cookies = campaign.entry("127.0.0.1")
        page = httpx2.get(address, cookies=cookies)
    finally:
        campaign.close()

    assert page.status_code == 200
    assert address == campaign.url + DASHBOARD
    assert "310.000" in page.text
    assert "bluezone_session" not in cookies
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((HOST, int(campaign.url.rpartition(":")[2])))
