"""Help in a real browser and a real server: issued at the desk, given by a phone, withdrawn.

The phone's requests go over HTTP to the gateway, as the published app sends them.
"""

import os
import re
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Browser, Page, expect
from tests.portal.appgateway.consent.people import Person
from tests.portal.appgateway.simulator.bodies import blob_upload, form_upload
from tests.portal.test_browser import judge, open_browser, open_case, sign_in

from bluezone.protocol.bluezone.history import write_history

pytestmark = pytest.mark.browser

FRIEND = bytes(range(100, 112))


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the screenshots go; BLUEZONE_SCREENSHOTS names a folder that stays."""
    folder = Path(os.environ.get("BLUEZONE_SCREENSHOTS") or tmp_path_factory.mktemp("pictures"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def send(portal: Any, person: Person, token: str, code: str) -> list[dict[str, object]]:
    """Send both twins of an upload; return the envelopes."""
    fields = [
        ("TokenFirebase", token),
        ("InfoF", person.infof()),
        ("PhoneNumber", ""),
        ("OTP", code),
    ]
    rows = [person.row(person.now - 60 * step, FRIEND) for step in range(1, 40)]
    file = write_history(rows).encode()
    path = f"{portal.url}/api/AppHistoryContact/ReportHistory_ConfirmDeclare"
    twins = {
        f"{path}_NoFile": form_upload("android", fields, Random(1)),
        path: blob_upload("android", "data_trace.txt", file, fields, Random(2)),
    }
    with httpx2.Client(trust_env=False, timeout=30) as client:
        return [
            client.post(address, content=upload.body, headers=dict(upload.headers)).json()
            for address, upload in twins.items()
        ]


def receipt_path(portal: Any) -> str:
    """Return where the newest receipt is; only the phone gets it."""
    [(data,)] = portal.ask(
        "SELECT data FROM gateway_pushes_push WHERE kind = 'urlnews' ORDER BY id DESC LIMIT 1"
    )
    found = re.search(r"/help/[a-z2-7]{32}/", data)
    assert found is not None
    return found[0]


@pytest.mark.parametrize("size", ["desktop", "phone"])
@pytest.mark.parametrize("language", ["vi", "en"])
def test_help_from_the_desk_to_the_withdrawal(
    chromium: Browser, portal: Any, pictures: Path, language: str, size: str
) -> None:
    context = open_browser(chromium, portal.url, language=language, size=size)
    page, complaints = context.new_page(), []
    page.on("console", lambda message: complaints.append(message.text))
    for name in tour(page, portal, language, size):
        judge(page, pictures / f"help-{name}-{language}-{size}.png")
    # After a withdrawal the page is gone, on purpose.
    assert not [text for text in complaints if "status of 4" not in text]
    context.close()


def tour(page: Page, portal: Any, language: str, size: str) -> Iterator[str]:
    """Go through every page of help."""
    sign_in(page, portal, "lan", language)
    open_case(page, portal.url)
    page.click("a[href$='/help-code/']")
    yield "ask"
    page.click("main form .button >> nth=0")
    expect(page.locator(".error-summary")).to_have_count(1)
    yield "not-told"
    page.check("#id_mode_2")
    page.check("#id_told")
    page.click("main form .button >> nth=0")
    code = "".join(page.locator(".read-aloud .group").all_text_contents())
    assert len(code) == 6
    yield "code"
    person = Person(int(time.time()), seed=hash_of(language, size))
    answers = send(portal, person, f"token-{language}-{size}:APA91b_EXAMPLE_EXAMPLE", code)
    assert [answer["isOk"] for answer in answers] == [True, True]
    expect(page.locator("#help-code-status .state.met")).to_have_count(1, timeout=15_000)
    expect(page.locator(".read-aloud")).to_have_count(0)
    yield "used"
    page.goto(page.url.replace("help-code/", ""))
    yield "case"
    path = receipt_path(portal)
    page.goto(f"{portal.url}{path}?lang={language}")
    yield "receipt"
    page.click("main form button")
    yield "sure"
    page.click("main form button")
    expect(page.locator(".notice.good")).to_have_count(1)
    yield "withdrawn"
    page.goto(f"{portal.url}{path}?lang={language}")
    yield "over"
    shared = portal.ask("SELECT count(*) FROM gateway_consent_sharedhistory")
    assert shared == [(0,)]


def hash_of(*words: str) -> int:
    """Return a number that is the same in every process."""
    return sum(ord(letter) for letter in "".join(words))
