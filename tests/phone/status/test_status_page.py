"""The local status page: truthful, private, and a door to sharing that only a person opens."""

import pytest
from bs4 import BeautifulSoup
from starlette.testclient import TestClient

from bluezone.phone.contact_log import ContactLog
from bluezone.phone.fetch import FetchState
from bluezone.phone.node.events import (
    AdvertisingStarted,
    AdvertisingStopped,
    Fault,
    Heard,
    ScanStarted,
    Started,
    Stopped,
)
from bluezone.phone.sighting import Scheme, Sighting
from bluezone.phone.status import NodeMonitor, StatusSources, create_status_app

NOON = 1_596_888_000
CODE = "12345678"


@pytest.fixture
def monitor():
    return NodeMonitor()


@pytest.fixture
def contact_log(tmp_path):
    with ContactLog.open(tmp_path / "contacts.sqlite3") as log:
        yield log


@pytest.fixture
def fetched(tmp_path):
    state = FetchState.open(tmp_path / "fetched.sqlite3")
    yield state
    state.close()


@pytest.fixture
def app(share, key_store, contact_log, fetched, monitor):
    sources = StatusSources(
        contact_log, key_store, fetched=fetched, share=share, node=lambda: monitor.state
    )
    return create_status_app(sources, clock=lambda: NOON, rng=share.rng)


@pytest.fixture
def browser(app):
    with TestClient(app, base_url="http://127.0.0.1:8090") as client:
        yield client


def page(answer) -> BeautifulSoup:
    return BeautifulSoup(answer.text, "html.parser")


def fields(soup: BeautifulSoup) -> dict[str, str]:
    return {i["name"]: i.get("value", "") for i in soup.select("form input[name]")}


def typed(browser, code=CODE):
    form = fields(page(browser.get("/share?lang=en")))
    return browser.post("/share", data=form | {"code": code})


def test_the_page_says_whether_the_radio_is_on_and_who_was_counted(browser, contact_log, monitor):
    contact_log.record(Sighting(Scheme.EN, bytes(16), NOON, -60))
    assert "Off: nobody is recorded" in browser.get("/?lang=en").text
    monitor.on_event(Started(NOON))
    monitor.on_event(Heard(NOON, Scheme.EN, bytes(16), -60))
    soup = page(browser.get("/?lang=en"))
    assert soup.select_one("#radio + p .state.met").text == "On"
    cells = [cell.text for cell in soup.select("tbody tr:first-child > *")]
    assert cells == ["08/08/2020", "1", "0"]
    assert "08/08/2020 19:00" in soup.text  # local time of the last sighting


def test_a_fault_is_shown_with_its_code_and_what_to_do(browser, monitor, fetched):
    monitor.on_event(Fault(NOON, "radio_powered_off", "powered off"))
    fetched.finish(NOON, "server_unreachable")
    text = page(browser.get("/?lang=en")).text
    assert "Switch it on (radio_powered_off)." in text
    assert "Check the network (server_unreachable)." in text


def test_the_page_is_vietnamese_unless_somebody_asks_otherwise(browser):
    assert page(browser.get("/")).html["lang"] == "vi"
    assert page(browser.get("/?lang=en")).html["lang"] == "en"
    assert page(browser.get("/")).html["lang"] == "en"  # remembered


def test_a_code_leads_over_preview_and_confirmation_to_a_receipt(browser, servers):
    preview = page(typed(browser))
    assert servers.paths == ["/api/verify"]
    assert "06/08/2020, 07/08/2020, 08/08/2020" in preview.select_one("dl.pairs dd").text
    assert len(preview.select("main ul li")) == 4  # what is not sent
    action = preview.select_one("main form")["action"]
    receipt = browser.post(action, data=fields(preview))
    assert receipt.url.path.startswith("/receipt/")
    assert servers.paths[1:] == ["/api/certificate", "/v1/publish", "/bluezone/v1/publish"]
    assert "Sent: 6 keys" in page(receipt).text
    assert page(browser.get("/?lang=en")).select("#receipts + ul li")


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("en", "could see that they belong to one phone"), ("vi", "thuộc cùng một điện thoại")],
)
def test_the_preview_says_that_published_days_can_be_linked(browser, language, sentence):
    preview = browser.get(f"{typed(browser).url.path}?lang={language}")
    assert sentence in " ".join(page(preview).text.split())


def test_looking_at_the_preview_again_sends_nothing(browser, servers):
    number = typed(browser).url.path
    for _ in range(3):
        assert browser.get(number).status_code == 200
    assert servers.paths == ["/api/verify"]


@pytest.mark.parametrize("value", ["", "00", "yes"])
def test_a_form_without_the_value_of_its_preview_sends_nothing(browser, servers, value):
    preview = page(typed(browser))
    action = preview.select_one("main form")["action"]
    answer = browser.post(action, data=fields(preview) | {"confirmation": value})
    assert "(not_confirmed)" in answer.text
    assert servers.paths == ["/api/verify"]


def test_after_a_lost_answer_the_page_offers_to_send_again(browser, servers):
    preview = page(typed(browser))
    action = preview.select_one("main form")["action"]
    servers.lose.add("/v1/publish")
    failed = browser.post(action, data=fields(preview))
    assert "(server_unreachable)" in failed.text
    servers.lose.clear()
    assert page(browser.get("/")).select_one(f'main a[href="{action}"]')
    again = browser.post(action, data=fields(page(failed)))
    assert again.url.path.startswith("/receipt/")


def test_a_refused_code_is_explained_beside_the_field(browser):
    answer = typed(browser, "87654321")
    soup = page(answer)
    assert answer.status_code == 400
    assert "(code_invalid)" in soup.select_one("#code-error").text
    assert "code-error" in soup.select_one("#code")["aria-describedby"].split()
    assert "87654321" not in answer.text


@pytest.mark.parametrize(
    "change",
    [
        {"token": ""},
        {"token": "0" * 64},
        {"token": "ệ"},
    ],
)
def test_a_form_without_the_right_token_is_refused(browser, servers, change):
    form = fields(page(browser.get("/share")))
    answer = browser.post("/share", data=form | {"code": CODE} | change)
    assert answer.status_code == 403
    assert servers.bodies == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_form_from_another_site_is_refused(browser, servers, headers):
    form = fields(page(browser.get("/share")))
    answer = browser.post("/share", data=form | {"code": CODE}, headers=headers)
    assert answer.status_code == 403
    assert servers.bodies == []


def test_a_stolen_token_is_useless_in_another_session(app, browser, servers):
    form = fields(page(browser.get("/share")))
    with TestClient(app, base_url="http://127.0.0.1:8090") as other:
        other.get("/share")
        assert other.post("/share", data=form | {"code": CODE}).status_code == 403


def test_a_giant_form_is_refused(browser):
    form = fields(page(browser.get("/share")))
    assert browser.post("/share", data=form | {"code": "1" * 100_000}).status_code == 403


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "10.0.0.1:8090"])
def test_another_host_name_is_refused(browser, host):
    assert browser.get("/", headers={"Host": host}).status_code == 400


@pytest.mark.parametrize("path", ["/", "/share", "/share/1", "/receipt/1"])
def test_every_page_forbids_scripts_frames_and_foreign_addresses(browser, path):
    answer = browser.get(path)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["cache-control"] == "no-store"
    soup = page(answer)
    assert not soup.select("script, iframe, [onclick], [style]")
    assert not [a for a in soup.select("[href], [src]") if "//" in a.get("href", a.get("src", ""))]


def test_the_style_sheet_and_a_font_are_served(browser):
    assert browser.get("/look/look.css").status_code == 200
    assert browser.get("/look/fonts/BeVietnamPro-Regular.ttf").status_code == 200


def test_no_page_shows_a_key_or_an_identifier(browser, contact_log, key_store):
    identifier = bytes(range(100, 116))
    contact_log.record(Sighting(Scheme.EN, identifier, NOON, -60))
    shown = browser.get("/").text + typed(browser).text
    secrets = [identifier, key_store.tek_at(NOON).key, key_store.day_key_at(NOON)]
    assert not [secret for secret in secrets if secret.hex() in shown.lower()]


def test_a_device_without_servers_says_so(key_store, contact_log):
    sources = StatusSources(contact_log, key_store)
    app = create_status_app(sources, clock=lambda: NOON, rng=bytes)
    with TestClient(app, base_url="http://localhost:8090") as browser:
        assert "No key server is set up." in browser.get("/?lang=en").text
        assert "No servers are set up" in browser.get("/share?lang=en").text
        assert browser.get("/share/1?lang=en").status_code == 400


def test_the_monitor_follows_the_node(monitor):
    for event in (Started(1), AdvertisingStarted(2, Scheme.EN, 9), ScanStarted(3)):
        monitor.on_event(event)
    assert (monitor.state.on, monitor.state.advertising, monitor.state.scanning) == (True,) * 3
    monitor.on_event(AdvertisingStopped(4))
    assert not monitor.state.advertising
    monitor.on_event(Stopped(5))
    assert (monitor.state.on, monitor.state.scanning) == (False, False)
    for number in range(30):
        monitor.on_event(Fault(number, "radio_lost", "gone"))
    assert [fault.time_s for fault in monitor.state.faults] == list(range(29, 9, -1))
